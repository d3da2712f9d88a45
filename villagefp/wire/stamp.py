"""The hybrid logical clock: stamps that follow the laptop's clock but never go back, and only break ties."""

from __future__ import annotations

from datetime import timedelta

_COUNTER_BITS = 16
_LAST_MILLISECOND = (1 << (63 - _COUNTER_BITS)) - (1 << 36)
"""A clock beyond it (in the year 6427) counts as standing there: stamps, those after it too, fit SQLite's numbers."""
DAY = timedelta(days=1)
"""A stamp from elsewhere is taken over at most so far beyond county time."""


def next_stamp(last: int, milliseconds: int) -> int:
    """The stamp of a save: the time now, or just after the last stamp where the clock stands behind it.

    More than 65,536 saves in one millisecond, or on a clock that stands still, count on into the next millisecond.
    """
    return max(_at(milliseconds), last + 1)


def adopt(last: int, foreign: int, county_milliseconds: int) -> int:
    """The last stamp after one from elsewhere was seen, so that later saves here stand after what they have seen.

    One that lies more than a day beyond county time is not taken over: a laptop whose clock was set to 2036 must not
    carry everybody there. The laptop's own clock plays no part in this, since it may stand in 1970 or jump meanwhile.
    """
    if foreign > _at(county_milliseconds) + _span(DAY):
        return last
    return max(last, foreign)


def behind(last: int, milliseconds: int) -> timedelta:
    """How far a clock stands behind the last stamp; nothing where it does not. Work goes on, but it is told."""
    return timedelta(milliseconds=max(0, (last >> _COUNTER_BITS) - milliseconds))


def off(milliseconds: int, county_milliseconds: int) -> timedelta:
    """How far a clock stands from the county's, below zero where it is slow. Work goes on, but it is told."""
    return timedelta(milliseconds=milliseconds - county_milliseconds)


def _at(milliseconds: int) -> int:
    return min(max(milliseconds, 0), _LAST_MILLISECOND) << _COUNTER_BITS


def _span(time: timedelta) -> int:
    return (time // timedelta(milliseconds=1)) << _COUNTER_BITS


def milliseconds_of(stamp: int) -> int:
    """The time in a stamp, in milliseconds since 1970: that of the laptop that made it."""
    return stamp >> _COUNTER_BITS
