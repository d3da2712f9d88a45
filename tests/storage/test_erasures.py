"""What was erased is blank in rows and log, stays so whatever comes, and is forgotten again by a copy put back."""

from __future__ import annotations

import shutil

import pytest
from msgspec.structs import replace

from tests.conftest import PASSPHRASE
from tests.storage.laptops import add, assert_sound, change, contents, delivery, get, give, meet
from villagefp.domain.records import Event, Household, Membership, Person, Phone
from villagefp.errors import UserError
from villagefp.services import doctor, privacy
from villagefp.storage import apply, erased, erasures, files, log, rebuild, search
from villagefp.storage.foreign import Result
from villagefp.storage.marks import Mark
from villagefp.storage.marks import add as add_marks
from villagefp.storage.store import open_store
from villagefp.wire.erasure import Erasures

PERSON = 5


@pytest.fixture
def told(two):
    """Two laptops that know a person, her phone, her membership and a visit."""
    here, there = two
    new_id = here.ambient.new_id
    person = Person(id=new_id(), name="吕小芳", id_no="990101199001012229", legacy_method=here.seal(b"21"),
                    legacy_method_status="unverified")  # fmt: skip
    home = Household(id=new_id(), household_no="12", head=person.id)
    visit = Event(id=new_id(), person=person.id, event_type="visit", form="anc_followup", form_version="1",
                  occurred_on="2026-11-20", answers=b"\x80")  # fmt: skip
    add(here, person, home, Phone(id=new_id(), person=person.id, number="13800001111"),
        Membership(id=new_id(), person=person.id, household=home.id), visit)  # fmt: skip
    change(here, replace(person, note="asks for a call first"))
    give(here, there)
    return here, there, person, visit


def bodies_of(store, name):
    with store.read() as connection:
        return [one.body for one in log.changes_of_records(connection, PERSON, [name])[name]]


def assert_blank(store, person):
    assert get(store, person) is None
    assert set(bodies_of(store, person.id)) == {None}
    with store.read() as connection:
        row = connection.exec_driver_sql("SELECT * FROM person WHERE id = ?", (person.id,)).one()._mapping
        assert search.find(connection, "吕小芳") == search.find(connection, "2229") == []
    assert {name: value for name, value in row.items() if value is not None} == {
        "id": person.id, "heads": b"\x90", "withdrawn": 1,
    }  # fmt: skip
    assert_sound(store)


def test_everything_about_a_person_is_destroyed_and_the_chain_still_holds(told):
    here, _there, person, visit = told
    with here.save() as save:
        mark = Mark(here.ambient.new_id(), person.id, "id_checksum", "吕小芳: 2229", "")
        add_marks(save.connection, [mark])
    privacy.erase_person(here, person.id)
    assert_blank(here, person)
    assert get(here, visit) is None
    with here.read() as connection:
        everything = b"".join(one.body or b"" for one in log.logged_changes(connection))
        assert connection.exec_driver_sql("SELECT count(*) FROM data_issue").scalar_one() == 0
        assert len(erasures.statements(connection)) == 1
    for word in ("吕小芳", "13800001111", "asks for a call", "1229"):
        assert word.encode() not in everything
    assert doctor.examine(here).problems == ()
    add(here, Person(id=here.ambient.new_id(), name="李芳"))  # the log goes on where it was


def test_whatever_comes_later_stays_blank(told):
    here, there, person, _visit = told
    privacy.erase_person(here, person.id)
    change(there, replace(get(there, person), note="moved"))
    with there.save() as save:
        save.withdraw(Person, person.id, "moved away")
    assert [taken.result for taken in give(there, here)] == [Result.APPLIED]
    assert_blank(here, person)


def test_once_the_other_laptop_knows_both_are_alike(told):
    here, there, person, _visit = told
    change(there, replace(get(there, person), note="moved"))
    privacy.erase_person(here, person.id)
    give(there, here)
    with here.read() as connection:
        known = erased.known(connection)
    erasures.erase(there, known)
    assert_blank(there, person)
    meet(here, there)
    assert contents(here) == contents(there)


def test_a_laptop_that_never_saw_it_takes_headers_without_bodies_only_where_an_erasure_names_them(told, make):
    here, _there, person, _visit = told
    third = make().store
    privacy.erase_person(here, person.id)
    with here.read() as connection:
        known = erased.known(connection)
    everything = delivery(here, here.origin.device, 1, 6)
    assert apply.apply(third, [everything])[0].result is Result.UNEXPLAINED
    assert get(third, person) is None
    erasures.erase(third, known)
    assert apply.apply(third, [everything])[0].result is Result.APPLIED
    assert_blank(third, person)


def test_a_single_change_is_erased_and_the_rest_of_the_record_stays(told):
    here, there, person, _visit = told
    with here.read() as connection:
        note = next(one.change.name for one in log.changes_of(connection, person.id) if 18 in one.change.fields)
    for store in (here, there):
        erasures.erase(store, Erasures(changes=frozenset({note})))
        assert get(store, person).name == "吕小芳"
        assert get(store, person).note is None
    assert contents(here) == contents(there)


def test_what_is_kept_aside_is_erased_as_well(told, make):
    here, _there, person, _visit = told
    third = make().store
    assert apply.apply(third, [delivery(here, here.origin.device, 6, 6)])[0].result is Result.KEPT_ASIDE
    erasures.erase(third, Erasures(records=frozenset({(PERSON, person.id)})))
    with third.read() as connection:
        kept = connection.exec_driver_sql("SELECT delivery FROM kept_aside").scalar_one()
    assert b"asks for a call" not in kept
    assert apply.apply(third, [delivery(here, here.origin.device, 1, 5)])[0].have == 6
    assert_blank(third, person)


def test_a_copy_that_is_put_back_forgets_before_anything_is_read(told, tmp_path):
    here, _there, person, _visit = told
    here.close()
    shutil.copy(here.folder / "store.db", tmp_path / "backup.db")
    again = open_store(here.folder, PASSPHRASE, here.ambient)
    privacy.erase_person(again, person.id)
    again.close()
    for left in here.folder.glob("store.db*"):
        left.unlink()
    shutil.copy(tmp_path / "backup.db", here.folder / "store.db")
    again = open_store(here.folder, PASSPHRASE, here.ambient)
    assert_blank(again, person)
    again.close()


def test_a_list_that_was_lost_is_written_again(told):
    here, _there, person, _visit = told
    privacy.erase_person(here, person.id)
    here.close()
    (here.folder / files.ERASED).unlink()
    again = open_store(here.folder, PASSPHRASE, here.ambient)
    assert (PERSON, person.id) in erasures.read_list(again.folder).records
    again.close()


def test_nothing_is_shown_while_the_list_is_damaged(told):
    here, _there, person, _visit = told
    privacy.erase_person(here, person.id)
    here.close()
    path = here.folder / files.ERASED
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(UserError, match=r"erased\.vfpe"):
        open_store(here.folder, PASSPHRASE, here.ambient)
    path.write_bytes(whole)
    open_store(here.folder, PASSPHRASE, here.ambient).close()


def test_doctor_sees_a_body_that_is_missing_without_an_erasure_and_one_that_is_there_in_spite_of_it(told):
    here, there, person, _visit = told
    with here.save() as save:
        before = save.connection.exec_driver_sql(
            "SELECT seq, body FROM change_log WHERE record = ? ORDER BY seq", (person.id,)
        ).all()
        save.connection.exec_driver_sql("UPDATE change_log SET body = NULL WHERE record = ?", (person.id,))
    with here.read() as connection:
        assert all("no erasure names it" in line for line in rebuild.broken_links(connection))
        assert len(rebuild.broken_links(connection)) == 2
    with here.save() as save:
        for seq, body in before:
            save.connection.exec_driver_sql(
                "UPDATE change_log SET body = ? WHERE seq = ? AND record = ?", (body, seq, person.id)
            )
    with there.save() as save:
        save.connection.exec_driver_sql("INSERT INTO erased_record VALUES (?, ?)", (PERSON, person.id))
    with there.read() as connection:
        assert any("still here" in line for line in rebuild.broken_links(connection))
    with there.save() as save:
        save.connection.exec_driver_sql("DELETE FROM erased_record")
