"""Laptops that took another's place: a successor gets what the one before it was, its past, and its revocation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from villagefp.county import devices
from villagefp.county.devices import Device, NewDevice
from villagefp.county.store import Act, County
from villagefp.county.tables import device as device_table
from villagefp.wire.enrolment import EnrolmentError, EnrolmentFault
from villagefp.wire.scopes import scopes_of
from villagefp.wire.signed import ExchangeError
from villagefp.wire.succession import open_succession, who_gives_way


def succeed(county: County, told: bytes) -> None:
    """Let a laptop go on under its new identity, as what it was before; a repeat changes nothing.

    EnrolmentError where the county does not know the old one, or somebody else has the new id already. VersionError
    where it is of a protocol that is not spoken here.
    """
    try:
        village, old = who_gives_way(told)
        with county.numbering(village) as (connection, standing):
            before = devices.find(connection, village, old)
            if before is None:
                raise EnrolmentError(EnrolmentFault.UNKNOWN_DEVICE)
            heir = open_succession(told, before.public)
            known = devices.find(connection, village, heir.new)
            if known is not None:
                if known.public != heir.public:
                    raise EnrolmentError(EnrolmentFault.USED)
                return
            new = NewDevice(
                heir.new,
                heir.public,
                before.label,
                before.role,
                seal_public=heir.seal_public,
                parent=old,
                inherited=heir.common,
                revoked=before.revoked,
            )
            devices.add(connection, standing, new, Act(county.now(), old.hex(), "succession", heir.new))
    except ExchangeError as refusal:
        raise EnrolmentError(EnrolmentFault.DAMAGED) from refusal
    except LookupError as refusal:  # no such village
        raise EnrolmentError(EnrolmentFault.UNKNOWN_DEVICE) from refusal


@dataclass(frozen=True)
class Kin:
    """A laptop among those that took each other's places."""

    device: bytes
    parent: bytes | None
    inherited: int  # of the parent's changes
    scopes: tuple[int, ...]  # that it may write; none where it is revoked
    held: int
    wishes: int


@dataclass(frozen=True)
class Ancestor:
    """A former identity of a laptop, as far as it is that laptop's past."""

    kin: Kin
    up_to: int  # seq; a copy may have gone on from there under this identity


def family(connection: Connection, village: bytes) -> dict[bytes, Kin]:
    """All laptops of a village by id."""
    columns = (device_table.c[name] for name in ("device", "parent", "inherited", "role", "revoked", "held", "wishes"))
    rows = connection.execute(select(*columns).where(device_table.c.village == village))
    return {
        row.device: Kin(
            row.device,
            row.parent,
            row.inherited or 0,
            () if row.revoked else scopes_of(row.role),
            row.held,
            row.wishes or 0,
        )
        for row in rows
    }


def past(connection: Connection, device: Device) -> list[Ancestor]:
    """The former identities of a laptop, the oldest first; nearly always none, and then nothing is looked up."""
    return [] if device.parent is None else past_of(family(connection, device.village), device.device)


def past_of(kins: Mapping[bytes, Kin], device: bytes) -> list[Ancestor]:
    """The same in a family that was looked up."""
    found: list[Ancestor] = []
    seen, one = {device}, kins.get(device)
    while one is not None and one.parent is not None and one.parent in kins and one.parent not in seen:
        before = kins[one.parent]
        found.append(Ancestor(before, one.inherited))
        seen.add(before.device)
        one = before
    return found[::-1]


def with_held(connection: Connection, device: Device, released: Collection[bytes]) -> list[bytes]:
    """Other identities of which something is held that may have waited for what these released."""
    kins = family(connection, device.village)
    others = [kin.device for kin in kins.values() if kin.held and kin.device != device.device]
    return [
        other
        for other in sorted(others)
        if other in released or any(one.kin.device in released for one in past_of(kins, other))
    ]


def descendants(connection: Connection, village: bytes, device: bytes) -> list[bytes]:
    """All laptops that followed this one, one after another."""
    query = select(device_table.c.device, device_table.c.parent).where(
        device_table.c.village == village, device_table.c.parent.is_not(None)
    )
    children: dict[bytes, list[bytes]] = {}
    for child, parent in connection.execute(query):
        children.setdefault(parent, []).append(child)
    found: list[bytes] = []
    waiting = [device]
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found += fresh
        waiting += fresh
    return found


def revoke(county: County, village: bytes, device: bytes, who: str) -> list[bytes]:
    """Revoke a laptop and all that took its place; returns them. UserError where it was never enrolled."""
    devices.revoke(county, village, device, who)
    with county.read() as connection:
        followers = descendants(connection, village, device)
    for one in followers:
        devices.revoke(county, village, one, who)
    return [device, *followers]
