"""How everything of the exchange is signed: one version byte, the signature, then what was said.

What comes in is looked at in this order: size, signature, version, and only then what it says. A signature covers
what it was made for, so that a page can never pass as a receipt. Keys are tried, not named: there are one or two, and
a name would cost more bytes than the try costs time.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import NamedTuple, TypeVar

import msgspec

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.protocol import PROTOCOL, check_version
from villagefp.wire.signing import SIGNATURE_BYTES, SigningKey, is_signed
from villagefp.wire.values import pack

T = TypeVar("T")

BODY_AT = 1 + SIGNATURE_BYTES
"""Where the body begins."""


class Purpose(StrEnum):
    """What a signature was made for."""

    PAGE = "page"
    RECEIPT = "receipt"
    ERASURE = "erasure"
    SEED = "seed"
    HELLO = "hello"
    ANSWER = "answer"
    SUCCESSION = "succession"


class Fault(StrEnum):
    """Why something of the exchange is refused."""

    TOO_LARGE = "too_large"
    NOT_SIGNED = "not_signed"  # by the one who should have, or altered since
    DAMAGED = "damaged"  # signed, and still it makes no sense
    FOREIGN = "foreign"  # of another village or laptop
    GAP = "gap"  # something before it is missing
    FORKED = "forked"  # it does not go on from what is here
    STALE = "stale"  # it is older than what is here


class ExchangeError(UserError):
    """Something of an exchange that changes nothing here, with the reason as a word and as a sentence."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(in_words(fault))
        self.fault = fault


class Checked(NamedTuple):
    """What somebody whose word counts has said."""

    body: bytes
    signer: bytes  # public key
    version: int  # of the protocol


def sign(purpose: Purpose, body: bytes, key: SigningKey, bound: bytes = b"", protocol: int = PROTOCOL) -> bytes:
    """What travels. `bound` is signed and not carried: both sides have it already, as an answer has its question."""
    version = bytes([protocol])
    return version + key.sign(_signed_text(purpose, version, bound, body)) + body


def check(purpose: Purpose, signed: bytes, keys: Iterable[bytes], most: int, bound: bytes = b"") -> Checked:
    """What one of these keys signed; ExchangeError or VersionError where none did, or it cannot be read here."""
    if len(signed) > most:
        raise ExchangeError(Fault.TOO_LARGE)
    version, signature, body = signed[:1], signed[1:BODY_AT], signed[BODY_AT:]
    text = _signed_text(purpose, version, bound, body)
    for key in keys:
        if is_signed(text, signature, key):
            check_version(version[0])
            return Checked(body, key, version[0])
    raise ExchangeError(Fault.NOT_SIGNED)


def _signed_text(purpose: Purpose, version: bytes, bound: bytes, body: bytes) -> bytes:
    length = len(bound).to_bytes(4, "big")
    return b"villagefp " + purpose.value.encode("ascii") + b"\0" + version + length + bound + body


def decode(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    """What a signed body says; ExchangeError where it is not of the form it should have."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ExchangeError(Fault.DAMAGED) from error


def pack_short(told: msgspec.Struct) -> bytes:
    """An array-like struct without the fields at its end that are as they are when nothing is said.

    What is left away is read as its default, so no default may ever change.
    """
    kept = list(msgspec.structs.astuple(told))
    defaults = _defaults(type(told))
    while kept and kept[-1] == defaults[len(kept) - 1]:
        kept.pop()
    return pack(kept)


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[object, ...]:
    """What the fields of a struct say when nothing is said; looking that up takes longer than all else."""
    return tuple(
        field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(kind)
    )


def in_words(fault: Fault) -> str:
    """What happened, that nothing is lost, and what to do."""
    return {
        Fault.TOO_LARGE: _(
            "A part of this exchange is larger than anything this program writes. Nothing was changed and nothing is "
            "lost. Exchange again; if it happens again, tell the county."
        ),
        Fault.NOT_SIGNED: _(
            "A part of this exchange is not signed by the one it should come from, or it was altered on the way. "
            "Nothing was changed and nothing is lost. Exchange again; if it happens again, tell the county."
        ),
        Fault.DAMAGED: _(
            "A part of this exchange is signed but makes no sense. Nothing was changed and nothing is lost. "
            "Tell the county: its program made a mistake."
        ),
        Fault.FOREIGN: _(
            "A part of this exchange is meant for another village or another laptop. Nothing was changed and nothing "
            "is lost. Open it on the laptop it is meant for."
        ),
        Fault.GAP: _(
            "Something that comes before this part is not here yet. Nothing was changed and nothing is lost. "
            "Exchange again, or open the earlier file first."
        ),
        Fault.FORKED: _(
            "This part does not go on from what is here: the county may have been put back to an earlier state. "
            "Nothing was changed and nothing is lost. Exchange again: what is missing is sent once more by itself."
        ),
        Fault.STALE: _(
            "This part is older than what is here already. Nothing was changed and nothing is lost. "
            "There is nothing to do."
        ),
    }[fault]
