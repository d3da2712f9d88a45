"""Enrolling a laptop that has no store yet: the county grants, and then a store is made for its village.

The identity that the laptop claims with lies in its folder meanwhile, sealed to the code, so that the same call goes on
where it was cut short.
"""

from __future__ import annotations

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
from villagefp.storage import exchange_facts, village_keys
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.files import write_durably
from villagefp.storage.keyslots import Cost, Keys
from villagefp.storage.passphrase import check_passphrase
from villagefp.storage.store import CreatedStore, Joining, create_store, store_exists
from villagefp.sync.granted import Ask, Enrolled, enrolled, kept_claim, linked, offered, pin, ring_of, with_own_key
from villagefp.wire.enrolment import Claim, Grant, open_answer, same_laptop, sign_claim
from villagefp.wire.enrolment_code import CodeKeys, keys_of
from villagefp.wire.seal import SealKey
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack
from villagefp.wire.village_ring import VillageRing

_BEGUN = "enrolment.vfpn"
"""The file in which a laptop without a store keeps the identity that it claims with, sealed to the code."""


@dataclass(frozen=True, kw_only=True)
class NewStore:
    """What making a store takes besides the enrolment."""

    folder: Path
    worker_name: str
    passphrase: str
    ambient: Ambient
    cost: Cost | None = None


class _Identity(msgspec.Struct, array_like=True):
    device: bytes
    sign: bytes
    seal: bytes


_IDENTITY = msgspec.msgpack.Decoder(_Identity)


def by_network(new: NewStore, ask: Ask, code: str, address: str = "") -> tuple[CreatedStore, Enrolled]:
    """Enrol a laptop without a store and make one for its village; where it is cut short, the same call goes on."""
    secrets = keys_of(code)
    _check_new(new)
    identity = _identity(new, secrets)
    claim = _claim_by(identity)
    key = SigningKey(identity.sign)
    grant = open_answer(ask(sign_claim(claim, secrets, key)), secrets, same_laptop(claim))
    ring = ring_of(grant, secrets)
    made = _create(new, identity, grant, _Wanted(linked(grant, address), ring, secrets, carried=True))
    return made, enrolled(grant, address, confirmed=True)


def from_file(new: NewStore, file: BinaryIO, code: str) -> tuple[CreatedStore, Enrolled]:
    """The same from an enrolment file; the claim is carried to the county later."""
    secrets = keys_of(code)
    _check_new(new)
    grant = offered(file, secrets)
    ring = ring_of(grant, secrets)
    made = _create(new, _identity(new, secrets), grant, _Wanted(linked(grant), ring, secrets, carried=False))
    return made, enrolled(grant, confirmed=False)


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


def _claim_by(identity: _Identity) -> Claim:
    return Claim(
        device=identity.device,
        public=SigningKey(identity.sign).public,
        seal_public=SealKey(identity.seal).public,
    )


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
        given = with_own_key(claim, wanted.ring, keys, always=False)
        told = given or (None if wanted.carried else claim)
        pin(connection, wanted.link, None if told is None else kept_claim(told, wanted.secrets, key))
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
