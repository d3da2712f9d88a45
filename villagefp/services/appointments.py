"""Days on which a family asked the worker to come: noted, moved, kept or called off. Nothing is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.records import Household, Person, RecordId
from villagefp.domain.supply_records import Appointment
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import records

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

PARTS = ("morning", "noon", "afternoon", "evening")
"""The times of day a family can name; none is as good."""
KEPT, CANCELLED = "kept", "cancelled"


@dataclass(frozen=True)
class Wish:
    """When a family asked to be visited."""

    on: date
    part: str | None = None  # one of PARTS
    note: str | None = None  # in neutral words: it stands on the first page


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
