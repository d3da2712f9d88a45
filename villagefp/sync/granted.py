"""What a county grants to a laptop that enrols, and how its store keeps it.

What the county has not heard yet (a claim from a file, the laptop's own key for the vault) waits in the store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import msgspec
from sqlalchemy import Connection

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import exchange_facts, local, trust
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.keyslots import Keys
from villagefp.wire import village_key
from villagefp.wire.enrolment import (
    Claim,
    EnrolmentError,
    EnrolmentFault,
    Grant,
    open_offer,
    same_laptop,
    sign_claim,
)
from villagefp.wire.enrolment_code import CodeKeys
from villagefp.wire.seal import Contents, EnvelopeError, EnvelopeFault, open_envelope, read_part
from villagefp.wire.signed import ExchangeError
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack
from villagefp.wire.village_key import VillageKey
from villagefp.wire.village_ring import VillageRing, unwrap_under

Ask = Callable[[bytes], bytes]
"""Brings a claim to the county and returns the answer; `Road.enrol` of the network."""

_WAITING = "enrolment to be carried"


@dataclass(frozen=True)
class Enrolled:
    """What a laptop is now."""

    village_code: str
    village_name: str
    role: str
    label: str
    address: str  # of the county by network; empty where everything goes by stick
    confirmed: bool  # the county has said so; otherwise its file has, and the claim still has to be carried there


class KeptClaim(msgspec.Struct, array_like=True):
    """A claim that the county has not answered yet, with what opens its answer."""

    told: bytes
    claimant: bytes
    name: bytes
    proof: bytes
    wrap: bytes


_KEPT = msgspec.msgpack.Decoder(KeptClaim)


def waiting(connection: Connection) -> bytes | None:
    """A claim that the county still has to hear: it goes before everything else, by whatever road."""
    kept = waiting_claim(connection)
    return None if kept is None else kept.told


def waiting_claim(connection: Connection) -> KeptClaim | None:
    """The same, with what opens the answer to it."""
    kept = local.get(connection, _WAITING)
    return None if kept is None else _KEPT.decode(kept)


def offered(file: BinaryIO, secrets: CodeKeys) -> Grant:
    """What an enrolment file says; EnvelopeError where it is none, EnrolmentError where it is for another code."""
    envelope = open_envelope(file)
    try:
        places = envelope.mine(secrets.seal.public)
    except EnvelopeError as error:
        raise UserError(
            _(
                "This enrolment file belongs to another code. Nothing was changed and nothing is lost. "
                "Take the file and the slip that came together."
            )
        ) from error
    for place in places:
        if envelope.entries[place].contents is Contents.ENROLMENT:
            return open_offer(read_part(file, envelope, place, [secrets.seal]), secrets)
    raise EnvelopeError(EnvelopeFault.FOREIGN)


def ring_of(grant: Grant, secrets: CodeKeys) -> VillageRing:
    """The village's keys; a grant without a ring is of a county that has no vault."""
    if not grant.ring:
        return VillageRing()
    try:
        return unwrap_under(grant.ring, secrets.wrap)
    except ExchangeError as error:
        raise EnrolmentError(EnrolmentFault.DAMAGED) from error


def with_own_key(claim: Claim, ring: VillageRing, keys: Keys, *, always: bool) -> Claim | None:
    """The claim with the store's own key of sealed fields for the vault; None where nothing lies under it.

    A laptop that gets no key of the village goes on sealing under its own.
    """
    if not ring.vault or (ring.links and not always):
        return None
    given = village_key.wrap(VillageKey(0, keys.sealed), claim.village, claim.device, ring.vault)
    return msgspec.structs.replace(claim, given=given)


def kept_claim(claim: Claim, secrets: CodeKeys, key: SigningKey) -> KeptClaim:
    """The claim as it waits, signed, with what opens the answer to it."""
    return KeptClaim(sign_claim(claim, secrets, key), same_laptop(claim), secrets.name, secrets.proof, secrets.wrap)


def linked(grant: Grant, address: str = "") -> CountyLink:
    """The county as the laptop knows it from now on; `address` is where it was asked, unless it names another one."""
    return CountyLink(grant.address or address, grant.sign_keys, grant.seal_key, grant.role)


def pin(connection: Connection, link: CountyLink, kept: KeptClaim | None) -> None:
    """Believe these keys and no other county's; a claim that the county has not heard waits from here on."""
    exchange_facts.put_county_link(connection, link)
    for public in link.sign_keys:
        trust.pin(connection, public)
    if kept is None:
        local.delete(connection, _WAITING)
    else:
        local.put(connection, _WAITING, pack(kept))


def enrolled(grant: Grant, address: str = "", *, confirmed: bool) -> Enrolled:
    """What the laptop is by this grant."""
    return Enrolled(
        village_code=grant.village_code,
        village_name=grant.village_name,
        role=grant.role,
        label=grant.label,
        address=grant.address or address,
        confirmed=confirmed,
    )
