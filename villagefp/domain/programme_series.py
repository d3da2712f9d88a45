"""The windows of a visit that comes again: which one a day is about, and which one follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from villagefp.domain.followup_records import Again
from villagefp.domain.programme_days import yearly

SHOWN_BEFORE = timedelta(days=7)
"""So long before its window an item is shown as coming soon."""
LATEST = date(2199, 12, 31)


class Window(Struct, frozen=True):
    """One visit's days, both included."""

    code: str
    first: date
    last: date
    form: str
    step: str
    label: Mapping[str, str]
    counts_from: str
    counts_on: date


def window_of(again: Again, on: date) -> Window:
    """The window of a visit that comes again, by its first day."""
    if again.every:
        last = on + timedelta(days=again.after)
        return Window(again.code, on, last, again.form, "", again.label, again.counts_from, again.base)
    day = on + timedelta(days=again.before)
    last = day + timedelta(days=again.after)
    return Window(again.code, on, last, again.form, "", again.label, again.at.partition(":")[0], day)


def begun_by(again: Again, day: date) -> date | None:
    """The first day of the latest window that has begun by a day; None before the first one."""
    if again.every:
        found = again.base + timedelta(days=(day - again.base).days // again.every * again.every)
        return found if found > again.later_than else None
    starts = (start for year in range(day.year + 1, day.year - 2, -1) if (start := _start(again, year)) is not None)
    return next((start for start in starts if again.later_than < start <= day), None)


def next_after(again: Again, day: date) -> date | None:
    """The first day of the earliest window that begins after a day; None where the calendar's table ends."""
    day = max(day, again.later_than)
    if again.every:
        times = max((day - again.base).days // again.every + 1, 1)
        found = again.base + timedelta(days=times * again.every)
        return found if found < LATEST else None
    starts = (start for year in range(day.year - 1, day.year + 3) if (start := _start(again, year)) is not None)
    return next((start for start in starts if start > day), None)


def _start(again: Again, year: int) -> date | None:
    day = yearly(again.at, year)
    return day and day - timedelta(days=again.before)
