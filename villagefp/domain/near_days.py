"""Days as people say them of a time close by: 昨天, 3.12, 12, 农历八月十五; the year is the one that is near."""

from __future__ import annotations

import re
from datetime import date, timedelta

from villagefp.domain import dates
from villagefp.domain.dates import DateReading
from villagefp.domain.records import Precision
from villagefp.domain.widths import clean

_WORDS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2,
    "后日": 2, "大后天": 3, "yesterday": -1, "today": 0, "tomorrow": 1,
}  # fmt: skip
_OF_MONTH = re.compile(r"(\d{1,2})[日号]?", re.ASCII)
_OF_YEAR = re.compile(r"(\d{1,2})\s*(?:月|[-/.．。、])\s*(\d{1,2})\s*[日号]?", re.ASCII)
_LUNAR = re.compile(r"(?:农历|阴历|旧历|夏历|古历)\s*[:：]?\s*(\D*)|((?:闰)?[正冬腊]月.*|.*[月.](?:初|廿|卅).*)")
_YEARS = 4
"""How far a year may lie from this one: the 29th of February comes back within so many."""
_AHEAD = timedelta(days=800)


def near(told: str, today: date) -> tuple[date, ...]:
    """The last such day up to today, then the next one; fewer where there is none, empty for what is no short day."""
    text = clean(told).lower()
    if text in _WORDS:
        return (today + timedelta(days=_WORDS[text]),)
    found = sorted(_days(text, today))
    past = [day for day in found if day <= today][-1:]
    ahead = [day for day in found if day > today][:1]
    return (*past, *ahead)


def read(told: str, today: date, *, ahead: bool = False) -> DateReading:
    """A day as it is typed into a field: a near one, else as `dates.read` has it; `ahead` is for days still to come."""
    found = near(told, today)
    if ahead:
        found = tuple(day for day in found if day >= today) or found
    if found and (ahead or found[0] <= today):
        return DateReading(found[0].isoformat(), Precision.DAY)
    return dates.read(told, today + _AHEAD if ahead else today, relative=False)


def _days(text: str, today: date) -> set[date]:
    if found := _OF_MONTH.fullmatch(text):
        first = today.replace(day=1)
        months = (first - timedelta(days=1), first, first + timedelta(days=32))
        told = [f"{month.year}-{month.month}-{found[1]}" for month in months]
    elif found := _OF_YEAR.fullmatch(text):
        told = [f"{year}-{found[1]}-{found[2]}" for year in _years(today)]
    elif (found := _LUNAR.fullmatch(text)) and (said := found[1] or found[2]):
        told = [f"农历{year}年{said}" for year in _years(today)]
    else:
        return set()
    limit = today.replace(month=12, day=31) + timedelta(days=366 * _YEARS)
    readings = [dates.read(each, limit) for each in told]
    return {
        date.fromisoformat(reading.value)
        for reading in readings
        if reading.value is not None and reading.precision is Precision.DAY
    }


def _years(today: date) -> range:
    return range(today.year - _YEARS, today.year + _YEARS + 1)
