"""Dates and times."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

from villagefp.domain.ambient import CHINA
from villagefp.forms.xpath_engine import Focus, Function
from villagefp.forms.xpath_values import Value, as_moment, days, from_days, to_moment, to_number, to_string

_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?")
_NO_DATE = "Invalid Date"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _today(focus: Focus) -> Value:
    return focus.scope.today().date()


def _now(focus: Focus) -> Value:
    return focus.scope.today()


def _date(_focus: Focus, value: Value) -> Value:
    """The day of a date, a moment, a text or a number of days; an empty answer stays empty."""
    moment = _moment(value)
    if moment is None:
        return "" if to_string(value) == "" else _NO_DATE
    return moment.astimezone(CHINA).date() if isinstance(moment, datetime) else moment


def _date_time(_focus: Focus, value: Value) -> Value:
    moment = _moment(value)
    if moment is None:
        return "" if to_string(value) == "" else _NO_DATE
    return moment


def _moment(value: Value) -> date | datetime | None:
    moment = as_moment(value)
    if moment is not None:
        return moment
    number = to_number(value)
    if not math.isfinite(number):
        return None
    if number == math.floor(number):
        return from_days(number)
    return datetime(1970, 1, 1, tzinfo=UTC).astimezone(CHINA) + timedelta(days=number)


def _decimal_date_time(_focus: Focus, value: Value) -> Value:
    moment = _moment(value)
    return math.nan if moment is None else days(moment)


def _decimal_time(_focus: Focus, value: Value) -> Value:
    """The share of the day that has passed."""
    text = value.isoformat() if isinstance(value, datetime) else to_string(value).strip()
    text = text.partition("T")[2] or text
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return math.nan
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0) + float(found[4] or 0)
    return seconds / 86_400


def _format(_focus: Focus, value: Value, pattern: Value) -> Value:
    text = to_string(value)
    moment = _moment(value)
    if moment is None and _TIME.fullmatch(text):
        moment = to_moment(f"1970-01-01T{text}")
    if moment is None:
        return "" if text == "" else _NO_DATE
    return _formatted(moment, to_string(pattern))


def _formatted(moment: date | datetime, pattern: str) -> str:
    clock = moment.astimezone(CHINA) if isinstance(moment, datetime) else None
    day = clock.date() if clock else moment
    parts = {
        "Y": f"{day.year:04}",
        "y": f"{day.year % 100:02}",
        "m": f"{day.month:02}",
        "n": str(day.month),
        "b": _MONTHS[day.month - 1],
        "d": f"{day.day:02}",
        "e": str(day.day),
        "a": _DAYS[day.weekday()],
        "W": f"{day.isocalendar().week:02}",
        "H": f"{clock.hour if clock else 0:02}",
        "h": str(clock.hour if clock else 0),
        "M": f"{clock.minute if clock else 0:02}",
        "S": f"{clock.second if clock else 0:02}",
        "3": f"{(clock.microsecond if clock else 0) // 1000:03}",
        "Z": "+08:00",
        "%": "%",
    }
    return re.sub(r"%(.)", lambda found: parts.get(found[1], found[0]), pattern)


FUNCTIONS: dict[str, Function] = {
    "today": Function(_today, 0, 0),
    "now": Function(_now, 0, 0),
    "date": Function(_date, 1, 1),
    "date-time": Function(_date_time, 1, 1),
    "decimal-date-time": Function(_decimal_date_time, 1, 1),
    "decimal-time": Function(_decimal_time, 1, 1),
    "format-date": Function(_format, 2, 2),
    "format-date-time": Function(_format, 2, 2),
}
