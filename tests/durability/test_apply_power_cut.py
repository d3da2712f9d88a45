"""Power is cut after every step that taking in and erasing ask of the disk: all of an exchange is there, or nothing."""

from __future__ import annotations

import random
import shutil

import pytest
from msgspec.structs import replace

from tests.conftest import PASSPHRASE
from tests.durability.disk import cuts, files_in
from tests.durability.traced import traced
from tests.storage.conftest import make  # noqa: F401  fixture
from tests.storage.laptops import add, assert_sound, change, contents, delivery, devices, get
from villagefp.domain.records import Household, Membership, Person
from villagefp.services import privacy
from villagefp.storage import apply, local
from villagefp.storage.store import open_store


@pytest.fixture
def sender(make):  # noqa: F811
    """A laptop with some saves to give."""
    store = make().store
    new_id = store.ambient.new_id
    home = add(store, Household(id=new_id(), household_no="12"))
    for name in ("李芳", "王伟", "张明"):
        person = Person(id=new_id(), name=name, birth_date="1998-05-01")
        add(store, person, Membership(id=new_id(), person=person.id, household=home.id))
        change(store, replace(person, note="x" * 50))
    return store


def copy_of(store, made):
    """The laptop's state in a form that can be compared."""
    shown = contents(store)
    with store.read() as connection:
        cursor = local.get(connection, "cursor")
        aside = connection.exec_driver_sql("SELECT count(*) FROM kept_aside").scalar_one()
    return shown["change_log"], shown["person"], shown["person_search"], cursor, aside, made


def test_an_exchange_is_there_with_its_cursor_or_not_at_all(make, sender, tmp_path):  # noqa: F811
    laptop = make()
    device = sender.origin.device
    last = devices(sender)[device]
    change_here = Person(id=laptop.ambient.new_id(), name="吕")
    add(laptop.store, change_here)
    laptop.store.close()
    before = files_in(laptop.folder)
    states = []
    with traced(laptop.folder) as trace:
        store = open_store(laptop.folder, PASSPHRASE, laptop.ambient)
        states.append(copy_of(store, None))
        for first, end in ((4, last), (1, 2), (3, 3)):
            with store.taking() as taking:
                taking.take(delivery(sender, device, first, end))
                local.put(taking.connection, "cursor", bytes([end]))
            states.append(copy_of(store, None))
            trace.tell(str(len(states)))
        store.close()
    laptop.again()
    assert states[-1][4] == 0
    assert len({repr(state) for state in states}) == 4

    everything = delivery(sender, device, 1, last)
    for cut in cuts(before, trace.steps, seed=5):
        folder = tmp_path / f"after {cut.number} {cut.luck.name}"
        cut.put(folder)
        store = open_store(folder, PASSPHRASE, laptop.ambient)
        confirmed = int(cut.told[-1]) if cut.told else 1
        assert copy_of(store, None) in states[confirmed - 1 : confirmed + 1], cut.number
        assert_sound(store)
        if random.Random(cut.number).random() < 0.2:  # and it goes on from there
            apply.apply(store, [everything])
            assert copy_of(store, None)[:3] == states[-1][:3]
            assert_sound(store)
        store.close()
        shutil.rmtree(folder)


def test_an_erasure_that_was_begun_is_ended_at_the_next_opening(make, tmp_path):  # noqa: F811
    laptop = make()
    person = add(laptop.store, Person(id=laptop.ambient.new_id(), name="吕小芳"))
    laptop.store.close()
    before = files_in(laptop.folder)
    with traced(laptop.folder) as trace:
        store = open_store(laptop.folder, PASSPHRASE, laptop.ambient)
        privacy.erase_person(store, person.id)
        trace.tell("erased")
        store.close()
    laptop.again()
    begun = False
    for cut in cuts(before, trace.steps, seed=6):
        folder = tmp_path / f"after {cut.number} {cut.luck.name}"
        cut.put(folder)
        store = open_store(folder, PASSPHRASE, laptop.ambient)
        there = get(store, person)
        assert there in (None, person)
        assert there is None or not cut.told
        begun = begun or (there is None and not cut.told)
        assert_sound(store)
        if there is not None:
            privacy.erase_person(store, person.id)
            assert get(store, person) is None
        store.close()
        shutil.rmtree(folder)
    assert begun
