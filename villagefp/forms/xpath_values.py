"""What expressions compute with, and how one sort of value becomes another: ODK's rules.

Numbers are floats, dates and times are days since 1970-01-01 where they are computed with, an empty answer is an empty
text and no number: every comparison with it is false.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
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
_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_ZONE = r"(Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?" + f"{_ZONE}?"
)
_MOST_PAIRS = 4_000_000


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


def to_moment(text: str, zone: tzinfo = CHINA) -> date | datetime | None:
    """The date or the date with time that a text says, None where it says none; `zone` where it names no offset."""
    text = text.strip()
    try:
        if found := _DATE.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DATE_TIME.fullmatch(text):
            day, hour, minute, second, fraction, offset = found.groups()
            moment = datetime.combine(
                to_day(day),
                time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0"))),
                tzinfo=zone,
            )
            if offset is None:
                return moment
            return (moment.replace(tzinfo=UTC) - _offset(offset)).astimezone(zone)
    except (ValueError, OverflowError):
        return None
    return None


def to_day(text: str) -> date:
    """The day of YYYY-M-D; ValueError where there is none such."""
    year, month, day = text.split("-")
    return date(int(year), int(month), int(day))


def _offset(told: str) -> timedelta:
    if told == "Z":
        return timedelta()
    digits = told[1:].replace(":", "").ljust(4, "0")
    return timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if told[0] == "-" else 1)


def days(moment: date | datetime) -> float:
    """Days since 1970-01-01; a moment counts from midnight UTC, as `decimal-date-time` is specified."""
    if isinstance(moment, datetime):
        return (moment - _EPOCH_MOMENT) / timedelta(days=1)
    return float((moment - EPOCH).days)


def between(left: date | datetime, right: date | datetime, zone: tzinfo = CHINA) -> float:
    """Days from the right one to the left one; a day without a time begins at midnight where the village is."""
    if isinstance(left, datetime) == isinstance(right, datetime):
        return days(left) - days(right)
    return days(_midnight(left, zone)) - days(_midnight(right, zone))


def _midnight(moment: date | datetime, zone: tzinfo) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), tzinfo=zone)


def from_days(number: float) -> date:
    """The day that lies so many days after 1970-01-01; XPathError where the calendar ends before."""
    try:
        return EPOCH + timedelta(days=math.floor(number))
    except (OverflowError, ValueError) as error:
        raise XPathError(_("{days} days lead out of the calendar").format(days=number_text(number))) from error


def as_moment(value: Value, zone: tzinfo = CHINA) -> date | datetime | None:
    """A typed date, or the one that a text or an answer says."""
    if isinstance(value, date):
        return value
    if isinstance(value, (list, str)):
        text = to_string(value)
        return to_moment(text, zone) if len(text) > 7 else None
    return None


def compare(operator: str, left: Value, right: Value, zone: tzinfo = CHINA) -> bool:
    """XPath's comparison: sets of nodes hold if any node does; NaN is below, above and equal to nothing.

    A question that is not there counts as an empty answer, as ODK has it.
    """
    if isinstance(left, bool) or isinstance(right, bool):
        return _compare(operator, left, right, zone)
    lefts: list[Value] = _told(left) if isinstance(left, list) else [left]
    rights: list[Value] = _told(right) if isinstance(right, list) else [right]
    if len(lefts) * len(rights) > _MOST_PAIRS:
        raise XPathError(_("two sets of nodes are too large to be compared"))
    return any(_compare(operator, one, other, zone) for one in lefts for other in rights)


def _told(nodes: list[Node]) -> list[Value]:
    """What the nodes say, each text once."""
    if len(nodes) == 1:
        return [nodes[0].value()]
    return list(dict.fromkeys(node.value() for node in nodes)) or [""]


def _same(one: float, other: float) -> bool:
    """Equal but for what binary fractions lose, as ODK compares: 6.1 - 7.8 = -1.7."""
    return one == other or abs(one - other) < 1e-12


_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "=": _same, "!=": lambda one, other: not _same(one, other), "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def _compare(operator: str, left: Value, right: Value, zone: tzinfo) -> bool:
    if operator in {"=", "!="}:
        if isinstance(left, bool) or isinstance(right, bool):
            return (to_boolean(left) == to_boolean(right)) == (operator == "=")
        if isinstance(left, str) and isinstance(right, str) and not (_is_dated(left) and _is_dated(right)):
            return (left == right) == (operator == "=")
    first, second = as_moment(left, zone), as_moment(right, zone)
    if first is not None and second is not None:
        return _NUMERIC[operator](between(first, second, zone), 0.0)
    if isinstance(left, str) and isinstance(right, str) and operator in {"=", "!="}:
        return (left == right) == (operator == "=")
    return _NUMERIC[operator](to_number(left), to_number(right))


def _is_dated(text: str) -> bool:
    """Whether a text may be a date: one day written in two ways is one day."""
    return len(text) > 7 and text[4] == "-"


def subtract(left: Value, right: Value, zone: tzinfo) -> float:
    """The difference; of two dates the days between them."""
    if not isinstance(left, float) and not isinstance(right, float):
        first, second = as_moment(left, zone), as_moment(right, zone)
        if first is not None and second is not None:
            return between(first, second, zone)
    return to_number(left) - to_number(right)
