"""A store is made, opened, written and read."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from villagefp.domain.records import Alias, Event, Household, Membership, Person, Phone
from villagefp.errors import UserError
from villagefp.storage import events, log, opened, people, records
from villagefp.storage.store import Store


def family(store: Store) -> tuple[Household, Person]:
    new_id = store.ambient.new_id
    household = Household(id=new_id(), household_no="12", group_no="3")
    person = Person(id=new_id(), name="单雄信", sex="1", birth_date="1960-03", id_no="99010119600301123X")
    with store.save() as save:
        save.add_many(
            [
                household,
                person,
                Membership(id=new_id(), person=person.id, household=household.id, relation="02"),
                Phone(id=new_id(), person=person.id, number="13800001111"),
                Alias(id=new_id(), person=person.id, name="二哥"),
            ]
        )
    return household, person


def test_what_is_saved_is_read_again_after_a_restart(store, open_again):
    household, person = family(store)
    store.close()
    again = open_again()
    with again.read() as connection:
        assert records.get(connection, Person, person.id) == person
        assert records.where(connection, Household, household_no="12") == [household]
    again.close()


def test_a_change_writes_only_what_differs_and_says_what_it_replaces(store):
    _household, person = family(store)
    with store.save("the clinic told") as save:
        assert save.change(replace(person, birth_date="1960-03-02", note="耳背"))
        assert not save.change(replace(person, birth_date="1960-03-02", note="耳背"))
    with store.read() as connection:
        first, second = [logged.change for logged in log.changes_of(connection, person.id)]
        assert records.get(connection, Person, person.id) == replace(person, birth_date="1960-03-02", note="耳背")
    birth = {4: "1960-03-02", 5: None, 6: None}  # the group moves as one
    assert second.fields == birth | {18: "耳背"}
    assert second.replaces == dict.fromkeys(birth, (first.name,))
    assert second.reason == "the clinic told"
    assert second.stamp > first.stamp


def test_a_withdrawn_record_is_not_shown_and_stays_in_the_log(store):
    _household, person = family(store)
    with store.save() as save:
        save.withdraw(Person, person.id, "entered twice")
        assert save.get(Person, person.id) is None
    with store.read() as connection:
        assert records.where(connection, Person) == []
        assert people.find_persons(connection, "单雄信") == []
        withdrawal = log.changes_of(connection, person.id)[-1].change
    assert withdrawal.fields == {0: True}
    assert withdrawal.reason == "entered twice"
    with store.save() as save, pytest.raises(ValueError, match="withdrawn"):
        save.change(replace(person, note="x"))


def test_a_save_that_fails_leaves_nothing_and_counts_nothing(store):
    family(store)
    person = Person(id=store.ambient.new_id(), name="王芳")
    with pytest.raises(IntegrityError), store.save() as save:
        save.add_many([person, person])
    family(store)
    with store.read() as connection:
        assert [line.name for line in people.person_lines(connection)] == ["单雄信", "单雄信"]
        seqs = connection.exec_driver_sql("SELECT seq, grp FROM change_log ORDER BY seq").all()
    assert [seq for seq, _ in seqs] == list(range(1, 13))
    assert [group for _, group in seqs] == [1] * 2 + [3] * 5 + [8] * 5


def test_answers_are_written_once(store):
    event = Event(id=store.ambient.new_id(), event_type="visit", form="f", form_version="1", occurred_on="2026-11-22")
    with store.save() as save:
        save.add(event)
        with pytest.raises(ValueError, match="written once"):
            save.change(replace(event, occurred_on="2026-11-21"))


def test_a_save_inside_a_save_is_a_bug_and_not_a_hang(store):
    with store.save(), pytest.raises(RuntimeError, match="inside a save"), store.save():
        pass


def test_a_local_field_is_kept_but_never_logged(store):
    _household, person = family(store)
    marked = replace(person, legacy_method_status="unverified")
    with store.save() as save:
        before = len(save.changed)
        assert save.change(marked)
        assert save.get(Person, person.id) == marked
        assert len(save.changed) == before + 1
    with store.read() as connection:
        assert len(log.changes_of(connection, person.id)) == 1


def test_sealed_bytes_open_only_with_the_second_key(store):
    sealed = store.seal("宫内节育器".encode())
    assert "宫内".encode() not in sealed
    assert store.unseal(sealed).decode() == "宫内节育器"


def test_a_village_that_is_renamed_is_renamed_at_once(store):
    with store.save() as save:
        save.change(replace(store.village, name="杨树湾村"))
    assert store.village.name == "杨树湾村"


def test_a_full_disk_is_said_and_what_was_kept_before_stays(store):
    family(store)
    with store.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # of the pooled connection: the next save has it
    with pytest.raises(UserError, match=r"is full, .* are free: what was just done is not kept"), store.save() as save:
        save.add(Person(id=store.ambient.new_id(), name="王芳", note="长" * 100_000))
    with store.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert [line.name for line in people.person_lines(connection)] == ["单雄信"]
    family(store)


def test_a_save_cut_short_after_its_commit_does_not_confuse_the_next(store, monkeypatch):
    @contextmanager
    def interrupted(_folder):
        yield
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(opened, "refusing_in_words", interrupted)
        with pytest.raises(KeyboardInterrupt):
            family(store)
    assert not store.clock_behind
    family(store)
    with store.read() as connection:
        assert len(people.person_lines(connection)) == 2


def test_a_write_ahead_log_that_grew_big_is_folded_in_after_a_save(store, monkeypatch):
    write_ahead = store.folder / "store.db-wal"
    family(store)
    assert write_ahead.stat().st_size > 0
    monkeypatch.setattr(opened, "_BIG_LOG", 1)
    family(store)
    assert write_ahead.stat().st_size == 0


def test_events_are_listed_with_who_entered_them(store):
    household, person = family(store)
    new_id = store.ambient.new_id
    usual = {"event_type": "visit", "form": "f", "form_version": "1", "author": store.worker.id}
    first = Event(id=new_id(), person=person.id, occurred_on="2026-11-20", **usual)
    second = Event(id=new_id(), household=household.id, occurred_on="2026-11-19", **usual)
    gone = Event(id=new_id(), person=person.id, occurred_on="2026-11-21", **usual)
    with store.save() as save:
        save.add_many([first, second, gone])
        save.withdraw(Event, gone.id, "wrong person")
    with store.read() as connection:
        assert events.of_persons(connection, [person.id]) == [events.StoredEvent(first, "王秀兰")]
        assert events.of_household(connection, household.id) == [events.StoredEvent(second, "王秀兰")]
        assert [stored.event for stored in events.recent(connection)] == [second, first]
        assert [stored.event for stored in events.recent(connection, limit=1)] == [second]
