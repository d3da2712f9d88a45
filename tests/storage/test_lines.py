"""Persons and households as lines of a list."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from villagefp.domain.records import Event, Household, Membership, Person, Phone, Presence
from villagefp.storage import households, people
from villagefp.storage.lines import in_order


@pytest.fixture
def home(store):
    new_id = store.ambient.new_id
    head = Person(id=new_id(), name="王大山", sex="1")
    home = Household(id=new_id(), household_no="10", group_no="2", head=head.id, address="井边")
    wife, son = Person(id=new_id(), name="李芳"), Person(id=new_id(), name="王小山")
    late = Person(id=new_id(), name="王老汉", died_on="2020-01-01")
    with store.save() as save:
        save.add_many([home, wife, son, head, late, Household(id=new_id(), household_no="9", group_no="2")])
        for person, relation, presence in (
            (wife, "12", None),
            (son, "20", Presence.AWAY),
            (head, "02", Presence.RESIDENT),
            (late, "51", None),
        ):
            save.add(Membership(id=new_id(), person=person.id, household=home.id, relation=relation, presence=presence))
        save.add(Phone(id=new_id(), person=head.id, number="13900000001", whose="child"))
        save.add(Phone(id=new_id(), person=head.id, number="13900000002", whose="self"))
    return home


def test_members_come_in_the_order_of_the_household_sheet(store, home):
    with store.read() as connection:
        lines = people.person_lines(connection, household_id=home.id)
    assert [line.name for line in lines] == ["王大山", "李芳", "王小山", "王老汉"]
    head = lines[0]
    assert (head.household_no, head.group_no, head.relation, head.phone) == ("10", "2", "02", "13900000002")
    assert lines[2].presence == Presence.AWAY


def test_the_totals_are_those_of_all_lines(store, home):
    new_id = store.ambient.new_id
    moved, gone = Person(id=new_id(), name="张三"), Household(id=new_id(), household_no="8")
    with store.save() as save:
        save.add_many([moved, gone])
        save.add(Membership(id=new_id(), person=moved.id, household=home.id, left_on="2026-01-01"))
        save.add(Membership(id=new_id(), person=moved.id, household=gone.id))
    with store.save() as save:
        save.withdraw(Household, gone.id, "entered twice")
    with store.read() as connection:
        lines = people.household_lines(connection)
        assert households.totals(connection) == households.Totals(2, 3)
        assert (len(lines), sum(line.resident + line.away for line in lines)) == (2, 3)


def test_everybody_comes_in_the_order_of_the_roster(store, home):
    with store.read() as connection:
        everybody = people.person_lines(connection)
        assert [line.name for line in everybody] == ["王大山", "李芳", "王小山", "王老汉"]
        some = [everybody[2].id, everybody[0].id, store.ambient.new_id(), everybody[2].id]
        assert [line.id for line in people.person_lines(connection, ids=some)] == some[:2]
        assert people.person_lines(connection, ids=[]) == []
    assert home.id == everybody[0].household_id


def test_a_household_counts_who_lives_there_and_who_is_away(store, home):
    with store.read() as connection:
        nine, ten = people.household_lines(connection)
        assert (nine.household_no, ten.household_no) == ("9", "10")
        assert (ten.head_name, ten.address, ten.resident, ten.away) == ("王大山", "井边", 2, 1)
        assert (nine.resident, nine.away, nine.last_visit_on) == (0, 0, None)
        assert people.household_lines(connection, group_no="1") == []
    assert ten.id == home.id


def test_a_household_shows_the_last_visit_to_it_or_to_a_member(store, home):
    new_id = store.ambient.new_id
    with store.read() as connection:
        member = people.person_lines(connection, household_id=home.id)[1]
    usual = {"event_type": "visit", "form": "f", "form_version": "1"}
    with store.save() as save:
        save.add(Event(id=new_id(), household=home.id, occurred_on="2026-01-02", **usual))
        save.add(Event(id=new_id(), person=member.id, occurred_on="2026-03-04", **usual))
    with store.read() as connection:
        assert [line.last_visit_on for line in people.household_lines(connection)] == [None, "2026-03-04"]


def test_who_has_left_is_no_member_and_is_still_listed(store, home):
    with store.save() as save:
        row = save.connection.exec_driver_sql("SELECT id FROM membership WHERE relation = '20'").scalar_one()
        membership = save.get(Membership, row)
        save.change(replace(membership, left_on="2026-01-01", left_why="moved"))
    with store.read() as connection:
        assert "王小山" not in [line.name for line in people.person_lines(connection, household_id=home.id)]
        gone = next(line for line in people.person_lines(connection) if line.name == "王小山")
    assert (gone.household_id, gone.household_no, gone.relation) == (None, "", None)


def test_numbers_sort_as_people_count():
    assert sorted(["10", "2", "", "东1", "2-1"], key=in_order) == ["东1", "2", "10", "2-1", ""]
