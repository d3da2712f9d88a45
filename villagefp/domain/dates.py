"""Dates as people write them, with the precision they were told in; what is unreadable says why."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from villagefp.domain import lunar
from villagefp.domain.records import Precision
from villagefp.domain.resident_id import quoted
from villagefp.domain.widths import clean
from villagefp.i18n import _

_EXCEL_DAY_0 = date(1899, 12, 30).toordinal()
_EXCEL_DAYS = (10_000, 60_000)  # 1927 to 2064: a number outside is no day of a living person
_EARLIEST = 1900

_DAY = re.compile(
    r"(\d{4})\s*(?:年|[-/.．。、\s])\s*(\d{1,2})\s*(?:月|[-/.．。、\s])\s*(\d{1,2})\s*[日号]?"
    r"(?:[T\s]+\d{1,2}[:时].*)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})\s*(?:年|[-/.．。、\s])\s*(\d{1,2})\s*月?", re.ASCII)
_COMPACT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"(\d{4})\s*年?", re.ASCII)
_SHORT_YEAR = re.compile(r"['’]?\d{2}\s*(?:年|[-/.．。、])\s*\d{1,2}(?:\D.*)?|\d{6}|\d{2}年", re.ASCII)
_YEAR_LAST = re.compile(
    r"(\d{1,2})\s*[-/.．。、]\s*(\d{1,2})\s*[-/.．。、]\s*(\d{4})\s*年?(?:[T\s]+\d{1,2}[:时].*)?", re.ASCII
)
_NO_YEAR = re.compile(r"\d{1,2}月\d{1,2}[日号]?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_LUNAR = re.compile(
    r"(?:(\d{4}|[〇零○一二三四五六七八九]{4})\s*[年.\-/\s]\s*)?"
    r"(闰)?\s*(\d{1,2}|正|元|十[一二]?|[一二三四五六七八九]|冬|腊)\s*[月.\-/]\s*"
    r"(\d{1,2}|初[一二三四五六七八九十]|十[一二三四五六七八九]?|[廿卅][一二三四五六七八九]?|[二三]十[一二三四五六七八九]?|[一二三四五六七八九])?\s*[日号]?"
)
_LUNAR_WORDS = re.compile(r"农历|阴历|旧历|夏历|古历")
_LUNAR_SIGNS = re.compile(r"初[一二三四五六七八九十]|[闰廿卅腊]|正月|冬月")
_SOLAR_WORDS = re.compile(r"公历|阳历|新历|西历|公元")
_HAN_DIGITS = {"〇": 0, "零": 0, "○": 0, **{sign: number for number, sign in enumerate("一二三四五六七八九", 1)}}
_HAN = re.compile(r"[〇零○一二三四五六七八九十]")
_AGE = re.compile(r"(虚岁|虚龄|周岁|实岁|年龄)?\s*(\d{1,3})\s*(虚岁|周岁|岁)?(?:[,，;；\s]*属\s*(\S))?", re.ASCII)
_ANIMAL = re.compile(r"属\s*(\S)(?:的)?(?:[,，;；\s]*(虚岁|周岁)?\s*(\d{1,3})\s*岁?)?", re.ASCII)
_RELATIVE = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "大前天": 3}
_NOTHING = frozenset(("", "-", "--", "—", "——", "/", "无", "不详", "未知", "不清楚"))


class DateFault(StrEnum):
    """Why something is no date."""

    UNREADABLE = "unreadable"
    NO_SUCH_DAY = "no_such_day"
    TWO_DIGIT_YEAR = "two_digit_year"
    YEAR_LAST = "year_last"
    NO_YEAR = "no_year"
    ANIMAL_ALONE = "animal_alone"
    FUTURE = "future"
    TOO_EARLY = "too_early"


class DateReading(NamedTuple):
    """A solar date as YYYY-MM-DD, YYYY-MM or YYYY; `told` where it was told otherwise, `fault` where it is none.

    A named tuple, since a roster has thousands of dates to read.
    """

    value: str | None
    precision: Precision | None = None
    told: str | None = None
    fault: DateFault | None = None


def read(told: object, today: date, *, relative: bool = True) -> DateReading:
    """What a cell or a field says as a date; empty and 不详 read as no value without a fault."""
    if isinstance(told, str):
        found = _DAY.fullmatch(told) or _COMPACT.fullmatch(told)
        return _day(found, today, told) if found else _text(clean(told), today, relative)
    if isinstance(told, date):  # as a datetime is, too
        return _checked(told.year, told.month, told.day, today)
    if isinstance(told, int | float) and not isinstance(told, bool):
        return _number(told, today)
    return DateReading(None) if told is None else DateReading(None, told=str(told), fault=DateFault.UNREADABLE)


def sentence(reading: DateReading, told: object) -> str:
    """What is wrong with a date and what to do, for the one who typed or imported it."""
    words = {
        DateFault.UNREADABLE: _("“{told}” cannot be read as a date. Please write it like 1974-01-05."),
        DateFault.NO_SUCH_DAY: _("“{told}” is no day of the calendar. Please look at the ID card and correct it."),
        DateFault.TWO_DIGIT_YEAR: _(
            "“{told}” has only two digits of the year. Please write all four, like 1974-01-05."
        ),
        DateFault.YEAR_LAST: _(
            "In “{told}” the year stands last, so it cannot be told which number is the month and which the day. "
            "Please write it like 1974-01-05."
        ),
        DateFault.NO_YEAR: _("“{told}” has no year. Please add it, like 农历1974年八月十五."),
        DateFault.ANIMAL_ALONE: _(
            "“{told}” tells the animal of the birth year, which comes round every twelve years. "
            "Please ask for the age or the year."
        ),
        DateFault.FUTURE: _("“{told}” lies in the future. Please check the year, and the date of this computer."),
        DateFault.TOO_EARLY: _("“{told}” is earlier than 1900. Please check the year."),
    }
    return words[reading.fault or DateFault.UNREADABLE].format(told=quoted(str(told)))


def parse_iso(value: str) -> date | None:
    """The day of a YYYY-MM-DD; None for a value of lesser precision."""
    return date.fromisoformat(value) if len(value) == 10 else None


def agrees(one: str, other: str) -> bool:
    """Whether two dates can be the same, as far as the coarser one says."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _text(text: str, today: date, relative: bool) -> DateReading:
    if text in _NOTHING:
        return DateReading(None)
    if relative and text in _RELATIVE:
        day = today - timedelta(days=_RELATIVE[text])
        return DateReading(day.isoformat(), Precision.DAY)
    if _LUNAR_WORDS.search(text) or _LUNAR_SIGNS.search(text):
        return _lunar(text, today)
    solar = _SOLAR_WORDS.sub("", text).strip("：:()（）'’‘`\" ")
    solar = solar.removesuffix("出生").removesuffix("生").strip()
    reading = _solar(_arabic(solar) if _HAN.search(solar) else solar, text, today)
    return reading or _by_age(text, today) or DateReading(None, told=text, fault=DateFault.UNREADABLE)


def _solar(text: str, told: str, today: date) -> DateReading | None:
    reading = None
    if found := _DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        reading = _day(found, today, told)
    elif found := _MONTH.fullmatch(text) or _COMPACT_MONTH.fullmatch(text):
        reading = _coarse(_checked(int(found[1]), int(found[2]), 1, today, told), Precision.MONTH)
    elif found := _YEAR_LAST.fullmatch(text):
        reading = _year_last(int(found[1]), int(found[2]), int(found[3]), today, told)
    elif _SHORT_YEAR.fullmatch(text):
        reading = DateReading(None, told=told, fault=DateFault.TWO_DIGIT_YEAR)
    elif found := _YEAR.fullmatch(text):
        reading = _coarse(_checked(int(found[1]), 1, 1, today, told), Precision.YEAR)
    elif _SERIAL.fullmatch(text):
        reading = _number(float(text), today)
    elif _NO_YEAR.fullmatch(text):
        reading = DateReading(None, told=told, fault=DateFault.NO_YEAR)
    return reading


def _coarse(reading: DateReading, precision: Precision) -> DateReading:
    if reading.value is None:
        return reading
    return DateReading(reading.value[: 7 if precision is Precision.MONTH else 4], precision)


def _number(number: float, today: date) -> DateReading:
    whole = int(number)
    reading = _whole_number(whole, today) if whole == number else None
    if reading is None and _EXCEL_DAYS[0] <= number < _EXCEL_DAYS[1]:
        day = date.fromordinal(_EXCEL_DAY_0 + whole)
        reading = _checked(day.year, day.month, day.day, today)
    if reading is None and _EARLIEST <= number <= today.year + 1:
        reading = _year_and_month(whole, round((number - whole) * 100), f"{number:g}")
    return reading or DateReading(None, told=f"{number:.15g}", fault=DateFault.UNREADABLE)


def _whole_number(whole: int, today: date) -> DateReading | None:
    if 10_000_000 <= whole < 100_000_000:
        return _checked(whole // 10_000, whole // 100 % 100, whole % 100, today, str(whole))
    if _EARLIEST <= whole <= today.year:
        return DateReading(str(whole), Precision.YEAR)
    return _solar(str(whole), str(whole), today) if whole >= 100_000 else None


def _year_and_month(year: int, hundredths: int, told: str) -> DateReading:
    """1990.5 in a number cell is May, 1990.12 December; 1990.1 may be January or October, so only the year is sure."""
    month = hundredths // 10 if hundredths % 10 == 0 else hundredths
    if hundredths == 10 or not 1 <= month <= 12:
        return DateReading(str(year), Precision.YEAR, told=told)
    return DateReading(f"{year}-{month:02}", Precision.MONTH)


def _day(found: re.Match[str], today: date, told: str) -> DateReading:
    year, month, day = map(int, found.groups())
    return _checked(year, month, day, today, told)


def _year_last(one: int, other: int, year: int, today: date, told: str) -> DateReading:
    """25/06/1990 can only be June; of 05/06/1990 nobody knows, and a guess would be a wrong birth date."""
    if one != other and max(one, other) <= 12:
        return DateReading(None, told=told, fault=DateFault.YEAR_LAST)
    return _checked(year, min(one, other), max(one, other), today, told)


def _checked(year: int, month: int, day: int, today: date, told: str | None = None) -> DateReading:
    if told is None:
        told = f"{year}-{month}-{day}"
    try:
        solar = date(year, month, day)
    except ValueError:
        return DateReading(None, told=told, fault=DateFault.NO_SUCH_DAY)
    if year < _EARLIEST:
        return DateReading(None, told=told, fault=DateFault.TOO_EARLY)
    if solar > today:
        return DateReading(None, told=told, fault=DateFault.FUTURE)
    return DateReading(solar.isoformat(), Precision.DAY)


def _lunar(told: str, today: date) -> DateReading:
    text = _LUNAR_WORDS.sub("", told).strip("：:()（）生 ")
    found = _LUNAR.fullmatch(text)
    if not found:
        return DateReading(None, told=told, fault=DateFault.UNREADABLE)
    if found[1] is None:
        return DateReading(None, told=told, fault=DateFault.NO_YEAR)
    year = int(found[1]) if found[1].isdecimal() else int("".join(str(_HAN_DIGITS[sign]) for sign in found[1]))
    month = {"正": 1, "元": 1, "冬": 11, "腊": 12}.get(found[3]) or _han_number(found[3])
    first = lunar.to_solar(year, month, _han_number(found[4]) if found[4] else 1, leap=found[2] is not None)
    if first is None:
        return DateReading(None, told=told, fault=DateFault.NO_SUCH_DAY)
    if first > today:
        return DateReading(None, told=told, fault=DateFault.FUTURE)
    if found[4]:
        return DateReading(first.isoformat(), Precision.DAY, told=told)
    return DateReading(f"{first:%Y-%m}", Precision.ESTIMATED, told=told)


def _by_age(text: str, today: date) -> DateReading | None:
    if found := _AGE.fullmatch(text):
        if not (found[1] or found[3]):
            return None
        animal, age, nominal = found[4], int(found[2]), "虚" in f"{found[1]}{found[3]}"
    elif (found := _ANIMAL.fullmatch(text)) and found[3]:
        animal, age, nominal = found[1], int(found[3]), found[2] != "周岁"
    elif found and lunar.is_animal(found[1]):
        return DateReading(None, told=text, fault=DateFault.ANIMAL_ALONE)
    else:
        return None
    return of_age(age, today, nominal=nominal, animal=animal, told=text)


def of_age(age: int, today: date, *, nominal: bool, animal: str | None = None, told: str) -> DateReading:
    """The estimated birth year of somebody who told an age, set right by the animal of the birth year if told."""
    if not 0 <= age < 125:
        return DateReading(None, told=told, fault=DateFault.UNREADABLE)
    year = lunar.birth_year_of_age(age, today, nominal)
    if animal:
        year = lunar.nearest_year_of(animal, year) or year
    return DateReading(str(min(year, today.year)), Precision.ESTIMATED, told=told)


def _arabic(text: str) -> str:
    """二〇〇一年三月十五日 as 2001年3月15日."""
    pieces = re.split(r"([年月日号])", text)
    plain = []
    for piece in pieces:
        if len(piece) > 2 and all(sign in _HAN_DIGITS for sign in piece):
            plain.append("".join(str(_HAN_DIGITS[sign]) for sign in piece))
        elif piece and all(sign in _HAN_DIGITS or sign == "十" for sign in piece):
            plain.append(str(_han_number(piece)))
        else:
            plain.append(piece)
    return "".join(plain)


def _han_number(text: str) -> int:
    """A number of one or two digits in words: 5, 五, 初五, 十五, 廿三, 三十."""
    if text.isdecimal():
        return int(text)
    text = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    return (_HAN_DIGITS.get(tens, 1) * 10 if ten else 0) + _HAN_DIGITS.get(ones, 0)
