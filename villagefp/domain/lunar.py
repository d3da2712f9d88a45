"""The lunar calendar: solar dates of lunar ones, nominal age and the twelve animals of birth years."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

ANIMALS = "鼠牛虎兔龙蛇马羊猴鸡狗猪"
_TWINS = {"龍": "龙", "馬": "马", "雞": "鸡", "豬": "猪", "兎": "兔"}
FIRST_YEAR, LAST_YEAR = 1901, 2056  # where the tables of independent calendars agree


class LunarDay(NamedTuple):
    """A day of the lunar calendar, as it is told: 十月, 十四; `term` where one of the 24 solar terms begins on it."""

    month: int
    day: int
    leap: bool
    month_told: str
    day_told: str
    term: str


@cache
def to_solar(year: int, month: int, day: int, leap: bool = False) -> date | None:
    """The solar date of a lunar one; None where that year had no such day or no such leap month."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    from borax.calendars.lunardate import InvalidLunarDateError, LunarDate  # noqa: PLC0415  15 ms, rarely needed

    try:
        solar: date = LunarDate(year, month, day, int(leap)).to_solar_date()
    except InvalidLunarDateError:
        return None
    return solar


@cache
def of_day(day: date) -> LunarDay | None:
    """The lunar date of a solar one; None beyond the years where calendars agree."""
    if not FIRST_YEAR < day.year < LAST_YEAR:
        return None
    from borax.calendars.lunardate import LunarDate  # noqa: PLC0415  15 ms, rarely needed

    told = LunarDate.from_solar_date(day.year, day.month, day.day)
    month = f"{'闰' if told.leap else ''}{told.cn_month}月"
    return LunarDay(told.month, told.day, bool(told.leap), month, told.cn_day, told.term or "")


def year_of(day: date) -> int:
    """The lunar year that a day belongs to: January is often still the year before."""
    from borax.calendars.lunardate import LunarDate  # noqa: PLC0415  15 ms, rarely needed

    return int(LunarDate.from_solar_date(day.year, day.month, day.day).year)


def birth_year_of_age(age: int, today: date, nominal: bool) -> int:
    """The year in which somebody of this age was most likely born; nominal age (虚岁) is 1 at birth."""
    return year_of(today) - age + 1 if nominal else today.year - age


def animal_of(year: int) -> str:
    """The animal of a lunar year."""
    return ANIMALS[(year - 4) % 12]


def is_animal(word: str) -> bool:
    """Whether a word is one of the twelve animals."""
    return _TWINS.get(word, word) in ANIMALS


def nearest_year_of(animal: str, about: int) -> int | None:
    """The year of that animal nearest to `about`; None for a word that is no animal of the twelve."""
    place = ANIMALS.find(_TWINS.get(animal, animal))
    if place < 0:
        return None
    ahead = (place - (about - 4)) % 12
    return about + ahead if ahead <= 6 else about + ahead - 12
