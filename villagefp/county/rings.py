"""Which keys of sealed fields the laptops of a village get; only whoever holds the vault key can make the ring."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from villagefp.county import office_values
from villagefp.county.office_tables import given_key
from villagefp.county.office_values import KEY_GENERATION, KEYED_BY
from villagefp.county.vault import Vault
from villagefp.wire import village_key
from villagefp.wire.scopes import SENSITIVE, scopes_of
from villagefp.wire.seal import EnvelopeError
from villagefp.wire.village_key import VillageKey
from villagefp.wire.village_ring import VillageRing, ring_of


def ring_for(connection: Connection, vault: Vault, village: bytes, role: str) -> VillageRing:
    """The ring of a village for a role: no key where the role reads nothing sealed."""
    if SENSITIVE not in scopes_of(role):
        return ring_of(vault.public, ())
    keyed_by = office_values.get(connection, KEYED_BY, village) or village
    newest = office_values.get_number(connection, KEY_GENERATION, 1, village)
    keys = [vault.village_key(keyed_by, generation) for generation in range(1, newest + 1)]
    return ring_of(vault.public, [*keys, *_given(connection, vault, village)])


def _given(connection: Connection, vault: Vault, village: bytes) -> list[VillageKey]:
    """The keys that laptops had of their own; one that was sealed to another vault, or for another, is left out."""
    found = []
    query = select(given_key.c.device, given_key.c.told).where(given_key.c.village == village)
    for device, told in connection.execute(query):
        try:
            found.append(village_key.unwrap(told, village, device, vault.seal))
        except EnvelopeError:
            continue
    return found


def give(connection: Connection, village: bytes, device: bytes, told: bytes) -> None:
    """Keep what a laptop sealed to the vault: its own key from before it was enrolled."""
    connection.execute(delete(given_key).where(given_key.c.village == village, given_key.c.device == device))
    connection.execute(insert(given_key).values(village=village, device=device, told=told))
