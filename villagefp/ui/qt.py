"""What PySide6 needs to be told or helped with."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import PySide6.QtCore  # noqa: F401  what is put right below comes with it

P = ParamSpec("P")
T = TypeVar("T")
_PLENTY = 1 << 40


def overrides(method: Callable[P, T]) -> Callable[P, T]:
    """Mark a method that stands in for one of its base class, which says what it is for."""
    return method


def import_as_python_does() -> None:
    """Take PySide6's own `import` out again: nothing here asks for `__feature__`, which is all that it is for.

    It reads the source of every module that is imported and keeps the lines for good: 40 ms of a signing-in at once,
    and 15 MB.
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def hold_true() -> None:
    """Keep Python's `True` alive.

    PySide6 6.12 gives back with every `emit` a reference to `True` that it never took. From Python 3.12 on that does
    no harm; before, the program is ended ("deallocating True or False") after some hundred signals.
    """
    if sys.version_info < (3, 12):
        import ctypes  # noqa: PLC0415  not before the first paint

        ctypes.c_ssize_t.from_address(id(True)).value += _PLENTY
