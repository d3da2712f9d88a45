"""Python's cycle collector, run on the UI thread alone.

The collector runs in whichever thread allocates. Run in a worker thread it destroys what is left of closed screens
there, and Qt objects destroyed in a foreign thread take the whole program with them.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 100
_YOUNG, _MIDDLE, _OLD = 1000, 3, 30
"""Objects made since the last look, looks at the young, looks at the middle: from there on one goes a step further."""


class UiGarbage(QObject):
    """While it lives the collector runs by its timer and at no other time."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect as far as what has gathered asks for."""
        young, middle, old = gc.get_count()
        if young < _YOUNG:
            return
        if old > _OLD:
            gc.collect(2)
        elif middle > _MIDDLE:
            gc.collect(1)
        else:
            gc.collect(0)

    def settle(self) -> None:
        """What was imported stays for good: do not look through it again and again."""
        gc.collect()
        gc.freeze()

    def close(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.enable()
