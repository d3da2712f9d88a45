"""What PySide6 needs to be told or helped with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_PLENTY = 1 << 40


def overrides(method: Callable[P, T]) -> Callable[P, T]:
    """Mark a method that stands in for one of its base class, which says what it is for."""
    return method


def hold_true() -> None:
    """Keep Python's `True` alive.

    PySide6 6.12 gives back with every `emit` a reference to `True` that it never took. From Python 3.12 on that does
    no harm; before, the program is ended ("deallocating True or False") after some hundred signals.
    """
    if sys.version_info < (3, 12):
        import ctypes  # noqa: PLC0415  not before the first paint

        ctypes.c_ssize_t.from_address(id(True)).value += _PLENTY
