"""The hybrid logical clock: stamps that follow the laptop's clock but never go back, and only break ties."""

from __future__ import annotations

from datetime import timedelta

_COUNTER_BITS = 16


def next_stamp(last: int, milliseconds: int) -> int:
    """The stamp of a save: the time now, or just after the last stamp where the clock stands behind it."""
    return max(milliseconds << _COUNTER_BITS, last + 1)


def behind(last: int, milliseconds: int) -> timedelta:
    """How far a clock stands behind the last stamp; nothing where it does not. Work goes on, but it is told."""
    return timedelta(milliseconds=max(0, (last >> _COUNTER_BITS) - milliseconds))
