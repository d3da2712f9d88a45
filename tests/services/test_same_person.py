"""Two entries of one person: shown once, edited as one, and both back whenever it was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from tests.storage.conftest import make, two  # noqa: F401  fixtures
from tests.storage.laptops import Laptop, add, assert_sound, contents, give, meet
from villagefp.domain.person_records import SameAs
from villagefp.domain.records import Event, Household, IdStatus, Membership, Person, Presence
from villagefp.errors import UserError
from villagefp.services import conflicts, due, households, people, privacy, same_person, second_founding
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.storage import erased, records
from villagefp.storage.households import totals
from villagefp.storage.store import Store

ID_NO = "990101199001012229"
TODAY = date(2026, 11, 22)


@pytest.fixture
def home(store: Store) -> Household:
    return households.add_household(store, NewHousehold("12", "3"))


@pytest.fixture
def twice(store: Store, home: Household) -> tuple[Person, Person]:
    """李芳, entered twice: the second time with her phone, and without her ID number."""
    first = people.add_person(
        store, home.id, NewPerson("李芳", sex="2", birth_date="1990-01-01", id_no=ID_NO, id_status=IdStatus.PRESENT)
    )
    second = people.add_person(
        store, home.id, NewPerson("李芳芳", birth_date="1990-01-01", phone="13800001111", relation="12")
    )
    return first, second


def visit(store: Store, person: Person, on: str) -> Event:
    made: Event = add(
        store,
        Event(
            id=store.ambient.new_id(),
            person=person.id,
            event_type="visit",
            form="postpartum_visit",
            form_version="2026.1",
            occurred_on=on,
        ),
    )
    return made


def shown(store: Store) -> list[str]:
    return [line.name for line in people.list_people(store)]


def test_one_person_is_shown_once_with_what_either_entry_tells(
    store: Store, home: Household, twice: tuple[Person, Person]
) -> None:
    first, second = twice
    early, late = visit(store, first, "2026-11-01"), visit(store, second, "2026-11-10")
    assert same_person.say_same(store, second.id, first.id, "seen at the door") == first.id
    (line,) = people.list_people(store)
    assert (line.id, line.name, line.id_no, line.phone, line.household_no) == (
        first.id, "李芳", ID_NO, "13800001111", "12"
    )  # fmt: skip
    for text in ("李芳", "李芳芳", "lff", "13800001111", "2229", "12"):
        assert [each.id for each in people.find(store, text)] == [first.id], text
    for either in twice:
        page = people.person_page(store, either.id)
        assert (page.person.id, [phone.number for phone in page.phones]) == (first.id, ["13800001111"])
        assert [entry.event.id for entry in page.timeline] == [late.id, early.id]
        assert {entry.person_name for entry in page.timeline} == {"李芳"}
    members = households.household_page(store, home.id).members
    assert [line.id for line, _membership in members] == [first.id]
    (home_line,) = households.household_lines(store)
    assert home_line.resident == 1
    with store.read() as connection:
        assert totals(connection).persons == 1


def test_both_are_back_after_any_number_of_edits(store: Store, home: Household, twice: tuple[Person, Person]) -> None:
    first, second = twice
    before = people.list_people(store)
    same_person.say_same(store, first.id, second.id)
    later = visit(store, second, "2026-11-15")
    people.name_person(store, second.id, "李方方")
    people.add_phone(store, first.id, "13900002222")
    same_person.say_different(store, second.id, first.id, "two sisters")
    found = {line.id: line for line in people.list_people(store)}
    assert found[first.id].phone == "13900002222"
    assert (found[second.id].name, found[second.id].phone) == ("李方方", "13800001111")
    assert len(found) == len(before) == 2
    assert [entry.event.id for entry in people.person_page(store, second.id).timeline] == [later.id]
    assert people.person_page(store, first.id).timeline == ()
    assert len(households.household_page(store, home.id).members) == 2
    assert [line.id for line in people.find(store, "13800001111")] == [second.id]


def test_saying_it_again_and_in_a_circle_is_harmless(store: Store, home: Household) -> None:
    a, b, c = (people.add_person(store, home.id, NewPerson(name)) for name in ("王一", "王二", "王三"))
    for one, other in ((a, b), (b, c), (c, a), (b, a), (a, b)):
        same_person.say_same(store, one.id, other.id)
    assert [line.id for line in people.list_people(store)] == [a.id]
    with store.read() as connection:
        assert len(records.where(connection, SameAs)) == 3
    with pytest.raises(UserError, match="by way of 王三"):
        same_person.say_different(store, a.id, b.id)
    assert [line.id for line in people.list_people(store)] == [a.id]  # the refusal wrote nothing
    with pytest.raises(UserError, match="one entry, not two"):
        same_person.say_same(store, a.id, a.id)
    with pytest.raises(UserError, match="not here"):
        same_person.say_same(store, a.id, store.ambient.new_id())


def test_a_chain_is_taken_apart_link_by_link(store: Store, home: Household) -> None:
    a, b, c = (people.add_person(store, home.id, NewPerson(name)) for name in ("王一", "王二", "王三"))
    same_person.say_same(store, a.id, b.id)
    same_person.say_same(store, b.id, c.id)
    assert {(pair.first.id, pair.second.id) for pair in same_person.pairs_of(store, c.id)} == {
        (a.id, b.id), (b.id, c.id)
    }  # fmt: skip
    same_person.say_different(store, a.id, b.id)
    assert [line.id for line in people.list_people(store)] == [a.id, b.id]
    same_person.say_different(store, b.id, c.id)
    assert len(people.list_people(store)) == 3
    same_person.say_same(store, a.id, b.id)  # said again after it was taken back
    assert [line.id for line in people.list_people(store)] == [a.id, c.id]


def test_whoever_is_left_is_shown_where_the_first_entry_is_taken_back(
    store: Store, twice: tuple[Person, Person]
) -> None:
    first, second = twice
    same_person.say_same(store, first.id, second.id)
    with store.save() as save:
        save.withdraw(Person, first.id, "entered by mistake")
    assert [line.id for line in people.list_people(store)] == [second.id]
    assert people.person_page(store, first.id).person.id == second.id
    assert [line.id for line in people.find(store, "李芳芳")] == [second.id]


def test_what_is_due_is_one_list_for_one_person(store: Store, home: Household) -> None:
    """A child entered twice is offered one visit, and a visit to either entry answers it."""
    first, second = (
        people.add_person(store, home.id, NewPerson("李小宝", sex="1", birth_date="2026-11-18")) for _ in range(2)
    )
    offers = len(due.due_of(store, first.id, TODAY))
    assert offers > 0
    assert len(due.due_of_all(store, [first.id, second.id], TODAY)) == 2 * offers
    same_person.say_same(store, first.id, second.id)
    for subject in (first, second):
        lines = due.due_of(store, subject.id, TODAY)
        assert (len(lines), {line.item.person for line in lines}) == (offers, {first.id})
    assert {line.item.person for line in due.due_on(store, TODAY)} == {first.id}
    same_person.say_different(store, first.id, second.id)
    assert {line.item.person for line in due.due_on(store, TODAY)} == {first.id, second.id}


def test_duplicates_are_listed_and_never_merged_by_the_program(
    store: Store, home: Household, twice: tuple[Person, Person]
) -> None:
    first, _second = twice
    alike = people.add_person(store, home.id, NewPerson("李芳", birth_date="1990-01-01"))
    number = people.add_person(store, home.id, NewPerson("赵六", id_no=ID_NO, id_status=IdStatus.PRESENT))
    found = {each.why: [line.id for line in each.persons] for each in same_person.duplicates(store)}
    assert found == {"id_no": [first.id, number.id], "name_and_birth": [first.id, alike.id]}
    assert len(people.list_people(store)) == 4
    same_person.say_different(store, first.id, number.id)
    same_person.say_same(store, first.id, alike.id)
    assert same_person.duplicates(store) == ()


def test_erasing_a_person_erases_every_entry_of_her(store: Store, twice: tuple[Person, Person]) -> None:
    first, second = twice
    same_person.say_same(store, first.id, second.id)
    privacy.erase_person(store, second.id)
    assert people.list_people(store) == []
    assert people.find(store, "李芳") == []
    with store.read() as connection:
        gone = {record for _kind, record in erased.known(connection).records}
        assert {first.id, second.id} <= gone
        assert records.where(connection, SameAs) == []


# Several laptops --------------------------------------------------------------------------------------------------


def test_two_laptops_that_say_the_same_write_one_record_and_no_conflict(two: tuple[Store, Store]) -> None:  # noqa: F811
    one, other = two
    a = add(one, Person(id=one.ambient.new_id(), name="李芳"))
    b = add(other, Person(id=other.ambient.new_id(), name="李芳"))
    meet(one, other)
    same_person.say_same(one, a.id, b.id)
    same_person.say_same(other, b.id, a.id)
    meet(one, other)
    assert contents(one) == contents(other)
    for store in two:
        assert conflicts.count(store) == 0
        assert len(people.list_people(store)) == 1
    same_person.say_different(one, a.id, b.id)
    meet(one, other)
    assert len(people.list_people(other)) == 2


def test_one_says_same_the_other_different_and_somebody_decides(two: tuple[Store, Store]) -> None:  # noqa: F811
    one, other = two
    a, b = (add(one, Person(id=one.ambient.new_id(), name=name)) for name in ("李芳", "李方"))
    meet(one, other)
    same_person.say_same(one, a.id, b.id)
    same_person.say_different(other, a.id, b.id)
    meet(one, other)
    assert contents(one) == contents(other)
    (line,) = conflicts.waiting(one)
    assert {choice.words for choice in line.choices} == {"They are one and the same", "They are two"}
    assert line.who.startswith("李")
    (two_of_them,) = [choice for choice in line.choices if choice.words == "They are two"]
    conflicts.choose(one, line.id, two_of_them.number)
    meet(one, other)
    assert contents(one) == contents(other)
    assert conflicts.count(other) == 0
    assert len(people.list_people(other)) == 2


def test_a_third_laptop_edits_the_entry_that_is_not_shown(make: Callable[..., Laptop]) -> None:  # noqa: F811
    """Entered twice under one ID number, said to be one, then edited by somebody who has not heard of it (fault 32)."""
    one, other, third = (make().store for _ in range(3))
    told = {"name": "李芳", "birth_date": "1990-01-01", "id_no": ID_NO, "id_status": IdStatus.PRESENT}
    a = add(one, Person(id=one.ambient.new_id(), **told))
    b = add(other, Person(id=other.ambient.new_id(), **told))
    meet(one, other, third)
    same_person.say_same(one, a.id, b.id)
    edited = visit(third, b, "2026-11-20")
    people.add_phone(third, b.id, "13800001111")
    meet(one, other, third)
    meet(one, other, third)
    for store in (one, other, third):
        assert contents(store) == contents(one)
        page = people.person_page(store, b.id)
        assert (page.person.id, page.line.phone) == (a.id, "13800001111")
        assert [entry.event.id for entry in page.timeline] == [edited.id]


def test_a_pair_that_comes_before_its_persons_counts_once_they_are_here(two: tuple[Store, Store]) -> None:  # noqa: F811
    one, other = two
    device = add(one, Person(id=one.ambient.new_id(), name="李芳"))
    twin = add(one, Person(id=one.ambient.new_id(), name="李芳"))
    with other.save() as save:  # another laptop was told of both by the county, and says so first
        same_person.write(save, "person", device.id, twin.id, same_one=True)
    give(one, other)
    assert [line.id for line in people.list_people(other)] == [device.id]
    assert_sound(other)


# A second founding ------------------------------------------------------------------------------------------------

FAMILY = (
    ("王大山", "1960-03-02", "990101196003021231", "02"),
    ("李芳", "1990-01-01", ID_NO, "12"),
    ("王小宝", "2020-05-05", None, "20"),
)


def found_family(store: Store, number: str, family: tuple[tuple[str, str, str | None, str], ...] = FAMILY) -> None:
    with store.save() as save:
        home = Household(id=store.ambient.new_id(), household_no=number)
        save.add(home)
        for name, born, id_no, relation in family:
            status = IdStatus.PRESENT if id_no else IdStatus.NOT_TOLD
            person = Person(id=store.ambient.new_id(), name=name, birth_date=born, id_no=id_no, id_status=status)
            save.add(person)
            save.add(
                Membership(
                    id=store.ambient.new_id(),
                    person=person.id,
                    household=home.id,
                    relation=relation,
                    presence=Presence.RESIDENT,
                )
            )


@pytest.fixture
def founded_twice(two: tuple[Store, Store]) -> Iterator[tuple[Store, Store]]:  # noqa: F811
    """Two laptops with the same family in house 12, and house 15 in which they differ."""
    one, other = two
    for store in two:
        found_family(store, "12")
    found_family(one, "15", (("赵六", "1970-01-01", "990101197001011231", "02"),))
    found_family(other, "15", (("赵六六", "1970-01-01", "990101197001011231", "02"),))
    meet(one, other)
    yield one, other
    assert contents(one) == contents(other)


def test_a_second_founding_is_matched_on_one_confirmation(founded_twice: tuple[Store, Store]) -> None:
    one, other = founded_twice
    assert len(people.list_people(one)) == 8
    proposal = second_founding.propose(one)
    assert (len(proposal.persons), len(proposal.households)) == (2, 1)
    assert len(people.list_people(one)) == 8  # a proposal writes nothing
    assert {each.why for each in proposal.unsure_persons} == {"id_no", "name_and_birth"}
    ((house, twin),) = proposal.unsure_households
    assert house.household_no == twin.household_no == "15"
    second_founding.confirm(one, proposal, "the roster was imported twice")
    meet(one, other)
    for store in founded_twice:
        names = [line.name for line in people.list_people(store)]
        assert (names.count("王大山"), names.count("李芳"), names.count("王小宝")) == (1, 1, 2)
        numbers = [home.household_no for home in households.household_lines(store)]
        assert numbers.count("12") == 1
        (home,) = [home for home in households.household_lines(store) if home.household_no == "12"]
        page = households.household_page(store, home.id)
        assert sorted(line.name for line, _membership in page.members) == ["李芳", "王大山", "王小宝", "王小宝"]
        assert {line.household_id for line, _membership in page.members} == {home.id}
    again = second_founding.propose(other)
    assert (again.persons, again.households) == ((), ())


def test_both_laptops_may_confirm_before_they_hear_of_each_other(founded_twice: tuple[Store, Store]) -> None:
    one, other = founded_twice
    for store in founded_twice:
        second_founding.confirm(store, second_founding.propose(store))
    meet(one, other)
    assert conflicts.count(one) == conflicts.count(other) == 0


def test_what_somebody_called_two_is_not_proposed(founded_twice: tuple[Store, Store]) -> None:
    one, other = founded_twice
    (first, second), *_rest = second_founding.propose(one).persons
    same_person.say_different(one, first, second)
    assert (first, second) not in second_founding.propose(one).persons
    meet(one, other)
