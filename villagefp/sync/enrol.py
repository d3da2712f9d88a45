"""Enrolling this laptop at its county: by network with a code, or from an enrolment file with the same code.

From then on the county's keys are pinned, and no other county's word counts. A claim whose answer was lost is simply
made again: the laptop claims under the same identity, and the county says the same. What the county has not heard yet
(a claim from a file, the laptop's own key for the vault) waits in the store and goes with the next exchange or stick.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import Connection

from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.storage import device_key, exchange_facts, local, trust, village_keys
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.files import write_durably
from villagefp.storage.keyslots import Cost, Keys
from villagefp.storage.passphrase import check_passphrase
from villagefp.storage.store import CreatedStore, Joining, Store, create_store, store_exists
from villagefp.sync.road import LineError
from villagefp.wire import village_key
from villagefp.wire.enrolment import (
    Claim,
    EnrolmentError,
    EnrolmentFault,
    Grant,
    open_answer,
    open_offer,
    same_laptop,
    sign_claim,
)
from villagefp.wire.enrolment_code import CodeKeys, keys_of
from villagefp.wire.seal import Contents, EnvelopeError, EnvelopeFault, SealKey, open_envelope, read_part
from villagefp.wire.signed import ExchangeError
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack
from villagefp.wire.village_key import VillageKey
from villagefp.wire.village_ring import VillageRing, unwrap_under

Ask = Callable[[bytes], bytes]
"""Brings a claim to the county and returns the answer; `Road.enrol` of the network."""

_WAITING = "enrolment to be carried"
_BEGUN = "enrolment.vfpn"
"""The file in which a laptop without a store keeps the identity that it claims with, sealed to the code."""


@dataclass(frozen=True)
class Enrolled:
    """What a laptop is now."""

    village_code: str
    village_name: str
    role: str
    label: str
    address: str  # of the county by network; empty where everything goes by stick
    confirmed: bool  # the county has said so; otherwise its file has, and the claim still has to be carried there


@dataclass(frozen=True, kw_only=True)
class NewStore:
    """What making a store takes besides the enrolment."""

    folder: Path
    worker_name: str
    passphrase: str
    ambient: Ambient
    cost: Cost | None = None


class _Kept(msgspec.Struct, array_like=True):
    """A claim that the county has not answered yet, with what opens its answer."""

    told: bytes
    claimant: bytes
    name: bytes
    proof: bytes
    wrap: bytes


class _Identity(msgspec.Struct, array_like=True):
    device: bytes
    sign: bytes
    seal: bytes


_KEPT = msgspec.msgpack.Decoder(_Kept)
_IDENTITY = msgspec.msgpack.Decoder(_Identity)


def by_network(store: Store, ask: Ask, code: str, address: str = "") -> Enrolled:
    """Enrol a laptop that has a store already; UserError where the county does not, and then nothing has changed.

    `address` is where the county was asked: it is kept, unless the county names another one.
    """
    secrets = keys_of(code)
    claim, key = _claim_of(store)
    told = sign_claim(claim, secrets, key)
    grant = open_answer(ask(told), secrets, same_laptop(claim))
    _check_village(grant, store)
    ring = _ring(grant, secrets)
    own = _with_own_key(claim, ring, store.keys_for(None), always=True)
    kept = None if own is None else _kept(own, secrets, key)
    _settle(store, _linked(grant, address), ring, kept)
    if kept is not None:
        with suppress(LineError):  # it waits, and goes with the next exchange
            answered(store, kept.told, ask(kept.told))
    return _enrolled(grant, address, confirmed=True)


def from_file(store: Store, file: BinaryIO, code: str) -> Enrolled:
    """The same without a network: the file says what the county grants, and the claim is carried to it later."""
    secrets = keys_of(code)
    grant = _offered(file, secrets)
    if grant.founded:
        _check_village(grant, store)
    if grant.village_code != store.village.code:
        raise EnrolmentError(EnrolmentFault.OTHER_VILLAGE)
    ring = _ring(grant, secrets)
    claim, key = _claim_of(store)
    claim = _with_own_key(claim, ring, store.keys_for(None), always=True) or claim
    _settle(store, _linked(grant), ring, _kept(claim, secrets, key))
    return _enrolled(grant, confirmed=False)


def new_by_network(new: NewStore, ask: Ask, code: str, address: str = "") -> tuple[CreatedStore, Enrolled]:
    """Enrol a laptop without a store and make one for its village; where it is cut short, the same call goes on."""
    secrets = keys_of(code)
    _check_new(new)
    identity = _identity(new, secrets)
    claim = _claim_by(identity)
    key = SigningKey(identity.sign)
    grant = open_answer(ask(sign_claim(claim, secrets, key)), secrets, same_laptop(claim))
    ring = _ring(grant, secrets)
    made = _create(new, identity, grant, _Wanted(_linked(grant, address), ring, secrets, carried=True))
    return made, _enrolled(grant, address, confirmed=True)


def new_from_file(new: NewStore, file: BinaryIO, code: str) -> tuple[CreatedStore, Enrolled]:
    """The same from an enrolment file; the claim is carried to the county later."""
    secrets = keys_of(code)
    _check_new(new)
    grant = _offered(file, secrets)
    ring = _ring(grant, secrets)
    made = _create(new, _identity(new, secrets), grant, _Wanted(_linked(grant), ring, secrets, carried=False))
    return made, _enrolled(grant, confirmed=False)


def waiting(connection: Connection) -> bytes | None:
    """A claim that the county still has to hear: it goes before everything else, by whatever road."""
    kept = local.get(connection, _WAITING)
    return None if kept is None else _KEPT.decode(kept).told


def answered(store: Store, told: bytes, answer: bytes) -> None:
    """What the county says to a claim that waited; one that is not waiting any more changes nothing.

    EnrolmentError where the county refuses: the claim goes on waiting, and the sentence says what to do.
    """
    with store.read() as connection:
        found = local.get(connection, _WAITING)
    kept = None if found is None else _KEPT.decode(found)
    if kept is None or kept.told != told:
        return
    secrets = CodeKeys(kept.name, kept.proof, kept.wrap)
    grant = open_answer(answer, secrets, kept.claimant)
    _check_village(grant, store)
    with store.read() as connection:
        before = exchange_facts.county_link(connection)
    _settle(store, _linked(grant, before.address if before else ""), _ring(grant, secrets), None)


def _claim_of(store: Store) -> tuple[Claim, SigningKey]:
    key = device_key.own_key(store)
    with store.save() as save:
        seal = exchange_facts.make_seal_key(save.connection, store.ambient.random)
    claim = Claim(
        device=store.origin.device,
        public=key.public,
        seal_public=seal.public,
        village=store.origin.village,
        village_code=store.village.code,
    )
    return claim, key


def _claim_by(identity: _Identity) -> Claim:
    return Claim(
        device=identity.device,
        public=SigningKey(identity.sign).public,
        seal_public=SealKey(identity.seal).public,
    )


def _with_own_key(claim: Claim, ring: VillageRing, keys: Keys, *, always: bool) -> Claim | None:
    """The claim with the store's own key of sealed fields for the vault; None where nothing lies under it.

    A laptop that gets no key of the village goes on sealing under its own.
    """
    if not ring.vault or (ring.links and not always):
        return None
    given = village_key.wrap(VillageKey(0, keys.sealed), claim.village, claim.device, ring.vault)
    return msgspec.structs.replace(claim, given=given)


def _kept(claim: Claim, secrets: CodeKeys, key: SigningKey) -> _Kept:
    return _Kept(sign_claim(claim, secrets, key), same_laptop(claim), secrets.name, secrets.proof, secrets.wrap)


def _ring(grant: Grant, secrets: CodeKeys) -> VillageRing:
    """The village's keys; a grant without a ring is of a county that has no vault."""
    if not grant.ring:
        return VillageRing()
    try:
        return unwrap_under(grant.ring, secrets.wrap)
    except ExchangeError as error:
        raise EnrolmentError(EnrolmentFault.DAMAGED) from error


def _check_village(grant: Grant, store: Store) -> None:
    if grant.village != store.origin.village:
        raise EnrolmentError(EnrolmentFault.OTHER_FOUNDING)


def _offered(file: BinaryIO, secrets: CodeKeys) -> Grant:
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


def _linked(grant: Grant, address: str = "") -> CountyLink:
    return CountyLink(grant.address or address, grant.sign_keys, grant.seal_key, grant.role)


def _settle(store: Store, link: CountyLink, ring: VillageRing, kept: _Kept | None) -> None:
    """Pin what the county granted, all of it or nothing."""
    with store.save() as save:
        _pin(save.connection, link, kept)
        store.add_village_keys(save.connection, ring.keys)
    store.forget_ring()


def _pin(connection: Connection, link: CountyLink, kept: _Kept | None) -> None:
    exchange_facts.put_county_link(connection, link)
    for public in link.sign_keys:
        trust.pin(connection, public)
    if kept is None:
        local.delete(connection, _WAITING)
    else:
        local.put(connection, _WAITING, pack(kept))


def _enrolled(grant: Grant, address: str = "", *, confirmed: bool) -> Enrolled:
    return Enrolled(
        village_code=grant.village_code,
        village_name=grant.village_name,
        role=grant.role,
        label=grant.label,
        address=grant.address or address,
        confirmed=confirmed,
    )


def _check_new(new: NewStore) -> None:
    """What would stop the making of the store is said before a code is used."""
    check_passphrase(new.passphrase)
    if store_exists(new.folder):
        raise UserError(
            _("There is already a store in {folder}. Open it, or choose another folder.").format(folder=new.folder)
        )


def _identity(new: NewStore, secrets: CodeKeys) -> _Identity:
    """The identity that this laptop claims with: the same at every try with a code, so that one answer is enough."""
    path = new.folder / _BEGUN
    box = SecretBox(blake2b(secrets.wrap, digest_size=SecretBox.KEY_SIZE, person=b"vfp enrol begun").digest())
    if path.exists():
        try:
            return _IDENTITY.decode(box.decrypt(path.read_bytes()))
        except (CryptoError, ValueError, msgspec.DecodeError):
            pass  # of another code, or torn: begun anew
    random = new.ambient.random
    fresh = _Identity(new.ambient.new_id(), random(32), random(32))
    try:
        new.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path, bytes(box.encrypt(pack(fresh), random(SecretBox.NONCE_SIZE))))
    except OSError as refused:
        raise UserError(
            _("The folder {folder} cannot be written: {reason}. Choose another one, or ask who set it up.").format(
                folder=new.folder, reason=reason(refused)
            )
        ) from refused
    return fresh


@dataclass(frozen=True)
class _Wanted:
    """What the first save of a new store keeps of the enrolment."""

    link: CountyLink
    ring: VillageRing
    secrets: CodeKeys
    carried: bool  # the county has heard the claim already


def _create(new: NewStore, identity: _Identity, grant: Grant, wanted: _Wanted) -> CreatedStore:
    key, seal = SigningKey(identity.sign), SealKey(identity.seal)

    def also(connection: Connection, keys: Keys) -> None:
        exchange_facts.make_seal_key(connection, lambda _count: seal.secret)
        claim = msgspec.structs.replace(_claim_by(identity), village=grant.village, village_code=grant.village_code)
        given = _with_own_key(claim, wanted.ring, keys, always=False)
        told = given or (None if wanted.carried else claim)
        _pin(connection, wanted.link, None if told is None else _kept(told, wanted.secrets, key))
        village_keys.add(connection, keys.sealed, wanted.ring.keys, new.ambient.random)

    made = create_store(
        new.folder,
        village_code=grant.village_code,
        village_name=grant.village_name,
        worker_name=new.worker_name,
        passphrase=new.passphrase,
        ambient=new.ambient,
        cost=new.cost,
        joining=Joining(grant.village, identity.device, key, also),
    )
    (new.folder / _BEGUN).unlink(missing_ok=True)
    return made
