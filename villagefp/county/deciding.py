"""Deciding a conflict at the county: both values, by a ticket, and a write that replaces the heads that were shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection

from villagefp.county import log, merging, pen, tickets
from villagefp.county.pen import Write
from villagefp.county.store import Act, County
from villagefp.county.tickets import Cause, Ticket
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.change import WITHDRAWN, Change, ChangeName
from villagefp.wire.declared import BY_NUMBER
from villagefp.wire.heads import Folded, Heads, pack_heads
from villagefp.wire.kinds import Kind, Travel
from villagefp.wire.values import Value, pack


@dataclass(frozen=True)
class Choice:
    """One of the ways to decide."""

    values: Mapping[str, Value]  # what is open of the fields in question, by name
    written: tuple[Change, ...]  # who says so, the latest last
    withdrawn: bool = False  # of a withdrawal: the record stays withdrawn


@dataclass(frozen=True)
class Shown:
    """Something to decide about a record, as it was shown."""

    id: str  # changes when something new is written, so nobody decides about what was not shown
    kind: str
    record: bytes
    fields: tuple[str, ...]  # none: the record was withdrawn while somebody else wrote to it
    choices: tuple[Choice, ...]


def conflicts(county: County, ticket: Ticket) -> tuple[Shown, ...]:
    """What is to be decided about a record; the look is in the audit before this returns.

    UserError where nothing is to be decided about it.
    """
    tickets.open_record(county, ticket)
    with county.read() as connection:
        return tuple(each.shown() for each in _open_ones(connection, ticket))


def choose(county: County, ticket: Ticket, shown: str, number: int, reason: str = "") -> None:
    """Decide for one of the choices (from 1) as they were shown; the others stay readable in the log.

    UserError where something was decided or written meanwhile, or there is no such choice.
    """
    if ticket.cause is not Cause.CONFLICT:
        raise ValueError("A conflict is decided by a ticket for a conflict.")
    with pen.writing(
        county, ticket.village, Act(county.now(), ticket.who, "conflict decided", ticket.record)
    ) as writer:
        found = next((each for each in _open_ones(writer.connection, ticket) if each.id == shown), None)
        if found is None:
            raise UserError(
                _("This was decided already, or something new was written meanwhile. Look at the list again.")
            )
        choices = found.choices()
        if not 1 <= number <= len(choices):
            raise UserError(
                _("{number} is none of the choices. Choose 1 to {last}.").format(number=number, last=len(choices))
            )
        fields, replaces = found.decision(choices[number - 1])
        stamp = writer.after([change.stamp for change in found.changes.values()])
        writer.save(
            Write(
                kind=found.kind.number,
                record=found.record,
                fields=fields,
                replaces=replaces,
                stamp=stamp,
                reason=reason or None,
            )
        )


@dataclass(frozen=True)
class _Open:
    """One conflict of a record, with all that a decision needs."""

    kind: Kind
    record: bytes
    numbers: tuple[int, ...]
    heads: Heads
    changes: Mapping[ChangeName, Change]

    @property
    def id(self) -> str:
        return blake2b(pack([self.record, list(self.numbers), pack_heads(self.heads)]), digest_size=6).hexdigest()

    def shown(self) -> Shown:
        """As whoever decides may see it."""
        names = () if self.numbers == (WITHDRAWN,) else tuple(self.kind.by_number[each].name for each in self.numbers)
        return Shown(self.id, self.kind.name, self.record, names, self.choices())

    def choices(self) -> tuple[Choice, ...]:
        """The ways to decide, in an order that does not depend on what came first."""
        if self.numbers == (WITHDRAWN,):
            marks = self._in_order(self.heads[WITHDRAWN])
            seen = {name for mark in marks for name in (mark.name, *mark.replaces.get(WITHDRAWN, ()))}
            edits = self._in_order({name for names in self.heads.values() for name in names} - seen)
            return Choice({}, tuple(marks), withdrawn=True), Choice({}, tuple(edits))
        alike: dict[bytes, list[Change]] = defaultdict(list)
        for write in self._in_order({name for names in self.heads.values() for name in names}):
            alike[pack([write.fields.get(number) for number in self.numbers])].append(write)
        return tuple(Choice(self._open(who[0]), tuple(who)) for who in alike.values())

    def decision(self, choice: Choice) -> tuple[Mapping[int, Value], Mapping[int, tuple[ChangeName, ...]]]:
        """The write by which somebody decides for a choice: it replaces what was shown and nothing else."""
        if self.numbers == (WITHDRAWN,):
            everything = tuple(sorted({name for names in self.heads.values() for name in names}))
            return {WITHDRAWN: choice.withdrawn}, {WITHDRAWN: everything if choice.withdrawn else self.heads[WITHDRAWN]}
        return {number: choice.written[0].fields.get(number) for number in self.numbers}, self.heads

    def _open(self, write: Change) -> Mapping[str, Value]:
        known = [self.kind.by_number[number] for number in self.numbers]
        return {field.name: write.fields.get(field.number) for field in known if field.travel is Travel.OPEN}

    def _in_order(self, names: Iterable[ChangeName]) -> list[Change]:
        found = [self.changes[name] for name in names if name in self.changes and self.changes[name].fields]
        return sorted(found, key=lambda change: (change.stamp, change.name))


def _open_ones(connection: Connection, ticket: Ticket) -> Sequence[_Open]:
    logged = log.of_records(connection, ticket.village, [ticket.record])
    found: list[_Open] = []
    for number in sorted({one.change.kind for one in logged}):
        kind = BY_NUMBER.get(number)
        if kind is not None:
            of_kind = [one for one in logged if one.change.kind == number]
            folded = merging.fold_all(kind, of_kind)
            changes = {one.change.name: one.change for one in of_kind}
            found += [
                _Open(kind, ticket.record, numbers, heads, changes) for numbers, heads in _asked(kind, folded).items()
            ]
    return found


def _asked(kind: Kind, folded: Folded) -> Mapping[tuple[int, ...], Heads]:
    """What is to be decided together, and the heads that a decision replaces."""
    asked: dict[tuple[int, ...], Heads] = {}
    for number in folded.conflicts:
        if number == WITHDRAWN:
            asked[WITHDRAWN,] = folded.heads
            continue
        if folded.withdrawn:
            continue  # it is decided as a whole
        field = kind.by_number[number]
        numbers = tuple(each.number for each in kind.groups[field.group]) if field.group else (number,)
        asked[numbers] = {each: folded.heads[each] for each in numbers if each in folded.heads}
    return asked
