"""A worker without a mouse: every key goes to whatever has the focus, as a keyboard's does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.conftest import Desk

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


class Keys:
    """Types into the window of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._popup: QWidget | None = None

    @property
    def target(self) -> QWidget:
        """What has the focus; a key nobody waits for goes to the window."""
        if QApplication.activeWindow() is None:  # offscreen there is no manager that gives the keys back
            self.desk.window.activateWindow()
            self.desk.settle()
        self._popup = QApplication.activePopupWidget()
        if self._popup is not None:  # an open menu has the keys; what is in it lives in Python as long as it does
            return self._popup.focusWidget() or self._popup
        return QApplication.focusWidget() or self.desk.window

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, times: int = 1
    ) -> None:
        """Press a key, and wait until what it asked for has come."""
        for _time in range(times):
            QTest.keyClick(self.target, key, modifier)
            self.desk.settle()

    def type(self, text: str) -> None:
        """Type letters and digits, one by one."""
        for letter in text:
            QTest.keyClicks(self.target, letter)

    def enter(self, text: str = "", times: int = 1) -> None:
        """Type something and press Enter."""
        self.type(text)
        self.press(Qt.Key.Key_Return, times=times)

    def leave(self) -> None:
        """Esc."""
        self.press(Qt.Key.Key_Escape)
