"""What was erased, as the database knows it: bodies and their keys destroyed, and what only this laptop kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec import structs
from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import digest_rows, kept_pages, key_covers, local, outbox_rows, standing
from villagefp.storage.codec import BY_NUMBER
from villagefp.storage.foreign import Delivery, pack_delivery, unpack_delivery
from villagefp.storage.records import chunks, marks
from villagefp.wire import links
from villagefp.wire.erasure import Erasures, RecordName, bare
from villagefp.wire.kinds import Travel


def known(connection: Connection) -> Erasures:
    """What the database knows to be erased."""
    records = connection.exec_driver_sql("SELECT kind, record FROM erased_record")
    changes = connection.exec_driver_sql("SELECT device, seq FROM erased_change")
    return Erasures(frozenset((row.kind, row.record) for row in records), frozenset((r.device, r.seq) for r in changes))


def destroy(connection: Connection, named: Erasures) -> set[RecordName]:
    """Destroy bodies and keys in the log, in what is kept aside and in what was packed for the county or came packed.

    Returns the records to be made anew.
    """
    _note(connection, named)
    found = _logged(connection, named)
    records = {(kind, record) for *_name, kind, record in found} | standing.destroy(connection, named)
    digest_rows.remember_scopes(connection, records)
    names = {(device, seq) for _village, device, seq, _kind, _record in found}
    outbox_rows.destroy(connection, names)
    kept_pages.destroy(connection, names)
    for village, device, seq, _kind, _record in found:
        connection.exec_driver_sql(
            "UPDATE change_log SET body = NULL WHERE village = ? AND device = ? AND seq = ?", (village, device, seq)
        )
    key_covers.destroy_keys(connection, [(village, device, seq) for village, device, seq, _kind, _record in found])
    _destroy_aside(connection, named)
    _forget_here(connection, named.records)
    return {*named.records, *records}


def _note(connection: Connection, named: Erasures) -> None:
    for statement, rows in (
        ("INSERT OR IGNORE INTO erased_record (kind, record) VALUES (?, ?)", sorted(named.records)),
        ("INSERT OR IGNORE INTO erased_change (device, seq) VALUES (?, ?)", sorted(named.changes)),
    ):
        if rows:
            connection.exec_driver_sql(statement, list(rows))


def _logged(connection: Connection, named: Erasures) -> list[tuple[bytes, bytes, int, int, bytes]]:
    """Village, device, seq, kind and record of what the log holds of it."""
    columns = "SELECT village, device, seq, kind, record FROM change_log WHERE"
    rows = [
        row
        for kind, record in sorted(named.records)
        for row in connection.exec_driver_sql(f"{columns} record = ? AND kind = ?", (record, kind))
    ]
    rows += [
        row
        for name in sorted(named.changes)
        for row in connection.exec_driver_sql(f"{columns} device = ? AND seq = ?", name)
    ]
    return [(row.village, row.device, row.seq, row.kind, row.record) for row in rows]


def _destroy_aside(connection: Connection, named: Erasures) -> None:
    rows = connection.exec_driver_sql("SELECT village, device, first, last, delivery FROM kept_aside").all()
    for *place, packed in rows:
        delivery = unpack_delivery(packed)
        erased = [one.change.seq for one in delivery.changes if named.takes(one.change)]
        if erased:
            connection.exec_driver_sql(
                "UPDATE kept_aside SET delivery = ? WHERE village = ? AND device = ? AND first = ? AND last = ?",
                (pack_delivery(_without(delivery, erased)), *place),
            )


def _without(delivery: Delivery, erased: Sequence[int]) -> Delivery:
    covers = dict(delivery.covers)
    for seq in erased:
        segment = links.segment_of(seq)
        covers[segment] = links.puncture(covers.get(segment, ()), links.leaf_of(seq))
    changes = tuple(
        structs.replace(one, change=bare(one.change), body=None) if one.change.seq in erased else one
        for one in delivery.changes
    )
    return replace(delivery, changes=changes, covers=covers)


def _forget_here(connection: Connection, records: Iterable[RecordName]) -> None:
    """What only this laptop keeps about them: local fields, drafts, marks, what a roster told."""
    ids: list[RecordId] = []
    for kind, record in records:
        ids.append(record)
        local.delete(connection, f"{local.HEARD}{record.hex()}")
        codec = BY_NUMBER.get(kind)
        for field in codec.kind.fields if codec is not None else ():
            if field.travel is Travel.LOCAL:
                table = BY_NUMBER[kind].kind.name
                connection.exec_driver_sql(f'UPDATE "{table}" SET "{field.name}" = NULL WHERE id = ?', (record,))
    for chunk in chunks(sorted(ids)):
        for table in ("draft", "data_issue"):
            asked = marks(chunk)
            connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE person IN ({asked}) OR household IN ({asked})", (*chunk, *chunk)
            )
