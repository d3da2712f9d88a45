"""The key by which this laptop signs, and the keys of others whose word counts here; kept in the encrypted store."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from villagefp.storage import local
from villagefp.wire.signing import PUBLIC_BYTES, SigningKey, new_key
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

_SEED = "device signing key"
_PINNED = "pinned keys"


def make_key(connection: Connection, random: Callable[[int], bytes]) -> SigningKey:
    """Give a new store its key; the connection is a save's."""
    key = new_key(random)
    local.put(connection, _SEED, key.seed)
    return key


def own_key(store: Store) -> SigningKey:
    """The key of this laptop; a store of an earlier version gets one when it first signs."""
    with store.read() as connection:
        seed = local.get(connection, _SEED)
    if seed is not None:
        return SigningKey(seed)
    with store.save() as save:
        seed = local.get(save.connection, _SEED)  # another thread may have been first
        return SigningKey(seed) if seed is not None else make_key(save.connection, store.ambient.random)


def own_public(connection: Connection) -> bytes | None:
    """The public key of this laptop, where it has one already."""
    seed = local.get(connection, _SEED)
    return None if seed is None else SigningKey(seed).public


def trusted_keys(connection: Connection) -> frozenset[bytes]:
    """The public keys whose statements count: this laptop's own and those that were pinned."""
    own = own_public(connection)
    return _pinned(connection) | ({own} if own is not None else set())


def pin_key(store: Store, public: bytes) -> None:
    """From now on believe what this key signed; enrolment gives the county's."""
    if len(public) != PUBLIC_BYTES:
        raise ValueError(f"A public key has {PUBLIC_BYTES} bytes, not {len(public)}.")
    with store.save() as save:
        keys = _pinned(save.connection) | {public}
        local.put(save.connection, _PINNED, pack(sorted(keys)))
    store.forget_derived()


def _pinned(connection: Connection) -> frozenset[bytes]:
    kept = local.get(connection, _PINNED)
    return frozenset() if kept is None else frozenset(unpack(kept))
