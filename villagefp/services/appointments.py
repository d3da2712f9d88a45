"""Days on which a family asked the worker to come: noted, moved, kept or called off. Nothing is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from villagefp.domain.records import Household, Person, RecordId
from villagefp.domain.supply_records import Appointment
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import households, people, records
from villagefp.storage.lines import PersonLine

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

PARTS = ("morning", "noon", "afternoon", "evening")
"""The times of day a family can name; none is as good."""
KEPT, CANCELLED = "kept", "cancelled"


class Wish(Struct, frozen=True):
    """When a family asked to be visited."""

    on: date
    part: str | None = None  # one of PARTS
    note: str | None = None  # in neutral words: it stands on the first page


class AppointmentLine(Struct, frozen=True):
    """An appointment with whom and where; a person's stands with the household he or she lives in."""

    appointment: Appointment
    who: str  # the person's name, or that of the household's head
    household_id: RecordId | None
    household_no: str
    group_no: str


def note(
    store: Store, wish: Wish, *, person_id: RecordId | None = None, household_id: RecordId | None = None
) -> Appointment:
    """Note a day that a person or a family asked for; UserError where nobody is named or the time of day is unknown."""
    _check(wish)
    if (person_id is None) == (household_id is None):
        raise UserError(_("An appointment is with one person or with one household. Choose whom it is with."))
    appointment = Appointment(
        id=store.ambient.new_id(),
        person=person_id,
        household=household_id,
        wished_on=wish.on.isoformat(),
        part=wish.part,
        note=_tidy(wish.note),
    )
    with store.save() as save:
        known = save.get(Person, person_id) if person_id else save.get(Household, household_id or b"")
        if known is None:
            raise UserError(_("The person or household of this appointment is not here. Look it up again."))
        save.add(appointment)
    return appointment


def move(store: Store, appointment_id: RecordId, wish: Wish) -> None:
    """Give an appointment another day; where it had been called off or kept it counts again."""
    _check(wish)
    with store.save() as save:
        there = _there(save.connection, appointment_id)
        save.change(
            replace(
                there, wished_on=wish.on.isoformat(), part=wish.part, note=_tidy(wish.note), settled=None, event=None
            )
        )


def settle(store: Store, appointment_id: RecordId, how: str | None) -> None:
    """Take it off the list as kept or called off; None puts it back, as an undo does."""
    if how not in (KEPT, CANCELLED, None):
        raise ValueError(f"An appointment ends kept or cancelled, not {how}.")
    with store.save() as save:
        save.change(replace(_there(save.connection, appointment_id), settled=how, event=None))


def open_until(connection: Connection, last: date) -> list[Appointment]:
    """Those that wait, up to this day, earlier ones that nobody settled included."""
    waiting = records.where(connection, Appointment, settled=None)
    return sorted((each for each in waiting if each.wished_on <= last.isoformat()), key=_when)


def between(connection: Connection, first: date, last: date) -> list[Appointment]:
    """All of these days, settled ones too, for the calendar."""
    kept = records.where(connection, Appointment)
    return sorted((each for each in kept if first.isoformat() <= each.wished_on <= last.isoformat()), key=_when)


def as_lines(connection: Connection, found: Sequence[Appointment]) -> tuple[AppointmentLine, ...]:
    """The appointments with the names and households of those they are with."""
    persons = people.lines_of(connection, [each.person for each in found if each.person is not None])
    wanted = [each.household for each in found if each.household is not None]
    homes = {home.id: home for home in records.where_in(connection, Household, "id", wanted)} if wanted else {}
    heads = households.head_names(connection) if wanted else {}
    return tuple(_line(each, persons, homes, heads) for each in found)


def of_subjects(store: Store, subjects: Sequence[RecordId]) -> tuple[AppointmentLine, ...]:
    """The appointments that wait for these persons and households, the nearest first."""
    with store.read() as connection:
        waiting = records.where(connection, Appointment, settled=None)
        wanted = set(subjects)
        return as_lines(connection, sorted((a for a in waiting if {a.person, a.household} & wanted), key=_when))


def part_words(part: str | None) -> str:
    """A time of day in words; empty for none."""
    told = {"morning": _("morning"), "noon": _("noon"), "afternoon": _("afternoon"), "evening": _("evening")}
    return told.get(part or "", "")


def _line(
    each: Appointment,
    persons: Mapping[RecordId, PersonLine],
    homes: Mapping[RecordId, Household],
    heads: Mapping[RecordId, str],
) -> AppointmentLine:
    if each.person is not None and (line := persons.get(each.person)) is not None:
        return AppointmentLine(each, line.name, line.household_id, line.household_no, line.group_no)
    if each.household is not None and (home := homes.get(each.household)) is not None:
        return AppointmentLine(each, heads.get(home.id, ""), home.id, home.household_no, home.group_no or "")
    return AppointmentLine(each, "", None, "", "")


def _when(appointment: Appointment) -> tuple[str, int, bytes]:
    part = PARTS.index(appointment.part) if appointment.part in PARTS else -1
    return appointment.wished_on, part, appointment.id


def _there(connection: Connection, appointment_id: RecordId) -> Appointment:
    found = records.get(connection, Appointment, appointment_id)
    if found is None:
        raise UserError(_("This appointment is not here any more."))
    return found


def _check(wish: Wish) -> None:
    if wish.part is not None and wish.part not in PARTS:
        raise UserError(
            _("{part} is no time of day. Say morning, noon, afternoon or evening, or nothing.").format(part=wish.part)
        )


def _tidy(note_: str | None) -> str | None:
    return note_.strip() or None if note_ else None
