"""The few questions that need a window of their own; one object, so that tests can answer in the clerk's place.

What Qt needs for them is loaded when the first is asked: the sign-in screen is painted before.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QWidget


@dataclass
class Dialogs:
    """Asks over the window it was made for."""

    window: QWidget | None = None

    def open_file(self, title: str, kinds: str) -> Path | None:
        """A file to read, or None."""
        from PySide6.QtWidgets import QFileDialog

        told, _kind = QFileDialog.getOpenFileName(self.window, title, "", kinds)
        return Path(told) if told else None

    def save_file(self, title: str, name: str, kinds: str) -> Path | None:
        """A place to write to, or None."""
        from PySide6.QtWidgets import QFileDialog

        told, _kind = QFileDialog.getSaveFileName(self.window, title, name, kinds)
        return Path(told) if told else None

    def confirm(self, question: str, yes: str, no: str = "") -> bool:
        """True if the clerk chose `yes`; used where an act cannot be undone, or where somebody is in danger."""
        from villagefp.ui.message_windows import confirm

        return confirm(self.window, question, yes, no)

    def ask_printer(self, over: QWidget, pages: int) -> QPrinter | None:
        """A printer with the pages to print, or None."""
        from villagefp.ui.paper import ask_printer

        return ask_printer(over, pages)

    def show_report(self, report: str) -> None:
        """Say that something went wrong in the program, with what may be handed on; nothing about people is in it."""
        from villagefp.ui.message_windows import show_report

        show_report(self.window, report)
