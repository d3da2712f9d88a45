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

    def hold(self) -> None:
        """Modules are being imported: all that is made stays, and looking for garbage in it takes 20 ms a look."""
        self._timer.stop()

    def keep(self) -> None:
        """What has been imported is never looked through again; go on looking at what is made from now on.

        Not collected first: that would hold the UI thread for 50 ms to find a few dozen objects.
        """
        gc.freeze()
        self._timer.start()

    def close(self) -> None:
        """Give the collector back, with all there is to look through."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
