"""Who is shown as whom: a derived row for each person and household that is the same as another one.

Kept up to date in the transaction that touches a pair or one of its records. Nearly every village has no such row, and
then every question is answered by a look at an empty table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from villagefp.domain import same
from villagefp.domain.records import RecordId
from villagefp.storage.records import chunks, marks, select_in

_PAIRS = 'SELECT "first", "second", "same" FROM same_as WHERE withdrawn = 0'
_LIVE = f'{_PAIRS} AND "same" = 1'


class Same:
    """Who is shown as whom, as far as somebody asked."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._shown: dict[RecordId, RecordId] = {}
        self._others: dict[RecordId, list[RecordId]] = defaultdict(list)
        for record, shown in rows:
            self._shown[record] = shown
            self._others[shown].append(record)

    def __bool__(self) -> bool:
        return bool(self._shown)

    def shown(self, record: RecordId) -> RecordId:
        """The id under which a person or household is shown: its own, where it is the same as nobody."""
        return self._shown.get(record, record)

    def all_of(self, record: RecordId) -> list[RecordId]:
        """All ids of a person or household, the one that is shown first."""
        shown = self.shown(record)
        return [shown, *sorted(self._others.get(shown, ()))]

    def every(self, records: Iterable[RecordId]) -> list[RecordId]:
        """The same of several, each once."""
        if not self._shown:
            return list(dict.fromkeys(records))
        return list(dict.fromkeys([each for record in records for each in self.all_of(record)]))


def read(connection: Connection, records: Collection[RecordId] | None = None) -> Same:
    """Who is shown as whom: of these records and all that are the same as they, or of everybody."""
    query = "SELECT record, shown FROM shown_as"
    if records is None:
        return Same(connection.exec_driver_sql(query))
    if not records or not connection.exec_driver_sql("SELECT 1 FROM shown_as LIMIT 1").first():
        return Same(())
    asked = list(records)
    found = select_in(connection, f"{query} WHERE 1", "record", asked)
    asked += [row[1] for row in found]
    return Same(select_in(connection, f"{query} WHERE 1", "shown", list(dict.fromkeys(asked))))


def all_of(connection: Connection, record: RecordId) -> list[RecordId]:
    """All ids of one person or household, the one that is shown first."""
    return read(connection, [record]).all_of(record)


def refresh(connection: Connection, changed: Iterable[tuple[str, RecordId]]) -> set[tuple[str, RecordId]]:
    """Make the rows anew that a save has touched; returns the persons and households whose page they may change."""
    if not connection.exec_driver_sql("SELECT 1 FROM same_as LIMIT 1").first():
        return set()
    by_kind: dict[str, list[RecordId]] = defaultdict(list)
    for kind, record in changed:
        by_kind[kind].append(record)
    asked = {*by_kind[same.PERSON], *by_kind[same.HOUSEHOLD]}
    for row in select_in(connection, 'SELECT "first", "second" FROM same_as WHERE 1', "id", by_kind["same_as"]):
        asked.update(record for record in row if record is not None)
    pairs = hanging_together(connection, asked)
    touched = {record for pair in pairs for record in pair}
    before = read(connection, asked | touched)
    if not touched and not before:
        return set()
    touched |= {record for record in before.every(asked | touched) if len(before.all_of(record)) > 1}
    rows = _rows(connection, pairs)
    for chunk in chunks(sorted(touched | asked)):
        connection.exec_driver_sql(f"DELETE FROM shown_as WHERE record IN ({marks(chunk)})", tuple(chunk))
    if rows:
        connection.exec_driver_sql("INSERT INTO shown_as (record, shown) VALUES (?, ?)", rows)
    return {(kind, record) for record in touched for kind in same.SORTS}


def hanging_together(connection: Connection, records: Iterable[RecordId]) -> set[same.Pair]:
    """The live pairs of the components in which these records are."""
    pairs: set[same.Pair] = set()
    seen: set[RecordId] = set()
    fresh = set(records)
    while fresh:
        seen |= fresh
        for column in ('"first"', '"second"'):
            pairs.update((row[0], row[1]) for row in select_in(connection, _LIVE, column, sorted(fresh)))
        fresh = {record for pair in pairs for record in pair} - seen
    return pairs


def _rows(connection: Connection, pairs: Iterable[same.Pair]) -> list[tuple[RecordId, RecordId]]:
    """For every record that is shown as another one: both. Shown is the smallest id of those that are here."""
    together = same.components(pairs)
    everybody = [record for each in together for record in each]
    here = {
        row[0]
        for kind in same.SORTS
        for row in select_in(connection, f"SELECT id FROM {kind} WHERE withdrawn = 0", "id", everybody)
    }
    rows = []
    for each in together:
        shown = next((record for record in each if record in here), each[0])
        rows += [(record, shown) for record in each if record != shown]
    return rows


def all_rows(connection: Connection) -> set[tuple[RecordId, RecordId]]:
    """What the rows of everybody should be."""
    return set(_rows(connection, {(row[0], row[1]) for row in connection.exec_driver_sql(_LIVE)}))


def differences(connection: Connection) -> list[str]:
    """Records that are not shown as the pairs say; empty where all is well."""
    kept = {(row[0], row[1]) for row in connection.exec_driver_sql("SELECT record, shown FROM shown_as")}
    return [f"{record.hex()}: it is shown as the wrong one" for record, _shown in sorted(kept ^ all_rows(connection))]


def told(connection: Connection, records: Sequence[RecordId]) -> Mapping[same.Pair, bool]:
    """What was said of pairs of these records: whether they are the same."""
    rows = [row for column in ('"first"', '"second"') for row in select_in(connection, _PAIRS, column, list(records))]
    return {(row[0], row[1]): bool(row[2]) for row in rows}
