"""Numbered lines to choose from by their number, by arrows and Enter, or by a click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from villagefp.ui import theme
from villagefp.ui.qt import overrides


class Numbered(QListWidget):
    """`picked` carries the place of the line, counted from 0."""

    picked = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setStyleSheet(f"QListWidget::item {{ padding: 0 8px; min-height: {theme.current().px(32)}px; }}")
        self._typed = ""
        self.itemClicked.connect(lambda item: self.picked.emit(self.row(item)))

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """List these, each with what is said quietly after it."""
        self._typed = ""
        self.clear()
        for number, (title, second) in enumerate(lines, start=1):
            self.addItem(QListWidgetItem("   ".join(part for part in (f"{number}", title, second) if part)))
        self.setCurrentRow(0)

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.SelectAll):
            event.accept()  # who is due is not copied out of a list
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentRow() >= 0:
                self._pick(self.currentRow())
        elif text.isascii() and text.isdigit():
            self._type(text)
        elif text.strip() and text.isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _type(self, digit: str) -> None:
        """Choose at once where no further digit could follow, else when Enter is pressed."""
        typed = self._typed + digit
        if not 1 <= int(typed) <= self.count():
            typed = digit
        number = int(typed)
        if not 1 <= number <= self.count():
            self._typed = ""
            return
        self._typed = typed
        self.setCurrentRow(number - 1)
        if number * 10 > self.count():
            self._pick(number - 1)

    def _pick(self, row: int) -> None:
        self._typed = ""
        self.picked.emit(row)
