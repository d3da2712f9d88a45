"""Whose word counts in this store: the laptop's own signing key, and the public keys of others that were pinned."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from villagefp.storage import local
from villagefp.wire.signing import PUBLIC_BYTES, SigningKey, new_key
from villagefp.wire.values import pack, unpack

_SEED = "device signing key"
_PINNED = "pinned keys"


def make_key(connection: Connection, random: Callable[[int], bytes]) -> SigningKey:
    """Give a store its key; the connection is a save's."""
    key = new_key(random)
    put_key(connection, key)
    return key


def put_key(connection: Connection, key: SigningKey) -> None:
    """From now on the laptop signs with this key; the connection is a save's."""
    local.put(connection, _SEED, key.seed)


def found_key(connection: Connection) -> SigningKey | None:
    """The key of this laptop, where it has one already."""
    seed = local.get(connection, _SEED)
    return None if seed is None else SigningKey(seed)


def trusted_keys(connection: Connection) -> frozenset[bytes]:
    """The public keys whose statements count."""
    own = found_key(connection)
    return pinned_keys(connection) | ({own.public} if own is not None else set())


def pinned_keys(connection: Connection) -> frozenset[bytes]:
    """Of these, the keys of others."""
    kept = local.get(connection, _PINNED)
    return frozenset() if kept is None else frozenset(unpack(kept))


def pin(connection: Connection, public: bytes) -> None:
    """From now on believe what this key signed; the connection is a save's."""
    if len(public) != PUBLIC_BYTES:
        raise ValueError(f"A public key has {PUBLIC_BYTES} bytes, not {len(public)}.")
    local.put(connection, _PINNED, pack(sorted(pinned_keys(connection) | {public})))
