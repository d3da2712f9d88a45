"""Enrolling this laptop at its county: by network with a code, or from an enrolment file with the same code.

From then on the county's keys are pinned, and no other county's word counts. A claim whose answer was lost is simply
made again: the laptop claims under the same identity, and the county says the same. A claim from a file waits in the
store and goes with the next exchange or stick.
"""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

from villagefp.storage import device_key, exchange_facts
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.store import Store
from villagefp.sync.granted import (
    Ask,
    Enrolled,
    KeptClaim,
    enrolled,
    kept_claim,
    linked,
    offered,
    pin,
    ring_of,
    waiting_claim,
    with_own_key,
)
from villagefp.sync.road import LineError
from villagefp.wire.enrolment import Claim, EnrolmentError, EnrolmentFault, Grant, open_answer, same_laptop, sign_claim
from villagefp.wire.enrolment_code import CodeKeys, keys_of
from villagefp.wire.signing import SigningKey
from villagefp.wire.village_ring import VillageRing


def by_network(store: Store, ask: Ask, code: str, address: str = "") -> Enrolled:
    """Enrol a laptop that has a store already; UserError where the county does not, and then nothing has changed.

    `address` is where the county was asked: it is kept, unless the county names another one.
    """
    secrets = keys_of(code)
    claim, key = _claim_of(store)
    told = sign_claim(claim, secrets, key)
    grant = open_answer(ask(told), secrets, same_laptop(claim))
    _check_village(grant, store)
    ring = ring_of(grant, secrets)
    own = with_own_key(claim, ring, store.keys_for(None), always=True)
    kept = None if own is None else kept_claim(own, secrets, key)
    _settle(store, linked(grant, address), ring, kept)
    if kept is not None:
        with suppress(LineError):  # it waits, and goes with the next exchange
            answered(store, kept.told, ask(kept.told))
    return enrolled(grant, address, confirmed=True)


def from_file(store: Store, file: BinaryIO, code: str) -> Enrolled:
    """The same without a network: the file says what the county grants, and the claim is carried to it later."""
    secrets = keys_of(code)
    grant = offered(file, secrets)
    if grant.founded:
        _check_village(grant, store)
    if grant.village_code != store.village.code:
        raise EnrolmentError(EnrolmentFault.OTHER_VILLAGE)
    ring = ring_of(grant, secrets)
    claim, key = _claim_of(store)
    claim = with_own_key(claim, ring, store.keys_for(None), always=True) or claim
    _settle(store, linked(grant), ring, kept_claim(claim, secrets, key))
    return enrolled(grant, confirmed=False)


def answered(store: Store, told: bytes, answer: bytes) -> None:
    """What the county says to a claim that waited; one that is not waiting any more changes nothing.

    EnrolmentError where the county refuses: the claim goes on waiting, and the sentence says what to do.
    """
    with store.read() as connection:
        kept = waiting_claim(connection)
    if kept is None or kept.told != told:
        return
    secrets = CodeKeys(kept.name, kept.proof, kept.wrap)
    grant = open_answer(answer, secrets, kept.claimant)
    _check_village(grant, store)
    with store.read() as connection:
        before = exchange_facts.county_link(connection)
    _settle(store, linked(grant, before.address if before else ""), ring_of(grant, secrets), None)


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


def _check_village(grant: Grant, store: Store) -> None:
    if grant.village != store.origin.village:
        raise EnrolmentError(EnrolmentFault.OTHER_FOUNDING)


def _settle(store: Store, link: CountyLink, ring: VillageRing, kept: KeptClaim | None) -> None:
    """Pin what the county granted, all of it or nothing."""
    with store.save() as save:
        pin(save.connection, link, kept)
        store.add_village_keys(save.connection, ring.keys)
    store.forget_ring()
