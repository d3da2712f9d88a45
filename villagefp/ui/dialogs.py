"""The few questions that need a window of their own; one object, so that tests can answer in the clerk's place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from villagefp.i18n import _

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter


@dataclass
class Dialogs:
    """Asks over the window it was made for."""

    window: QWidget | None = None

    def open_file(self, title: str, kinds: str) -> Path | None:
        """A file to read, or None."""
        told, _kind = QFileDialog.getOpenFileName(self.window, title, "", kinds)
        return Path(told) if told else None

    def save_file(self, title: str, name: str, kinds: str) -> Path | None:
        """A place to write to, or None."""
        told, _kind = QFileDialog.getSaveFileName(self.window, title, name, kinds)
        return Path(told) if told else None

    def confirm(self, question: str, yes: str) -> bool:
        """True if the clerk chose `yes`; used only where an act cannot be undone."""
        box = QMessageBox(QMessageBox.Icon.Question, _("Please confirm"), question, parent=self.window)
        agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is agree

    def ask_text(self, title: str, question: str, text: str = "") -> str | None:
        """One line of text, or None."""
        told, accepted = QInputDialog.getText(self.window, title, question, text=text)
        return told.strip() if accepted and told.strip() else None

    def ask_printer(self, over: QWidget, pages: int) -> QPrinter | None:
        """A printer with the pages to print, or None."""
        from villagefp.ui.paper import ask_printer  # noqa: PLC0415  print support is not needed before

        return ask_printer(over, pages)

    def show_report(self, report: str) -> None:
        """Say that something went wrong in the program, with what may be handed on; nothing about people is in it."""
        dialog = QDialog(self.window)
        dialog.setWindowTitle(_("Something went wrong"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(12)
        words = QLabel(
            _("The program made a mistake. What you had saved is safe, and drafts are kept. You can go on working.")
            + "\n"
            + _(
                "If it happens again, copy these lines and send them to your county office. They hold no personal data."
            ),
            dialog,
        )
        words.setWordWrap(True)
        layout.addWidget(words)
        lines = QPlainTextEdit(report, dialog)
        lines.setReadOnly(True)
        lines.setAccessibleName(_("Report"))
        layout.addWidget(lines)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
        buttons.rejected.connect(dialog.reject)
        layout.addWidget(buttons)
        dialog.resize(560, 320)
        dialog.open()
