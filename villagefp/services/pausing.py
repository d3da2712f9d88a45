"""Work that makes thousands of plain objects, without Python's cycle collector walking over them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """The collector rests meanwhile; where somebody else has stopped it already, it stays stopped."""
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            # What was made meanwhile stays: it counts as old now, and the next look at the young passes it by.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
