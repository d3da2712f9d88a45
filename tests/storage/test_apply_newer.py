"""What a newer program wrote is kept untouched, passed on, and folded in by the program that knows it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.storage.laptops import add, assert_sound, change, contents, get, give
from tests.storage.newer import Facility, NewerPerson, Program
from villagefp.domain.records import Person


@pytest.fixture
def program():
    with pytest.MonkeyPatch.context() as patch:
        yield Program(patch)


def noted(store):
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, field, record FROM not_understood ORDER BY kind, field")
        return [tuple(row) for row in rows]


def test_a_kind_and_a_field_of_a_newer_program(make, program):
    here, there, third = make(), make(), make()
    program.newer(here.store)
    clinic = add(here.store, Facility(id=here.ambient.new_id(), name="镇卫生院"))
    person = add(here.store, NewerPerson(id=here.ambient.new_id(), name="李芳", nickname="阿芳"))
    everything = contents(here.store)["change_log"]
    program.older()

    give(here.store, there.store)
    known = Person(id=person.id, name="李芳")
    assert get(there.store, known) == known
    assert noted(there.store) == [(5, 90, person.id), (99, 0, clinic.id)]
    change(there.store, replace(known, note="written by the older program"))
    assert_sound(there.store)
    give(there.store, third.store)  # passed on by somebody who does not know it
    assert (
        contents(third.store)["change_log"][: len(everything)] == contents(there.store)["change_log"][: len(everything)]
    )
    assert noted(third.store) == noted(there.store)

    program.newer(third.store)
    third.again()
    assert get(third.store, clinic) == clinic
    shown = get(third.store, person)
    assert (shown.nickname, shown.note) == ("阿芳", "written by the older program")
    assert noted(third.store) == []
    assert_sound(third.store)
    for laptop in (here, third):
        laptop.store.close()  # they know more than this process will at the end
    program.older()
