"""The key of a village's sealed fields, wrapped for one device: the county carries it and cannot read it.

The offline enrolment tool makes it with the vault key. A device opens it with its own seal key and finds inside which
village and device it was made for, so that a key laid into another enrolment file is noticed.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from villagefp.wire.protocol import PROTOCOL, Count, Id, Small
from villagefp.wire.seal import EnvelopeError, EnvelopeFault, SealKey, sealed_to
from villagefp.wire.values import pack

KEY_BYTES = 32
MAX_WRAPPED = 256


class _Inside(msgspec.Struct, array_like=True):
    protocol: Small
    village: Id
    device: Id
    generation: Count
    key: Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]


_DECODER = msgspec.msgpack.Decoder(_Inside)


class VillageKey(NamedTuple):
    """The key under which sealed fields of a village travel; each new one has a higher generation.

    Generation 0 is a key that a laptop had of its own, from before it was enrolled.
    """

    generation: int
    key: bytes


def wrap(village_key: VillageKey, village: bytes, device: bytes, recipient: bytes) -> bytes:
    """The key, readable by the owner of the recipient's seal key alone."""
    if len(village_key.key) != KEY_BYTES:
        raise ValueError(f"A village's key has {KEY_BYTES} bytes, not {len(village_key.key)}.")
    inside = _Inside(PROTOCOL, village, device, village_key.generation, village_key.key)
    return sealed_to(recipient, pack(inside))


def unwrap(wrapped: bytes, village: bytes, device: bytes, key: SealKey) -> VillageKey:
    """The key of a village for this device; EnvelopeError where it was made for another, or altered."""
    plain = key.open(wrapped) if len(wrapped) <= MAX_WRAPPED else None
    if plain is None:
        raise EnvelopeError(EnvelopeFault.WRONG_RECIPIENT)
    try:
        inside = _DECODER.decode(plain)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EnvelopeError(EnvelopeFault.ALTERED) from error
    if inside.protocol > PROTOCOL:
        raise EnvelopeError(EnvelopeFault.NEWER)
    if (inside.village, inside.device) != (village, device):
        raise EnvelopeError(EnvelopeFault.WRONG_RECIPIENT)
    return VillageKey(inside.generation, inside.key)
