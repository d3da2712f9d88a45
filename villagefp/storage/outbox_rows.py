"""What waits for the county as it is kept: signed batches until a county backup holds them, and signed erasures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from villagefp.storage import local
from villagefp.storage.log import Origin
from villagefp.wire.change import ChangeName
from villagefp.wire.hello import name_of
from villagefp.wire.values import pack, unpack

_ERASURES_RECEIVED = "erasures received"
_COUNTY_ERASURE = "county erasure "
"""Before the name of each erasure that the county signed and that came here."""


class Waiting(NamedTuple):
    """A batch that the county has not confirmed."""

    name: bytes
    first: int  # own seqs
    last: int
    length: int  # bytes


class Slot(NamedTuple):
    """Where a batch stands; one that was never offered may still be cut otherwise."""

    first: int
    last: int
    offered: bool


def put(connection: Connection, origin: Origin, slot: Slot, data_: bytes) -> None:
    """Keep a batch of these changes."""
    connection.exec_driver_sql(
        "INSERT INTO outbox (village, device, first, last, name, length, offered, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (origin.village, origin.device, slot.first, slot.last, name_of(data_), len(data_), slot.offered, data_),
    )


def remove(connection: Connection, origin: Origin, slots: Iterable[Slot]) -> None:
    """Let go of these batches."""
    for slot in slots:
        connection.exec_driver_sql(
            "DELETE FROM outbox WHERE village = ? AND device = ? AND first = ?",
            (origin.village, origin.device, slot.first),
        )


def slots_of(connection: Connection, origin: Origin) -> list[Slot]:
    """All batches of an identity, in order; what left by a road counts as offered."""
    mine = (origin.village, origin.device)
    rows = connection.exec_driver_sql(
        """SELECT first, last, offered OR EXISTS (
               SELECT 1 FROM given_away AS given WHERE given.village = outbox.village
               AND given.device = outbox.device AND given.first <= outbox.last AND given.last >= outbox.first
           ) AS offered FROM outbox WHERE village = ? AND device = ? ORDER BY first""",
        mine,
    )
    return [Slot(row.first, row.last, bool(row.offered)) for row in rows]


def slot_named(connection: Connection, name: bytes) -> tuple[Origin, Slot] | None:
    """The batch of this name, and whose it is."""
    row = connection.exec_driver_sql(
        "SELECT village, device, first, last, offered FROM outbox WHERE name = ?", (name,)
    ).first()
    if row is None:
        return None
    return Origin(bytes(row.village), bytes(row.device)), Slot(row.first, row.last, bool(row.offered))


def waiting(connection: Connection, origin: Origin, above: int) -> list[Waiting]:
    """The batches that hold anything above a seq, the oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT name, first, last, length FROM outbox WHERE village = ? AND device = ? AND last > ? ORDER BY first",
        (origin.village, origin.device, above),
    )
    return [Waiting(bytes(row.name), row.first, row.last, row.length) for row in rows]


def data(connection: Connection, name: bytes) -> bytes:
    """The bytes of a batch; LookupError where it is not here."""
    found = connection.exec_driver_sql("SELECT data FROM outbox WHERE name = ?", (name,)).scalar()
    if found is None:
        raise LookupError("There is no batch of this name.")
    return bytes(found)


def offered(connection: Connection, names: Iterable[bytes]) -> None:
    """The county may hold bytes of these: from now on they stay as they are, so that a transfer can go on."""
    for name in names:
        connection.exec_driver_sql("UPDATE outbox SET offered = 1 WHERE name = ? AND offered = 0", (name,))


def forget(connection: Connection, origin: Origin, up_to: int) -> None:
    """Let go of the batches that lie in a backup of the county, up to a seq."""
    connection.exec_driver_sql(
        "DELETE FROM outbox WHERE village = ? AND device = ? AND last <= ?", (origin.village, origin.device, up_to)
    )


def drop(connection: Connection, origin: Origin, above: int) -> None:
    """Let go of the batches that hold anything above a seq."""
    connection.exec_driver_sql(
        "DELETE FROM outbox WHERE village = ? AND device = ? AND last > ?", (origin.village, origin.device, above)
    )


def destroy(connection: Connection, names: Iterable[ChangeName]) -> None:
    """Let go of the batches that hold changes which were erased; what the county lacks of them is cut anew."""
    by_device: dict[bytes, set[int]] = defaultdict(set)
    for device, seq in names:
        by_device[device].add(seq)
    for device, seqs in by_device.items():
        rows = connection.exec_driver_sql("SELECT first, last FROM outbox WHERE device = ?", (device,)).all()
        for first, last in rows:
            if any(first <= seq <= last for seq in seqs):
                connection.exec_driver_sql("DELETE FROM outbox WHERE device = ? AND first = ?", (device, first))


def erasures_waiting(connection: Connection) -> list[tuple[bytes, bytes]]:
    """Names and bytes of the signed erasures that the county does not have: this laptop's own, then what it lost."""
    received = _erasures_received(connection)
    statements = [*local.values_below(connection, local.STATEMENT), *local.values_below(connection, _COUNTY_ERASURE)]
    return [(name, each) for each in statements if (name := name_of(each)) not in received]


def erasure_received(connection: Connection, name: bytes) -> None:
    """The county has one of them."""
    received = _erasures_received(connection)
    if name not in received:
        local.put(connection, _ERASURES_RECEIVED, pack(sorted({*received, name})))


def keep_county_erasure(connection: Connection, told: bytes) -> None:
    """Keep an erasure as the county signed it: a county that was put back gets it again, before what lacks it."""
    name = name_of(told)
    local.put(connection, f"{_COUNTY_ERASURE}{name.hex()}", told)
    erasure_received(connection, name)


def county_lost_erasures(connection: Connection) -> None:
    """The county was put back: it may know of no erasure any more."""
    local.delete(connection, _ERASURES_RECEIVED)


def _erasures_received(connection: Connection) -> set[bytes]:
    kept = local.get(connection, _ERASURES_RECEIVED)
    return set() if kept is None else set(unpack(kept))
