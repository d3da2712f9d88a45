"""Batches before which others are missing: kept as they came, signed, and taken once the gap is filled."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, select

from villagefp.county.bulk import Rows
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
    return True


def following(connection: Connection, village: bytes, device: bytes, accepted: int) -> bytes | None:
    """A batch to which nothing is missing any more; those of which all is here are no longer kept."""
    mine = _mine(village, device)
    query = select(kept_aside.c.delivery).where(*mine, kept_aside.c.first <= accepted + 1)
    query = query.order_by(kept_aside.c.first, kept_aside.c.last).limit(1)
    if connection.execute(query).first() is None:  # as nearly always
        return None
    connection.execute(delete(kept_aside).where(*mine, kept_aside.c.last <= accepted))
    return connection.execute(query).scalar()


def drop(connection: Connection, header: Header) -> None:
    """Keep a batch aside no longer."""
    connection.execute(
        delete(kept_aside).where(
            *_mine(header.village, header.device),
            kept_aside.c.first == header.first,
            kept_aside.c.last == header.last,
        )
    )
