"""Enrolment: how a laptop becomes one of a county's, the same bytes by network, by stick and in the enrolment file.

    claim    version, name of the code, proof, signature, what the laptop says of itself
    answer   what kind it is, then: version, proof, what the county grants | why it refuses | the county's signature

Both sides prove that they know the code by a keyed hash over everything they say; nothing is parsed before. The laptop
also signs, so that nobody enrols a key of which he has not the secret part. A grant is bound to the laptop that asked,
and may be said again as often as its answer was lost. A succession (a laptop that had to take a new identity) goes the
same way and is answered with a signature, since no code stands behind it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire import signed
from villagefp.wire.enrolment_code import NAME_BYTES, CodeKeys
from villagefp.wire.protocol import PROTOCOL, REGISTRY, Count, Id, Small, check_version
from villagefp.wire.seal import SEAL_KEY_BYTES
from villagefp.wire.signed import Purpose
from villagefp.wire.signing import PUBLIC_BYTES, SIGNATURE_BYTES, SigningKey, is_signed
from villagefp.wire.values import pack
from villagefp.wire.village_key import MAX_WRAPPED as MAX_GIVEN
from villagefp.wire.village_ring import MAX_WRAPPED as MAX_RING

MAX_CLAIM = 4096
MAX_ANSWER = 64 * 1024
_PROOF_BYTES = 32
_CLAIM_BODY = 2 + NAME_BYTES + _PROOF_BYTES + SIGNATURE_BYTES
_Public = Annotated[bytes, Meta(min_length=PUBLIC_BYTES, max_length=PUBLIC_BYTES)]
_SealPublic = Annotated[bytes, Meta(min_length=SEAL_KEY_BYTES, max_length=SEAL_KEY_BYTES)]
_Short = Annotated[str, Meta(max_length=200)]

CLAIM, SUCCESSION = b"c", b"s"
_GRANT, _OFFER, _REFUSAL, _SUCCEEDED = b"g", b"o", b"r", b"a"


class EnrolmentFault(StrEnum):
    """Why a laptop is not enrolled. It changes nothing in any case."""

    UNKNOWN = "unknown"  # no such code, or the proof does not fit it
    USED = "used"  # by another laptop
    EXPIRED = "expired"
    BLOCKED = "blocked"  # it was tried too often
    TOO_MANY = "too_many"  # wrong ones from one place
    OTHER_VILLAGE = "other_village"  # the laptop's records are of a village with another code
    OTHER_FOUNDING = "other_founding"  # the county has this village under another id already
    DAMAGED = "damaged"
    UNKNOWN_DEVICE = "unknown_device"  # a succession of a laptop that is not the county's


class EnrolmentError(UserError):
    """An enrolment that is refused, with the reason as a word and as a sentence."""

    def __init__(self, fault: EnrolmentFault) -> None:
        super().__init__(in_words(fault))
        self.fault = fault


class Claim(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a laptop says of itself."""

    device: Id
    public: _Public
    seal_public: _SealPublic
    village: Annotated[bytes, Meta(max_length=16)] = b""  # of its records; empty where it has none yet
    village_code: _Short = ""
    given: Annotated[bytes, Meta(max_length=MAX_GIVEN)] = b""  # its own key of sealed fields, to the vault
    registry: Small = REGISTRY


class Grant(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What the county says: its keys, which are pinned from now on, the village, and what the laptop is in it."""

    sign_keys: Annotated[tuple[_Public, ...], Meta(min_length=1, max_length=64)]
    seal_key: _SealPublic
    village: Id
    village_code: _Short
    village_name: _Short
    role: _Short
    label: _Short
    ring: Annotated[bytes, Meta(max_length=MAX_RING)]  # wrapped under the code
    time: Count  # of the county, seconds since 1970
    address: _Short = ""  # where it answers by network; empty where it does not
    founded: bool = False  # whether the county has this village already: then no laptop brings another id for it


_CLAIMS = msgspec.msgpack.Decoder(Claim)
_GRANTS = msgspec.msgpack.Decoder(Grant)


def sign_claim(claim: Claim, code: CodeKeys, key: SigningKey) -> bytes:
    """A claim as it travels."""
    body = pack(claim)
    version = bytes([PROTOCOL])
    text = _claim_text(version, code.name, body)
    return CLAIM + version + code.name + _proof(code.proof, text) + key.sign(text) + body


def name_in(told: bytes) -> bytes:
    """The name of the code that a claim was made with, before anything is believed; EnrolmentError where it is none."""
    if told[:1] != CLAIM or not _CLAIM_BODY < len(told) <= MAX_CLAIM:
        raise EnrolmentError(EnrolmentFault.DAMAGED)
    return told[2 : 2 + NAME_BYTES]


def open_claim(told: bytes, proof: bytes) -> Claim:
    """What a laptop says that knows the code; EnrolmentError or VersionError where it does not."""
    name = name_in(told)
    version, shown = told[1:2], told[2 + NAME_BYTES : 2 + NAME_BYTES + _PROOF_BYTES]
    signature, body = told[_CLAIM_BODY - SIGNATURE_BYTES : _CLAIM_BODY], told[_CLAIM_BODY:]
    text = _claim_text(version, name, body)
    if not hmac.compare_digest(_proof(proof, text), shown):
        raise EnrolmentError(EnrolmentFault.UNKNOWN)
    check_version(version[0])
    try:
        claim = _CLAIMS.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EnrolmentError(EnrolmentFault.DAMAGED) from error
    if not is_signed(text, signature, claim.public) or len(claim.village) not in (0, 16):
        raise EnrolmentError(EnrolmentFault.DAMAGED)
    return claim


def same_laptop(claim: Claim) -> bytes:
    """What tells one claiming laptop from another: a claim that is repeated may bring its own key later."""
    told = claim.device + claim.public + claim.seal_public
    return blake2b(told, digest_size=32, person=b"vfp claimant").digest()


def sign_grant(grant: Grant, proof: bytes, claimant: bytes) -> bytes:
    """The answer to a claim, bound to the laptop that made it (`same_laptop`)."""
    body = pack(grant)
    version = bytes([PROTOCOL])
    return _GRANT + version + _proof(proof, _grant_text(version, claimant, body)) + body


def sign_offer(grant: Grant, code: CodeKeys) -> bytes:
    """What an enrolment file says; it is bound to no laptop, and sealed to the code."""
    body = pack(grant)
    version = bytes([PROTOCOL])
    return _OFFER + version + _proof(code.proof, _grant_text(version, b"", body)) + body


def refuse(fault: EnrolmentFault) -> bytes:
    """The answer where nothing is granted."""
    return _REFUSAL + fault.value.encode("ascii")


def open_answer(told: bytes, code: CodeKeys, claimant: bytes) -> Grant:
    """What the county grants this laptop; EnrolmentError or VersionError where it does not, or did not say so."""
    if told[:1] == _REFUSAL:
        raise EnrolmentError(_fault(told[1:]))
    return _open_granted(told, _GRANT, code, claimant)


def open_offer(told: bytes, code: CodeKeys) -> Grant:
    """What an enrolment file says."""
    return _open_granted(told, _OFFER, code, b"")


def _open_granted(told: bytes, kind: bytes, code: CodeKeys, claimant: bytes) -> Grant:
    version, shown, body = told[1:2], told[2 : 2 + _PROOF_BYTES], told[2 + _PROOF_BYTES :]
    right = _proof(code.proof, _grant_text(version, claimant, body))
    if told[:1] != kind or not body or len(told) > MAX_ANSWER or not hmac.compare_digest(right, shown):
        raise EnrolmentError(EnrolmentFault.DAMAGED)
    check_version(version[0])
    try:
        return _GRANTS.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EnrolmentError(EnrolmentFault.DAMAGED) from error


def refused(answer: bytes) -> EnrolmentFault | None:
    """Why an answer grants nothing; None where it does."""
    return _fault(answer[1:]) if answer[:1] == _REFUSAL else None


def who_was_enrolled(told: bytes, answer: bytes) -> tuple[bytes, bytes]:
    """Village and laptop of a claim and the grant that answers it, for the county that made the grant."""
    return _GRANTS.decode(answer[2 + _PROOF_BYTES :]).village, _CLAIMS.decode(told[_CLAIM_BODY:]).device


def pack_succession(told: bytes) -> bytes:
    """A signed succession as it goes the way of claims."""
    return SUCCESSION + told


def sign_succeeded(told: bytes, key: SigningKey) -> bytes:
    """The answer to a packed succession that was taken."""
    return _SUCCEEDED + signed.sign(Purpose.ANSWER, b"succeeded", key, bound=told)


def open_succeeded(answer: bytes, told: bytes, county: Iterable[bytes]) -> None:
    """EnrolmentError or ExchangeError where the county did not take this packed succession."""
    if answer[:1] == _REFUSAL:
        raise EnrolmentError(_fault(answer[1:]))
    if answer[:1] != _SUCCEEDED:
        raise EnrolmentError(EnrolmentFault.DAMAGED)
    signed.check(Purpose.ANSWER, answer[1:], county, MAX_ANSWER, bound=told)


def _fault(told: bytes) -> EnrolmentFault:
    known: dict[bytes, EnrolmentFault] = {fault.value.encode("ascii"): fault for fault in EnrolmentFault}
    return known.get(told, EnrolmentFault.DAMAGED)


def _claim_text(version: bytes, name: bytes, body: bytes) -> bytes:
    return b"villagefp claim\0" + version + name + body


def _grant_text(version: bytes, claimant: bytes, body: bytes) -> bytes:
    return b"villagefp grant\0" + version + len(claimant).to_bytes(1, "big") + claimant + body


def _proof(key: bytes, text: bytes) -> bytes:
    return blake2b(text, key=key, digest_size=_PROOF_BYTES, person=b"vfp enrolment").digest()


def in_words(fault: EnrolmentFault) -> str:
    """What happened, that nothing is lost, and what to do."""
    return {
        EnrolmentFault.UNKNOWN: _(
            "The county does not know this enrolment code. Nothing was changed and nothing is lost. "
            "Compare it with the slip, or ask the county for a new one."
        ),
        EnrolmentFault.USED: _(
            "Another laptop was enrolled with this code already; a code is good once. Nothing was changed and nothing "
            "is lost. Ask the county for a new code."
        ),
        EnrolmentFault.EXPIRED: _(
            "This enrolment code is no longer good: its days are over. Nothing was changed and nothing is lost. "
            "Ask the county for a new one."
        ),
        EnrolmentFault.BLOCKED: _(
            "This enrolment code was tried wrongly too often and is closed. Nothing was changed and nothing is lost. "
            "Ask the county for a new one."
        ),
        EnrolmentFault.TOO_MANY: _(
            "Too many wrong enrolment codes came from here. Nothing was changed and nothing is lost. "
            "Wait an hour, compare the code with the slip and try again."
        ),
        EnrolmentFault.OTHER_VILLAGE: _(
            "This enrolment code is for a village with another number than this laptop's records are of. Nothing was "
            "changed and nothing is lost. Ask the county for the code of this village."
        ),
        EnrolmentFault.OTHER_FOUNDING: _(
            "The county has this village already, begun by another laptop or by its own import, so the records of this "
            "laptop cannot simply be joined to it. Nothing was changed and nothing is lost: everything stays on this "
            "laptop. Keep this folder, enrol again with a new, empty folder, and enter there what only this one has; "
            "the county helps with it."
        ),
        EnrolmentFault.DAMAGED: _(
            "What was to enrol this laptop was damaged or altered on the way. Nothing was changed and nothing is lost. "
            "Try again; if it happens again, tell the county."
        ),
        EnrolmentFault.UNKNOWN_DEVICE: _(
            "The county does not know the laptop whose place this one takes. Nothing was changed and nothing is lost. "
            "Ask the county for an enrolment code."
        ),
    }[fault]
