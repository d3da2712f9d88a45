"""Clocks that are wrong: own saves come after what was seen, but nobody's clock takes the others with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tests.storage.conftest import NOW
from tests.storage.laptops import add, change, get, give
from villagefp.domain.records import Episode, Person
from villagefp.storage import due_rows, log
from villagefp.wire.stamp import milliseconds_of

COUNTY = int(NOW.timestamp() * 1000)


def last_stamp(store):
    with store.read() as connection:
        return log.read_tail(connection, store.origin).stamp


def test_a_later_edit_wins_over_one_it_has_seen_of_a_faster_clock(make):
    fast, slow = make(NOW + timedelta(hours=3)), make(NOW)
    person = add(fast.store, Person(id=fast.ambient.new_id(), name="李芳", note="fast"))
    give(fast.store, slow.store, COUNTY)
    other = add(slow.store, Person(id=slow.ambient.new_id(), name="王伟"))
    assert last_stamp(slow.store) > last_stamp(fast.store)
    assert slow.store.clock_behind == timedelta()  # it is not this laptop's clock that is wrong
    slow.again()
    change(slow.store, replace(other, note="slow"))
    assert last_stamp(slow.store) > last_stamp(fast.store)
    assert get(slow.store, person).note == "fast"


def test_a_clock_set_to_2036_takes_nobody_with_it(make):
    wrong, right = make(datetime(2036, 1, 1, tzinfo=UTC)), make(NOW)
    person = add(wrong.store, Person(id=wrong.ambient.new_id(), name="李芳"))
    give(wrong.store, right.store, COUNTY)
    change(right.store, replace(person, note="seen and written over"))
    assert milliseconds_of(last_stamp(right.store)) < COUNTY + 86_400_000
    assert right.store.clock_behind == timedelta()
    give(right.store, wrong.store, COUNTY)
    assert get(wrong.store, person).note == "seen and written over"


def test_a_clock_that_was_put_back_is_still_told(make):
    laptop, other = make(NOW), make(NOW + timedelta(hours=1))
    add(other.store, Person(id=other.ambient.new_id(), name="李芳"))
    give(other.store, laptop.store, COUNTY)
    add(laptop.store, Person(id=laptop.ambient.new_id(), name="王伟"))
    laptop.clock.now = datetime(1970, 1, 1, tzinfo=UTC)
    assert laptop.store.clock_behind > timedelta(days=20_000)


def test_the_same_millisecond_on_two_laptops_ends_alike(make):
    here, there = make(NOW), make(NOW)
    person = add(here.store, Person(id=here.ambient.new_id(), name="李芳"))
    give(here.store, there.store)
    at = NOW + timedelta(minutes=30)
    for laptop, word in ((here, "here"), (there, "there")):
        laptop.clock.now = at
        change(laptop.store, replace(person, note=word))
    give(here.store, there.store)
    give(there.store, here.store)
    assert get(here.store, person) == get(there.store, person)


def test_what_was_sealed_under_a_key_that_is_not_here_leaves_the_rest_to_be_planned(make):
    here, there = make(), make()
    person = Person(id=here.ambient.new_id(), name="李芳", birth_date="1998-05-01")
    add(here.store, person,
        Episode(id=here.ambient.new_id(), person=person.id, programme="private", opened_on="2026-11-01",
                private=bytes(60)),
        Episode(id=here.ambient.new_id(), person=person.id, programme="anc", opened_on="2026-11-01",
                lmp="2026-10-01"))  # fmt: skip
    give(here.store, there.store)
    with there.store.read() as connection:
        assert due_rows.plans_of(connection, [person.id], there.store.unseal)[0].items
