"""A laptop that goes on under another name: signed by the old key, countersigned by the new one.

A copied or restored laptop gives its changes the names that another one gives to others. So it takes a new identity
and says whose it was: the county lets the new device do what the old one might, and revoking one revokes both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from villagefp.wire import signed
from villagefp.wire.protocol import Count, Id
from villagefp.wire.seal import SEAL_KEY_BYTES
from villagefp.wire.signed import ExchangeError, Fault, Purpose
from villagefp.wire.signing import PUBLIC_BYTES, SIGNATURE_BYTES, SigningKey, is_signed
from villagefp.wire.values import pack

MAX_SUCCESSION = 512
_CONTEXT = b"villagefp successor\0"
"""Stands before what the new key signs."""


class Succession(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Which device goes on for which other one in a village, and the keys it has from now on."""

    village: Id
    old: Id
    new: Id
    public: Annotated[bytes, Meta(min_length=PUBLIC_BYTES, max_length=PUBLIC_BYTES)]  # by which the new one signs
    seal_public: Annotated[bytes, Meta(min_length=SEAL_KEY_BYTES, max_length=SEAL_KEY_BYTES)]  # what is sealed to it
    common: Count = 0  # the old one's changes up to this seq are the new one's past as well


class _Body(msgspec.Struct, array_like=True):
    told: bytes
    countersigned: Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


_BODY = msgspec.msgpack.Decoder(_Body)
_TOLD = msgspec.msgpack.Decoder(Succession)


def sign_succession(  # noqa: PLR0917  the parts of the statement, in its order
    village: bytes,
    old: bytes,
    new: bytes,
    new_public: bytes,
    new_seal_public: bytes,
    old_key: SigningKey,
    new_key: SigningKey,
    common: int = 0,
) -> bytes:
    """The statement as it travels; both keys sign, so nobody names a device its successor that does not know of it."""
    if new_key.public != new_public:
        raise ValueError("The new key is not the one that is named.")
    told = pack(
        Succession(village=village, old=old, new=new, public=new_public, seal_public=new_seal_public, common=common)
    )
    return signed.sign(Purpose.SUCCESSION, pack(_Body(told, new_key.sign(_CONTEXT + told))), old_key)


def open_succession(told: bytes, old_public: Iterable[bytes] | bytes) -> Succession:
    """What the owner of the old key says; ExchangeError or VersionError where it does not."""
    keys = [old_public] if isinstance(old_public, bytes) else old_public
    body = signed.decode(_BODY, signed.check(Purpose.SUCCESSION, told, keys, MAX_SUCCESSION).body)
    succession = signed.decode(_TOLD, body.told)
    if not is_signed(_CONTEXT + body.told, body.countersigned, succession.public):
        raise ExchangeError(Fault.NOT_SIGNED)
    if succession.old == succession.new:
        raise ExchangeError(Fault.DAMAGED)
    return succession


def who_gives_way(told: bytes) -> tuple[bytes, bytes]:
    """Village and old device, before anything is believed: to look up the key it must be signed with."""
    succession = _unchecked(told)
    return succession.village, succession.old


def who_follows(told: bytes) -> tuple[bytes, bytes]:
    """Village and new device of a succession that was taken."""
    succession = _unchecked(told)
    return succession.village, succession.new


def _unchecked(told: bytes) -> Succession:
    if len(told) > MAX_SUCCESSION:
        raise ExchangeError(Fault.TOO_LARGE)
    return signed.decode(_TOLD, signed.decode(_BODY, told[signed.BODY_AT :]).told)
