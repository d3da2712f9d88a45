"""The ring of keys of a village's sealed fields, as a laptop gets it: wrapped under a code or for its seal key.

The highest generation seals, all of them open. Generation 0 stands for keys that laptops had of their own before they
were enrolled. The vault's public key goes with it, since the county must not be able to pass off another for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import msgspec
from msgspec import Meta
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from villagefp.wire.protocol import Count
from villagefp.wire.seal import SealKey, sealed_to
from villagefp.wire.signed import ExchangeError, Fault, decode
from villagefp.wire.values import pack
from villagefp.wire.village_key import KEY_BYTES, VillageKey

MAX_KEYS = 256
MAX_WRAPPED = 64 * MAX_KEYS
_Key = Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]


class _Link(msgspec.Struct, frozen=True, array_like=True):
    generation: Count
    key: _Key


class VillageRing(msgspec.Struct, frozen=True, array_like=True):
    """The keys a laptop gets, and the vault's public key; none of either for a role that reads no sealed fields."""

    vault: Annotated[bytes, Meta(max_length=32)] = b""
    links: Annotated[tuple[_Link, ...], Meta(max_length=MAX_KEYS)] = ()

    @property
    def keys(self) -> tuple[VillageKey, ...]:
        """The keys, newest generation first."""
        return tuple(VillageKey(link.generation, link.key) for link in self.links)


_DECODER = msgspec.msgpack.Decoder(VillageRing)


def ring_of(vault: bytes, keys: Iterable[VillageKey]) -> VillageRing:
    """A ring of these keys, each once."""
    ordered = sorted(set(keys), key=lambda one: (-one.generation, one.key))
    return VillageRing(vault, tuple(_Link(*one) for one in ordered))


def wrap_under(ring: VillageRing, key: bytes, random: Callable[[int], bytes]) -> bytes:
    """The ring, readable by whoever has this key."""
    return bytes(SecretBox(key).encrypt(pack(ring), random(SecretBox.NONCE_SIZE)))


def unwrap_under(wrapped: bytes, key: bytes) -> VillageRing:
    """What lies under this key; ExchangeError where it was altered, or lies under another."""
    try:
        return decode(_DECODER, SecretBox(key).decrypt(wrapped))
    except (CryptoError, ValueError) as error:
        raise ExchangeError(Fault.NOT_SIGNED) from error


def seal_for(ring: VillageRing, village: bytes, device: bytes, recipient: bytes) -> bytes:
    """The ring for one laptop, later than its enrolment; inside stands for whom it was made."""
    return sealed_to(recipient, village + device + pack(ring))


def open_for(sealed: bytes, village: bytes, device: bytes, key: SealKey) -> VillageRing:
    """The ring that was made for this laptop; ExchangeError where it was made for another, or altered."""
    plain = key.open(sealed) if len(sealed) <= MAX_WRAPPED else None
    if plain is None or plain[: len(village) + len(device)] != village + device:
        raise ExchangeError(Fault.FOREIGN)
    return decode(_DECODER, plain[len(village) + len(device) :])
