"""Erasures that a laptop might not do by itself: kept as requests until the county decides.

Somebody has used her right in the village, and her data is destroyed there already. So nothing is asked twice, nothing
is dropped, and the laptop's receipts say that it waits. The county's own copy stays as it is until somebody decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import Connection, delete, func, select, update

from villagefp.county.devices import Device
from villagefp.county.lineage import Ancestor
from villagefp.county.tables import device as device_table
from villagefp.county.tables import erasure_wish
from villagefp.wire.erasure import Erasure, read_erasure
from villagefp.wire.hello import name_of
from villagefp.wire.receipt import MAX_WISHES, Wish

_MOST = MAX_WISHES // 4
"""Of one identity: what comes beyond is asked again by the laptop when some are decided."""


@dataclass(frozen=True)
class Kept:
    """A request as it is kept."""

    name: bytes
    device: bytes  # who asks
    told: Erasure
    asked_at: str
    refused: bool


class Keeping(Enum):
    """What became of a request."""

    FRESH = auto()
    KNOWN = auto()  # under this name or another one
    FULL = auto()  # too many of one laptop wait


def keep(connection: Connection, device: Device, told: bytes, at: str) -> Keeping:
    """Keep a request that the laptop has signed; a repeat changes nothing."""
    wanted = read_erasure(told)
    here = of_village(connection, device.village)
    if any((one.told.records, one.told.changes) == (wanted.records, wanted.changes) for one in here):
        return Keeping.KNOWN
    if sum(one.device == device.device for one in here) >= _MOST:
        return Keeping.FULL
    connection.execute(
        erasure_wish.insert().values(
            village=device.village, name=name_of(told), device=device.device, told=told, asked_at=at, refused=0
        )
    )
    _count(connection, device.village, [device.device])
    return Keeping.FRESH


def of_village(connection: Connection, village: bytes) -> list[Kept]:
    """All requests of a village, the oldest first."""
    columns = (erasure_wish.c[name] for name in ("name", "device", "told", "asked_at", "refused"))
    rows = connection.execute(select(*columns).where(erasure_wish.c.village == village))
    kept = [Kept(name, device, read_erasure(told), at, bool(refused)) for name, device, told, at, refused in rows]
    return sorted(kept, key=lambda one: (one.asked_at, one.name))


def of(connection: Connection, device: Device, past: Sequence[Ancestor]) -> tuple[Wish, ...]:
    """As a receipt of a laptop names them, with those of its former identities; nearly always none."""
    asking = [one.kin.device for one in past if one.kin.wishes] + ([device.device] if device.wishes else [])
    if not asking:
        return ()
    query = select(erasure_wish.c.name, erasure_wish.c.refused).where(
        erasure_wish.c.village == device.village, erasure_wish.c.device.in_(asking)
    )
    return tuple(sorted(Wish(name, bool(refused)) for name, refused in connection.execute(query)))[:MAX_WISHES]


def refuse(connection: Connection, village: bytes, name: bytes) -> None:
    """The county does not do this one; the laptop is told with its next receipt."""
    one = (erasure_wish.c.village == village, erasure_wish.c.name == name)
    connection.execute(update(erasure_wish).where(*one).values(refused=1))


def done(connection: Connection, village: bytes, kept: Iterable[Kept]) -> None:
    """There is nothing left of these to decide."""
    gone = list(kept)
    for one in gone:
        connection.execute(
            delete(erasure_wish).where(erasure_wish.c.village == village, erasure_wish.c.name == one.name)
        )
    _count(connection, village, sorted({one.device for one in gone}))


def _count(connection: Connection, village: bytes, devices: Iterable[bytes]) -> None:
    for device in devices:
        mine = (erasure_wish.c.village == village, erasure_wish.c.device == device)
        count = select(func.count()).select_from(erasure_wish).where(*mine).scalar_subquery()
        theirs = (device_table.c.village == village, device_table.c.device == device)
        connection.execute(update(device_table).where(*theirs).values(wishes=count))
