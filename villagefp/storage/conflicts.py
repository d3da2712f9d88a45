"""What somebody should decide: two values of a field, an edit that a withdrawal had not seen, two live corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import standing
from villagefp.storage.codec import BY_NUMBER
from villagefp.storage.decisions import corrected, decided_together
from villagefp.storage.unit_of_work import Decision
from villagefp.wire.change import WITHDRAWN, Change, ChangeName
from villagefp.wire.heads import Heads, unpack_heads
from villagefp.wire.kinds import Kind, Merge
from villagefp.wire.values import Value, pack


class Sort(StrEnum):
    """What is to be decided."""

    VALUES = "values"  # of one field, or of fields that move as one
    WITHDRAWAL = "withdrawal"  # a record was withdrawn while somebody else wrote to it
    CORRECTIONS = "corrections"  # two laptops corrected the same visit


@dataclass(frozen=True)
class Choice:
    """One of the ways to decide."""

    values: Mapping[int, Value]  # of the fields in question; of a withdrawal, what was written meanwhile
    written: tuple[Change, ...]  # who says so, the latest last
    shown: bool  # what the record shows until somebody decides
    withdrawn: bool = False  # the record stays withdrawn
    event: RecordId | None = None  # of corrections: the one that stands


@dataclass(frozen=True)
class OpenConflict:
    """Something to decide about one record."""

    sort: Sort
    kind: Kind
    record: RecordId
    numbers: tuple[int, ...]  # the fields
    heads: Heads  # the writes in question: a decision replaces these and no others
    choices: tuple[Choice, ...]

    def decision(self, choice: Choice) -> Decision:
        """The write by which somebody decides for a choice; corrections are decided by taking the others back."""
        if self.sort is Sort.VALUES:
            return Decision(self.kind.name, self.record, choice.values, self.heads)
        if self.sort is Sort.CORRECTIONS:
            raise ValueError("Of two corrections one is taken back; there is no value to write.")
        marks = self.heads[WITHDRAWN]
        everything = tuple(sorted({name for names in self.heads.values() for name in names}))
        seen = everything if choice.withdrawn else marks
        return Decision(self.kind.name, self.record, {WITHDRAWN: choice.withdrawn}, {WITHDRAWN: seen})


def open_conflicts(connection: Connection) -> list[OpenConflict]:
    """Everything that waits for a decision, record by record."""
    rows = connection.exec_driver_sql("SELECT kind, record, field, heads FROM conflict ORDER BY record, field").all()
    asked = {(row.kind, row.record, decided_together(row.kind, row.field)): unpack_heads(row.heads) for row in rows}
    found = [_of_fields(connection, kind, record, numbers, heads) for (kind, record, numbers), heads in asked.items()]
    return found + [_of_corrections(connection, event, live) for event, live in corrected(connection).items()]


def _of_fields(
    connection: Connection, number: int, record: RecordId, numbers: tuple[int, ...], heads: Heads
) -> OpenConflict:
    kind = BY_NUMBER[number].kind
    changes = {one.change.name: one.change for one in standing.changes_of(connection, record)}
    if numbers == (WITHDRAWN,):
        return OpenConflict(Sort.WITHDRAWAL, kind, record, numbers, heads, _of_withdrawal(heads, changes))
    return OpenConflict(Sort.VALUES, kind, record, numbers, heads, _of_values(kind, numbers, heads, changes))


def _age(change: Change) -> tuple[int, bytes, int]:
    return change.stamp, change.device, change.seq


def _of_values(
    kind: Kind, numbers: tuple[int, ...], heads: Heads, changes: Mapping[ChangeName, Change]
) -> tuple[Choice, ...]:
    writes = _in_order(changes, {name for names in heads.values() for name in names})
    first_counts = kind.by_number[numbers[0]].merge is Merge.ONCE
    shown = min(writes, key=_age) if first_counts else max(writes, key=_age)
    alike: dict[bytes, list[Change]] = defaultdict(list)
    for write in writes:
        alike[pack([write.fields.get(number) for number in numbers])].append(write)
    return tuple(
        Choice({number: who[0].fields.get(number) for number in numbers}, tuple(who), shown in who)
        for who in alike.values()
    )


def _of_withdrawal(heads: Heads, changes: Mapping[ChangeName, Change]) -> tuple[Choice, ...]:
    marks = _in_order(changes, heads[WITHDRAWN])
    seen = {name for mark in marks for name in (mark.name, *mark.replaces.get(WITHDRAWN, ()))}
    edits = _in_order(changes, {name for names in heads.values() for name in names} - seen)
    written = {number: value for edit in edits for number, value in edit.fields.items() if edit.name in heads[number]}
    return (
        Choice({}, tuple(marks), shown=True, withdrawn=True),
        Choice(written, tuple(edits), shown=False),
    )


def _in_order(changes: Mapping[ChangeName, Change], names: Iterable[ChangeName]) -> list[Change]:
    """The changes with these names, the latest last; without those that were erased."""
    return sorted((changes[name] for name in names if name in changes and changes[name].fields), key=_age)


def _of_corrections(connection: Connection, event: RecordId, live: list[RecordId]) -> OpenConflict:
    made = [(each, standing.first_change(connection, each)) for each in live]
    choices = tuple(
        Choice({}, (change,) if change is not None else (), shown=False, event=each) for each, change in made
    )
    kind = next(codec.kind for codec in BY_NUMBER.values() if codec.kind.name == "event")
    return OpenConflict(Sort.CORRECTIONS, kind, event, (), {}, choices)
