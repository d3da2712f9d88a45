"""Households as they are in a village: they split, stay with others, change their head, and nothing is rewritten."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from villagefp.domain import names
from villagefp.domain.records import Access, Household, HukouBook, IdStatus, Membership, NameStatus, Person, Presence
from villagefp.errors import UserError
from villagefp.services import households, memberships, people, privacy
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.storage import records
from villagefp.storage.store import Store

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def home(store: Store) -> Household:
    """Household 0012: 李芳, her husband 张建国 and his mother."""
    household = households.add_household(store, NewHousehold("0012", group_no="1"))
    head = people.add_person(store, household.id, NewPerson("李芳", sex="2", birth_date="1990-05-06", relation="02"))
    people.add_person(store, household.id, NewPerson("张建国", sex="1", birth_date="1988-01-02", relation="11"))
    people.add_person(store, household.id, NewPerson("陈秀英", sex="2", birth_date="1960-03-04", relation="54"))
    with store.save() as save:
        stored = save.get(Household, household.id)
        assert stored is not None
        save.change(replace(stored, head=head.id))
    return household


def _member(store: Store, household: Household, name: str) -> Membership:
    page = households.household_page(store, household.id)
    return next(membership for line, membership in page.members if line.name == name)


def test_the_head_stands_first(store: Store, home: Household) -> None:
    page = households.household_page(store, home.id)
    assert [line.name for line, _membership in page.members] == ["李芳", "张建国", "陈秀英"]
    assert page.former == ()


def test_a_household_is_found_by_its_number(store: Store, home: Household) -> None:
    assert households.by_number(store, "0012").id == home.id
    with pytest.raises(UserError, match="0099"):
        households.by_number(store, "0099")


def test_a_taken_number_is_refused(store: Store, home: Household) -> None:
    with pytest.raises(UserError, match=home.household_no):
        households.add_household(store, NewHousehold("0012"))


def test_twins_without_names_are_found_by_their_mother(store: Store, home: Household) -> None:
    mother = _member(store, home, "李芳").person
    elder, younger = people.add_newborns(store, mother, ("2", "2"), date(2026, 10, 28))
    assert (elder.name, younger.name) == ("李芳之女(大)", "李芳之女(小)")
    assert {elder.name_status, younger.name_status} == {NameStatus.PROVISIONAL}
    assert elder.id_status is IdStatus.NOT_YET
    assert {line.name for line in people.find(store, "李芳")} >= {"李芳", "李芳之女(大)", "李芳之女(小)"}
    assert [line.relation for line, _m in households.household_page(store, home.id).members if "之女" in line.name] == [
        "30",
        "30",
    ]


def test_a_second_daughter_is_not_called_as_the_first_while_that_one_has_no_name(store: Store, home: Household) -> None:
    mother = _member(store, home, "李芳").person
    (first,) = people.add_newborns(store, mother, ("2",), date(2025, 10, 28))
    (second,) = people.add_newborns(store, mother, ("2",), date(2026, 11, 2))
    assert (first.name, second.name) == ("李芳之女", "李芳之女(2)")
    assert names.is_stand_in(second.name)
    assert names.mother_in(second.name) == "李芳"
    people.name_person(store, first.id, "张雨")
    people.name_person(store, second.id, "张雪")
    (third,) = people.add_newborns(store, mother, ("2",), date(2026, 11, 20))
    assert third.name == "李芳之女"


def test_naming_a_child_keeps_the_old_name_findable(store: Store, home: Household) -> None:
    (child,) = people.add_newborns(store, _member(store, home, "李芳").person, ("1",), date(2026, 10, 28))
    assert child.name == "李芳之子"
    people.name_person(store, child.id, "张子涵")
    page = people.person_page(store, child.id)
    assert (page.person.name, page.person.name_status) == ("张子涵", NameStatus.GIVEN)
    assert [(alias.name, alias.sort) for alias in page.aliases] == [("李芳之子", "provisional")]
    assert [line.id for line in people.find(store, "李芳之子")] == [child.id]
    assert page.mother is not None
    assert page.mother.name == "李芳"


def test_sons_who_eat_apart_stay_in_one_hukou_book(store: Store, home: Household) -> None:
    book = HukouBook(id=store.ambient.new_id(), book_no="A-7")
    for name in ("李芳", "张建国", "陈秀英"):
        memberships.join_hukou_book(store, _member(store, home, name).person, book)
    moving = {_member(store, home, "张建国").id: "02"}
    apart = memberships.split_household(store, NewHousehold("0013", group_no="1"), moving, on=NOVEMBER)
    assert [line.name for line, _m in households.household_page(store, apart.id).members] == ["张建国"]
    assert [line.name for line, _m in households.household_page(store, home.id).former] == ["张建国"]
    person = households.household_page(store, apart.id).members[0][0].id
    assert [one.book_no for one in people.person_page(store, person).hukou_books] == ["A-7"]


def test_a_split_needs_one_head(store: Store, home: Household) -> None:
    moving = {_member(store, home, name).id: "02" for name in ("张建国", "陈秀英")}
    with pytest.raises(UserError, match="2"):
        memberships.split_household(store, NewHousehold("0013"), moving, on=NOVEMBER)
    assert len(households.household_page(store, home.id).members) == 3


def test_a_daughter_stays_with_her_mother_for_the_month_after_birth(store: Store, home: Household) -> None:
    parents = households.add_household(store, NewHousehold("0020", group_no="2"))
    people.add_person(store, parents.id, NewPerson("周兰", sex="2", relation="02"))
    at_home = _member(store, home, "李芳")
    memberships.stay_elsewhere(store, at_home.id, parents.id, relation="30", since=NOVEMBER, until=date(2026, 12, 5))
    assert _member(store, home, "李芳").presence is Presence.AWAY
    assert _member(store, parents, "李芳").presence is Presence.LYING_IN
    memberships.come_home(store, at_home.person, on=date(2026, 12, 6))
    assert _member(store, home, "李芳").presence is Presence.RESIDENT
    assert [line.name for line, _m in households.household_page(store, parents.id).former] == ["李芳"]


def test_a_new_head_changes_relations_from_that_day_on(store: Store, home: Household) -> None:
    husband, mother_in_law = _member(store, home, "张建国"), _member(store, home, "陈秀英")
    wife = _member(store, home, "李芳")
    memberships.change_head(
        store, home.id, husband.person, {wife.person: "12", mother_in_law.person: "52"}, on=NOVEMBER
    )
    page = households.household_page(store, home.id)
    assert [(line.name, membership.relation) for line, membership in page.members] == [
        ("张建国", "02"),
        ("李芳", "12"),
        ("陈秀英", "52"),
    ]
    assert {(membership.relation, membership.left_on) for _line, membership in page.former} == {
        ("02", "2026-11-01"),
        ("11", "2026-11-01"),
        ("54", "2026-11-01"),
    }


def test_a_person_who_is_away_is_still_a_member(store: Store, home: Household) -> None:
    husband = _member(store, home, "张建国")
    memberships.set_presence(store, husband.id, Presence.AWAY, since=NOVEMBER, expected_back=date(2027, 2, 1))
    line = next(line for line in households.household_lines(store) if line.id == home.id)
    assert (line.resident, line.away) == (2, 1)


def test_leaving_before_joining_is_refused_by_its_dates(store: Store, home: Household) -> None:
    apart = memberships.split_household(
        store, NewHousehold("0013"), {_member(store, home, "张建国").id: "02"}, on=NOVEMBER
    )
    membership = _member(store, apart, "张建国")
    with pytest.raises(UserError, match="2026-10-01"):
        memberships.leave_household(store, membership.id, on=date(2026, 10, 1))


def test_a_death_ends_memberships_quietly(store: Store, home: Household) -> None:
    member = _member(store, home, "陈秀英")
    people.record_death(store, member.person, date(2026, 11, 3))
    assert [line.name for line, _m in households.household_page(store, home.id).members] == ["李芳", "张建国"]
    assert people.person_page(store, member.person).person.died_on == "2026-11-03"


def test_a_look_at_a_whole_id_number_is_logged_once_a_day(store: Store, home: Household) -> None:
    person = people.add_person(
        store, home.id, NewPerson("周明", id_no="990101198803072315", id_status=IdStatus.PRESENT)
    )
    assert privacy.reveal_id(store, person.id) == "990101198803072315"
    privacy.reveal_id(store, person.id)
    with store.read() as connection:
        rows = records.where(connection, Access, person=person.id)
    assert [(row.action, row.worker) for row in rows] == [("revealed", store.worker.id)]


def test_an_old_method_entry_is_hidden_until_its_owner_decides(store: Store, home: Household) -> None:
    person_id = _member(store, home, "李芳").person
    with store.save() as save:
        person = save.get(Person, person_id)
        assert person is not None
        save.change(replace(person, legacy_method=store.seal(b"cu_iud"), legacy_method_status="unverified"))
    page = people.person_page(store, person_id)
    assert page.person.legacy_method_status == "unverified"
    assert b"cu_iud" not in (page.person.legacy_method or b"")
    assert privacy.reveal_legacy_method(store, person_id) == "cu_iud"
    privacy.decide_legacy_method(store, person_id, keep=False)
    after = people.person_page(store, person_id).person
    assert (after.legacy_method, after.legacy_method_status) == (None, "dropped")


def test_leading_zeros_of_a_number_need_not_be_typed(store: Store, home: Household) -> None:
    assert households.by_number(store, "12").id == home.id
    assert households.by_number(store, " 00012 ").id == home.id
    plain = households.add_household(store, NewHousehold("12"))
    assert households.by_number(store, "12").id == plain.id
    with pytest.raises(UserError, match="0012, 12"):
        households.by_number(store, "012")
