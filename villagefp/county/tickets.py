"""Opening a record at the county: only for a reason that is there, and written down before anything is shown.

The county decides about people without reading about them. Where it has to look (a conflict, a move, somebody entered
twice, a returned group, a right that somebody uses) it opens this one record by a ticket: who, what for, which record.
What is sealed stays sealed. Nothing else here gives out values of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from villagefp.county import clues, held
from villagefp.county.clues import Sort
from villagefp.county.doubts import Doubt, unpack_doubts
from villagefp.county.doubts import Sort as Doubtful
from villagefp.county.store import Act, County, note
from villagefp.county.tables import record as record_table
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.declared import BY_NAME, BY_NUMBER
from villagefp.wire.kinds import Travel
from villagefp.wire.values import Value, unpack

_TRANSFER = BY_NAME["transfer"]
_MOVES_WHOM = _TRANSFER.by_name["person"].number


class Cause(StrEnum):
    """What a record may be opened for; nothing else is a reason."""

    CONFLICT = "conflict"  # two laptops wrote a field of it without knowing of each other
    TRANSFER = "transfer"  # it is a move, or the person who asked for it
    DUPLICATE = "duplicate"  # it shares its ID number with another person
    RETURNED = "returned"  # a group that was returned writes to it
    RIGHTS = "rights"  # the person asks to see, correct or have erased what is kept of her


def in_words(cause: Cause) -> str:
    """Why a record is opened, as people say it."""
    return {
        Cause.CONFLICT: _("two laptops wrote differently"),
        Cause.TRANSFER: _("a person wishes to move"),
        Cause.DUPLICATE: _("perhaps twice in the register"),
        Cause.RETURNED: _("an entry that was returned"),
        Cause.RIGHTS: _("the person's own request"),
    }[cause]


@dataclass(frozen=True)
class Ticket:
    """Who wants to look, and what for."""

    who: str
    cause: Cause
    village: bytes
    record: bytes
    reference: str = ""  # of a request in writing; no name, no number of a person


@dataclass(frozen=True)
class Opened:
    """A record as the county may see it: what is open, by name of the field."""

    kind: str
    record: bytes
    values: Mapping[str, Value]
    sealed: tuple[str, ...]  # fields that say something, and nobody here can read what
    withdrawn: bool


def open_record(county: County, ticket: Ticket) -> Opened:
    """The open fields of the record that a ticket names; the ticket is in the audit before this returns.

    UserError where the record is not here, or what the ticket says is no reason to open it.
    """
    with county.numbering(ticket.village) as (connection, standing):
        check(connection, ticket)
        note(connection, standing, act(county.now(), ticket))
    with county.read() as connection:
        return read(connection, ticket.village, ticket.record)


def act(at: str, ticket: Ticket) -> Act:
    """A ticket as the audit keeps it."""
    what = f"ticket {ticket.cause.value} {ticket.reference}".rstrip()
    return Act(at, ticket.who, what, ticket.record)


def check(connection: Connection, ticket: Ticket) -> None:
    """UserError where a ticket is none: nobody said who wants to look, or there is nothing of what it is for."""
    if not ticket.who.strip():
        raise UserError(_("A ticket says who wants to look. Give your name as the office knows it."))
    if ticket.cause is Cause.RIGHTS and not ticket.reference.strip():
        raise UserError(_("A request of a person has a number or a date in the office's book. Give it."))
    if not _holds(connection, ticket):
        raise UserError(
            _("There is nothing of this record to decide under “{cause}”, so it stays closed. Look at the tasks again.")
            .format(cause=in_words(ticket.cause))
        )  # fmt: skip


def _holds(connection: Connection, ticket: Ticket) -> bool:
    if ticket.cause is Cause.CONFLICT:
        return any(doubt.sort is Doubtful.CONFLICT for doubt in _doubts(connection, ticket))
    if ticket.cause is Cause.DUPLICATE:
        tasks = clues.tasks(connection, ticket.village)
        return any(task.sort in (Sort.ID_NUMBER, Sort.HOME) and ticket.record in task.records for task in tasks)
    if ticket.cause is Cause.TRANSFER:
        return any(ticket.record in (move, person) for move, person in moves(connection, ticket.village))
    if ticket.cause is Cause.RETURNED:
        return any(one.change.record == ticket.record for one in held.of_village(connection, ticket.village))
    return True


def _doubts(connection: Connection, ticket: Ticket) -> tuple[Doubt, ...]:
    query = select(record_table.c.doubts).where(
        record_table.c.village == ticket.village, record_table.c.record == ticket.record
    )
    return tuple(doubt for (packed,) in connection.execute(query) for doubt in unpack_doubts(packed))


def moves(connection: Connection, village: bytes) -> list[tuple[bytes, bytes]]:
    """The moves that were asked for in a village and not taken back, each with the id of the person."""
    query = select(record_table.c.record, record_table.c.fields).where(
        record_table.c.village == village, record_table.c.kind == _TRANSFER.number, record_table.c.withdrawn == 0
    )
    found = [(move, unpack(packed).get(_MOVES_WHOM)) for move, packed in connection.execute(query)]
    return [(move, person) for move, person in found if person is not None]


def read(connection: Connection, village: bytes, record: bytes) -> Opened:
    """A record's open fields; UserError where it is not here. Whoever calls this has noted a ticket."""
    query = select(
        record_table.c.kind, record_table.c.fields, record_table.c.withdrawn
    ).where(record_table.c.village == village, record_table.c.record == record)  # fmt: skip
    row = connection.execute(query).first()
    if row is None:
        raise UserError(_("This record is not here. It may still wait on a laptop of the village."))
    kind = BY_NUMBER[row.kind]
    told = {kind.by_number[number]: value for number, value in unpack(row.fields).items() if number in kind.by_number}
    return Opened(
        kind=kind.name,
        record=record,
        values={field.name: value for field, value in told.items() if field.travel is Travel.OPEN},
        sealed=tuple(field.name for field, value in told.items() if field.travel is Travel.SEALED and value),
        withdrawn=bool(row.withdrawn),
    )


def open_returned(county: County, ticket: Ticket) -> tuple[Mapping[str, Value], ...]:
    """What the returned groups wrote to a record, the first write first; logged like any other look."""
    if ticket.cause is not Cause.RETURNED:
        raise ValueError("Only a returned group is opened so.")
    with county.numbering(ticket.village) as (connection, standing):
        check(connection, ticket)
        note(connection, standing, act(county.now(), ticket))
    with county.read() as connection:
        changes = [one.change for one in held.of_village(connection, ticket.village)]
    found = []
    for change in changes:
        kind = BY_NUMBER.get(change.kind)
        if kind is not None and change.record == ticket.record:
            known = {kind.by_number[number]: told for number, told in change.fields.items() if number in kind.by_number}
            found.append({field.name: told for field, told in known.items() if field.travel is Travel.OPEN})
    return tuple(found)
