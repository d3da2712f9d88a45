"""Batches before which others are missing: kept as they came, signed, and taken once the gap is filled."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from villagefp.county.bulk import Rows
from villagefp.county.devices import Device
from villagefp.county.tables import device as device_table
from villagefp.county.tables import kept_aside
from villagefp.wire.batch_header import Header

MAX_KEPT = 64
"""Batches of one device: what comes beyond is not kept, the laptop offers it again."""

_ROWS = Rows(kept_aside, replacing=True)


def _mine(village: bytes, device: bytes) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return kept_aside.c.village == village, kept_aside.c.device == device


def keep(connection: Connection, header: Header, data: bytes) -> bool:
    """Keep a batch aside; False where the device has too many there already."""
    mine = _mine(header.village, header.device)
    count = connection.execute(select(func.count()).select_from(kept_aside).where(*mine)).scalar_one()
    if count >= MAX_KEPT:
        return False
    _ROWS.put(connection, [(header.village, header.device, header.first, header.last, data)])
    _mark(connection, header.village, header.device, 1)
    return True


def following(connection: Connection, device: Device, accepted: int) -> bytes | None:
    """A batch to which nothing is missing any more; those of which all is here are no longer kept."""
    if not device.aside:
        return None
    mine = _mine(device.village, device.device)
    connection.execute(delete(kept_aside).where(*mine, kept_aside.c.last <= accepted))
    query = select(kept_aside.c.first, kept_aside.c.delivery).where(*mine)
    row = connection.execute(query.order_by(kept_aside.c.first, kept_aside.c.last).limit(1)).first()
    if row is None:
        _mark(connection, device.village, device.device, 0)
    return row.delivery if row is not None and row.first <= accepted + 1 else None


def _mark(connection: Connection, village: bytes, device: bytes, aside: int) -> None:
    """Whether batches of a device may be kept aside: then they are asked for."""
    connection.execute(
        update(device_table)
        .where(device_table.c.village == village, device_table.c.device == device)
        .values(aside=aside)
    )


def drop(connection: Connection, header: Header) -> None:
    """Keep a batch aside no longer."""
    connection.execute(
        delete(kept_aside).where(
            *_mine(header.village, header.device),
            kept_aside.c.first == header.first,
            kept_aside.c.last == header.last,
        )
    )
