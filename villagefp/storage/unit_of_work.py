"""The one path that writes records: rows, their changes in the log and the search keys, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.records import Record, RecordId
from villagefp.storage import log, records, same, search
from villagefp.storage.codec import BY_KIND, CODECS, Codec
from villagefp.storage.log import Origin, Tail
from villagefp.wire.change import WITHDRAWN, Change, ChangeName
from villagefp.wire.heads import Heads, pack_fresh_heads, pack_heads, unpack_heads
from villagefp.wire.kinds import Merge
from villagefp.wire.stamp import next_stamp
from villagefp.wire.values import Value, in_order

if TYPE_CHECKING:
    from villagefp.wire.erasure import RecordName

R = TypeVar("R", bound=Record)


class Entry(Struct, frozen=True):
    """What a save is told before it begins: whose it is, where the log ends, the time, and why."""

    origin: Origin
    tail: Tail
    author: RecordId
    milliseconds: int
    random: Callable[[int], bytes]
    reason: str | None
    derive: Callable[[Connection, set[tuple[str, RecordId]]], None] | None = None  # what else is made anew


class Decision(Struct, frozen=True):
    """What somebody decided about a record: values in place of the writes that were shown."""

    kind: str
    record: RecordId
    fields: Mapping[int, Value]
    replaces: Mapping[int, tuple[ChangeName, ...]]


class UnitOfWork:
    """One save. What it adds and changes can be read at once through `connection`; others see it after the commit."""

    def __init__(self, connection: Connection, entry: Entry) -> None:
        self.connection = connection
        self.changed: set[tuple[str, RecordId]] = set()
        self._entry = entry
        self._origin = entry.origin
        self._group = entry.tail.seq + 1
        self._stamp = next_stamp(entry.tail.stamp, entry.milliseconds)
        self._seq = entry.tail.seq
        self._changes: list[Change] = []
        self._decided: set[RecordName] = set()

    def add(self, record: Record) -> None:
        """Keep a new record."""
        self.add_many([record])

    def add_many(self, records: Iterable[Record]) -> None:
        """Keep new records; as fast for thousands as SQLite takes rows."""
        rows: dict[Codec, list[tuple[Any, ...]]] = defaultdict(list)
        for record in records:
            codec = CODECS[type(record)]
            row = codec.row(record)
            told = codec.told(row)
            name = self._log(codec, record.id, told, {}, self._entry.reason)
            rows[codec].append((*row, pack_fresh_heads(name, told)))
        for codec, of_kind in rows.items():
            self.connection.exec_driver_sql(codec.insert_sql, of_kind)

    def change(self, record: Record, reason: str | None = None) -> bool:
        """Keep what differs from the stored record; False if nothing does."""
        codec = CODECS[type(record)]
        heads, withdrawn, before = self._stored(codec, record.id)
        if withdrawn:
            raise ValueError(f"A withdrawn {codec.kind.name} cannot be changed.")
        after = codec.row(record)
        differing = codec.differing(before, after)
        if not differing:
            return False
        _check_once(codec, differing, before)
        for reference, kind in codec.derived_from.items():
            if reference in differing and (was := before[codec.names.index(reference) + 1]) is not None:
                self.changed.add((kind, was))  # what is derived of it loses this record
        written = codec.written(differing, after)
        if written:
            replaces = {number: heads[number] for number in written if number in heads}
            name = self._log(codec, record.id, written, replaces, reason or self._entry.reason)
            heads.update(dict.fromkeys(written, (name,)))
        self._update(codec, record.id, {**differing, "heads": pack_heads(heads)})
        return True

    def withdraw(self, record_type: type[Record], record_id: RecordId, reason: str) -> None:
        """Take a record back: it stays in the log and is no longer shown."""
        codec = CODECS[record_type]
        heads, withdrawn, _ = self._stored(codec, record_id)
        if withdrawn:
            return
        # It names every write it has seen: an edit made elsewhere meanwhile then stands out.
        seen = tuple(sorted({name for names in heads.values() for name in names}))
        name = self._log(codec, record_id, {WITHDRAWN: True}, {WITHDRAWN: seen}, reason)
        heads[WITHDRAWN] = (name,)
        self._update(codec, record_id, {"withdrawn": True, "heads": pack_heads(heads)})

    def get(self, record_type: type[R], record_id: RecordId) -> R | None:
        """The record as this save has left it so far."""
        return records.get(self.connection, record_type, record_id)

    def heads(self, record_type: type[Record], record_id: RecordId) -> Heads:
        """Which writes a record's values come from, as this save has left it so far."""
        return self._stored(CODECS[record_type], record_id)[0]

    def wrote(self, name: ChangeName) -> bool:
        """Whether a change is of this save."""
        return name[0] == self._origin.device and name[1] > self._entry.tail.seq

    def decide(self, decision: Decision, reason: str | None = None) -> None:
        """Write what somebody decided in place of the writes that were shown; it counts even where nothing differs.

        What came after they were shown stays beside it, as a conflict of its own.
        """
        codec = BY_KIND[decision.kind]
        fields = in_order(decision.fields)
        self._log(codec, decision.record, fields, dict(decision.replaces), reason or self._entry.reason)
        self._decided.add((codec.kind.number, decision.record))

    def finish(self) -> Tail:
        """Write the log and what is derived; the store calls it just before the commit."""
        tail = log.append(self.connection, self._entry.tail, self._changes, self._entry.random)
        self._settle()
        self.changed |= same.refresh(self.connection, self.changed)
        search.refresh(self.connection, self.changed)
        if self._entry.derive is not None:
            self._entry.derive(self.connection, self.changed)
        return tail

    def _settle(self) -> None:
        """Records about which something was to be decided are made anew from the log, this save included."""
        waiting = {
            (row.kind, row.record) for row in self.connection.exec_driver_sql("SELECT kind, record FROM conflict")
        }
        if waiting:
            written = {(BY_KIND[kind].kind.number, record) for kind, record in self.changed}
            self._decided |= waiting & written
        if self._decided:
            from villagefp.storage import erased, folding  # noqa: PLC0415  seldom needed, and 20 ms of an opening

            self.changed |= folding.refold(self.connection, self._decided, erased.known(self.connection))

    def _log(
        self,
        codec: Codec,
        record_id: RecordId,
        fields: Mapping[int, Value],
        replaces: dict[int, tuple[ChangeName, ...]],
        reason: str | None,
    ) -> ChangeName:
        self._seq += 1
        self._changes.append(
            Change(
                village=self._origin.village,
                device=self._origin.device,
                seq=self._seq,
                group=self._group,
                stamp=self._stamp,
                author=self._entry.author,
                kind=codec.kind.number,
                record=record_id,
                fields=fields,
                replaces=replaces,
                reason=reason,
            )
        )
        self.changed.add((codec.kind.name, record_id))
        return self._origin.device, self._seq

    def _stored(self, codec: Codec, record_id: RecordId) -> tuple[Heads, bool, list[Any]]:
        row = self.connection.exec_driver_sql(codec.select_heads_sql, (record_id,)).first()
        if row is None:
            raise LookupError(f"There is no {codec.kind.name} with this id.")
        heads, withdrawn, *values = row
        return unpack_heads(heads), bool(withdrawn), codec.plain(values)

    def _update(self, codec: Codec, record_id: RecordId, columns: dict[str, Any]) -> None:
        assignments = ", ".join(f'"{column}" = ?' for column in columns)
        self.connection.exec_driver_sql(
            f'UPDATE "{codec.kind.name}" SET {assignments} WHERE id = ?', (*columns.values(), record_id)
        )
        self.changed.add((codec.kind.name, record_id))


def _check_once(codec: Codec, differing: dict[str, Value], before: list[Any]) -> None:
    for name in differing:
        if codec.kind.by_name[name].merge is Merge.ONCE and before[codec.names.index(name) + 1] is not None:
            raise ValueError(f"{codec.kind.name}.{name} is written once: correct it by a new record.")
