"""The changes that records are made of: the log, and where a seed was taken the heads that it brought.

A seed stands for all changes that it covers, whether they are in the log or not. While its parts come in, a record
stands on the newest seed that has brought it; one that has not come yet stands on what was there before, so that
nothing disappears on the way. Without a seed all of this is the log.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import local, log
from villagefp.storage.records import select_in
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_body, pack_replaces
from villagefp.wire.erasure import Erasures, RecordName
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.wire.seed_records import SeqRange

_KEY = "seeds"
_COLUMNS = "village, device, seq, grp, stamp, author, kind, record, body, replaces"
_READ = f"SELECT {_COLUMNS}, seed FROM seed_change WHERE"
_PUT = f"INSERT OR REPLACE INTO seed_change ({_COLUMNS}, seed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

Seeded = dict[bytes, dict[ChangeName, LoggedChange]]
"""The heads of one record, by seed and name."""


class Seed(NamedTuple):
    """A seed that records stand on."""

    name: bytes
    complete: bool  # all of its parts are here


def seeds(connection: Connection) -> list[Seed]:
    """The seeds that records stand on, the newest first: the last complete one, and those begun since."""
    kept = local.get(connection, _KEY)
    return [] if kept is None else [Seed(*each) for each in unpack(kept)]


def put_seeds(connection: Connection, kept: Sequence[Seed]) -> None:
    """Let records stand on these seeds from now on."""
    if kept:
        local.put(connection, _KEY, pack(list(kept)))
    else:
        local.delete(connection, _KEY)


def history_incomplete(connection: Connection) -> bool:
    """Whether a part of the village's history is still to come: then nothing may be called overdue."""
    return any(not each.complete for each in seeds(connection)[:1])


class _Covered:
    """Which changes a seed covers; read device by device."""

    def __init__(self, connection: Connection, seed: bytes) -> None:
        self._connection = connection
        self._seed = seed
        self._ranges: dict[bytes, list[tuple[int, int]]] = {}

    def holds(self, name: ChangeName) -> bool:
        """Whether the seed stands for this change."""
        device, seq = name
        if device not in self._ranges:
            rows = self._connection.exec_driver_sql(
                "SELECT first, last FROM seed_covered WHERE seed = ? AND device = ? ORDER BY first",
                (self._seed, device),
            )
            self._ranges[device] = [(row.first, row.last) for row in rows]
        ranges = self._ranges[device]
        place = bisect_right(ranges, (seq, 1 << 63)) - 1
        return place >= 0 and seq <= ranges[place][1]


class _Basis:
    """What decides which changes of a record count."""

    def __init__(self, connection: Connection) -> None:
        self._seeds = seeds(connection)
        self._covered = {each.name: _Covered(connection, each.name) for each in self._seeds}

    @property
    def is_log(self) -> bool:
        """Whether no seed was ever taken."""
        return not self._seeds

    def standing(self, logged: Iterable[LoggedChange], seeded: Seeded) -> list[LoggedChange]:
        """Of the changes of one record those that it is made of."""
        names = [each.name for each in self._seeds]
        chosen = next((each.name for each in self._seeds if each.complete or each.name in seeded), None)
        if chosen is None:
            return list(logged)
        covered, found = self._covered[chosen], dict(seeded.get(chosen, {}))
        for older in names[names.index(chosen) + 1 :]:
            for name, one in seeded.get(older, {}).items():
                if not covered.holds(name):
                    found.setdefault(name, one)
        found.update((one.change.name, one) for one in logged if not covered.holds(one.change.name))
        return [found[name] for name in sorted(found)]


def changes_of(connection: Connection, record: RecordId) -> list[LoggedChange]:
    """The changes that a record is made of, in the order of device and seq: its history as far as it is here."""
    logged, basis = log.changes_of(connection, record), _Basis(connection)
    if basis.is_log:
        return logged
    seeded: Seeded = defaultdict(dict)
    for row in connection.exec_driver_sql(f"{_READ} record = ?", (record,)):
        _put_seeded(seeded, row)
    return basis.standing(logged, seeded)


def changes_of_records(
    connection: Connection, kind: int, records: Sequence[RecordId]
) -> dict[RecordId, list[LoggedChange]]:
    """The changes that these records are made of, by record."""
    logged, basis = log.changes_of_records(connection, kind, records), _Basis(connection)
    if basis.is_log:
        return logged
    seeded: dict[RecordId, Seeded] = defaultdict(lambda: defaultdict(dict))
    for row in select_in(connection, f"{_READ} kind = {int(kind)}", "record", records):
        _put_seeded(seeded[row.record], row)
    return {record: basis.standing(logged.get(record, ()), seeded.get(record, {})) for record in records}


def every(connection: Connection) -> dict[RecordName, list[LoggedChange]]:
    """The changes that each record is made of; none of one of which only what a seed covers is in the log."""
    found: dict[RecordName, list[LoggedChange]] = defaultdict(list)
    for one in log.logged_changes(connection):
        found[one.change.kind, one.change.record].append(one)
    basis = _Basis(connection)
    if basis.is_log:
        return found
    seeded: dict[RecordName, Seeded] = defaultdict(lambda: defaultdict(dict))
    for row in connection.exec_driver_sql(f"{_READ} 1"):
        _put_seeded(seeded[row.kind, row.record], row)
    return {
        name: basis.standing(found.get(name, ()), seeded.get(name, {}))
        for name in [*found, *(name for name in seeded if name not in found)]
    }


def _put_seeded(seeded: Seeded, row: Any) -> None:
    one = log.from_row((*row[:-1], b"", b""))
    seeded[row[-1]][one.change.name] = one


def first_change(connection: Connection, record: RecordId) -> Change | None:
    """The change that made a record: it overwrote nothing, and whoever changed it later had seen it.

    Where a seed was taken, the first one of those that still stand.
    """
    changes = (logged.change for logged in changes_of(connection, record))
    return min(changes, key=lambda one: (bool(one.replaces), one.stamp, one.device, one.seq), default=None)


def changes_beside(connection: Connection, record: RecordId) -> list[Change]:
    """All changes of the save that made a record, in the order of seq, as far as they still stand."""
    made = first_change(connection, record)
    if made is None:
        return []
    by_name = {one.name: one for one in _seeded_beside(connection, made.device, made.group)}
    by_name |= {one.name: one for one in log.changes_of_group(connection, made)}
    return [by_name[name] for name in sorted(by_name)]


def changes_of_save(connection: Connection, device: bytes, group: int) -> list[Change]:
    """All changes of a save of this village, in the order of seq, as far as they are here."""
    by_name = {one.name: one for one in _seeded_beside(connection, device, group)}
    origin = log.Origin(log.own_origin(connection).village, device)
    for first in log.changes_between(connection, origin, group, group):
        by_name |= {one.name: one for one in log.changes_of_group(connection, first.change)}
    return [by_name[name] for name in sorted(by_name)]


def _seeded_beside(connection: Connection, device: bytes, group: int) -> Iterable[Change]:
    if not seeds(connection):
        return
    query = f"{_READ} device = ? AND seq >= ? AND grp = ? ORDER BY seq"
    for row in connection.exec_driver_sql(query, (device, group, group)):
        yield log.from_row((*row[:-1], b"", b"")).change


def count(connection: Connection, kinds: Sequence[int]) -> int:
    """How many changes of these kinds are here: the same number, the same records."""
    marks = ", ".join("?" * len(kinds))
    query = f"SELECT count(*) FROM seed_change WHERE kind IN ({marks})"
    return log.count(connection, kinds) + int(connection.exec_driver_sql(query, tuple(kinds)).scalar_one())


def record_of(connection: Connection, seed: bytes, name: ChangeName) -> RecordId | None:
    """The record that a change is about, where this seed has brought the change."""
    row = connection.exec_driver_sql(
        "SELECT record FROM seed_change WHERE device = ? AND seq = ? AND seed = ?", (*name, seed)
    ).first()
    return None if row is None else bytes(row.record)


def put(connection: Connection, seed: bytes, heads: Iterable[Change], erased: Erasures) -> None:
    """Keep heads that a seed brought, without what was erased."""
    rows = [
        (
            head.village,
            head.device,
            head.seq,
            head.group,
            head.stamp,
            head.author,
            head.kind,
            head.record,
            None if erased.takes(head) else pack_body(head.fields, head.reason),
            pack_replaces(head.replaces),
            seed,
        )
        for head in heads
    ]
    if rows:
        connection.exec_driver_sql(_PUT, rows)


def put_covered(connection: Connection, seed: bytes, covered: Iterable[tuple[bytes, Sequence[SeqRange]]]) -> None:
    """Keep what a seed covers."""
    rows = [(seed, device, *each) for device, ranges in covered for each in ranges]
    if rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO seed_covered (seed, device, first, last) VALUES (?, ?, ?, ?)", rows
        )


def names_of(connection: Connection, seed: bytes) -> set[RecordName]:
    """The records that a seed has brought."""
    rows = connection.exec_driver_sql("SELECT DISTINCT kind, record FROM seed_change WHERE seed = ?", (seed,))
    return {(row.kind, bytes(row.record)) for row in rows}


def drop(connection: Connection, seed: bytes) -> None:
    """Forget what a seed brought."""
    for table in ("seed_change", "seed_covered"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE seed = ?", (seed,))


def destroy(connection: Connection, named: Erasures) -> set[RecordName]:
    """Destroy the bodies of what an erasure names; returns the records they are of."""
    found: set[RecordName] = set()
    for where, names in (
        ("record = ? AND kind = ?", [(record, kind) for kind, record in sorted(named.records)]),
        ("device = ? AND seq = ?", sorted(named.changes)),
    ):
        for name in names:
            rows = connection.exec_driver_sql(f"SELECT DISTINCT kind, record FROM seed_change WHERE {where}", name)
            found |= {(row.kind, bytes(row.record)) for row in rows}
            connection.exec_driver_sql(f"UPDATE seed_change SET body = NULL WHERE {where}", name)
    return found


def names_beside(connection: Connection, seed: bytes) -> set[RecordName]:
    """The records that are here and that a seed has not brought."""
    rows = connection.exec_driver_sql(
        "SELECT kind, record FROM change_log UNION SELECT kind, record FROM seed_change EXCEPT"
        " SELECT kind, record FROM seed_change WHERE seed = ?",
        (seed,),
    )
    return {(row.kind, bytes(row.record)) for row in rows}


def rest_on(connection: Connection, seed: bytes) -> None:
    """Let this seed stand for all older ones; of those only what it does not cover is kept."""
    connection.exec_driver_sql(
        "DELETE FROM seed_change WHERE seed <> ? AND EXISTS (SELECT 1 FROM seed_covered WHERE seed_covered.seed = ?"
        " AND seed_covered.device = seed_change.device AND seed_change.seq BETWEEN first AND last)",
        (seed, seed),
    )
    connection.exec_driver_sql("UPDATE OR IGNORE seed_change SET seed = ? WHERE seed <> ?", (seed, seed))
    connection.exec_driver_sql("DELETE FROM seed_change WHERE seed <> ?", (seed,))
    connection.exec_driver_sql("DELETE FROM seed_covered WHERE seed <> ?", (seed,))
