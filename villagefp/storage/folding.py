"""Records made from the log: whatever was touched is folded over all its changes, and its row written anew.

Own saves know what they write and need none of this; it is for what came from elsewhere, what was decided, and what
was erased.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import standing
from villagefp.storage.codec import BY_NUMBER, Codec
from villagefp.storage.records import chunks, marks, select_in
from villagefp.wire.change import WITHDRAWN, LoggedChange
from villagefp.wire.erasure import Erasures, RecordName
from villagefp.wire.heads import Folded, fold, pack_heads
from villagefp.wire.kinds import Kind

Touched = set[tuple[str, RecordId]]
"""Records by the name of their kind."""

WHOLE_KIND = 0
"""Stands in `not_understood` for the fields of a kind that is not known here."""

ConflictRow = tuple[RecordId, int, int, bytes]
UnknownRow = tuple[int, int, RecordId]


def refold(connection: Connection, names: Iterable[RecordName], erasures: Erasures) -> Touched:
    """Make these records anew from the log; returns them with all whose derived rows they are or were part of."""
    by_kind: dict[int, set[RecordId]] = defaultdict(set)
    for number, record in names:
        by_kind[number].add(record)
    touched: Touched = set()
    for number, records in sorted(by_kind.items()):
        touched |= _refold_kind(connection, number, sorted(records), erasures)
    return touched


def _refold_kind(connection: Connection, number: int, records: Sequence[RecordId], erasures: Erasures) -> Touched:
    changes = standing.changes_of_records(connection, number, records)
    codec = BY_NUMBER.get(number)
    touched: Touched = set()
    rows: list[list[Any]] = []
    open_conflicts: list[ConflictRow] = []
    unknown: list[UnknownRow] = []
    for record in records:
        logged = changes.get(record, [])
        if codec is None:
            unknown += unknown_in(number, None, record, logged)
            continue
        folded = folded_record(codec.kind, record, logged, erasures)
        rows.append(codec.merged(record, folded))
        open_conflicts += conflicts_in(codec, record, rows[-1], folded)
        unknown += unknown_in(number, codec.kind, record, logged)
    if codec is not None:
        touched |= _referred(connection, codec, records)
        connection.exec_driver_sql(codec.merge_sql, [tuple(row) for row in rows])
        touched |= _referred(connection, codec, records) | {(codec.kind.name, record) for record in records}
    _put_anew(connection, "conflict", "record", records, open_conflicts)
    _put_anew(connection, "not_understood", "record", records, unknown)
    return touched


def folded_record(kind: Kind, record: RecordId, logged: Sequence[LoggedChange], erasures: Erasures) -> Folded:
    """The record that its logged changes make; blank and withdrawn where it was erased."""
    if (kind.number, record) in erasures.records:
        return Folded(values={}, withdrawn=True, heads={}, conflicts=())
    blank = {one.change.name for one in logged if one.body is None}
    return fold(kind, [one.change for one in logged], blank)


def conflicts_in(codec: Codec, record: RecordId, row: Sequence[Any], folded: Folded) -> Iterator[ConflictRow]:
    """What somebody should decide about a record: nothing about one that is not shown, but that it is withdrawn."""
    hidden = bool(row[-1]) and not folded.withdrawn
    for number in folded.conflicts:
        if not hidden and (number == WITHDRAWN or not folded.withdrawn):
            yield record, number, codec.kind.number, pack_heads(_shown(codec.kind, number, folded))


def _shown(kind: Kind, number: int, folded: Folded) -> dict[int, tuple[Any, ...]]:
    """The heads that a decision replaces: of the field, of its whole group, or of all where a withdrawal is decided."""
    if number == WITHDRAWN:
        return folded.heads
    group = kind.by_number[number].group
    numbers = [field.number for field in kind.groups[group]] if group else [number]
    return {each: folded.heads[each] for each in numbers if each in folded.heads}


def unknown_in(
    number: int, kind: Kind | None, record: RecordId, logged: Iterable[LoggedChange]
) -> Iterator[UnknownRow]:
    """What a newer peer wrote to a record: kept in the log, passed on, and noted so that it is folded in one day."""
    if kind is None:
        yield number, WHOLE_KIND, record
        return
    written = {field for one in logged for field in one.change.fields} - {WITHDRAWN}
    for field in sorted(written - kind.by_number.keys() - kind.retired):
        yield number, field, record


def _referred(connection: Connection, codec: Codec, records: Sequence[RecordId]) -> Touched:
    """The persons and households that these records are about, as their rows stand at the moment."""
    if not codec.derived_from:
        return set()
    query = f'SELECT {", ".join(codec.derived_from)} FROM "{codec.kind.name}" WHERE 1'
    return {
        (kind, record)
        for row in select_in(connection, query, "id", records)
        for kind, record in zip(codec.derived_from.values(), row, strict=True)
        if record is not None
    }


def _put_anew(
    connection: Connection, table: str, column: str, values: Sequence[RecordId], rows: Sequence[tuple[Any, ...]]
) -> None:
    if connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
        for chunk in chunks(values):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} IN ({marks(chunk)})", tuple(chunk))
    if rows:
        columns = {"conflict": "record, field, kind, heads", "not_understood": "kind, field, record"}[table]
        connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks(rows[0])})", list(rows))


def known_by_now(connection: Connection) -> list[RecordName]:
    """Records that hold what this program has learned to understand since it came."""
    noted = connection.exec_driver_sql("SELECT DISTINCT kind, field FROM not_understood").all()
    return [
        (kind, row.record)
        for kind, field in noted
        if _is_known(kind, field)
        for row in connection.exec_driver_sql(
            "SELECT record FROM not_understood WHERE kind = ? AND field = ?", (kind, field)
        )
    ]


def _is_known(number: int, field: int) -> bool:
    codec = BY_NUMBER.get(number)
    return codec is not None and (field == WHOLE_KIND or field in codec.kind.by_number or field in codec.kind.retired)
