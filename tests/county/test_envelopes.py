"""Envelopes at the county: what is taken, what goes back and to whom, on both databases."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE
from tests.county.enrolling import KEYS, offer
from tests.county.offices import Village, village_of, write
from villagefp.county import devices, envelopes, keys
from villagefp.county.enrolment import Offered
from villagefp.county.envelopes import Taken
from villagefp.county.hearing import UnknownDeviceError
from villagefp.county.store import County
from villagefp.storage import exchange_facts, identity
from villagefp.storage.store import Store
from villagefp.sync import enrol, enrol_new, granted
from villagefp.sync.enrol_new import NewStore
from villagefp.wire.carried import unpack_down
from villagefp.wire.enrolment import EnrolmentError
from villagefp.wire.seal import (
    Contents,
    EnvelopeError,
    EnvelopeFault,
    Part,
    open_envelope,
    read_part,
    write_envelope,
)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    made = village_of(tmp_path / "laptops")
    yield made
    for store in made.made:
        store.close()


def file_of(offered: Offered) -> io.BytesIO:
    file = io.BytesIO()
    part = Part(contents=Contents.ENROLMENT, village=offered.village, recipient=offered.seal, plain=offered.told)
    write_envelope(file, [part])
    return file


def laptop(village: Village, county: County) -> Store:
    """A laptop that opened its enrolment file and has told nobody yet."""
    return opened(village, "one", offer(county))


def opened(village: Village, name: str, offered: Offered) -> Store:
    """The same with the file of this code."""
    new = NewStore(
        folder=village.folder / name, worker_name="王秀兰", passphrase=PASSPHRASE, ambient=village.ambient, cost=CHEAP
    )
    created, _told = enrol_new.from_file(new, file_of(offered), offered.code)
    village.made.append(created.store)
    return created.store


def taken(county: County, path: Path) -> Taken:
    with path.open("rb") as file:
        return envelopes.take(county, KEYS, file, envelopes.look(file, KEYS))


def test_one_file_enrols_and_delivers_and_both_answers_are_for_that_laptop(
    county: County, village: Village, tmp_path: Path
) -> None:
    store = laptop(village, county)
    village.person(store)
    told = taken(county, write(store, tmp_path).path)
    assert [said.enrolled for said in told.said] == [True, False]
    assert [said.changes for said in told.said] == [0, 3]
    with store.read() as connection:
        mine = exchange_facts.seal_key(connection)
        claim = granted.waiting(connection)
    assert {part.recipient for part in told.answers} == {mine.public}
    assert [part.contents for part in told.answers] == [Contents.ENROLMENT, Contents.DOWN]
    asked, answer = unpack_down(told.answers[0].plain)
    assert asked == claim
    enrol.answered(store, asked, answer)
    with store.read() as connection:
        assert granted.waiting(connection) is None


def test_a_file_that_is_read_again_changes_nothing(county: County, village: Village, tmp_path: Path) -> None:
    store = laptop(village, county)
    village.person(store)
    path = write(store, tmp_path).path
    first = taken(county, path)
    assert envelopes.taken_at(county, first.hash) is not None
    again = taken(county, path)
    assert [said.changes for said in again.said] == [0, 0]
    with county.read() as connection:
        assert devices.known(connection, store.origin.village, store.origin.device).accepted == 3


def test_an_older_file_after_a_newer_one_changes_nothing(county: County, village: Village, tmp_path: Path) -> None:
    store = laptop(village, county)
    older = write(store, tmp_path).path
    village.person(store)
    newer = write(store, tmp_path).path
    taken(county, newer)
    with county.read() as connection:
        before = devices.known(connection, store.origin.village, store.origin.device).accepted
    assert [said.changes for said in taken(county, older).said][-1] == 0
    with county.read() as connection:
        assert devices.known(connection, store.origin.village, store.origin.device).accepted == before


def test_another_county_cannot_open_it(county: County, village: Village, tmp_path: Path) -> None:
    path = write(laptop(village, county), tmp_path).path
    with path.open("rb") as file, pytest.raises(EnvelopeError) as refused:
        envelopes.look(file, keys.of_secret(b"other" * 6 + b"xx"))
    assert refused.value.fault is EnvelopeFault.WRONG_RECIPIENT


def test_what_was_sealed_to_the_key_before_is_still_opened(county: County, village: Village, tmp_path: Path) -> None:
    path = write(laptop(village, county), tmp_path).path
    renewed = keys.of_secret(b"k" * 32, generation=2)
    assert renewed.seal.public != KEYS.seal.public
    with path.open("rb") as file:
        assert envelopes.take(county, renewed, file, envelopes.look(file, renewed)).said


def test_a_claim_with_a_code_that_was_used_is_refused_and_nothing_is_taken(
    county: County, village: Village, tmp_path: Path
) -> None:
    offered = offer(county)
    stores = [opened(village, name, offered) for name in ("one", "two")]
    paths = [write(store, tmp_path).path for store in stores]
    taken(county, paths[0])
    with pytest.raises(EnrolmentError):
        taken(county, paths[1])
    with county.read() as connection:
        assert devices.find(connection, offered.village, stores[1].origin.device) is None


def test_a_stranger_who_has_the_countys_key_delivers_nothing(county: County, village: Village, tmp_path: Path) -> None:
    store = laptop(village, county)
    path = write(store, tmp_path).path
    with path.open("rb") as file:
        envelope = envelopes.look(file, KEYS).envelope
        ups = [
            read_part(file, envelope, place, KEYS.seals)
            for place, entry in enumerate(envelope.entries)
            if entry.contents is Contents.UP
        ]
    bare = tmp_path / "bare.vfp"
    with bare.open("w+b") as file:  # without the claim that was in it
        parts = [
            Part(contents=Contents.UP, village=store.origin.village, recipient=KEYS.seal.public, plain=up) for up in ups
        ]
        write_envelope(file, parts)
    with pytest.raises(UnknownDeviceError):
        taken(county, bare)


def test_a_laptop_with_a_new_identity_is_taken_in_by_the_same_file(
    county: County, village: Village, tmp_path: Path
) -> None:
    store = laptop(village, county)
    taken(county, write(store, tmp_path).path)
    old = store.origin.device
    village.person(store)
    identity.take_new(store, 0)
    told = taken(county, write(store, tmp_path).path)
    with county.read() as connection:
        heir = devices.known(connection, store.origin.village, store.origin.device)
    assert store.origin.device != old
    assert heir.accepted > 0
    assert any(said.enrolled and said.device == store.origin.device for said in told.said)


def test_answers_on_a_stick_are_known_by_whom_they_are_for(county: County, village: Village, tmp_path: Path) -> None:
    store = laptop(village, county)
    told = taken(county, write(store, tmp_path).path)
    file = io.BytesIO()
    write_envelope(file, told.answers)
    whose = envelopes.addressee(county, open_envelope(file))
    assert whose is not None
    assert whose.label == "王秀兰的电脑"
    assert envelopes.addressee(county, open_envelope(file_of(offer(county)))) is None
    assert envelopes.next_number(county, store.origin.village) == 1
    assert envelopes.next_number(county, store.origin.village) == 2
