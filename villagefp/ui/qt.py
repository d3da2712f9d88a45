"""Methods that Qt or a base class calls by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def overrides(method: Callable[P, T]) -> Callable[P, T]:
    """Mark a method that stands in for one of its base class, which says what it is for."""
    return method
