"""What does not follow waits, what contradicts the log or does not hold changes nothing, and both are told by name."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from msgspec import structs

from tests.storage.laptops import add, assert_sound, contents, delivery, devices, get, give, meet
from villagefp.domain.records import Household, Person
from villagefp.storage import apply, local, log
from villagefp.storage.foreign import Result
from villagefp.storage.log import Origin
from villagefp.storage.opened import DEVICE_KEY
from villagefp.wire import links
from villagefp.wire.change import pack_body, pack_header


def persons(store, count):
    return [add(store, Person(id=store.ambient.new_id(), name=f"李{number}")) for number in range(count)]


def told(store, *deliveries):
    return [(taken.result, taken.have) for taken in apply.apply(store, deliveries)]


def test_what_comes_before_its_predecessors_waits_and_is_released_in_order(two):
    here, there = two
    people = persons(here, 9)
    device = here.origin.device
    assert told(there, delivery(here, device, 7, 9), delivery(here, device, 4, 5)) == [(Result.KEPT_ASIDE, 0)] * 2
    assert all(get(there, person) is None for person in people)
    there_again = delivery(here, device, 4, 5)
    assert told(there, there_again) == [(Result.KEPT_ASIDE, 0)]
    taken = apply.apply(there, [delivery(here, device, 1, 4)])[0]
    assert (taken.have, taken.applied, len(taken.released)) == (5, 5, 1)
    taken = apply.apply(there, [delivery(here, device, 6, 6)])[0]
    assert (taken.have, taken.applied) == (9, 4)
    assert [get(there, person) for person in people] == people
    with there.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_aside").scalar_one() == 0


def test_what_waits_survives_a_restart(make):
    here, other = make(), make()
    people = persons(here.store, 3)
    device = here.origin.device
    apply.apply(other.store, [delivery(here.store, device, 2, 3)])
    other.again()
    apply.apply(other.store, [delivery(here.store, device, 1, 1)])
    assert [get(other.store, person) for person in people] == people


def test_many_that_wait_are_released_one_after_the_other(two):
    here, there = two
    people = [Person(id=here.ambient.new_id(), name=f"李{number}") for number in range(300)]
    add(here, *people)
    device = here.origin.device
    whole = delivery(here, device, 1, 300)
    ones = [replace(whole, link_before=before.link, changes=(one,)) for before, one in pairwise(whole.changes)]
    apply.apply(there, reversed(ones))
    assert apply.apply(there, [delivery(here, device, 1, 1)])[0].have == 300
    assert get(there, people[-1]) == people[-1]


def test_a_page_leaves_out_what_is_in_another_scope_and_the_gap_is_filled_later(two):
    here, there = two
    people = persons(here, 8)
    device = here.origin.device
    taken = apply.apply(
        there, [delivery(here, device, 6, 8, attested=True), delivery(here, device, 2, 3, attested=True)]
    )
    assert [each.result for each in taken] == [Result.APPLIED] * 2
    assert taken[-1].have == 0
    assert [get(there, person) is not None for person in people] == [False, True, True, False, False, True, True, True]
    assert_sound(there)
    assert told(there, delivery(here, device, 4, 5)) == [(Result.APPLIED, 0)]
    assert_sound(there)
    assert told(there, delivery(here, device, 1, 1)) == [(Result.APPLIED, 8)]
    with there.read() as connection:
        assert log.chain_starts(connection) == {}
    meet(here, there)
    assert contents(here) == contents(there)


def copied(make):
    """A laptop whose folder was copied: two go on under one name."""
    first, second = make(), make()
    with second.store.save() as save:
        local.put(save.connection, DEVICE_KEY, first.origin.device)
    second.again()
    return first.store, second.store


def test_two_laptops_under_one_name_are_found_out_and_nothing_is_written(make):
    one, other = copied(make)
    third = make().store
    persons(one, 3)
    persons(other, 5)
    device = one.origin.device
    give(one, third)
    before = contents(third)
    taken = apply.apply(third, [delivery(other, device, 1, 5)])[0]
    assert (taken.result, taken.seq, taken.have) == (Result.FORK, 1, 3)
    assert apply.apply(third, [delivery(other, device, 4, 5)])[0].result is Result.FORK
    assert contents(third) == before
    assert apply.apply(one, [delivery(other, device, 1, 5)])[0].result is Result.FORK


def test_a_fork_is_found_where_a_gap_would_be_closed(make):
    one, other = copied(make)
    third = make().store
    persons(one, 4)
    persons(other, 2)
    device = one.origin.device
    apply.apply(third, [delivery(one, device, 3, 4, attested=True)])
    assert apply.apply(third, [delivery(other, device, 1, 2)])[0].result is Result.FORK


def test_a_laptop_put_back_to_an_older_state_does_not_take_its_own_changes_for_anothers(make):
    whole, older = make(), make()
    store = whole.store
    persons(store, 2)
    with older.store.save() as save:
        local.put(save.connection, DEVICE_KEY, whole.origin.device)
    older.again()
    taken = apply.apply(older.store, [delivery(store, whole.origin.device, 1, 2)])[0]
    assert (taken.result, taken.have) == (Result.OWN, 0)
    fresh = older.store.ambient.new_id()
    with older.store.save() as save:
        local.put(save.connection, DEVICE_KEY, fresh)
    older.again()  # under a new name it takes them
    assert apply.apply(older.store, [delivery(store, whole.origin.device, 1, 2)])[0].result is Result.APPLIED


def test_what_was_altered_on_the_way_changes_nothing(two):
    here, there = two
    persons(here, 3)
    device = here.origin.device
    good = delivery(here, device, 1, 3)
    second = good.changes[1]
    altered_fields = {1: "别人"}
    otherwise = structs.replace(second, body=pack_body(altered_fields, None))
    wrong_header = structs.replace(second, change=type(second.change)(**{
        **{name: getattr(second.change, name) for name in second.change.__struct_fields__}, "stamp": 1}))  # fmt: skip
    wrong_commitment = structs.replace(second, commitment=bytes(32))
    for wrong in (otherwise, wrong_header, wrong_commitment):
        changes = (good.changes[0], wrong, good.changes[2])
        taken = apply.apply(there, [replace(good, changes=changes)])[0]
        assert (taken.result, taken.seq, taken.applied) == (Result.BROKEN, 2, 0)
    assert apply.apply(there, [replace(good, covers={})])[0].result is Result.BROKEN
    assert apply.apply(there, [replace(good, changes=good.changes[::2])])[0].result is Result.BROKEN
    no_body = (good.changes[0], structs.replace(second, body=None), good.changes[2])
    assert apply.apply(there, [replace(good, changes=no_body)])[0].result is Result.UNEXPLAINED
    assert device not in devices(there)
    assert apply.apply(there, [good])[0].result is Result.APPLIED


def test_the_changes_of_another_village_are_not_taken(two):
    here, there = two
    persons(here, 1)
    good = delivery(here, here.origin.device, 1, 1)
    elsewhere = replace(good, origin=Origin(bytes(16), here.origin.device))
    assert apply.apply(there, [elsewhere])[0].result is Result.ELSEWHERE


def test_one_refused_delivery_does_not_stop_the_others(make):
    one, other = copied(make)
    third, fourth = make().store, make().store
    persons(one, 1)
    persons(other, 1)
    home = add(fourth, Household(id=fourth.ambient.new_id(), household_no="9"))
    give(one, third)
    results = told(third, delivery(other, one.origin.device, 1, 1), delivery(fourth, fourth.origin.device, 1, 1))
    assert [result for result, _have in results] == [Result.FORK, Result.APPLIED]
    assert get(third, home) == home


def test_keys_that_came_twice_are_kept_once(two):
    here, there = two
    persons(here, 6)
    device = here.origin.device
    apply.apply(there, [delivery(here, device, 1, 2), delivery(here, device, 2, 5), delivery(here, device, 6, 6)])
    with there.read() as connection:
        cover = log.covers(connection)[here.origin.village, device, 0]
    assert [node.place for node in cover] == list(range(1, 7))
    assert all(node.depth == links.DEPTH for node in cover)


def test_what_passes_over_the_seam_of_two_segments_holds(two):
    here, there = two
    add(here, *(Person(id=here.ambient.new_id(), name="李") for _ in range(1030)))
    device = here.origin.device
    assert told(there, delivery(here, device, 1, 1020), delivery(here, device, 1010, 1030)) == [
        (Result.APPLIED, 1020),
        (Result.APPLIED, 1030),
    ]
    assert pack_header(delivery(here, device, 1030, 1030).changes[0].change)
