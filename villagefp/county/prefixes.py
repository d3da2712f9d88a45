"""The beginnings of what a laptop was sending when its line broke: kept for a while, under the name of the whole.

Only a laptop that the county knows and whose hello was signed leaves any. They are bounded in number and bytes for
each laptop, and gone as soon as the whole is here, is not what its name says, or nobody came back for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, select

from villagefp.county.bulk import Rows
from villagefp.county.tables import prefix
from villagefp.wire.frames import Piece
from villagefp.wire.hello import Offer

MAX_BYTES = 8 * 1024 * 1024
"""Bytes of all beginnings of one laptop in one village; the largest single thing takes 4.3 million."""
MAX_COUNT = 256
SECONDS = 14 * 24 * 3600
"""A laptop that goes to where the line is once a week comes back in time."""

_ROWS = Rows(prefix, replacing=True)


def _mine(village: bytes, device: bytes) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return prefix.c.village == village, prefix.c.device == device


def held(connection: Connection, village: bytes, device: bytes) -> dict[bytes, int]:
    """The beginnings of a laptop: bytes by name."""
    query = select(prefix.c.name, func.length(prefix.c.data)).where(*_mine(village, device))
    return {row[0]: row[1] for row in connection.execute(query)}


def read(connection: Connection, village: bytes, device: bytes, names: Collection[bytes]) -> dict[bytes, bytes]:
    """These beginnings of a laptop, as far as they are here."""
    if not names:
        return {}
    query = select(prefix.c.name, prefix.c.data).where(*_mine(village, device), prefix.c.name.in_(sorted(names)))
    return {row[0]: row[1] for row in connection.execute(query)}


def put_together(offers: Sequence[Offer], pieces: Iterable[Piece], kept: Mapping[bytes, bytes]) -> dict[int, bytes]:
    """By place of an offer all that is here of it from its first byte on: what was kept, and what came now.

    A piece that begins behind what is here says nothing, and so does one of no offer, or of more bytes than the offer.
    """
    here = {place: kept[offer.name] for place, offer in enumerate(offers) if offer.name in kept}
    for place, offset, data in pieces:
        if place >= len(offers):
            continue
        before = here.get(place, b"")
        end = offset + len(data)
        if offset <= len(before) < end <= offers[place].length:
            here[place] = before[:offset] + data
    return here


def keep(connection: Connection, village: bytes, device: bytes, rests: Mapping[Offer, bytes], at: int) -> set[bytes]:
    """Keep these beginnings from now on, as far as there is room; returns the names of those that are kept.

    What nobody came back for is dropped, of every laptop of the village, and older ones make room for newer ones.
    """
    connection.execute(delete(prefix).where(prefix.c.village == village, prefix.c.came_at < at - SECONDS))
    room, count, rows = MAX_BYTES, MAX_COUNT, []
    for offer, data in rests.items():
        if len(data) > room or not count:
            continue
        room, count = room - len(data), count - 1
        rows.append((village, device, offer.name, offer.length, at, data))
    _ROWS.put(connection, rows)
    names = {row[2] for row in rows}
    _drop_oldest(connection, village, device, names, (room, count))
    return names


def _drop_oldest(
    connection: Connection, village: bytes, device: bytes, kept: Collection[bytes], left: tuple[int, int]
) -> None:
    room, count = left
    query = select(prefix.c.name, func.length(prefix.c.data)).where(*_mine(village, device))
    too_many = []
    for name, length in connection.execute(query.order_by(prefix.c.came_at.desc(), prefix.c.name)):
        if name in kept:
            continue
        room, count = room - length, count - 1
        if room < 0 or count < 0:
            too_many.append(name)
    drop(connection, village, device, too_many)


def drop(connection: Connection, village: bytes, device: bytes, names: Collection[bytes]) -> None:
    """Keep these beginnings no longer."""
    if names:
        connection.execute(delete(prefix).where(*_mine(village, device), prefix.c.name.in_(sorted(names))))
