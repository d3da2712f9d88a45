"""A month as a calendar: on each day the appointments of families and the windows that end; no names in it."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from villagefp.domain import almanac
from villagefp.domain.almanac import DayNote
from villagefp.domain.followup_days import DueItem, DueState
from villagefp.services import appointments, day_list, due
from villagefp.services.appointments import CANCELLED
from villagefp.services.day_list import DayLine
from villagefp.storage import households

if TYPE_CHECKING:
    from villagefp.storage.store import Store

WEEKS = 6
_WORTH_A_DOT = due.SHOWN | {DueState.PLANNED}


@dataclass(frozen=True)
class MonthDay:
    """One day of the grid."""

    day: date
    inside: bool  # of the month shown
    note: DayNote
    appointments: int = 0
    ending: int = 0


@dataclass(frozen=True)
class MonthPage:
    """The grid of a month, Monday first, six weeks."""

    year: int
    month: int
    days: tuple[MonthDay, ...]


@dataclass(frozen=True)
class DayOfMonth:
    """What one day has: who asked for it, and for whom a window ends on it."""

    day: date
    asked: tuple[DayLine, ...]
    ending: tuple[DayLine, ...]


def month_page(store: Store, year: int, month: int, today: date) -> MonthPage:
    """The month with its counts."""
    first = date(year, month, 1)
    start = first - timedelta(days=first.weekday())
    days = [start + timedelta(days=number) for number in range(7 * WEEKS)]
    with store.read() as connection:
        kept = appointments.between(connection, days[0], days[-1])
    asked = Counter(each.wished_on for each in kept if each.settled != CANCELLED)
    ending = Counter(_ends_on(line.item) for line in due.due_on(store, today, states=frozenset(_WORTH_A_DOT)))
    return MonthPage(
        year,
        month,
        tuple(
            MonthDay(day, day.month == month, almanac.note_of(day), asked[day.isoformat()], ending[day]) for day in days
        ),
    )


def day_of(store: Store, day: date, today: date) -> DayOfMonth:
    """The lines of one day; appointments that were called off are left out."""
    ending = [line for line in due.due_on(store, today, states=frozenset(_WORTH_A_DOT)) if _ends_on(line.item) == day]
    with store.read() as connection:
        kept = [each for each in appointments.between(connection, day, day) if each.settled != CANCELLED]
        asked = appointments.as_lines(connection, kept)
        heads = households.head_names(connection) if ending or asked else {}
    return DayOfMonth(
        day,
        tuple(day_list.of_appointment(line, heads, today) for line in asked),
        tuple(day_list.of_due(line, heads, today) for line in ending),
    )


def moved(year: int, month: int, months: int) -> tuple[int, int]:
    """The month so many months on."""
    number = year * 12 + month - 1 + months
    return number // 12, number % 12 + 1


def same_day(day: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    year, month = moved(day.year, day.month, months)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _ends_on(item: DueItem) -> date:
    return item.asked_back_on or item.window_to
