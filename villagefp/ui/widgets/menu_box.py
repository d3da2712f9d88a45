"""A menu in a page that scrolls: what is chosen counts when the menu closes, and the wheel goes to the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox

from villagefp.ui.qt import overrides

_WALK = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}
)
_TABS = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab})


class MenuBox(QComboBox):
    """Where choosing an entry starts work, walking past five others must not start it five times.

    An arrow or a letter opens the menu and moves in it; Enter and Tab take the entry (`activated`, once), Esc leaves
    everything as it was.
    """

    @overrides
    def showPopup(self) -> None:
        self.view().removeEventFilter(self)
        self.view().installEventFilter(self)
        super().showPopup()

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        letter = bool(event.text().strip()) and event.text().isprintable()
        if plain and (event.key() in _WALK or letter):
            self.showPopup()
            QApplication.sendEvent(self.view(), event)
        else:
            super().keyPressEvent(event)

    @overrides
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tab in the open menu takes its entry and goes on, as everywhere else."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _TABS:
            chosen = self.view().currentIndex().row()
            self.hidePopup()
            if chosen >= 0:
                self.setCurrentIndex(chosen)
                self.activated.emit(chosen)
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Tab)
            return True
        return super().eventFilter(watched, event)
