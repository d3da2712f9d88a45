"""What the sheet of changes in a household writes of relations and of the hukou, and what a correction leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from villagefp import paths
from villagefp.domain.records import Household, HukouBook, Membership, Outcome, Person, Presence, RecordId
from villagefp.forms import library
from villagefp.services import visits
from villagefp.storage import records
from villagefp.storage.store import Store

ON = date(2026, 11, 20)


@dataclass(frozen=True)
class Home:
    household: RecordId
    head: RecordId
    wife: RecordId
    heads_book: RecordId
    wifes_book: RecordId


@pytest.fixture(scope="module", autouse=True)
def built_forms() -> None:
    library.build_all(paths.built_dir() / "forms")


@pytest.fixture
def home(store: Store) -> Home:
    """A couple in one household, each in a hukou book of their own."""
    new_id = store.ambient.new_id
    head, wife = Person(id=new_id(), name="王强", sex="1"), Person(id=new_id(), name="李芳", sex="2")
    household = Household(id=new_id(), household_no="0012", head=head.id)
    books = HukouBook(id=new_id(), head=head.id), HukouBook(id=new_id(), address="邻村")
    members = [
        Membership(id=new_id(), person=head.id, household=household.id, relation="02", presence=Presence.RESIDENT),
        Membership(id=new_id(), person=wife.id, household=household.id, relation="12", presence=Presence.RESIDENT),
        Membership(id=new_id(), person=head.id, hukou_book=books[0].id),
        Membership(id=new_id(), person=wife.id, hukou_book=books[1].id),
    ]
    with store.save() as save:
        save.add_many([head, wife, household, *books, *members])
    return Home(household.id, head.id, wife.id, books[0].id, books[1].id)


def changed(store: Store, home: Home, **row: str) -> RecordId:
    answers = {"changes": [row]}
    saved = visits.add_visit(
        store, "member_change", answers, outcome=Outcome.DONE, on=ON, household_id=home.household
    )  # fmt: skip
    return saved.event_id


def undo(store: Store, event: RecordId) -> None:
    visits.save_visit(store, visits.amend(store, event, "not so"), Outcome.NOT_APPLICABLE)


def books_of(store: Store, person: RecordId) -> dict[RecordId, str | None]:
    """The hukou books that a person was ever in, and the day on which that ended."""
    with store.read() as connection:
        found = records.where(connection, Membership, person=person)
    return {one.hukou_book: one.left_on for one in found if one.hukou_book}


def presence_of(store: Store, person: RecordId) -> Presence | None:
    with store.read() as connection:
        (home,) = [one for one in records.where(connection, Membership, person=person) if one.household]
    return home.presence


def test_a_hukou_that_moved_out_ends_the_entry_in_its_book(store: Store, home: Home) -> None:
    before = books_of(store, home.wife)
    event = changed(
        store, home, change_kind="9", member=home.wife.hex(), hukou_direction="1", presence="5", changed_on="2026-11-01"
    )
    assert books_of(store, home.wife) == {home.wifes_book: "2026-11-01"}
    assert presence_of(store, home.wife) is Presence.HUKOU_ELSEWHERE
    undo(store, event)
    assert books_of(store, home.wife) == before
    assert presence_of(store, home.wife) is Presence.RESIDENT


def test_a_hukou_that_moved_in_is_in_the_book_of_the_head(store: Store, home: Home) -> None:
    event = changed(store, home, change_kind="9", member=home.wife.hex(), hukou_direction="2", changed_on="2026-11-01")
    assert books_of(store, home.wife) == {home.wifes_book: "2026-11-01", home.heads_book: None}
    again = changed(store, home, change_kind="9", member=home.wife.hex(), hukou_direction="2")
    assert books_of(store, home.wife) == {home.wifes_book: "2026-11-01", home.heads_book: None}
    undo(store, again)
    undo(store, event)
    assert books_of(store, home.wife) == {home.wifes_book: None}


def test_a_move_without_a_direction_changes_no_book(store: Store, home: Home) -> None:
    before = books_of(store, home.wife)
    changed(store, home, change_kind="9", member=home.wife.hex(), change_note="说不清")
    assert books_of(store, home.wife) == before


@pytest.mark.parametrize(
    ("told", "kept"), [("1", "10"), ("2", "20"), ("3", "30"), ("5", "50"), ("7", "70"), ("8", "80"), ("0", "02")]
)
def test_the_digit_of_the_paper_becomes_the_code_of_the_register(
    store: Store, home: Home, told: str, kept: str
) -> None:
    changed(store, home, change_kind="3", new_name="王小明", new_relation=told)
    with store.read() as connection:
        (newcomer,) = records.where(connection, Person, name="王小明")
        (joined,) = records.where(connection, Membership, person=newcomer.id)
    assert joined.relation == kept
