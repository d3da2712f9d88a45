"""What is next for one person or one household: appointments, then what may be offered now, then what comes later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.followup_days import DueState
from villagefp.domain.records import RecordId
from villagefp.services import appointments, day_list, desk, due
from villagefp.services.day_list import DayLine
from villagefp.storage import people

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_FURTHEST = 3
"""Visits that lie further ahead than a week are listed up to this number."""


@dataclass(frozen=True)
class NextLine:
    """A visit that may be made now or later, by the title of its form, a neutral one where it is private."""

    line: DayLine
    title: str
    begun: bool  # it may be started; what lies further ahead is only told


@dataclass(frozen=True)
class NextUp:
    """What stands at the top of a page."""

    appointments: tuple[DayLine, ...]
    lines: tuple[NextLine, ...]


def of_person(store: Store, person_id: RecordId, today: date) -> NextUp:
    """What is next for a person."""
    return _next(store, [person_id], today)


def of_household(store: Store, household_id: RecordId, today: date) -> NextUp:
    """What is next for a household and those who live in it."""
    with store.read() as connection:
        members = [line.id for line in people.person_lines(connection, household_id=household_id)]
    return _next(store, [household_id, *members], today)


def _next(store: Store, subjects: list[RecordId], today: date) -> NextUp:
    found = sorted(due.due_of_all(store, subjects, today), key=lambda line: (line.item.window_to, line.item.form))
    near = [line for line in found if line.item.state in due.SHOWN]
    later = [line for line in found if line.item.state is DueState.PLANNED][:_FURTHEST]
    return NextUp(
        tuple(day_list.of_appointment(line, {}, today) for line in appointments.of_subjects(store, subjects)),
        tuple(
            NextLine(
                day_list.of_due(line, {}, today),
                desk.due_words_of(store, line.item, today),
                line.item.state is not DueState.PLANNED,
            )
            for line in (*near, *later)
        ),
    )
