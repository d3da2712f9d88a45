"""Laptops with real stores are enrolled at a county: by network and from a file, new ones and old ones."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE, Steps
from tests.county.enrolling import CODE, KEYS, VAULT, offer
from villagefp.county import devices, enrolment
from villagefp.county.enrolment import Offered
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Episode, Person
from villagefp.errors import UserError
from villagefp.services import doctor, episodes
from villagefp.storage import due_plans, exchange_facts, trust
from villagefp.storage.keyslots import Keys
from villagefp.storage.store import Store, create_store, open_store
from villagefp.storage.village_keys import Ring, SealedElsewhereError
from villagefp.sync import enrol, enrol_new, granted
from villagefp.sync.enrol_new import NewStore
from villagefp.sync.road import LineError, Why
from villagefp.wire.declared_programmes import PRIVATE
from villagefp.wire.enrolment import EnrolmentError, EnrolmentFault
from villagefp.wire.seal import Contents, Part, write_envelope


@pytest.fixture
def ambient() -> Ambient:
    return Ambient(Steps(datetime(2026, 11, 22, 1, 0, tzinfo=UTC)), random.Random(7).randbytes)


@pytest.fixture
def made(tmp_path: Path, ambient: Ambient) -> Iterator[Callable[..., Store]]:
    opened: list[Store] = []

    def make(name: str, code: str = CODE) -> Store:
        store = create_store(
            tmp_path / name,
            village_code=code,
            village_name="柳树湾村",
            worker_name="王秀兰",
            passphrase=PASSPHRASE,
            ambient=ambient,
            cost=CHEAP,
        ).store
        opened.append(store)
        return store

    yield make
    for store in opened:
        assert doctor.examine(store).problems == () or store.closed
        store.close()


@pytest.fixture
def new(tmp_path: Path, ambient: Ambient) -> NewStore:
    return NewStore(folder=tmp_path / "new", worker_name="赵小云", passphrase=PASSPHRASE, ambient=ambient, cost=CHEAP)


def door(county: County) -> granted.Ask:
    return lambda told: enrolment.claim(county, KEYS, told, "192.0.2.7")


def lost(county: County, times: int = 1) -> granted.Ask:
    """A line on which the county hears everything and its answers are lost at first."""
    left = [times]

    def ask(told: bytes) -> bytes:
        answer = enrolment.claim(county, KEYS, told)
        if left[0]:
            left[0] -= 1
            raise LineError(Why.CUT)
        return answer

    return ask


def file_of(offered: Offered) -> io.BytesIO:
    file = io.BytesIO()
    part = Part(contents=Contents.ENROLMENT, village=offered.village, recipient=offered.seal, plain=offered.told)
    write_envelope(file, [part])
    return file


def sealed_elsewhere(store: Store, key: bytes) -> Episode:
    """An episode of a private programme that another laptop sealed."""
    ambient = store.ambient
    person = Person(id=ambient.new_id(), name="李芳", sex="2", birth_date="1990-05-01")
    private = Ring(key).seal(
        episodes.msgspec.msgpack.encode({"programme": "iud", "placed_on": "2026-11-01"}), ambient.random(24)
    )
    episode = Episode(id=ambient.new_id(), person=person.id, programme=PRIVATE, opened_on="2026-11-01", private=private)
    with store.save() as save:
        save.add_many([person, episode])
    return episode


def test_a_new_laptop_gets_a_store_of_the_village_with_county_and_keys(county: County, new: NewStore) -> None:
    offered = offer(county, address="https://county.example")
    created, told = enrol_new.by_network(new, door(county), offered.code)
    store = created.store
    assert (told.village_name, told.role, told.confirmed) == ("柳树湾村", "village_doctor", True)
    assert store.origin.village == offered.village
    assert (store.village.code, store.village.name, store.worker.name) == (CODE, "柳树湾村", "赵小云")
    with store.read() as connection:
        link = exchange_facts.county_link(connection)
        assert link is not None
        assert (link.address, link.sign_keys, link.seal_key) == (
            "https://county.example", KEYS.signs, KEYS.seal.public,
        )  # fmt: skip
        assert trust.pinned_keys(connection) == frozenset(KEYS.signs)
        assert granted.waiting(connection) is None
    with county.read() as connection:
        device = devices.known(connection, store.origin.village, store.origin.device)
        with store.read() as own:
            key = trust.found_key(own)
            assert key is not None
            assert device.public == key.public
    village_key = VAULT.village_key(offered.village).key
    assert Ring(village_key).unseal(store.seal(b"told")) == b"told"  # any laptop of the village can open it
    assert not (new.folder / "enrolment.vfpn").exists()
    store.close()
    again = open_store(new.folder, PASSPHRASE, new.ambient)
    assert Ring(village_key).unseal(again.seal(b"told")) == b"told"
    assert doctor.examine(again).problems == ()
    again.close()


def test_a_new_laptop_whose_answer_was_lost_asks_again_as_the_same(county: County, new: NewStore) -> None:
    offered = offer(county)
    with pytest.raises(LineError):
        enrol_new.by_network(new, lost(county), offered.code)
    assert not (new.folder / "store.db").exists()
    created, _told = enrol_new.by_network(new, door(county), offered.code)
    with county.read() as connection:
        lines = connection.execute(devices.select(devices.device.c.device)).all()
    assert [device for (device,) in lines] == [created.store.origin.device]
    created.store.close()


def test_what_is_begun_with_a_code_tells_nothing_to_who_has_not_got_it(county: County, new: NewStore) -> None:
    offered = offer(county)
    with pytest.raises(LineError):
        enrol_new.by_network(new, lost(county), offered.code)
    begun = (new.folder / "enrolment.vfpn").read_bytes()
    with county.read() as connection:
        (device,) = connection.execute(devices.select(devices.device.c.device)).one()
    assert device not in begun


def test_a_village_that_lived_alone_keeps_its_records_and_gives_its_key_to_the_vault(
    county: County, made: Callable[..., Store], new: NewStore
) -> None:
    alone = made("alone")
    before = alone.seal(b"before")
    offered = offer(county)
    told = enrol.by_network(alone, door(county), offered.code, "https://typed.example")
    assert (told.confirmed, told.address) == (True, "https://typed.example")
    assert alone.unseal(before) == b"before"
    with alone.read() as connection:
        assert granted.waiting(connection) is None
    second, _told = enrol_new.by_network(new, door(county), offer(county).code)
    assert second.store.origin.village == alone.origin.village
    assert second.store.unseal(before) == b"before"
    assert second.store.unseal(alone.seal(b"after")) == b"after"
    assert alone.unseal(second.store.seal(b"back")) == b"back"
    second.store.close()


def test_an_own_key_that_could_not_be_given_waits(county: County, made: Callable[..., Store]) -> None:
    alone = made("alone")
    offered = offer(county)
    calls: list[bytes] = []

    def ask(told: bytes) -> bytes:
        calls.append(told)
        if len(calls) == 2:
            raise LineError(Why.CUT)
        return enrolment.claim(county, KEYS, told)

    assert enrol.by_network(alone, ask, offered.code).confirmed
    with alone.read() as connection:
        still = granted.waiting(connection)
    assert still == calls[1]
    enrol.answered(alone, still, enrolment.claim(county, KEYS, still))
    with alone.read() as connection:
        assert granted.waiting(connection) is None
    enrol.answered(alone, still, b"an answer that comes twice")


def test_a_second_founding_is_refused_and_changes_nothing(county: County, made: Callable[..., Store]) -> None:
    first, second = made("first"), made("second")
    codes = [offer(county).code for _turn in range(2)]
    enrol.by_network(first, door(county), codes[0])
    with pytest.raises(EnrolmentError) as refused:
        enrol.by_network(second, door(county), codes[1])
    assert refused.value.fault is EnrolmentFault.OTHER_FOUNDING
    with second.read() as connection:
        assert exchange_facts.county_link(connection) is None
        assert trust.pinned_keys(connection) == frozenset()


def test_a_file_enrols_without_a_line_and_the_claim_waits_to_be_carried(county: County, new: NewStore) -> None:
    offered = offer(county)
    created, told = enrol_new.from_file(new, file_of(offered), offered.code)
    store = created.store
    assert not told.confirmed
    assert store.origin.village == offered.village
    assert Ring(VAULT.village_key(offered.village).key).unseal(store.seal(b"told")) == b"told"
    with store.read() as connection:
        claim = granted.waiting(connection)
    assert claim is not None
    enrol.answered(store, claim, enrolment.claim(county, KEYS, claim))
    with store.read() as connection:
        assert granted.waiting(connection) is None
    with county.read() as connection:
        assert devices.known(connection, store.origin.village, store.origin.device).label == "王秀兰的电脑"
    store.close()


def test_a_file_enrols_a_village_that_lived_alone(county: County, made: Callable[..., Store]) -> None:
    alone = made("alone")
    before = alone.seal(b"before")
    offered = offer(county)
    enrol.from_file(alone, file_of(offered), offered.code)
    with alone.read() as connection:
        claim = granted.waiting(connection)
    assert claim is not None
    enrol.answered(alone, claim, enrolment.claim(county, KEYS, claim))
    third = offer(county)
    assert third.village == alone.origin.village
    assert alone.unseal(before) == b"before"


def test_a_file_of_a_village_that_the_county_has_refuses_other_records(
    county: County, made: Callable[..., Store]
) -> None:
    enrol.by_network(made("first"), door(county), offer(county).code)
    second, offered = made("second"), offer(county)
    with pytest.raises(EnrolmentError) as refused:
        enrol.from_file(second, file_of(offered), offered.code)
    assert refused.value.fault is EnrolmentFault.OTHER_FOUNDING
    stray = made("stray", "990101101202")
    fresh = offer(county, village_code="990101101203", village_name="河口村")
    with pytest.raises(EnrolmentError) as refused:
        enrol.from_file(stray, file_of(fresh), fresh.code)
    assert refused.value.fault is EnrolmentFault.OTHER_VILLAGE


def test_file_and_slip_that_do_not_belong_together_are_told(county: County, new: NewStore) -> None:
    one, other = offer(county), offer(county)
    with pytest.raises(UserError, match=r"slip|字条|一起"):
        enrol_new.from_file(new, file_of(one), other.code)
    assert not (new.folder / "store.db").exists()


def test_what_another_laptop_sealed_is_read_once_the_key_is_here(county: County, made: Callable[..., Store]) -> None:
    store = made("store")
    with store.save() as save:
        due_plans.rebuild(save.connection, store.due_entry())
    village = offer(county)
    key = VAULT.village_key(village.village).key
    episode = sealed_elsewhere(store, key)
    assert episode.private is not None
    with pytest.raises(SealedElsewhereError) as refused:
        store.unseal(episode.private)
    assert str(refused.value)
    assert doctor.examine(store).problems == ()

    def planned() -> int:
        with store.save() as save:
            if due_plans.stale(save.connection, store.ambient.today()):
                due_plans.rebuild(save.connection, store.due_entry())
        with store.read() as connection:
            return sum(len(one.items) for one in due_plans.all_plans(connection, store.unseal))

    before = planned()
    enrol.by_network(store, door(county), village.code)
    assert episodes.read(store, episode).programme == "iud"
    assert planned() > before
    assert doctor.examine(store).problems == ()


def test_a_ring_seals_with_the_newest_key_and_opens_with_all() -> None:
    nonce = bytes(24)
    own, old, young, foreign = (bytes([number]) * 32 for number in range(4))
    told = [Ring(own).seal(b"own", nonce), Ring(own, [(1, old)]).seal(b"old", nonce)]
    ring = Ring(own, [(1, old), (2, young), (0, foreign)])
    told += [ring.seal(b"young", nonce), Ring(foreign).seal(b"foreign", nonce)]
    assert [ring.unseal(one) for one in told] == [b"own", b"old", b"young", b"foreign"]
    assert Ring(young).unseal(told[2]) == b"young"
    assert Ring(own, [(0, foreign)]).seal(b"x", nonce) == Ring(own).seal(b"x", nonce)
    assert Keys(own, own, None).sealed == own
