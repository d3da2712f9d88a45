"""A person moves between two real villages, and a conflict is decided at the county: laptops, county and exchange."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import CHEAP, PASSPHRASE, Steps
from tests.storage.laptops import assert_sound, get
from tests.sync.offices import Line, Side
from villagefp.county import deciding, moves
from villagefp.county.tickets import Cause, Ticket
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Event, Membership, Person, RecordId
from villagefp.services import conflicts, households, people, same_person, transfers
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.services.transfers import Wish
from villagefp.storage import due_plans
from villagefp.storage.store import Store, create_store

THERE = "990101102203"


@pytest.fixture
def other_village(tmp_path: Path, line: Line) -> Iterator[Side]:
    """A laptop of another village of the same county."""
    clock = Steps(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    ambient = Ambient(now=clock, random=random.Random(77).randbytes)
    store = create_store(
        tmp_path / "there",
        village_code=THERE,
        village_name="杨树沟村",
        worker_name="赵春花",
        passphrase=PASSPHRASE,
        ambient=ambient,
        cost=CHEAP,
    ).store
    with store.save() as save:
        due_plans.rebuild(save.connection, store.due_entry())
    line.office.enrol(store)
    yield Side(store, clock, ambient, tmp_path / "there")
    assert_sound(store)
    store.close()


def entered(side: Side) -> Person:
    """李芳 with home and phone, entered by a worker."""
    home = households.add_household(side.store, NewHousehold("12", "3"))
    return people.add_person(side.store, home.id, NewPerson("李芳", birth_date="1990-01-01", phone="13800001111"))


def visit(store: Store, person: RecordId, on: str) -> Event:
    made = Event(
        id=store.ambient.new_id(), person=person, event_type="visit", form="postpartum_visit",
        form_version="2026.1", occurred_on=on,
    )  # fmt: skip
    with store.save() as save:
        save.add(made)
    return made


def decided(line: Line, side: Side, transfer: RecordId) -> moves.Decided:
    return moves.decide_transfer(line.office.county, side.store.origin.village, transfer, agreed=True, who="clerk")


def test_she_is_received_where_she_moves_and_what_was_unsent_follows(
    laptop: Side, other_village: Side, line: Line
) -> None:
    person = entered(laptop)
    early = visit(laptop.store, person.id, "2026-11-01")
    asked = transfers.ask(laptop.store, person.id, Wish(THERE, "spoken"))
    laptop.exchange(line)
    unsent = visit(laptop.store, person.id, "2026-11-20")  # entered before anybody knew of the decision
    decided(line, laptop, asked.id)
    other_village.exchange(line)
    page = people.person_page(other_village.store, person.id)
    assert (page.person.name, [phone.number for phone in page.phones], page.household) == (
        "李芳",
        ["13800001111"],
        None,
    )
    assert [entry.event.id for entry in page.timeline] == [early.id]
    laptop.exchange(line)
    here = people.person_page(laptop.store, person.id)
    assert (here.household, here.memberships[0].left_why) == (None, moves.MOVED)
    assert {entry.event.id for entry in here.timeline} == {early.id, unsent.id}  # nothing is deleted
    assert laptop.stands().not_received == 0
    other_village.exchange(line)
    assert get(other_village.store, unsent) == unsent
    home = households.add_household(other_village.store, NewHousehold("7"))
    with other_village.store.save() as save:
        save.add(Membership(id=other_village.ambient.new_id(), person=person.id, household=home.id))
    assert [line.household_no for line in people.list_people(other_village.store)] == ["7"]
    assert transfers.waiting(laptop.store) == transfers.waiting(other_village.store) == ()


def test_a_wish_taken_back_before_the_decision_is_none(laptop: Side, other_village: Side, line: Line) -> None:
    person = entered(laptop)
    asked = transfers.ask(laptop.store, person.id, Wish(THERE, "spoken"))
    laptop.exchange(line)
    transfers.take_back(laptop.store, asked.id)
    laptop.exchange(line)
    assert moves.waiting(line.office.county) == []
    other_village.exchange(line)
    assert people.list_people(other_village.store) == []


@pytest.mark.usefixtures("other_village")
def test_a_wish_taken_back_while_the_county_decides_stays_visible(laptop: Side, line: Line) -> None:
    """Neither side overwrites the other without a word (fault 31)."""
    person = entered(laptop)
    asked = transfers.ask(laptop.store, person.id, Wish(THERE, "spoken"))
    laptop.exchange(line)
    transfers.take_back(laptop.store, asked.id)
    decided(line, laptop, asked.id)
    laptop.exchange(line)
    laptop.exchange(line)
    (waits,) = conflicts.waiting(laptop.store)
    assert waits.kind == "transfer"


def test_edited_here_while_she_was_edited_there_is_a_conflict_there(
    laptop: Side, other_village: Side, line: Line
) -> None:
    person = entered(laptop)
    asked = transfers.ask(laptop.store, person.id, Wish(THERE, "thumb"))
    laptop.exchange(line)
    decided(line, laptop, asked.id)
    other_village.exchange(line)
    people.name_person(other_village.store, person.id, "李芬")
    people.name_person(laptop.store, person.id, "李方")
    other_village.exchange(line)
    laptop.exchange(line)
    other_village.exchange(line)
    (waits,) = conflicts.waiting(other_village.store)
    assert {choice.words for choice in waits.choices} == {"李芬", "李方"}


def test_two_that_are_one_move_as_one(laptop: Side, other_village: Side, line: Line) -> None:
    person = entered(laptop)
    home = people.list_people(laptop.store)[0].household_id
    assert home is not None
    twin = people.add_person(laptop.store, home, NewPerson("李芳芳"))
    same_person.say_same(laptop.store, person.id, twin.id)
    asked = transfers.ask(laptop.store, twin.id, Wish(THERE, "signed"))
    laptop.exchange(line)
    decided(line, laptop, asked.id)
    other_village.exchange(line)
    assert [line.id for line in people.list_people(other_village.store)] == [person.id]
    assert people.person_page(other_village.store, twin.id).person.id == person.id


def test_a_conflict_is_decided_at_the_county_for_all_laptops(make: Callable[..., Side], line: Line) -> None:
    one, other = make(), make()
    person = entered(one)
    one.exchange(line)
    other.exchange(line)
    people.name_person(one.store, person.id, "李方")
    people.name_person(other.store, person.id, "李芬")
    one.exchange(line)
    other.exchange(line)
    ticket = Ticket("clerk", Cause.CONFLICT, one.store.origin.village, person.id)
    (shown,) = deciding.conflicts(line.office.county, ticket)
    chosen = next(place for place, choice in enumerate(shown.choices, 1) if choice.values["name"] == "李方")
    deciding.choose(line.office.county, ticket, shown.id, chosen, "asked the family")
    for side in (one, other):
        side.exchange(line)
        assert conflicts.count(side.store) == 0
        assert get(side.store, person).name == "李方"
