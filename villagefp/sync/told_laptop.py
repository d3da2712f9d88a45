"""What the county says to this laptop alone: another role, or keys of sealed fields that came to be after enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from villagefp.storage import exchange_facts, trust
from villagefp.sync.outgoing import link_of
from villagefp.wire.scopes import ROLES
from villagefp.wire.statements import Sort, open_statement
from villagefp.wire.village_key import VillageKey
from villagefp.wire.village_ring import open_for

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

ROLE, RING = "role", "ring"


def take(store: Store, told: bytes) -> bool:
    """Do what a signed statement says; False where it is about another laptop.

    StatementError where nobody signed it whose word counts, ExchangeError where its ring is not for this laptop.
    """
    with store.read() as connection:
        trusted = trust.pinned_keys(connection)
        link = link_of(connection)
        seals = exchange_facts.seal_keys(connection)
    statement = open_statement(told, trusted, Sort.LAPTOP)
    if statement.name != store.origin.device.hex():
        return False
    if ROLE in statement.packed:
        role = statement.content(ROLE).decode("utf-8", errors="replace")
        link = replace(link, role=role) if role in ROLES else link
    keys: tuple[VillageKey, ...] = ()
    if RING in statement.packed:
        keys = open_for(statement.content(RING), store.origin.village, store.origin.device, seals[0]).keys
    with store.save() as save:
        exchange_facts.put_county_link(save.connection, link)
        store.add_village_keys(save.connection, keys)
    store.forget_ring()
    return True
