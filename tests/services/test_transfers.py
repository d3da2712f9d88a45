"""A person's wish to move: with her consent, once, and taken back until the county has decided."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from villagefp.domain.person_records import Transfer, TransferState
from villagefp.domain.records import Person
from villagefp.errors import UserError
from villagefp.services import households, people, same_person, transfers
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.services.transfers import Wish
from villagefp.storage.store import Store

THERE = "990101102203"


@pytest.fixture
def person(store: Store) -> Person:
    home = households.add_household(store, NewHousehold("12"))
    return people.add_person(store, home.id, NewPerson("李芳"))


def test_a_wish_with_consent_waits_for_the_county_and_changes_nothing_here(store: Store, person: Person) -> None:
    asked = transfers.ask(store, person.id, Wish(THERE, "spoken", "family"))
    assert (asked.from_village, asked.to_village, asked.state) == (store.village.code, THERE, TransferState.ASKED)
    assert (asked.consent_on, asked.consent_how, asked.agreed) == ("2026-11-22", "spoken", None)
    (line,) = transfers.waiting(store)
    assert (line.who, line.transfer) == ("李芳", asked)
    assert people.list_people(store)[0].household_no == "12"


def test_no_reason_need_be_told(store: Store, person: Person) -> None:
    assert transfers.ask(store, person.id, Wish(THERE, "signed")).reason is None


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("990101101201", "signed"), "is this village"),
        (Wish("12345", "signed"), "12345"),
        (Wish(THERE, ""), "only if she agrees"),
        (Wish(THERE, "signed", "sent away"), "none of the reasons"),
    ],
)
def test_what_is_no_wish_is_refused(store: Store, person: Person, wish: Wish, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        transfers.ask(store, person.id, wish)
    assert transfers.waiting(store) == ()


def test_one_wish_at_a_time_whichever_entry_of_her_is_named(store: Store, person: Person) -> None:
    twin = people.add_person(store, people.list_people(store)[0].household_id or b"", NewPerson("李芳"))
    same_person.say_same(store, person.id, twin.id)
    asked = transfers.ask(store, twin.id, Wish(THERE, "thumb"))
    assert asked.person == person.id
    with pytest.raises(UserError, match="asked to move"):
        transfers.ask(store, person.id, Wish(THERE, "thumb"))
    transfers.take_back(store, asked.id)
    assert transfers.waiting(store) == ()
    transfers.ask(store, person.id, Wish(THERE, "thumb"))


def test_after_the_decision_a_wish_is_not_taken_back_here(store: Store, person: Person) -> None:
    asked = transfers.ask(store, person.id, Wish(THERE, "signed"))
    with store.save() as save:
        save.change(replace(asked, state=TransferState.DECIDED, agreed=True))
    with pytest.raises(UserError, match="decided about this move"):
        transfers.take_back(store, asked.id)
    with store.read() as connection:
        assert [each.id for each in transfers.of_person(connection, person.id)] == [asked.id]
    with store.save() as save:
        save.change(replace(asked, state=TransferState.ARRIVED, agreed=True))
    assert transfers.waiting(store) == ()
    with pytest.raises(UserError, match="decided about this move"):
        transfers.take_back(store, Transfer(id=b"\0" * 16, person=person.id, from_village="", to_village="",
                                            asked_on="").id)  # fmt: skip
