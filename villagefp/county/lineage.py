"""Laptops that took another's place: a successor gets what the one before it was, and its revocation."""

from __future__ import annotations

from sqlalchemy import Connection, select

from villagefp.county import devices
from villagefp.county.store import County
from villagefp.county.tables import device as device_table


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
