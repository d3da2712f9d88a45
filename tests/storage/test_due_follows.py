"""What is due follows a record that comes to belong to somebody else; the fixture compares every row at the end."""

from __future__ import annotations

from msgspec.structs import replace

from tests.storage.laptops import add, change
from villagefp.domain.records import Episode, Event, Outcome, Person
from villagefp.storage import due_rows


def items_of(store, person):
    with store.read() as connection:
        return [item for each in due_rows.plans_of(connection, [person.id], store.unseal) for item in each.items]


def test_a_child_is_given_to_another_mother(store):
    new_id = store.ambient.new_id
    first, second = (Person(id=new_id(), name=name, birth_date="1998-05-01") for name in ("李芳", "王芳"))
    child = Person(id=new_id(), name="李芳之女", birth_date="2026-11-01", mother=first.id)
    add(store, first, second, child)
    assert items_of(store, first)
    change(store, replace(child, mother=second.id))
    assert not items_of(store, first)
    assert items_of(store, second)


def test_a_visit_is_corrected_to_be_about_somebody_else(store):
    new_id = store.ambient.new_id
    first, second = (Person(id=new_id(), name=name, birth_date="1998-05-01") for name in ("李芳", "王芳"))
    courses = [
        Episode(id=new_id(), person=each.id, programme="anc", opened_on="2026-09-01", lmp="2026-08-01")
        for each in (first, second)
    ]
    add(store, first, second, *courses)
    untouched = items_of(store, first)
    told = {"event_type": "visit", "form": "anc_followup", "form_version": "1", "occurred_on": "2026-11-20"}
    visit = add(store, Event(id=new_id(), person=first.id, outcome=Outcome.DECLINED, **told))
    assert items_of(store, first) != untouched
    add(store, Event(id=new_id(), person=second.id, outcome=Outcome.DECLINED, revision_of=visit.id, **told))
    assert items_of(store, first) == untouched
