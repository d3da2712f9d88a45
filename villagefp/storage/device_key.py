"""The key by which this laptop signs, and pinning the keys of others whose word counts here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from villagefp.storage import trust
from villagefp.storage.trust import trusted_keys
from villagefp.wire.signing import SigningKey

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

__all__ = ["own_key", "own_public", "pin_key", "trusted_keys"]


def own_key(store: Store) -> SigningKey:
    """The key of this laptop; a store of an earlier version gets one when it first signs."""
    with store.read() as connection:
        found = trust.found_key(connection)
    if found is not None:
        return found
    with store.save() as save:  # another thread may have been first
        return trust.found_key(save.connection) or trust.make_key(save.connection, store.ambient.random)


def own_public(connection: Connection) -> bytes | None:
    """The public key of this laptop, where it has one already."""
    found = trust.found_key(connection)
    return None if found is None else found.public


def pin_key(store: Store, public: bytes) -> None:
    """From now on believe what this key signed; enrolment gives the county's."""
    with store.save() as save:
        trust.pin(save.connection, public)
    store.forget_derived()
