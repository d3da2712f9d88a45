"""Dates and times."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from villagefp.forms.xpath_engine import Focus, Function, Scope
from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_values import (
    Value,
    as_moment,
    days,
    from_days,
    number_text,
    to_moment,
    to_number,
    to_string,
)
from villagefp.i18n import _

_TIME = re.compile(r"([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")
_NO_DATE = "Invalid Date"
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "zh": tuple(f"{number}月" for number in range(1, 13)),
}
_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": tuple(f"周{day}" for day in "一二三四五六日"),
}


def _today(focus: Focus) -> Value:
    return focus.scope.moment.astimezone(focus.scope.zone).date()


def _now(focus: Focus) -> Value:
    return focus.scope.moment


def _date(focus: Focus, value: Value) -> Value:
    """The day of a date, a moment, a text or a number of days; an empty answer stays empty."""
    moment = _moment(focus, value)
    if moment is None:
        return "" if to_string(value) == "" else _NO_DATE
    if isinstance(moment, datetime):
        return moment.astimezone(focus.scope.zone).date()
    return moment


def _date_time(focus: Focus, value: Value) -> Value:
    moment = _moment(focus, value)
    if moment is None:
        return "" if to_string(value) == "" else _NO_DATE
    return moment


def _moment(focus: Focus, value: Value) -> date | datetime | None:
    if isinstance(value, bool):
        return None
    zone = focus.scope.zone
    moment = as_moment(value, zone)
    if moment is not None:
        return moment
    number = to_number(value)
    if not math.isfinite(number):
        return None
    if number == math.floor(number):
        return from_days(number)
    return _of_days(number).astimezone(zone)


def _of_days(number: float) -> datetime:
    """A moment by its days since 1970, to the millisecond, which is as far as a number of days is exact."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=round(number * 86_400_000))
    except OverflowError as error:
        raise XPathError(_("{days} days lead out of the calendar").format(days=number_text(number))) from error


def _decimal_date_time(focus: Focus, value: Value) -> Value:
    """Days since 1970, a day without a time as a whole number; the reverse of date()."""
    if isinstance(value, float):
        return value
    moment = _moment(focus, value)
    return math.nan if moment is None else days(moment)


def _decimal_time(focus: Focus, value: Value) -> Value:
    """The share of the day that has passed, by the clock on the wall here."""
    if isinstance(value, float):
        return value - math.floor(value) if math.isfinite(value) else math.nan
    moment = _moment(focus, value) or _moment_of_time(focus, to_string(value).strip())
    if not isinstance(moment, datetime):
        return math.nan if moment is None else 0.0
    here = moment.astimezone(focus.scope.zone)
    return (here.hour * 3600 + here.minute * 60 + here.second + here.microsecond / 1_000_000) / 86_400


def _moment_of_time(focus: Focus, text: str) -> date | datetime | None:
    """Today at a time of day, so that an offset is told by today's rules."""
    if not _TIME.fullmatch(text):
        return None
    today = focus.scope.moment.astimezone(focus.scope.zone).date()
    return to_moment(f"{today.isoformat()}T{text}", focus.scope.zone)


def _format(focus: Focus, value: Value, pattern: Value) -> Value:
    """The date in the words of the pattern; nothing where there is none."""
    moment = _moment(focus, value) or _moment_of_time(focus, to_string(value).strip())
    return "" if moment is None else _formatted(moment, to_string(pattern), focus.scope)


def _formatted(moment: date | datetime, pattern: str, scope: Scope) -> str:
    zone, language = scope.zone, scope.language if scope.language in _MONTHS else "en"
    clock = moment.astimezone(zone) if isinstance(moment, datetime) else None
    day = clock.date() if clock else moment
    parts = {
        "Y": f"{day.year:04}",
        "y": f"{day.year % 100:02}",
        "m": f"{day.month:02}",
        "n": str(day.month),
        "b": _MONTHS[language][day.month - 1],
        "d": f"{day.day:02}",
        "e": str(day.day),
        "a": _DAYS[language][day.weekday()],
        "W": f"{day.isocalendar().week:02}",
        "H": f"{clock.hour if clock else 0:02}",
        "h": str(clock.hour if clock else 0),
        "M": f"{clock.minute if clock else 0:02}",
        "S": f"{clock.second if clock else 0:02}",
        "3": f"{(clock.microsecond if clock else 0) // 1000:03}",
        "Z": _offset_of(moment, zone),
        "%": "%",
    }
    return re.sub(r"%(.)", lambda found: parts.get(found[1], found[0]), pattern)


def _offset_of(moment: date | datetime, zone: tzinfo) -> str:
    clock = moment if isinstance(moment, datetime) else datetime.combine(moment, time(), tzinfo=zone)
    return clock.astimezone(zone).isoformat()[-6:]


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
