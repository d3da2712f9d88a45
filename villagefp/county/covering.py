"""What a backup covers: read from the copy itself, compared with the store, and told in the next receipts.

Up to there a laptop may let go of what it keeps for the county's sake. So nothing is believed but what a copy shows
that was opened and read; and where it differs from the store, it covers nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select, update

from villagefp.county import log, streams
from villagefp.county.store import Act, County, note
from villagefp.county.tables import device as device_table
from villagefp.county.tables import stream as stream_table
from villagefp.county.tables import village as village_table
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.values import pack, unpack


@dataclass(frozen=True)
class Covered:
    """How much of the store a copy holds."""

    villages: int
    laptops: int
    differing: int  # villages of which the copy says something else


@dataclass(frozen=True)
class _Village:
    devices: dict[bytes, tuple[int, bytes]]  # accepted seq and the link after it
    streams: dict[int, Cursor]


def cover(county: County, copy: Engine, who: str) -> Covered:
    """Note what a copy holds that was opened for reading."""
    villages = laptops = differing = 0
    with copy.connect() as connection:
        held = {village: _of(connection, village) for (village,) in connection.execute(select(village_table.c.village))}
    for village, told in sorted(held.items()):
        try:
            moved = _note(county, village, told, who)
        except LookupError:  # a village that the store has no more
            differing += 1
            continue
        villages += 1
        laptops += moved
        differing += moved < len(told.devices)
    return Covered(villages, laptops, differing)


def _of(connection: Connection, village: bytes) -> _Village:
    rows = connection.execute(
        select(device_table.c.device, device_table.c.accepted, device_table.c.link).where(
            device_table.c.village == village
        )
    )
    cursors = connection.execute(
        select(stream_table.c.scope, stream_table.c.position, stream_table.c.chain).where(
            stream_table.c.village == village
        )
    )
    return _Village(
        {device: (accepted, link) for device, accepted, link in rows},
        {scope: Cursor(position, chain) for scope, position, chain in cursors},
    )


def _note(county: County, village: bytes, told: _Village, who: str) -> int:
    """The number of laptops of which the copy holds what the store has."""
    noted = 0
    with county.numbering(village) as (connection, standing):
        safe = {scope: one.position for scope, one in told.streams.items() if _same(connection, village, scope, one)}
        for device, (accepted, link) in sorted(told.devices.items()):
            row = connection.execute(
                select(device_table.c.accepted, device_table.c.link, device_table.c.safe_seq, device_table.c.safe)
                .where(device_table.c.village == village, device_table.c.device == device)
            ).first()  # fmt: skip
            if row is None or not _goes_on(connection, (village, device), (accepted, link), (row.accepted, row.link)):
                continue
            before = unpack(row.safe) if row.safe else {}
            after = {scope: max(position, before.get(scope, 0)) for scope, position in sorted((before | safe).items())}
            connection.execute(
                update(device_table)
                .where(device_table.c.village == village, device_table.c.device == device)
                .values(safe_seq=max(row.safe_seq, accepted), safe=pack(after) if after else None)
            )
            noted += 1
        note(connection, standing, Act(county.now(), who, "backup verified"))
    return noted


def _same(connection: Connection, village: bytes, scope: int, one: Cursor) -> bool:
    """Whether the store had these very changes there at that position."""
    if one.position == 0:
        return False
    return streams.chains_at(connection, Stream(village, scope), [one.position]).get(one.position) == one.chain


def _goes_on(
    connection: Connection, who: tuple[bytes, bytes], copied: tuple[int, bytes], here: tuple[int, bytes]
) -> bool:
    """Whether what the store has of a laptop goes on from what the copy has."""
    accepted, link = copied
    if accepted == here[0]:
        return link == here[1]
    if not 0 < accepted < here[0]:
        return accepted == 0  # a copy that has more is none of this store
    return log.links_of(connection, *who, accepted, accepted).get(accepted) == link
