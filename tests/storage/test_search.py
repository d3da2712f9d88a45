"""The search box finds a person by whatever is known of her."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from villagefp.domain.records import Alias, Household, Membership, Person, Phone
from villagefp.storage import people, search


@pytest.fixture
def village(store):
    """Some persons in two households, by name."""
    new_id = store.ambient.new_id
    homes = [
        Household(id=new_id(), household_no="12", group_no="1", address="老槐树下"),
        Household(id=new_id(), household_no="205"),
    ]
    names = ["单雄信", "王芳", "王芳芳", "张小芳", "尉迟芳", "吕𬱖", "Ann%_Lee", "曾梅"]
    persons = {name: Person(id=new_id(), name=name) for name in names}
    persons["王芳"] = replace(persons["王芳"], id_no="99010119900101222X")
    with store.save() as save:
        save.add_many([*homes, *persons.values()])
        save.add_many(
            Membership(id=new_id(), person=person.id, household=homes[place % 2].id)
            for place, person in enumerate(persons.values())
        )
        save.add(Phone(id=new_id(), person=persons["张小芳"].id, number="13812345678"))
        save.add(Alias(id=new_id(), person=persons["单雄信"].id, name="二贤庄主"))
    return persons


def found(store, text):
    with store.read() as connection:
        return [line.name for line in people.find_persons(connection, text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("单雄", ["单雄信"]),
        ("shanxiong", ["单雄信"]),
        ("sxx", ["单雄信"]),
        ("SXX", ["单雄信"]),
        ("二贤", ["单雄信"]),
        ("xianzhuang", ["单雄信"]),
        ("yuchi", ["尉迟芳"]),
        ("zengm", ["曾梅"]),
        ("吕𬱖", ["吕𬱖"]),
        ("13812345678", ["张小芳"]),
        ("5678", ["张小芳"]),
        ("２２２ｘ", ["王芳"]),
        ("222X", ["王芳"]),
        ("9901011990", []),  # only the end of an ID number is a key
        ("王 芳", ["王芳", "王芳芳"]),
        ("wang 222x", ["王芳"]),
        ("%", ["Ann%_Lee"]),
        ("_", ["Ann%_Lee"]),
        ("n%l", []),
        ("|", []),
        ("", []),
        ("   ", []),
        ("'; DROP TABLE person", []),
    ],
)
@pytest.mark.usefixtures("village")
def test_a_person_is_found(store, text, names):
    assert found(store, text) == names


@pytest.mark.usefixtures("village")
def test_whose_own_name_it_is_comes_first(store):
    assert found(store, "王芳") == ["王芳", "王芳芳"]
    assert found(store, "芳")[0] != "单雄信"
    assert sorted(found(store, "205")) == sorted(["王芳", "张小芳", "吕𬱖", "曾梅"])


def test_what_changes_is_found_at_once_and_what_is_gone_no_more(store, village):
    person = village["单雄信"]
    with store.save() as save:
        save.change(replace(person, name="单通"))
    assert found(store, "单通") == ["单通"]
    assert found(store, "单雄信") == []
    with store.read() as connection:
        alias = connection.exec_driver_sql("SELECT id FROM alias").scalar_one()
        home = connection.exec_driver_sql("SELECT id FROM household WHERE household_no = '12'").scalar_one()
    with store.save() as save:
        save.withdraw(Alias, alias, "wrong person")
        save.change(Household(id=home, household_no="888", group_no="1", address="老槐树下"))
    assert found(store, "二贤") == []
    assert "单通" in found(store, "888")


def test_a_big_save_makes_the_same_keys_as_small_ones(store, monkeypatch, village):
    with store.read() as connection:
        small = connection.exec_driver_sql("SELECT * FROM person_search ORDER BY person").all()
    monkeypatch.setattr(search, "_ALL", 2)
    with store.save() as save:
        for person in village.values():
            save.change(replace(person, note="seen"))
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT * FROM person_search ORDER BY person").all() == small


@pytest.mark.usefixtures("village")
def test_no_more_are_listed_than_asked_for(store):
    with store.read() as connection:
        assert len(people.find_persons(connection, "n", limit=2)) == 2


@pytest.mark.usefixtures("village")
def test_a_household_is_found_by_number_address_or_member(store):
    with store.read() as connection:
        assert [line.household_no for line in people.household_lines(connection, "槐树")] == ["12"]
        assert [line.household_no for line in people.household_lines(connection, "20")] == ["205"]
        assert [line.household_no for line in people.household_lines(connection, "曾梅")] == ["205"]
        assert people.household_lines(connection, "nobody") == []
