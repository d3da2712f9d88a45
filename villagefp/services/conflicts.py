"""Decisions that wait because two laptops wrote the same: what each says, who and when, and choosing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from villagefp.domain.ambient import CHINA
from villagefp.domain.records import Event, Household, RecordId, Worker
from villagefp.errors import UserError
from villagefp.i18n import _, language
from villagefp.services import catalogue, conflict_words, privacy, revisions
from villagefp.storage import conflicts, decisions, people, records
from villagefp.storage.codec import BY_KIND
from villagefp.storage.conflicts import Choice, OpenConflict, Sort
from villagefp.wire.heads import pack_heads
from villagefp.wire.stamp import milliseconds_of
from villagefp.wire.values import pack

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork
    from villagefp.wire.change import Change


@dataclass(frozen=True)
class Said:
    """Who wrote something, and when by that laptop's clock."""

    worker: str  # empty where the worker is not here yet
    at: datetime  # where the village is
    here: bool  # on this laptop
    device: str  # the first digits of the laptop's name, to tell laptops apart
    reason: str


@dataclass(frozen=True)
class ChoiceLine:
    """One of the ways to decide, in words."""

    number: int  # from 1
    words: str
    shown: bool  # what is shown until somebody decides
    said: tuple[Said, ...]  # the latest last; none where it was erased


@dataclass(frozen=True)
class ConflictLine:
    """One decision that waits."""

    id: str  # changes when something new is written, so nobody decides about what was not shown
    sort: str
    kind: str
    record: RecordId
    person: RecordId | None  # whose page shows it
    household: RecordId | None
    who: str  # the person, or the household's number
    what: str
    choices: tuple[ChoiceLine, ...]


def count(store: Store) -> int:
    """How many decisions wait."""
    with store.read() as connection:
        return decisions.count(connection)


def waiting(store: Store, *, reveal: bool = False) -> tuple[ConflictLine, ...]:
    """All decisions that wait. With `reveal` ID numbers are whole, and each look is logged."""
    with store.read() as connection:
        lines = tuple(_line(store, connection, each, reveal=reveal) for each in conflicts.open_conflicts(connection))
    if reveal:
        privacy.note_accesses(store, [line.person for line in lines if line.person is not None], "revealed")
    return lines


def choose(store: Store, conflict_id: str, number: int, reason: str = "") -> None:
    """Decide for one of the choices as they were shown; the other stays readable in the log.

    UserError where something was decided or written meanwhile, or there is no such choice.
    """
    with store.save(reason or None) as save:
        found = next((each for each in conflicts.open_conflicts(save.connection) if _id(each) == conflict_id), None)
        if found is None:
            raise UserError(
                _("This was decided already, or something new was written meanwhile. Look at the list again.")
            )
        if not 1 <= number <= len(found.choices):
            raise UserError(
                _("{number} is none of the choices. Choose 1 to {last}.").format(number=number, last=len(found.choices))
            )
        choice = found.choices[number - 1]
        if found.sort is Sort.CORRECTIONS:
            _take_back_others(save, found, choice)
        else:
            save.decide(found.decision(choice))


def _take_back_others(save: UnitOfWork, conflict: OpenConflict, choice: Choice) -> None:
    """Withdraw the other corrections, with what they made and overwrote where it still stands."""
    reason = "another correction of the same visit stands"
    for other in conflict.choices:
        if other.event is None or other.event == choice.event:
            continue
        wrote = revisions.of_one(save.connection, other.event)
        revisions.put_back(save, wrote)
        for record in wrote.made:
            if not wrote.touched(save, record):
                save.withdraw(type(record), record.id, reason)
        save.withdraw(Event, other.event, reason)


def _id(conflict: OpenConflict) -> str:
    events = [choice.event for choice in conflict.choices]
    told = pack([conflict.record, list(conflict.numbers), pack_heads(conflict.heads), events])
    return blake2b(told, digest_size=6).hexdigest()


def _line(store: Store, connection: Connection, conflict: OpenConflict, *, reveal: bool) -> ConflictLine:
    person, household = _about(connection, conflict)
    return ConflictLine(
        id=_id(conflict),
        sort=conflict.sort,
        kind=conflict.kind.name,
        record=conflict.record,
        person=person,
        household=household,
        who=_who(store, connection, conflict, person, household),
        what=conflict_words.what(conflict),
        choices=tuple(
            ChoiceLine(
                number,
                conflict_words.value_words(conflict, choice, reveal=reveal),
                choice.shown,
                tuple(_said(store, connection, change) for change in choice.written),
            )
            for number, choice in enumerate(conflict.choices, 1)
        ),
    )


def _said(store: Store, connection: Connection, change: Change) -> Said:
    worker = records.get(connection, Worker, change.author)
    return Said(
        worker=worker.name if worker is not None else "",
        at=datetime.fromtimestamp(milliseconds_of(change.stamp) / 1000, UTC).astimezone(CHINA),
        here=change.device == store.origin.device,
        device=change.device.hex()[-4:],
        reason=change.reason or "",
    )


def _about(connection: Connection, conflict: OpenConflict) -> tuple[RecordId | None, RecordId | None]:
    """The person and the household that a record is about, withdrawn or not."""
    if conflict.kind.name in ("person", "household"):
        return (conflict.record, None) if conflict.kind.name == "person" else (None, conflict.record)
    of = BY_KIND[conflict.kind.name].derived_from
    if not of:
        return None, None
    query = f'SELECT {", ".join(of)} FROM "{conflict.kind.name}" WHERE id = ?'  # noqa: S608  names of the registry
    row = connection.exec_driver_sql(query, (conflict.record,)).first()
    told = dict(zip(of, row, strict=True)) if row is not None else {}
    return told.get("person") or told.get("first"), told.get("household")


def _who(
    store: Store,
    connection: Connection,
    conflict: OpenConflict,
    person: RecordId | None,
    household: RecordId | None,
) -> str:
    parts = []
    if person is not None:
        parts.append(people.name_of(connection, person) or _("not here yet"))
    elif household is not None:
        home = records.get(connection, Household, household)
        parts.append(home.household_no if home is not None else _("not here yet"))
    if conflict.sort is Sort.CORRECTIONS:
        event = records.get(connection, Event, conflict.record)
        if event is not None:
            title = catalogue.of(store).neutral_title(event.form, event.form_version, language())
            parts.append(f"{event.occurred_on} {title}")
    return "  ".join(parts)
