"""What expressions compute with, and how one sort of value becomes another: ODK's rules.

Numbers are floats, dates and times are days since 1970-01-01 where they are computed with, an empty answer is an empty
text and no number: every comparison with it is false.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt

from villagefp.domain.ambient import CHINA
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_tree import Node
from villagefp.i18n import _

Value = str | float | bool | date | datetime | list[Node]
"""A `date` without and a `datetime` with a time of day; sets of nodes are lists in document order."""

EPOCH = date(1970, 1, 1)
_EPOCH_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATE_TIME = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d{2}(?::?\d{2})?)?"
)


def to_string(value: Value) -> str:
    """The value as an answer would be written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list):
        return value[0].value() if value else ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat()


def number_text(number: float) -> str:
    """A number without an exponent, whole ones without a point."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e21:
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def to_number(value: Value) -> float:
    """The value as a number; dates as days since 1970; NaN where it is none."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, (list, str)):
        text = to_string(value)
        if _NUMBER.fullmatch(text):
            return float(text)
        moment = to_moment(text) if len(text) > 7 else None
        return math.nan if moment is None else days(moment)
    return days(value)


def to_boolean(value: Value) -> bool:
    """True for a number other than zero, a text that is not empty, a set with a node."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    if isinstance(value, date):
        return True
    return bool(value)


def to_moment(text: str) -> date | datetime | None:
    """The date or the date with time that a text says, None where it says none."""
    text = text.strip()
    try:
        if found := _DATE.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DATE_TIME.fullmatch(text):
            day, hour, minute, second, fraction, zone = found.groups()
            moment = datetime.combine(
                to_day(day),
                time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0"))),
                tzinfo=CHINA,
            )
            return moment if zone is None else _shifted(moment, zone)
    except ValueError:
        return None
    return None


def to_day(text: str) -> date:
    """The day of YYYY-M-D; ValueError where there is none such."""
    year, month, day = text.split("-")
    return date(int(year), int(month), int(day))


def _shifted(moment: datetime, zone: str) -> datetime:
    offset = timedelta()
    if zone != "Z":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    return moment + (timedelta(hours=8) - offset)


def days(moment: date | datetime) -> float:
    """Days since 1970-01-01; a moment counts from midnight UTC, as `decimal-date-time` is specified."""
    if isinstance(moment, datetime):
        return (moment - _EPOCH_MOMENT) / timedelta(days=1)
    return float((moment - EPOCH).days)


def between(left: date | datetime, right: date | datetime) -> float:
    """Days from the right one to the left one; a day without a time begins at midnight where the village is."""
    if isinstance(left, datetime) == isinstance(right, datetime):
        return days(left) - days(right)
    return days(_midnight(left)) - days(_midnight(right))


def _midnight(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), tzinfo=CHINA)


def from_days(number: float) -> date:
    """The day that lies so many days after 1970-01-01; XPathError where the calendar ends before."""
    try:
        return EPOCH + timedelta(days=math.floor(number))
    except (OverflowError, ValueError) as error:
        raise XPathError(_("{days} days lead out of the calendar").format(days=number_text(number))) from error


def as_moment(value: Value) -> date | datetime | None:
    """A typed date, or the one that a text or an answer says."""
    if isinstance(value, date):
        return value
    if isinstance(value, (list, str)):
        text = to_string(value)
        return to_moment(text) if len(text) > 7 else None
    return None


def compare(operator: str, left: Value, right: Value) -> bool:
    """XPath's comparison: sets of nodes hold if any node does; NaN is below, above and equal to nothing.

    A question that is not there counts as an empty answer, as ODK has it.
    """
    if isinstance(left, bool) or isinstance(right, bool):
        return _compare(operator, left, right)
    lefts: list[Value] = [node.value() for node in left] or [""] if isinstance(left, list) else [left]
    rights: list[Value] = [node.value() for node in right] or [""] if isinstance(right, list) else [right]
    return any(_compare(operator, one, other) for one in lefts for other in rights)


def _same(one: float, other: float) -> bool:
    """Equal but for what binary fractions lose, as ODK compares: 6.1 - 7.8 = -1.7."""
    return one == other or abs(one - other) < 1e-12


_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "=": _same, "!=": lambda one, other: not _same(one, other), "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def _compare(operator: str, left: Value, right: Value) -> bool:
    if operator in {"=", "!="}:
        if isinstance(left, bool) or isinstance(right, bool):
            return (to_boolean(left) == to_boolean(right)) == (operator == "=")
        if isinstance(left, str) and isinstance(right, str):
            return (left == right) == (operator == "=")
    first, second = as_moment(left), as_moment(right)
    if first is not None and second is not None:
        return _NUMERIC[operator](between(first, second), 0.0)
    return _NUMERIC[operator](to_number(left), to_number(right))


def add(left: Value, right: Value, sign: int) -> Value:
    """Sum (sign 1) or difference (−1): a date and a number give a date, two dates a number of days."""
    first, second = as_moment(left), as_moment(right)
    if first is not None and second is not None:
        return between(first, second) if sign < 0 else days(first) + days(second)
    if first is not None:
        return _moved(first, sign * to_number(right))
    if second is not None and sign > 0:
        return _moved(second, to_number(left))
    return to_number(left) + sign * to_number(right)


def _moved(moment: date | datetime, number: float) -> Value:
    if math.isnan(number) or math.isinf(number):
        return math.nan
    if not isinstance(moment, datetime):
        return from_days(days(moment) + number)
    try:
        return moment + timedelta(days=number)
    except OverflowError as error:
        raise XPathError(_("{days} days lead out of the calendar").format(days=number_text(number))) from error
