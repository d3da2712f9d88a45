"""Resident ID numbers (GB 11643): what one says and what is wrong with it; the region is a hint and refuses nothing."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from operator import mul
from typing import NamedTuple

from villagefp.domain import codes
from villagefp.domain.records import IdStatus
from villagefp.domain.widths import half_width

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = sum(_WEIGHTS) * ord("0")
_CHECKS = "10X98765432"
_NEW = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD = re.compile(r"\d{15}", re.ASCII)
_FLOAT = re.compile(r"[1-9](?:\.\d+)?E\+?1[4-7]", re.ASCII)
_JUNK = re.compile(r"[\s'’‘`´\"“”·.,，、—_\-\u200b-\u200f\u2060\ufeff]+")
_CARD = r"(?:身份)?(?:证件|证号|证|号)?(?:号?码)?"
_ABSENT = (
    (IdStatus.NONE, re.compile(rf"(?:无|没有?|未有|否){_CARD}")),
    (
        IdStatus.NOT_YET,
        re.compile(
            r"(?:新生儿|婴儿|小孩|无)?(?:还没有?|尚未|暂时?未|没有?|未|待|等|正?在)[补申]?"
            rf"(?:办|领|发|出|登记|[上落入报]户)(?:理|取|口|中|了)*{_CARD}"
            rf"|暂(?:时?无|时?没有?){_CARD}|[补申]?办理?证?中|新生儿"
        ),
    ),
    (
        IdStatus.NOT_TOLD,
        re.compile(
            r"不详|不知道?|不清楚?|未知|空|暂?缺|0|N/?A|[-—/\\?]+"
            r"|(?:待|未|没有?)(?:查|核[实对]?|补充?|填写?|带|携带|提供|采集)"
        ),
    ),
)
_SIGNS = re.compile(r"[\s,，、;；。.:：()\[\]【】“”\"']+")
_DIGITS = re.compile(r"\d[\dXx]*")
_PART = 4
"""Digits from which on a value looks like part of a number; the last four are what people know each other by."""
_LONGEST_SHOWN = 20
_MAY_BE_ONE = re.compile(r"\d(?:[\s'’_·.\-]{0,3}[\dXx]){13,}")
_LONGEST_QUOTED = 40
_WHOLE = 10**15  # a number of up to 15 digits survives a spreadsheet whole


class IdFault(StrEnum):
    """Why a number cannot be a resident ID number as it stands."""

    STRUCTURE = "structure"  # not 18 or 15 characters of the right sort
    DATE = "date"  # no such birth date
    CHECKSUM = "checksum"
    DIGITS_LOST = "digits_lost"  # a spreadsheet kept it as a number and lost its end


class IdReading(NamedTuple):
    """A number as read: normalised where it can be one, as told where not, and what it says of its owner.

    A named tuple, since a roster has thousands of numbers to read.
    """

    number: str
    fault: IdFault | None = None
    birth: str | None = None  # YYYY-MM-DD, also from a number that has a fault, if its date is one
    sex: str | None = None  # 1 or 2 of GB/T 2261.1; None where the number has a fault
    old: bool = False  # 15 digits, 旧证


def normalise(text: str) -> str:
    """The number without the dirt of spreadsheets and input methods: full width, spaces, apostrophes, breaks, x."""
    if text.isalnum() and text.isascii():
        return text.upper()
    return _JUNK.sub("", half_width(text)).upper()


def check_digit(first_17: str) -> str:
    """The 18th character that belongs to 17 digits."""
    return _CHECKS[(sum(map(mul, first_17.encode(), _WEIGHTS)) - _ZEROS) % 11]


def read(told: str | float) -> IdReading:
    """What a cell or a field says as an ID number; never refuses, names the fault instead."""
    if not isinstance(told, str):
        return _read_number(told)
    number = normalise(told)
    if _NEW.fullmatch(number):
        return _read_new(number)
    if _OLD.fullmatch(number):
        birth = _date("19" + number[6:12])
        sex = _sex(number[14]) if birth else None
        return IdReading(number, None if birth else IdFault.DATE, birth, sex, old=True)
    if _FLOAT.fullmatch(told.strip().upper()):
        return IdReading(told.strip(), IdFault.DIGITS_LOST)
    return IdReading(number, IdFault.STRUCTURE)


def absent(told: str) -> IdStatus | None:
    """What words in place of a number say: that there is none, none yet, or that it was not told; None for others."""
    words = _SIGNS.sub("", half_width(told)).upper()
    return next((status for status, pattern in _ABSENT if pattern.fullmatch(words)), None)


def mask(number: str) -> str:
    """The number as it may be seen by others: 1101**********002X."""
    stars = len(number) - 8
    if stars <= 0:
        return "*" * len(number)
    return number[:4] + ("*" * stars if stars <= 10 else "*" * 10 + "…") + number[-4:]


def shown(told: str) -> str:
    """What stands for a number, as a sentence may name it: words as they are, parts of a number masked, all short."""
    if sum(map(str.isdigit, told)) >= _PART:
        if normalise(told).isascii():
            return mask(told)
        told = _DIGITS.sub(lambda found: "*" * len(found[0]), told)  # beside words nothing of it is left
    return told if len(told) <= _LONGEST_SHOWN else told[:_LONGEST_SHOWN] + "…"


def quoted(told: str) -> str:
    """Any cell or field as a sentence may name it: what may be an ID number masked, cut where it is long."""
    plain = _MAY_BE_ONE.sub(lambda found: mask(_JUNK.sub("", found[0])), half_width(told))
    return plain if len(plain) <= _LONGEST_QUOTED else plain[:_LONGEST_QUOTED] + "…"


def province_hint(number: str, language: str = "zh_CN") -> str | None:
    """Where the number was first given out, as a hint; None for an unknown region, which is no fault."""
    return codes.load("province").label(number[:2], language)


def _read_new(number: str) -> IdReading:
    birth = _date(number[6:14])
    if birth is None:
        return IdReading(number, IdFault.DATE)
    if check_digit(number[:17]) != number[17]:
        # Sixteen or more digits typed into a spreadsheet as a number end in zeros.
        return IdReading(number, IdFault.DIGITS_LOST if number.endswith("000") else IdFault.CHECKSUM, birth)
    return IdReading(number, None, birth, _sex(number[16]))


def _read_number(told: float) -> IdReading:
    if abs(told) < _WHOLE:
        return read(str(int(told)))
    digits = f"{told:.14e}".replace(".", "").split("e")[0].ljust(18, "0")
    return IdReading(digits, IdFault.DIGITS_LOST, _date(digits[6:14]))


def _date(digits: str) -> str | None:
    """The day of eight digits, YYYY-MM-DD."""
    if not "1850" < digits[:4] < "2100":
        return None
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    return day


def _sex(digit: str) -> str:
    return "1" if int(digit) % 2 else "2"
