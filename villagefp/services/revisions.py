"""What earlier revisions of a visit wrote, and undoing it where it still stands.

The log knows: all changes of the save that kept a revision, behind the event itself, are what that revision wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from villagefp.domain.records import Event, Record, RecordId
from villagefp.storage import records, standing
from villagefp.storage.codec import BY_KIND, Codec
from villagefp.wire.change import Change, ChangeName
from villagefp.wire.declared import BY_NUMBER

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.unit_of_work import UnitOfWork

R = TypeVar("R", bound=Record)


@dataclass
class Earlier:
    """What the revisions before this one wrote. Records they made wait here to be taken up again, or taken back."""

    events: tuple[RecordId, ...] = ()  # the revisions, the first one first
    ours: frozenset[ChangeName] = frozenset()  # every change of their saves
    made: list[Record] = field(default_factory=list)  # by them, and not withdrawn since
    records: frozenset[RecordId] = frozenset()  # the ids of all these, taken up again or not
    standing: list[tuple[str, RecordId]] = field(default_factory=list)  # what could not be undone

    def take(self, record_type: type[R], fits: Callable[[R], bool] = lambda _record: True) -> R | None:
        """A record that an earlier revision made and that this one needs again; it is not taken back then."""
        for record in self.made:
            if isinstance(record, record_type) and fits(record):
                self.made.remove(record)
                return record
        return None

    def touched(self, save: UnitOfWork, record: Record) -> bool:
        """Whether somebody else wrote to a record since."""
        heads = save.heads(type(record), record.id)
        return any(name not in self.ours for names in heads.values() for name in names)

    def may_write(self, save: UnitOfWork, record: Record, name: str) -> bool:
        """False for a field of a record made by an earlier revision that somebody else wrote to since."""
        if record.id not in self.records:
            return True
        number = BY_KIND[record.KIND].kind.by_name[name].number
        heads = save.heads(type(record), record.id).get(number, ())
        if all(head in self.ours or save.wrote(head) for head in heads):
            return True
        self.standing.append((record.KIND, record.id))
        return False

    def revise(self, save: UnitOfWork, kept: R, wanted: R) -> R:
        """Let a record that was taken up again say what is wanted; fields that somebody else wrote since stand."""
        heads = save.heads(type(kept), kept.id)
        kind = BY_KIND[kept.KIND].kind
        changes: dict[str, Any] = {}
        for told in kind.fields:
            value = getattr(wanted, told.name)
            if value == getattr(kept, told.name):
                continue
            if all(name in self.ours for name in heads.get(told.number, ())):
                changes[told.name] = value
            elif value != self._wrote(save, kept.id, told.number):
                self.standing.append((kept.KIND, kept.id))
        revised = replace(kept, **changes)
        save.change(revised)
        return revised

    def _wrote(self, save: UnitOfWork, record_id: RecordId, number: int) -> Any:
        """What the earlier revisions themselves said last: saying it again contradicts nobody."""
        told = [each.change for each in standing.changes_of(save.connection, record_id)]
        return next(
            (each.fields[number] for each in reversed(told) if each.name in self.ours and number in each.fields), None
        )


def earlier(connection: Connection, event_id: RecordId | None) -> Earlier:
    """What the revisions up to this event wrote; nothing where a visit is no correction."""
    return _written(connection, chain(connection, event_id))


def of_one(connection: Connection, event_id: RecordId) -> Earlier:
    """What this revision alone wrote."""
    return _written(connection, (event_id,))


def _written(connection: Connection, events: tuple[RecordId, ...]) -> Earlier:
    if not events:
        return Earlier()
    changes = [change for event in events for change in _known(standing.changes_beside(connection, event))]
    ours = frozenset(change.name for change in changes)
    made = [record for change in changes if (record := _made(connection, change, ours)) is not None]
    by_id = {record.id: record for record in made}
    return Earlier(events, ours, list(by_id.values()), frozenset(by_id))


def chain(connection: Connection, event_id: RecordId | None) -> tuple[RecordId, ...]:
    """A visit and the revisions before it, the first one first."""
    return tuple(reversed(list(_revisions(connection, event_id))))


def all_of(connection: Connection, event_id: RecordId | None) -> set[RecordId]:
    """Every revision of the visit that an event is one of, later ones too."""
    found = set(chain(connection, event_id))
    fresh = set(found)
    while fresh:
        fresh = {event.id for event in records.where_in(connection, Event, "revision_of", sorted(fresh))} - found
        found |= fresh
    return found


def put_back(save: UnitOfWork, before: Earlier) -> None:
    """Give the fields that the last revision overwrote the values they had, where its writes still stand."""
    if not before.events:
        return
    last = before.events[-1]
    behind = False
    first: dict[tuple[int, RecordId, int], Change] = {}
    for change in _known(standing.changes_beside(save.connection, last)):
        if behind:
            for number in change.fields:
                first.setdefault((change.kind, change.record, number), change)
        behind = behind or change.record == last
    made = {record.id for record in before.made} | {
        record for _kind, record, _number in first if _is_made_by(save.connection, record, before.ours)
    }
    of_record: dict[tuple[int, RecordId], dict[int, Change]] = {}
    for (kind, record, number), change in first.items():
        if record not in made and number in BY_NUMBER[kind].by_number:  # not the withdrawn mark
            of_record.setdefault((kind, record), {})[number] = change
    for (kind, record), changes in of_record.items():
        _put_back(save, before, BY_KIND[BY_NUMBER[kind].name], record, changes)


def _put_back(save: UnitOfWork, before: Earlier, codec: Codec, record_id: RecordId, changes: dict[int, Change]) -> None:
    record = save.get(codec.record_type, record_id)
    if record is None:
        before.standing.append((codec.kind.name, record_id))
        return
    heads = save.heads(codec.record_type, record_id)
    values: dict[str, Any] = {}
    for number, change in changes.items():
        if all(head in before.ours for head in heads.get(number, ())):
            values[codec.kind.by_number[number].name] = _value_before(save.connection, change, number)
        else:
            before.standing.append((codec.kind.name, record_id))
    save.change(replace(record, **values))  # at once: fields of a group have the same heads


def _value_before(connection: Connection, change: Change, number: int) -> Any:
    replaced = change.replaces.get(number, ())
    told = [each.change for each in standing.changes_of(connection, change.record) if each.change.name in replaced]
    # A value that was erased is not here any more.
    return max(told, key=lambda each: (each.stamp, each.device, each.seq)).fields.get(number) if told else None


def _known(changes: Iterable[Change]) -> Iterator[Change]:
    """Without those of kinds that only a newer program knows."""
    return (change for change in changes if change.kind in BY_NUMBER)


def _revisions(connection: Connection, event_id: RecordId | None) -> Iterator[RecordId]:
    seen: set[RecordId] = set()
    while event_id is not None and event_id not in seen:
        seen.add(event_id)
        yield event_id
        event = records.get(connection, Event, event_id)
        event_id = event.revision_of if event else None


def _made(connection: Connection, change: Change, ours: frozenset[ChangeName]) -> Record | None:
    if change.replaces or BY_NUMBER[change.kind].name == Event.KIND:
        return None
    if not _is_made_by(connection, change.record, ours):
        return None
    return records.get(connection, BY_KIND[BY_NUMBER[change.kind].name].record_type, change.record)


def _is_made_by(connection: Connection, record: RecordId, ours: frozenset[ChangeName]) -> bool:
    first = standing.first_change(connection, record)
    return first is not None and first.name in ours
