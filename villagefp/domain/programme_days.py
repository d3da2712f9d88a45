"""How a programme's file speaks of days: "3m", "ga84d", "lunar:08-15", "value:edd+42d", "year:1"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from villagefp.domain import lunar

PREGNANCY = timedelta(days=280)
Values = Callable[[str], date | None]
"""A day that records hold by name."""

_AFTER = re.compile(r"(\d{1,4})([dmy])", re.ASCII)
_GESTATION = re.compile(r"ga(\d{1,3})d", re.ASCII)
_YEARLY = re.compile(r"(lunar|solar):(\d\d)-(\d\d)", re.ASCII)
_VALUE = re.compile(r"value:([a-z][a-z0-9_]*)([+-]\d{1,4}d)?", re.ASCII)
_YEAR = re.compile(r"year:(\d)", re.ASCII)
_ANCHOR = re.compile(r"([a-z][a-z0-9_]*)([+-]\d{1,4}d)?", re.ASCII)


class Spoken(NamedTuple):
    """An `at`, understood: its manner, and its numbers or its name."""

    manner: str  # d, m, y, ga, lunar, solar, value, year
    number: int = 0  # days, months or years; of lunar and solar the month; of a value the days to add
    day: int = 0  # of a month
    name: str = ""


@cache
def understand(at: str) -> Spoken | None:
    """What an `at` says; None where it is none."""
    if found := _AFTER.fullmatch(at):
        return Spoken(found[2], int(found[1]))
    if found := _GESTATION.fullmatch(at):
        return Spoken("ga", int(found[1]))
    if found := _YEARLY.fullmatch(at):
        month, day = int(found[2]), int(found[3])
        longest = 30 if found[1] == "lunar" or month in (4, 6, 9, 11) else 28 if month == 2 else 31
        return Spoken(found[1], month, day) if 1 <= month <= 12 and 1 <= day <= longest else None
    if found := _VALUE.fullmatch(at):
        return Spoken("value", _shift(found[2]), name=found[1])
    if found := _YEAR.fullmatch(at):
        return Spoken("year", int(found[1]))
    return None


@cache
def understand_anchor(anchor: str) -> tuple[str, int] | None:
    """The name of an anchor and the days to add to it; None where it is none."""
    found = _ANCHOR.fullmatch(anchor)
    return (found[1], _shift(found[2])) if found else None


def _shift(told: str | None) -> int:
    return int(told[:-1]) if told else 0


def resolve(at: str, anchor: date, values: Values) -> date | None:
    """The day that an `at` means; None where it hangs on a day that is not known, or lies outside the calendar."""
    spoken = understand(at)
    if spoken is None:
        raise ValueError(at)
    if spoken.manner == "value":
        told = values(spoken.name)
        return told and told + timedelta(days=spoken.number)
    if spoken.manner == "ga":
        lmp, edd = values("lmp"), values("edd")
        start = lmp or (edd and edd - PREGNANCY)
        return start and start + timedelta(days=spoken.number)
    if spoken.manner in ("lunar", "solar"):
        days = (yearly(at, year) for year in range(anchor.year - 1, anchor.year + 2))
        return next((day for day in days if day is not None and day >= anchor), None)
    if spoken.manner == "year":
        return max(anchor, date(anchor.year + spoken.number, 1, 1))
    if spoken.manner == "d":
        return anchor + timedelta(days=spoken.number)
    return add_months(anchor, spoken.number * (12 if spoken.manner == "y" else 1))


def yearly(at: str, year: int) -> date | None:
    """The day of a fixed or lunar date in a year (of the lunar calendar, for a lunar one)."""
    spoken = understand(at)
    if spoken is None:
        raise ValueError(at)
    if spoken.manner == "lunar":
        return lunar.to_solar(year, spoken.number, spoken.day)
    return date(year, spoken.number, spoken.day)


def add_months(day: date, months: int) -> date:
    """The same day of a later month; the last one of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@cache
def longest(at: str) -> int | None:
    """At most how many days after its anchor an `at` lies; None where that cannot be told without looking."""
    spoken = understand(at)
    days = {"d": 1, "m": 31, "y": 366}
    return spoken.number * days[spoken.manner] if spoken is not None and spoken.manner in days else None


def exact(told: str | None) -> date | None:
    """An ISO day; None for a day that is known only by its month or year, or not at all."""
    if told is None or len(told) != 10:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None
