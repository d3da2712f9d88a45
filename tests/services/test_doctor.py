"""The doctor finds what is wrong and says what to do, and nothing where all is well."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest

from villagefp import i18n
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
    assert report.problems[0].startswith("In 2 places a record is not what the log says. Tell the county office")
    assert report.findings[0] == f"person {person.id.hex()}: name is not what the log says"
    assert "单雄" not in "".join((*report.problems, *report.findings))
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


def test_many_findings_are_counted_and_all_named_for_whoever_repairs(store):
    persons = [Person(id=store.ambient.new_id(), name="张") for _ in range(8)]
    with store.save() as save:
        save.add_many(persons)
    for person in persons:
        behind_the_store(store, f"UPDATE person SET note = 'x' WHERE id = x'{person.id.hex()}'")
    report = doctor.examine(store)
    (problem,) = report.problems
    assert "In 8 places a record is not what the log says." in problem
    assert len(report.findings) == 8
    for person in persons:
        behind_the_store(store, f"UPDATE person SET note = NULL WHERE id = x'{person.id.hex()}'")


@pytest.fixture
def flipped(store, open_again):
    """Opens the store with some bytes of one page altered, the first that opening itself does not need."""
    opened = []

    def flip(page):
        store.close()
        whole = (store.folder / "store.db").read_bytes()
        place = (page - 1) * 4096 + 100
        altered = bytes(byte ^ 1 for byte in whole[place : place + 8])
        (store.folder / "store.db").write_bytes(whole[:place] + altered + whole[place + 8 :])
        opened.append((open_again(), whole))
        return opened[-1][0]

    yield flip
    for damaged, whole in opened:
        damaged.close()
        (store.folder / "store.db").write_bytes(whole)


def root_page(store, table):
    with store.read() as connection:
        return connection.exec_driver_sql(f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'").scalar_one()


def test_a_page_altered_on_the_disk_is_named(store, flipped):
    page = root_page(store, "data_issue")
    report = doctor.examine(flipped(page))
    assert report.integrity == "damaged"
    assert "put back the latest copy" in report.problems[0]
    assert report.problems[1] == f"1 page of the file was altered or cannot be read: {page}."


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    ("table", "unknown"),
    [("chain_start", {"chain"}), ("draft", {"drafts"}), ("given_away", {"waiting"})],
)
def test_what_lies_behind_a_bad_page_is_not_called_sound(store, flipped, table, unknown):
    told = doctor.to_json(doctor.examine(flipped(root_page(store, table))))
    assert told["integrity"] == "damaged"
    nothing = {"chain": "unknown", "waiting": None, "drafts": None}
    sound = {"chain": "ok", "waiting": 3, "drafts": 0}
    assert {key: told[key] for key in sound} == {key: (nothing if key in unknown else sound)[key] for key in sound}
    names = {"chain": "whether the change log holds", "waiting": "how many changes", "drafts": "how many drafts"}
    text = "\n".join(told["problems"])
    assert {key for key in names if f"Not looked at: {names[key]}" in text} == unknown


@pytest.mark.usefixtures("person")
def test_the_chinese_sentences_hold_no_english(store, flipped):
    damaged = flipped(root_page(store, "chain_start"))
    i18n.set_language("zh_CN")
    problems = doctor.examine(damaged).problems
    i18n.set_language("en")
    told = "\n".join(problems).replace(str(store.folder), "").replace("`villagefp doctor --json`", "")
    assert re.findall("[A-Za-z]+", told) == []
    assert "没有查看" in told


def test_the_advice_as_long_as_there_is_no_backup_says_so_and_what_to_do(store):
    advice = doctor.backup_advice(store.folder)
    assert advice.startswith("There is no backup")
    assert f"copy the whole folder {store.folder} to a stick" in advice
