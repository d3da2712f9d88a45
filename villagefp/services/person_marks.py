"""Marks that follow from what is on file of a person: settled when it is put right, made when it no longer fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from villagefp.domain import checks, resident_id
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import IdStatus, Person, RecordId
from villagefp.i18n import _
from villagefp.storage import marks, records, same
from villagefp.storage.marks import Mark

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork

_ABOUT = {
    "name": {CheckKind.NAME_MISSING},
    "id_no": {
        CheckKind.ID_CHECKSUM, CheckKind.ID_DIGITS_LOST, CheckKind.ID_STRUCTURE, CheckKind.ID_DUPLICATE,
        CheckKind.BIRTH_MISMATCH, CheckKind.SEX_MISMATCH,
    },
    "birth_date": {CheckKind.BIRTH_UNREADABLE, CheckKind.BIRTH_MISMATCH},
    "birth_told": {CheckKind.BIRTH_UNREADABLE},
    "sex": {CheckKind.SEX_MISMATCH},
}  # fmt: skip
"""Which kinds of marks are about a fact, so that putting it right settles them."""


class Followed(Struct, frozen=True):
    """What became of marks with a change: those that were settled and those that were made."""

    settled: tuple[RecordId, ...] = ()
    made: tuple[RecordId, ...] = ()


class Freed(Struct, frozen=True):
    """Somebody who was left alone with a number that had been shared, before and after, and the marks settled."""

    before: Person
    after: Person
    settled: tuple[RecordId, ...] = ()


def follow(store: Store, save: UnitOfWork, before: Person, after: Person) -> Followed:
    """After a person's facts were changed: settle the marks about them that hold no more, make those that hold now.

    A mark that somebody settled by hand does not come back, as long as what it is about stays the same.
    """
    touched = {
        kind for name, kinds in _ABOUT.items() if getattr(before, name) != getattr(after, name) for kind in kinds
    }
    if not touched:
        return Followed()
    was = {(found.kind, found.message) for found in _findings(save.connection, before)}
    now = [found for found in _findings(save.connection, after) if found.kind in touched]
    still = {found.kind for found in now if (found.kind, found.message) in was}
    settled = []
    for each in same.all_of(save.connection, after.id):
        for mark in marks.open_marks(save.connection, person_id=each):
            if mark.kind in touched and mark.kind not in still:
                marks.settle(save.connection, mark.id)
                settled.append(mark.id)
    day = store.ambient.today().isoformat()
    fresh = [
        Mark(store.ambient.new_id(), after.id, found.kind.value, _of_an_entry(found), day)
        for found in now
        if found.kind not in still
    ]
    return Followed(tuple(settled), tuple(marks.renew(save.connection, mark) for mark in fresh))


def free_others(save: UnitOfWork, number: str | None) -> list[Freed]:
    """Let the number of somebody count who is left alone with it, since it was put right at the others."""
    if number is None or resident_id.read(number).fault is not None:
        return []
    found = []
    for owner in owners(save.connection, number):
        if owners(save.connection, number, beside=owner.id):
            continue
        counting = replace(owner, id_status=IdStatus.PRESENT)
        here = marks.open_marks(save.connection, person_id=owner.id)
        shared = tuple(mark.id for mark in here if mark.kind == CheckKind.ID_DUPLICATE)
        for mark in shared:
            marks.settle(save.connection, mark)
        if save.change(counting) or shared:
            found.append(Freed(owner, counting, shared))
    return found


def owners(connection: Connection, number: str, *, beside: RecordId | None = None) -> list[Person]:
    """Who has this ID number; `beside` leaves out one person, whose entries are all one and the same."""
    ours = set(same.all_of(connection, beside)) if beside is not None else set()
    return [each for each in records.where(connection, Person, id_no=number) if each.id not in ours]


def last_character(number: str) -> str:
    """The sentence for a number of which a sign is wrong, where no row of a roster is spoken of."""
    return _(
        "The last character of ID number {number} does not fit the others, so one of them is wrong. "
        "Please compare it with the card."
    ).format(number=resident_id.mask(number))


def _of_an_entry(found: checks.Finding) -> str:
    """What was found, of something that was entered: the sentences of `checks` speak of the rows of a roster."""
    if found.kind in (CheckKind.ID_CHECKSUM, CheckKind.ID_DIGITS_LOST):
        return last_character(found.value)
    if found.kind is CheckKind.ID_DUPLICATE:
        said = _("The ID number {number} stands at more than one person. Please look at the cards.")
        return said.format(number=resident_id.mask(found.value))
    return found.message


def _findings(connection: Connection, person: Person) -> tuple[checks.Finding, ...]:
    shared = person.id_no is not None and bool(owners(connection, person.id_no, beside=person.id))
    return checks.of_person(person, id_shared=shared)
