"""What digests are kept up to date by: which records were touched, and the scope of those that no longer tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection

from villagefp.storage.records import select_in
from villagefp.wire.change import ChangeName
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import RecordName
from villagefp.wire.scopes import scope_of_event

EVENT = BY_NAME["event"].number


def touch(connection: Connection, names: Iterable[RecordName]) -> None:
    """Note records whose heads may be others now; own saves need not, since the log tells them."""
    rows = sorted(names)
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO to_digest (kind, record) VALUES (?, ?)", rows)


def remember_scopes(connection: Connection, names: Iterable[RecordName]) -> None:
    """Keep the scope of visits that are about to be erased: their rows are what says it."""
    visits = sorted({record for kind, record in names if kind == EVENT})
    if visits:
        told = select_in(connection, "SELECT id, form FROM event WHERE form IS NOT NULL", "id", visits)
        rows = [(EVENT, record, scope_of_event(form)) for record, form in told]
        if rows:  # a visit whose making has not come yet tells no form
            connection.exec_driver_sql("INSERT OR IGNORE INTO known_scope (kind, record, scope) VALUES (?, ?, ?)", rows)


def learn_scope(connection: Connection, scope: int, names: Iterable[ChangeName]) -> None:
    """Take it from the county in which stream changes stand; it matters for erased visits alone.

    To be told of the changes of every page, and of own changes where the county says where they stand.
    """
    erased = "SELECT EXISTS (SELECT 1 FROM erased_record) OR EXISTS (SELECT 1 FROM erased_change)"
    if not connection.exec_driver_sql(erased).scalar_one():
        return
    by_device: dict[bytes, list[int]] = defaultdict(list)
    for device, seq in names:
        by_device[device].append(seq)
    for device, seqs in by_device.items():
        query = f"SELECT record FROM change_log WHERE body IS NULL AND kind = {EVENT} AND device = x'{device.hex()}'"
        records = {bytes(row.record) for row in select_in(connection, query, "seq", sorted(seqs))}
        for record in sorted(records):
            place = (EVENT, record)
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO known_scope (kind, record, scope) VALUES (?, ?, ?)", (*place, scope)
            )
            touch(connection, [place])
