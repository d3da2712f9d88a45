"""What stays on this laptop: drafts, marks and remembered values."""

from __future__ import annotations

from msgspec.structs import replace

from villagefp.domain.records import Household, Membership, Person
from villagefp.storage import drafts, local, marks
from villagefp.storage.drafts import Draft
from villagefp.storage.marks import Mark


def changes(store):
    with store.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one()


def test_a_draft_is_kept_as_it_is_and_never_logged(store, open_again):
    draft = Draft(
        id=store.ambient.new_id(),
        form="household_visit",
        form_version="1",
        person=None,
        household=store.ambient.new_id(),
        occurred_on="2026-11-22",
        answers=b"\x80",
        started_at="2026-11-22T09:00:00+08:00",
        updated_at="2026-11-22T09:00:00+08:00",
        page="1",
    )
    further = replace(draft, answers=b"\x81", updated_at="2026-11-22T09:01:00+08:00", page="2")
    older = replace(draft, id=store.ambient.new_id())
    before = changes(store)
    with store.save() as save:
        drafts.put_draft(save.connection, draft)
        drafts.put_draft(save.connection, older)
    with store.save() as save:
        drafts.put_draft(save.connection, further)
    assert changes(store) == before
    store.close()
    again = open_again()
    with again.read() as connection:
        assert drafts.drafts(connection) == [further, older]
        assert drafts.get_draft(connection, draft.id) == further
    with again.save() as save:
        drafts.delete_draft(save.connection, draft.id)
        assert drafts.get_draft(save.connection, draft.id) is None
    again.close()


def test_a_mark_is_made_once_and_stays_settled(store):
    new_id = store.ambient.new_id
    person = Person(id=new_id(), name="")
    home = Household(id=new_id(), household_no="1")
    mark = Mark(id=new_id(), person_id=person.id, kind="name_missing", message="No name.", where="一组 7")
    of_home = Mark(id=new_id(), person_id=None, household_id=home.id, kind="unknown_value", message="?", where="")
    with store.save() as save:
        save.add_many([person, home, Membership(id=new_id(), person=person.id, household=home.id)])
        marks.add(save.connection, [mark, of_home])
        marks.add(save.connection, [replace(mark, id=new_id()), replace(of_home, id=new_id())])
        marks.add(save.connection, [])
    with store.read() as connection:
        assert marks.open_marks(connection) == [mark, of_home]
        assert marks.open_marks(connection, person_id=person.id) == [mark]
        assert marks.open_marks(connection, household_id=home.id) == [mark, of_home]
    with store.save() as save:
        marks.settle(save.connection, of_home.id)
        marks.settle_kind(save.connection, person.id, "id_checksum")
        assert marks.open_marks(save.connection) == [mark]
        marks.settle_kind(save.connection, person.id, "name_missing")
        marks.add(save.connection, [replace(mark, id=new_id())])
    with store.read() as connection:
        assert marks.open_marks(connection) == []


def test_small_values_are_remembered(store):
    with store.save() as save:
        local.put(save.connection, "roster", b"1")
        local.put(save.connection, "roster", b"2")
    with store.read() as connection:
        assert local.get(connection, "roster") == b"2"
        assert local.get(connection, "nothing") is None
    with store.save() as save:
        local.delete(save.connection, "roster")
    with store.read() as connection:
        assert local.get(connection, "roster") is None
