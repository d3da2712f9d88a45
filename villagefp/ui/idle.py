"""Notices when nobody has touched keyboard or mouse for a while."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QWindow

from villagefp.ui.qt import overrides

_INPUT = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.MouseMove)
_MINUTE_MS = 60_000


class IdleWatch(QObject):
    """Calls back once nothing has come to the window for so many minutes."""

    def __init__(
        self, window: QWindow, minutes: Callable[[], int], idle: Callable[[], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._minutes = minutes
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(idle)
        window.installEventFilter(self)
        self.restart()

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.restart()
        return super().eventFilter(watched, event)

    def restart(self) -> None:
        """Somebody is here: begin to wait anew."""
        self._timer.start(self._minutes() * _MINUTE_MS)

    @property
    def waits_ms(self) -> int:
        """How long until it calls back."""
        return self._timer.remainingTime()
