"""Seeds of a village for laptops that have nothing of it, or too little: made once, kept, served part by part.

A seed is made from what is in force of the scopes that a laptop gets; for the same state it is the same bytes. It is
kept for a while, so that whoever was cut off goes on where it was, and the next laptop of the village takes the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select

from villagefp.county import devices, seed_making, streams
from villagefp.county.bulk import Rows
from villagefp.county.devices import Device
from villagefp.county.store import County
from villagefp.county.tables import change_log, seed_part
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.hello import SeedAt, name_of
from villagefp.wire.seed import seed_of
from villagefp.wire.signing import SigningKey

KEPT = timedelta(days=30)
"""How long a seed is served: whoever has not come back by then begins a newer one."""
_FOLLOW = 2000
"""Changes behind a kept seed that are sent after it in pages, before a newer one is worth making."""
_FRESH = 1000
"""Changes of others from which on a laptop that has nothing takes a seed instead of reading all of them."""

_PARTS = Rows(seed_part, replacing=True)


@dataclass(frozen=True)
class Seeding:
    """A seed that is kept, as it is served."""

    seed: bytes
    parts: tuple[bytes, ...]  # signed

    @property
    def part_names(self) -> tuple[bytes, ...]:
        """The names under which its parts travel."""
        return tuple(map(name_of, self.parts))

    def data(self, number: int) -> bytes:
        """A part by its number, from 1."""
        return self.parts[number - 1]


def wanted(connection: Connection, asking: Device, positions: Mapping[int, int]) -> bool:
    """Whether a laptop at these positions has to take a seed, since the log was trimmed, or had better: it has nothing.

    A laptop that wrote most of a stream itself does not take it back as a seed.
    """
    village, heads = asking.village, streams.cursors(connection, asking.village)
    for scope, position in positions.items():
        head = heads[scope].position if scope in heads else 0
        if position < head and not _is_whole(connection, Stream(village, scope), position, head):
            return True
    return not any(positions.values()) and _of_others(connection, village, asking.device, positions) >= _FRESH


def _is_whole(connection: Connection, of: Stream, position: int, head: int) -> bool:
    """Whether a stream can be read from a position on: nothing behind it was trimmed, nor the chain at it."""
    query = select(func.count()).where(
        change_log.c.village == of.village, change_log.c.scope == of.scope, change_log.c.position > position
    )
    following = int(connection.execute(query).scalar_one())
    return following == head - position and position in streams.chains_at(connection, of, [position])


def _of_others(connection: Connection, village: bytes, device_id: bytes, scopes: Collection[int]) -> int:
    query = select(func.count()).where(
        change_log.c.village == village,
        change_log.c.scope.in_(sorted(scopes)),
        change_log.c.position > 0,
        change_log.c.device != device_id,
    )
    return int(connection.execute(query).scalar_one())


def kept(
    connection: Connection, village: bytes, scopes: Collection[int], at: SeedAt | None, now: datetime
) -> Seeding | None:
    """A seed that can be served: the one that a laptop has begun, or one that is not too old for one that begins.

    Nothing where one has to be made.
    """
    told = _told(scopes)
    if at is not None and (begun := _seeding(connection, village, told, at.seed)) is not None:
        return begun
    query = select(seed_part.c.seed).where(
        seed_part.c.village == village,
        seed_part.c.scopes == told,
        seed_part.c.number == 1,
        seed_part.c.made_at > _moment(now - KEPT),
    )
    rows = connection.execute(query.order_by(seed_part.c.made_at.desc(), seed_part.c.seed)).all()
    heads = streams.cursors(connection, village)
    for row in rows:
        found = _seeding(connection, village, told, row.seed)
        if found is not None and _still_good(connection, village, heads, found):
            return found
    return None


def seed_for(county: County, key: SigningKey, village: bytes, device_id: bytes, at: SeedAt | None) -> Seeding:
    """The seed that a laptop goes on with, or begins; made now where none is kept.

    UserError where the laptop is none of the village's.
    """
    now = county.ambient.now()
    with county.read() as connection:
        scopes = devices.known(connection, village, device_id).scopes
        found = kept(connection, village, scopes, at, now)
        if found is not None:
            return found
        seed, parts = seed_making.made(connection, village, scopes, key)
    rows = [(village, seed, number, _told(scopes), told, _moment(now)) for number, told in enumerate(parts, 1)]
    with county.write() as connection:
        connection.execute(
            delete(seed_part).where(
                seed_part.c.village == village,
                or_(seed_part.c.made_at <= _moment(now - KEPT), seed_part.c.seed == seed),
            )
        )
        _PARTS.put(connection, rows)
    return Seeding(seed, tuple(parts))


def _told(scopes: Iterable[int]) -> str:
    return ",".join(map(str, sorted(scopes)))


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _seeding(connection: Connection, village: bytes, told: str, seed: bytes) -> Seeding | None:
    query = select(seed_part.c.told).where(
        seed_part.c.village == village, seed_part.c.seed == seed, seed_part.c.scopes == told
    )
    parts = connection.execute(query.order_by(seed_part.c.number)).scalars().all()
    return Seeding(seed, tuple(parts)) if parts else None


def _still_good(connection: Connection, village: bytes, heads: Mapping[int, Cursor], found: Seeding) -> bool:
    """Whether what has come since the seed was made can be read behind it, and is not too much."""
    for scope, position, _chain in seed_of(found.data(1)).positions:
        head = heads[scope].position if scope in heads else 0
        if not 0 <= head - position <= _FOLLOW or not _is_whole(connection, Stream(village, scope), position, head):
            return False
    return True
