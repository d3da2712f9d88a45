"""The doctor finds what is wrong and says what to do, and nothing where all is well."""

from __future__ import annotations

import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest

from villagefp.domain.records import Person
from villagefp.services import doctor
from villagefp.storage.drafts import Draft, put_draft
from villagefp.storage.engine import WRITES


@pytest.fixture
def person(store):
    person = Person(id=store.ambient.new_id(), name="单雄信")
    with store.save() as save:
        save.add(person)
    return person


def behind_the_store(store, *statements):
    """Writes past the unit of work, as a fault would; undone by the caller."""
    with store._engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount == 1


@pytest.mark.usefixtures("person")
def test_a_sound_store_has_no_problems(store):
    told = doctor.to_json(doctor.examine(store))
    assert told["problems"] == []
    assert (told["integrity"], told["chain"], told["clock"], told["disk"]) == ("ok", "ok", "ok", "ok")
    assert told["waiting"] == 3
    assert told["backup"] == "none"


def test_a_row_changed_past_the_log_is_found(store, person):
    behind_the_store(store, "UPDATE person SET name = '单雄'")
    report = doctor.examine(store)
    assert report.integrity == "damaged"
    assert f"person {person.id.hex()}: name is not what the log says" in report.problems[0]
    assert "单雄" not in "".join(report.problems)
    behind_the_store(store, "UPDATE person SET name = '单雄信'")


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("column", ["body", "author", "grp", "stamp", "link", "commitment"])
def test_a_change_altered_in_the_log_breaks_the_chain(store, column):
    with store.read() as connection:
        before = connection.exec_driver_sql(f"SELECT {column} FROM change_log WHERE seq = 2").scalar_one()
    other = "grp + 1" if isinstance(before, int) else "zeroblob(32)" if column != "body" else "x'9280c0'"
    behind_the_store(store, f"UPDATE change_log SET {column} = {other} WHERE seq = 2")
    report = doctor.examine(store)
    assert report.chain == "broken"
    back = str(before) if isinstance(before, int) else f"x'{before.hex()}'"
    behind_the_store(store, f"UPDATE change_log SET {column} = {back} WHERE seq = 2")


@pytest.mark.usefixtures("person")
def test_a_clock_set_back_is_told_and_work_goes_on(store, clock):
    clock.now -= timedelta(days=400)
    report = doctor.examine(store)
    assert report.clock == "behind"
    assert "576000 minutes" in report.problems[0].replace("576001", "576000").replace("575999", "576000")
    with store.save() as save:
        save.add(Person(id=store.ambient.new_id(), name="王芳"))
    with store.read() as connection:
        stamps = connection.exec_driver_sql("SELECT stamp FROM change_log ORDER BY seq").scalars().all()
    assert stamps == sorted(stamps)
    assert stamps[-1] == stamps[-2] + 1


@pytest.mark.usefixtures("person")
def test_what_waits_and_what_is_short_is_told(store, monkeypatch):
    draft = Draft(store.ambient.new_id(), "f", "1", None, None, "2026-11-22", b"", "", "", "")
    with store.save() as save:
        put_draft(save.connection, draft)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=100 * 1024 * 1024))
    report = doctor.examine(store)
    assert (report.drafts, report.disk) == (1, "low")
    assert report.problems == ("The disk is nearly full: 100 MB are free. Make room, at least 500 MB.",)


def test_of_many_findings_some_are_named_and_the_rest_counted(store):
    persons = [Person(id=store.ambient.new_id(), name="张") for _ in range(8)]
    with store.save() as save:
        save.add_many(persons)
    for person in persons:
        behind_the_store(store, f"UPDATE person SET note = 'x' WHERE id = x'{person.id.hex()}'")
    problems = doctor.examine(store).problems
    assert len(problems) == 6
    assert problems[-1] == "There are 3 more of this sort."
    for person in persons:
        behind_the_store(store, f"UPDATE person SET note = NULL WHERE id = x'{person.id.hex()}'")


def test_a_page_altered_on_the_disk_is_found(store, open_again):
    store.close()
    database = store.folder / "store.db"
    whole = database.read_bytes()
    page = 3 * 4096 + 100
    database.write_bytes(whole[:page] + bytes(byte ^ 1 for byte in whole[page : page + 8]) + whole[page + 8 :])
    damaged = open_again()
    report = doctor.examine(damaged)
    damaged.close()
    database.write_bytes(whole)
    assert report.integrity == "damaged"
    assert "Restore the latest backup" in report.problems[0]
