"""The list of a day as it is walked: sections, groups, households, and the lines of each; no line names a programme."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.domain.followup_days import DueState
from villagefp.domain.records import RecordId
from villagefp.i18n import _
from villagefp.services import appointments, due, due_filters, due_words, walking_order
from villagefp.services.appointments import AppointmentLine
from villagefp.services.due import DueLine
from villagefp.storage import households
from villagefp.storage.lines import in_order

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

NOW, SOON, AWAY = "now", "soon", "away"
SECTIONS = (NOW, SOON, AWAY)
"""What may be done today, what begins within days, and what waits until somebody is back in the village."""
_SECTION = {DueState.SOON: SOON, DueState.AWAY: AWAY}


class DayLine(Struct, frozen=True):
    """One line: an appointment, or a visit that may be made."""

    household_id: RecordId | None
    household_no: str
    group_no: str
    head: str  # the name of the household's head
    who: str
    what: str
    when: str
    due: DueLine | None = None
    appointment: AppointmentLine | None = None

    @property
    def person_id(self) -> RecordId | None:
        """The person it is about; None where it is about a household."""
        if self.due is not None:
            return self.due.item.person
        return self.appointment.appointment.person if self.appointment is not None else None

    @property
    def key(self) -> tuple[object, ...]:
        """By what a line is found again after the list was read anew."""
        if self.due is not None:
            item = self.due.item
            return item.person or item.household, item.programme, item.episode, item.point
        return (self.appointment.appointment.id,) if self.appointment is not None else ()


class DayGroup(Struct, frozen=True):
    """The lines of one group of the village, household by household."""

    group_no: str
    lines: tuple[DayLine, ...]


class DayPage(Struct, frozen=True):
    """The sections of a day, each with its groups; and the families of programmes that have a line."""

    sections: dict[str, tuple[DayGroup, ...]]
    families: tuple[str, ...]
    family: str = ""
    coming: str = ""  # a sentence while a part of the village's history is still to come

    def count(self, section: str) -> int:
        """How many lines a section has."""
        return sum(len(group.lines) for group in self.sections[section])


def day_page(store: Store, today: date, family: str = "") -> DayPage:
    """What may be done on a day, in the order in which the worker walks; narrowed to one family where it is named."""
    found = due.due_on(store, today)
    shown = due_filters.narrowed(found, family)
    with store.read() as connection:
        waiting = appointments.open_until(connection, today) if not family else []
        met = appointments.as_lines(connection, waiting)
        heads = households.head_names(connection) if shown or met else {}
        lines = [
            *(of_appointment(line, heads, today) for line in met),
            *(of_due(line, heads, today) for line in shown),
        ]
        ordered = _walked(connection, lines)
    present = {due_filters.family_of(line.item.programme) for line in found}
    return DayPage(
        sections={section: _groups(line for line in ordered if _section(line) == section) for section in SECTIONS},
        families=tuple(each for each in due_filters.FAMILIES if each in present),
        family=family,
        coming=due.while_history_comes(store),
    )


def appointment_when(line: AppointmentLine, today: date) -> str:
    """When a family asked to be visited: 约好 上午, with the day where it is not today."""
    told = line.appointment
    part = appointments.part_words(told.part)
    day = date.fromisoformat(told.wished_on)
    if day == today:
        return _("asked for today, {part}").format(part=part) if part else _("asked for today")
    said = _("{month}/{day}").format(month=day.month, day=day.day)
    return _("asked for {day}, {part}").format(day=said, part=part) if part else _("asked for {day}").format(day=said)


def of_due(line: DueLine, heads: dict[RecordId, str], today: date) -> DayLine:
    """A visit that may be made as a line of a list."""
    return DayLine(
        household_id=line.household_id,
        household_no=line.household_no,
        group_no=line.group_no,
        head=heads.get(line.household_id or b"", ""),
        who=line.who if line.item.person is not None else "",
        what=due.neutral_words(),
        when=due_words.when(line.item, today),
        due=line,
    )


def of_appointment(line: AppointmentLine, heads: dict[RecordId, str], today: date) -> DayLine:
    """An appointment as a line of a list."""
    return DayLine(
        household_id=line.household_id,
        household_no=line.household_no,
        group_no=line.group_no,
        head=heads.get(line.household_id or b"", ""),
        who=line.who if line.appointment.person is not None else "",
        what=line.appointment.note or _("appointment"),
        when=appointment_when(line, today),
        appointment=line,
    )


def _walked(connection: Connection, lines: Iterable[DayLine]) -> list[DayLine]:
    """Groups in order, households as they are walked, what was asked for before what may be offered."""
    walked = walking_order.places(connection)
    return sorted(
        lines,
        key=lambda line: (
            in_order(line.group_no),
            walking_order.sort_key(walked, line.household_id, line.household_no),
            line.due is not None,
        ),
    )


def _section(line: DayLine) -> str:
    return NOW if line.due is None else _SECTION.get(line.due.item.state, NOW)


def _groups(lines: Iterable[DayLine]) -> tuple[DayGroup, ...]:
    return tuple(DayGroup(group_no, tuple(found)) for group_no, found in groupby(lines, key=lambda line: line.group_no))
