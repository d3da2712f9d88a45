"""Digests follow every save, taking and erasure, are what counting from nothing gives, and agree with the county's."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.storage.busy import Busy
from tests.storage.laptops import add, delivery, devices, give
from villagefp.county import accept, streams
from villagefp.county import devices as county_devices
from villagefp.county import erasing as county_erasing
from villagefp.county.delivery import Delivery
from villagefp.county.devices import NewDevice
from villagefp.county.engine import sqlite_engine
from villagefp.county.migrate import bring_up_to_date
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Event, Household, Person
from villagefp.storage import device_key, digests, erasures, exchange_facts, identity, log
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.log import Origin
from villagefp.wire.declared import BY_NAME
from villagefp.wire.digest import EMPTY
from villagefp.wire.erasure import Erasure, Erasures, sign_erasure
from villagefp.wire.scopes import GENERAL, SENSITIVE
from villagefp.wire.signing import SigningKey

FOUNDING = (BY_NAME["village"].number, BY_NAME["worker"].number)
EVENT, PERSON = BY_NAME["event"].number, BY_NAME["person"].number
KEY = SigningKey(b"county's key".ljust(32))


def visit(store, form, **fields):
    return Event(id=store.ambient.new_id(), event_type="visit", form=form, form_version="1", occurred_on="2026-11-20",
                 **fields)  # fmt: skip


def erase(store, kind, *records):
    erasures.erase(store, Erasures(records=frozenset((kind, record) for record in records)))


def checked(store):
    """The digests, which must be what counting from nothing gives."""
    found = digests.bring_up_to_date(store)
    with store.read() as connection:
        assert found == digests.made_anew(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM to_digest").scalar_one() == 0
    return found


def test_a_save_changes_the_digest_of_its_scope_alone(two):
    here, _there = two
    before = checked(here)
    person = add(here, Person(id=here.ambient.new_id(), name="李芳"))
    after = checked(here)
    assert after[SENSITIVE] == before[SENSITIVE]
    assert after[GENERAL].records == before[GENERAL].records + 1
    add(here, visit(here, "household_visit"))
    add(here, visit(here, "anc_followup", person=person.id))
    assert checked(here)[GENERAL].records == after[GENERAL].records + 1
    assert checked(here)[SENSITIVE].records == after[SENSITIVE].records + 1
    with here.save() as save:
        save.withdraw(Person, person.id, "moved away")
    withdrawn = checked(here)
    assert withdrawn[GENERAL].records == after[GENERAL].records + 1
    assert withdrawn[GENERAL] != after[GENERAL]


def test_where_nothing_was_touched_nothing_is_written(two):
    here, _there = two
    add(here, Person(id=here.ambient.new_id(), name="李芳"))
    found = checked(here)
    with here.read() as connection:
        version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        assert digests.bring_up_to_date(here) == found
        assert connection.exec_driver_sql("PRAGMA data_version").scalar_one() == version


def test_an_erased_record_counts_once_in_its_own_scope(two):
    here, _there = two
    general, private = visit(here, "household_visit"), visit(here, "anc_followup")
    add(here, general, private)
    before = checked(here)
    erase(here, EVENT, general.id)
    erase(here, EVENT, general.id)
    after = checked(here)
    assert {scope: one.records for scope, one in after.items()} == {scope: one.records for scope, one in before.items()}
    assert after[GENERAL] != before[GENERAL]
    assert after[SENSITIVE] == before[SENSITIVE]
    unheard = here.ambient.new_id()  # it never came here, and still it counts
    erase(here, PERSON, unheard)
    erase(here, 999, unheard)  # of a newer program: it does not
    assert checked(here)[GENERAL].records == after[GENERAL].records + 1


def test_where_the_county_says_the_stream_of_an_erased_visit_it_is_believed(two):
    here, _there = two
    one = visit(here, "household_visit")
    add(here, one)
    erase(here, EVENT, one.id)
    before = checked(here)
    with here.read() as connection:
        changes = [logged.change for logged in log.changes_of(connection, one.id)]
    with here.taking() as taking:
        digests.learn_scope(taking.connection, SENSITIVE, changes)
    moved = checked(here)
    assert moved[GENERAL].records == before[GENERAL].records - 1
    assert moved[SENSITIVE].records == before[SENSITIVE].records + 1
    with here.taking() as taking:
        digests.learn_scope(taking.connection, GENERAL, changes)
    assert checked(here) == before


def test_where_the_county_says_another_stream_than_the_form_it_is_believed(two):
    here, _there = two  # the withdrawal came to the county before the making, from another laptop: it says no form
    one = visit(here, "household_visit")
    add(here, one)
    before = checked(here)
    with here.save() as save:
        save.withdraw(Event, one.id, "entered twice")
    with here.read() as connection:
        making, withdrawal = (logged.change for logged in log.changes_of(connection, one.id))
    for told in ([withdrawal, making], [making], [withdrawal]):
        with here.taking() as taking:
            digests.learn_scope(taking.connection, SENSITIVE, told)
        moved = checked(here)
        assert moved[GENERAL].records == before[GENERAL].records - 1
        assert moved[SENSITIVE].records == before[SENSITIVE].records + 1
    with here.taking() as taking:  # the county was put back, and numbered them in another order
        digests.learn_scope(taking.connection, GENERAL, [making, withdrawal])
    assert {scope: each.records for scope, each in checked(here).items()} == {
        scope: each.records for scope, each in before.items()
    }


def test_a_laptop_counts_the_scopes_of_its_role(two):
    here, _there = two
    with here.save() as save:
        exchange_facts.put_county_link(save.connection, CountyLink("", (), bytes(32), "village_cadre"))
    assert set(digests.bring_up_to_date(here)) == {GENERAL}


@pytest.mark.parametrize("seed", range(6))
def test_digests_are_what_counting_from_nothing_gives(make, seed):
    laptops = [make(), make()]
    rng = random.Random(seed)
    clerks = [Busy(each.store, rng) for each in laptops]
    for _ in range(30):
        place = rng.randrange(2)
        here, other = laptops[place].store, laptops[1 - place].store
        luck = rng.random()
        if luck < 0.5:
            clerks[place].act()
        elif luck < 0.7:
            there, have = devices(other), devices(here)
            for device, last in sorted(there.items()):
                first = have.get(device, 0) + 1
                if first <= last:  # in portions, as pages come
                    with here.taking() as taking:
                        taking.take(delivery(other, device, first, rng.randrange(first, last + 1)))
        elif luck < 0.8:
            some = of_the_village(here)
            erasures.erase(here, Erasures(records=frozenset(rng.sample(some, min(2, len(some))))))
        elif luck < 0.85:
            with here.read() as connection:
                last = log.read_tail(connection, here.origin).seq
            identity.take_new(here, last)
        elif luck < 0.9:
            here = clerks[place].store = laptops[place].again()
        if rng.random() < 0.5:
            checked(here)
    one, other = (each.store for each in laptops)
    named = erasures.read_list(one.folder).joined(erasures.read_list(other.folder))
    for store in (one, other):
        erasures.erase(store, named)
    give(one, other)
    give(other, one)
    assert {scope: digest.records for scope, digest in checked(one).items()} == {
        scope: digest.records for scope, digest in checked(other).items()
    }


def of_the_village(store):
    """Kind and id of all that may be erased."""
    with store.read() as connection:
        names = {(one.change.kind, one.change.record) for one in log.logged_changes(connection)}
    return sorted(name for name in names if name[0] not in FOUNDING)


@pytest.fixture
def county(tmp_path: Path, two):
    """A county that knows both laptops and the one on which the village was founded."""
    engine = sqlite_engine(tmp_path / "county.db", bytes(32))
    bring_up_to_date(engine)
    county = County(engine, Ambient(random=random.Random(1).randbytes))
    here, _there = two
    county.found_village(here.origin.village, "990101101201", "柳树湾村")
    known = set(devices(here)) | {store.origin.device for store in two}
    for device in sorted(known):
        new = NewDevice(device, device_key.own_key(here).public, device.hex()[-4:], "village_doctor")
        county_devices.enrol(county, here.origin.village, new, "clerk")
    yield county
    engine.dispose()


def deliver(county, store):
    """The county gets all that a laptop has."""
    for device, last in devices(store).items():
        origin = Origin(store.origin.village, device)
        told = delivery(store, device, 1, last)
        with store.read() as connection:
            before = log.link_before(connection, origin, 1)
        accept.accept(county, Delivery(village=origin.village, device=device, link_before=before, changes=told.changes,
                                       covers=told.covers))  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_laptop_and_county_agree(two, county, seed):
    here, there = two
    rng = random.Random(seed)
    for number in range(12):
        for store in two:
            Busy(store, rng).act()
        give(here, there)
        deliver(county, there)
        give(there, here)
        erased = erased_by_chance(here, rng)
        for store in two:
            erasures.erase(store, erased)
        told = Erasure(village=here.origin.village, serial=number + 1, records=tuple(sorted(erased.records)))
        county_erasing.apply(county, here.origin.village, sign_erasure(told, KEY), [KEY.public])
        with county.read() as connection:
            counted = streams.digests(connection, here.origin.village)
        expected = {scope: counted.get(scope, EMPTY) for scope in (GENERAL, SENSITIVE)}
        assert checked(here) == expected
        assert checked(there) == expected


def erased_by_chance(store, rng):
    return Erasures(records=frozenset({rng.choice(of_the_village(store)), (PERSON, store.ambient.new_id())}))


def test_a_household_that_only_a_newer_program_edited_counts_by_its_heads(two):
    here, there = two
    home = add(here, Household(id=here.ambient.new_id(), household_no="12"))
    give(here, there)
    with there.save() as save:
        save.change(replace(home, household_no="13"))
    give(there, here)
    assert checked(here) == checked(there)
