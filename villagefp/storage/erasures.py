"""What was erased: bodies and their keys destroyed, records blank, and the list of it kept beside the database.

The list holds ids only. It is written before anything is destroyed and read before anything is shown, so an erasure
that was cut short is ended at the next opening, and a copy that is put back forgets again what had been erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import key_covers, local, trust
from villagefp.storage.codec import BY_NUMBER
from villagefp.storage.files import sync_folder, write_durably
from villagefp.storage.foreign import Delivery, pack_delivery, unpack_delivery
from villagefp.storage.records import chunks, marks
from villagefp.wire import links
from villagefp.wire.erasure import Erasures, RecordName, bare, open_erasure
from villagefp.wire.kinds import Travel
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.store import Store

LIST = "erased.vfpe"
"""The name of the list beside database and backups."""
_MAGIC = b"villagefp erased 1\n"
_CHECK_BYTES = 32
_STATEMENT = "erasure "
_COPIES = "store.db.before-*"
"""Copies of the file that migrations took: what is erased could be read in them."""


def erase(store: Store, named: Erasures) -> None:
    """Destroy what an erasure names, here and in what comes later; when this returns nobody can read it any more."""
    write_list(store.folder, read_list(store.folder).joined(named))
    with store.taking() as taking:
        taking.erase(named)
    for copy in store.folder.glob(_COPIES):
        copy.unlink()
    sync_folder(store.folder)
    store.rest()


def statements(connection: Connection) -> list[bytes]:
    """The signed erasures of this laptop, to be handed on."""
    return local.values_below(connection, _STATEMENT)


def keep_statement(connection: Connection, serial: int, told: bytes) -> None:
    """Keep a signed erasure of this laptop; the connection is a save's."""
    local.put(connection, f"{_STATEMENT}{serial:08}", told)


def catch_up(store: Store) -> None:
    """Erase what list or own statements name and the database still holds, as one that was put back does."""
    listed = read_list(store.folder)
    wanted = listed
    with store.read() as connection:
        here = known(connection)
        if told := statements(connection):
            keys = trust.trusted_keys(connection)
            for one in told:
                wanted = wanted.with_statement(open_erasure(one, keys, store.origin.village))
    missing = Erasures(wanted.records - here.records, wanted.changes - here.changes)
    if missing.records or missing.changes:
        erase(store, missing)
    elif wanted.joined(here) != listed:
        write_list(store.folder, wanted.joined(here))


def read_list(folder: Path) -> Erasures:
    """The list beside a database; nothing where there is none. UserError where it is damaged: then nothing is read."""
    path = folder / LIST
    if not path.exists():
        return Erasures()
    content = path.read_bytes()
    check, packed = content[len(_MAGIC) :][:_CHECK_BYTES], content[len(_MAGIC) + _CHECK_BYTES :]
    if not content.startswith(_MAGIC) or blake2b(packed, digest_size=_CHECK_BYTES).digest() != check:
        raise UserError(
            _(
                "The list of what was erased, {file}, is damaged, and nothing is shown before it is there. "
                "Copy the file of the same name from a backup into this folder."
            ).format(file=path)
        )
    records, changes = unpack(packed)
    return Erasures(frozenset((kind, record) for kind, record in records), frozenset((d, seq) for d, seq in changes))


def write_list(folder: Path, erasures: Erasures) -> None:
    """Keep the list beside a database; when this returns it is on the disk."""
    packed = pack([sorted(erasures.records), sorted(erasures.changes)])
    write_durably(folder / LIST, _MAGIC + blake2b(packed, digest_size=_CHECK_BYTES).digest() + packed)


def known(connection: Connection) -> Erasures:
    """What the database knows to be erased."""
    records = connection.exec_driver_sql("SELECT kind, record FROM erased_record")
    changes = connection.exec_driver_sql("SELECT device, seq FROM erased_change")
    return Erasures(frozenset((row.kind, row.record) for row in records), frozenset((r.device, r.seq) for r in changes))


def destroy(connection: Connection, named: Erasures) -> set[RecordName]:
    """Destroy bodies and keys in the log and in what is kept aside; returns the records to be made anew."""
    _note(connection, named)
    found = _logged(connection, named)
    for village, device, seq, _kind, _record in found:
        connection.exec_driver_sql(
            "UPDATE change_log SET body = NULL WHERE village = ? AND device = ? AND seq = ?", (village, device, seq)
        )
    key_covers.destroy_keys(connection, [(village, device, seq) for village, device, seq, _kind, _record in found])
    _destroy_aside(connection, named)
    _forget_here(connection, named.records)
    return {*named.records, *((kind, record) for *_name, kind, record in found)}


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
        replace(one, change=bare(one.change), body=None) if one.change.seq in erased else one
        for one in delivery.changes
    )
    return replace(delivery, changes=changes, covers=covers)


def _forget_here(connection: Connection, records: Iterable[RecordName]) -> None:
    """What only this laptop keeps about them: local fields, drafts, marks."""
    ids: list[RecordId] = []
    for kind, record in records:
        ids.append(record)
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
