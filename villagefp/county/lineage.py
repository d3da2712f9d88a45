"""Laptops that took another's place: a successor gets what the one before it was, and its revocation."""

from __future__ import annotations

from sqlalchemy import Connection, select

from villagefp.county import devices
from villagefp.county.devices import NewDevice
from villagefp.county.store import Act, County
from villagefp.county.tables import device as device_table
from villagefp.wire.enrolment import EnrolmentError, EnrolmentFault
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
                revoked=before.revoked,
            )
            devices.add(connection, standing, new, Act(county.now(), old.hex(), "succession", heir.new))
    except ExchangeError as refusal:
        raise EnrolmentError(EnrolmentFault.DAMAGED) from refusal
    except LookupError as refusal:  # no such village
        raise EnrolmentError(EnrolmentFault.UNKNOWN_DEVICE) from refusal


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
