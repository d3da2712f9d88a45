"""Where what was entered stands: nothing is received without a receipt, and a county put back takes its word back."""

from __future__ import annotations

import msgspec
import pytest

from tests.storage.laptops import add, change, get, give
from villagefp.domain.records import Person
from villagefp.services import doctor
from villagefp.services.sending import progress, state_of
from villagefp.storage import identity, sending
from villagefp.storage.sending import Progress
from villagefp.wire.cursor import Epoch
from villagefp.wire.receipt import Former, Reason, Receipt, Receipts, Returned, State

AT = "2026-11-22T09:00:00+08:00"
FIRST, SECOND = Epoch(1, bytes(8)), Epoch(2, bytes(8))


def receipt(store, accepted, *returned, epoch=FIRST, serial=1):
    return Receipt(village=store.origin.village, device=store.origin.device, epoch=epoch, serial=serial, link=bytes(8),
                   accepted=accepted, returned=returned)  # fmt: skip


def note(store, receipts):
    with store.taking() as taking:
        sending.note_receipts(taking.connection, store.origin, receipts, AT)


@pytest.fixture
def people(two):
    here, _there = two
    return [add(here, Person(id=here.ambient.new_id(), name=f"李{number}")) for number in range(4)]


def states(store, people):
    return [state_of(store, person.id) for person in people]


def test_from_waiting_over_its_way_to_received(two, people):
    here, _there = two
    assert states(here, people) == [State.WAITING] * 4
    with here.taking() as taking:
        sending.give_away(taking.connection, here.origin, range(1, 4), "柳树湾村_20261122_1.vfp", AT)
    assert states(here, people) == [State.ON_ITS_WAY] * 3 + [State.WAITING]
    assert progress(here) == Progress(waiting=1, on_its_way=3, received=0, returned=0)
    receipts = Receipts().got(receipt(here, 2))
    note(here, receipts)
    assert states(here, people) == [State.RECEIVED] * 2 + [State.ON_ITS_WAY, State.WAITING]
    with here.taking() as taking:
        sending.take_back(taking.connection, here.origin, "柳树湾村_20261122_1.vfp")
    assert states(here, people) == [State.RECEIVED] * 2 + [State.WAITING] * 2
    assert doctor.examine(here).waiting == 2


def test_an_edit_makes_a_received_record_wait_again(two, people):
    here, _there = two
    note(here, Receipts().got(receipt(here, 4)))
    change(here, Person(id=people[0].id, name="李甲"))
    assert states(here, people) == [State.WAITING] + [State.RECEIVED] * 3


def test_a_returned_save_is_told_with_its_record_and_released_by_a_later_receipt(two, people):
    here, _there = two
    receipts = Receipts().got(receipt(here, 4, Returned(3, 3, Reason.TOO_LARGE, 18, 0)))
    note(here, receipts)
    assert states(here, people) == [State.RECEIVED, State.RECEIVED, State.RETURNED, State.RECEIVED]
    with here.read() as connection:
        (box,) = sending.returned_groups(connection)
    assert (box.group.reason, box.group.field, box.records) == (Reason.TOO_LARGE, 18, ((5, people[2].id),))
    assert progress(here) == Progress(waiting=0, on_its_way=0, received=3, returned=1)
    note(here, receipts.got(receipt(here, 4, serial=2)))
    assert states(here, people) == [State.RECEIVED] * 4


def test_what_came_back_under_a_former_identity_stays_until_a_receipt_says_otherwise(two, people):
    here, _there = two
    before = here.origin.device
    back = Returned(3, 3, Reason.TOO_LARGE, 18, 0)
    note(here, Receipts().got(receipt(here, 4, back)))
    identity.take_new(here, 4)
    with here.read() as connection:
        assert sending.progress(connection, here.origin) == Progress(0, 0, received=0, returned=1)
    said = msgspec.structs.replace(receipt(here, 0), former=(Former(before, (back,)),))
    for receipts in (Receipts().heard(FIRST), Receipts().got(said)):
        note(here, receipts)
        with here.read() as connection:
            (box,) = sending.returned_groups(connection)
        assert (box.origin.device, box.group, box.records) == (before, back, ((5, people[2].id),))
        assert states(here, people)[2] is State.RETURNED
    note(here, Receipts().got(receipt(here, 0, serial=2)))
    assert states(here, people) == [State.RECEIVED] * 4


def test_a_county_that_was_put_back_has_received_less(two, people):
    here, _there = two
    receipts = Receipts().got(receipt(here, 4))
    note(here, receipts)
    note(here, receipts.heard(SECOND))
    assert states(here, people) == [State.WAITING] * 4
    note(here, receipts.got(receipt(here, 1, epoch=SECOND)))
    assert states(here, people) == [State.RECEIVED] + [State.WAITING] * 3


def test_what_another_laptop_entered_came_through_the_county(two, people):
    here, there = two
    give(here, there)
    assert states(there, people) == [State.RECEIVED] * 4
    change(there, Person(id=people[0].id, name="李乙"))
    assert states(there, people) == [State.WAITING] + [State.RECEIVED] * 3
    assert get(there, people[0]).name == "李乙"
