"""Deciding between what two laptops wrote: on screen in words, as a write that replaces what was shown."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tests.conftest import PASSPHRASE
from tests.storage.conftest import make, two  # noqa: F401  fixtures
from tests.storage.laptops import add, assert_sound, change, contents, get, give, meet
from villagefp.__main__ import main
from villagefp.cli import opening
from villagefp.domain.records import Event, IdStatus, NameStatus, Person, Phone, Precision, Referral
from villagefp.errors import UserError
from villagefp.services import conflicts, timeline, today
from villagefp.storage import due_rows, records


@pytest.fixture
def person(two):  # noqa: F811
    """Somebody whom both laptops know."""
    here, there = two
    person = add(here, Person(id=here.ambient.new_id(), name="李芳", sex="2", birth_date="1990",
                              birth_precision=Precision.YEAR))  # fmt: skip
    give(here, there)
    return person


def both_write(here, there, one, other):
    change(here, one)
    change(there, other)
    meet(here, there)


def choose(store, words):
    """Decide the only conflict for the choice with these words."""
    (line,) = conflicts.waiting(store)
    conflicts.choose(store, line.id, next(choice.number for choice in line.choices if choice.words == words))


def test_two_values_are_told_with_who_and_when_and_one_is_chosen_for_both(two, person):  # noqa: F811
    here, there = two
    both_write(here, there, replace(person, name="李小芳"), replace(person, name="李方"))
    for store in two:
        (line,) = conflicts.waiting(store)
        assert (line.who, line.what, line.person) == ("李方", "Name", person.id)
        assert [(choice.words, choice.shown) for choice in line.choices] == [("李小芳", False), ("李方", True)]
        assert [choice.said[0].worker for choice in line.choices] == ["王秀兰", "王秀兰"]
        assert [choice.said[0].here for choice in line.choices] == [store is here, store is there]
        assert line.choices[0].said[0].at.isoformat().startswith("2026-11-22T09:00")
        assert today.today_page(store).conflicts == 1
    choose(here, "李小芳")
    assert get(here, person).name == "李小芳"
    meet(here, there)
    for store in two:
        assert get(store, person).name == "李小芳"
        assert conflicts.count(store) == 0
    assert contents(here) == contents(there)


def test_choosing_what_is_shown_already_is_written_too(two, person):  # noqa: F811
    here, there = two
    both_write(here, there, replace(person, sex="1"), replace(person, sex="9"))
    shown = next(choice for choice in conflicts.waiting(here)[0].choices if choice.shown)
    choose(here, shown.words)
    give(here, there)
    assert conflicts.count(there) == 0
    assert get(there, person).sex == get(here, person).sex == "9"


def test_what_moves_together_is_one_decision(two, person):  # noqa: F811
    here, there = two
    both_write(
        here,
        there,
        replace(person, birth_date="1990-03-02", birth_precision=Precision.DAY),
        replace(person, birth_date="1991", birth_precision=Precision.ESTIMATED, birth_told="属羊"),
    )
    (line,) = conflicts.waiting(there)
    assert {choice.words for choice in line.choices} == {"1990-03-02", "1991 (estimated), told as “属羊”"}
    assert conflicts.count(there) == 1
    choose(there, "1990-03-02")
    decided = get(there, person)
    assert (decided.birth_date, decided.birth_precision, decided.birth_told) == ("1990-03-02", Precision.DAY, None)


def test_three_heads_of_which_two_agree_are_two_choices(make):  # noqa: F811
    stores = [make().store for _ in range(3)]
    person = add(stores[0], Person(id=stores[0].ambient.new_id(), name="李芳"))
    meet(*stores)
    for store, name in zip(stores, ("李方", "李方", "李舫"), strict=True):
        change(store, replace(person, name=name))
    meet(*stores)
    (line,) = conflicts.waiting(stores[2])
    assert [(choice.words, len(choice.said)) for choice in line.choices] == [("李方", 2), ("李舫", 1)]
    choose(stores[2], "李方")
    meet(*stores)
    assert all(conflicts.count(store) == 0 for store in stores)


def test_equal_values_are_no_conflict(two, person):  # noqa: F811
    here, there = two
    both_write(here, there, replace(person, name="李方"), replace(person, name="李方"))
    assert conflicts.waiting(here) == ()


def test_both_decide_differently_and_decide_again(two, person):  # noqa: F811
    here, there = two
    both_write(here, there, replace(person, name="李甲"), replace(person, name="李乙"))
    choose(here, "李甲")
    choose(there, "李乙")
    meet(here, there)
    assert conflicts.count(here) == conflicts.count(there) == 1
    choose(there, "李甲")
    meet(here, there)
    assert conflicts.count(here) == conflicts.count(there) == 0
    assert get(here, person).name == "李甲"


def test_nobody_decides_about_what_was_not_shown(make):  # noqa: F811
    here, there, third = (make().store for _ in range(3))
    person = add(here, Person(id=here.ambient.new_id(), name="李芳"))
    meet(here, there, third)
    both_write(here, there, replace(person, name="李甲"), replace(person, name="李乙"))
    line = conflicts.waiting(here)[0]
    change(third, replace(person, name="李丙"))
    give(third, here)
    with pytest.raises(UserError, match="something new was written"):
        conflicts.choose(here, line.id, 1)
    with pytest.raises(UserError, match="none of the choices"):
        conflicts.choose(here, conflicts.waiting(here)[0].id, 4)
    assert len(conflicts.waiting(here)[0].choices) == 3


def test_a_withdrawal_that_had_not_seen_an_edit_is_upheld_or_undone(two, person):  # noqa: F811
    here, there = two
    other = add(here, Person(id=here.ambient.new_id(), name="王芳"))
    give(here, there)
    with here.save() as save:
        save.withdraw(Person, person.id, "entered twice")
        save.withdraw(Person, other.id, "entered twice")
    change(there, replace(get(there, person), note="moved in with her son"))
    change(there, replace(other, note="moved"))
    meet(here, there)
    lines = {line.record: line for line in conflicts.waiting(there)}
    assert {line.who for line in lines.values()} == {"李芳", "王芳"}
    keep, back = lines[person.id].choices
    assert (keep.words, keep.shown, keep.said[0].reason) == ("It stays taken back", True, "entered twice")
    conflicts.choose(there, lines[person.id].id, back.number, "she lives here")
    conflicts.choose(there, lines[other.id].id, keep.number)
    meet(here, there)
    for store in two:
        assert get(store, person).note == "moved in with her son"
        assert get(store, other) is None
        assert conflicts.count(store) == 0


def test_id_numbers_are_masked_and_a_look_at_them_is_logged(two, person):  # noqa: F811
    here, there = two
    both_write(
        here,
        there,
        replace(person, id_no="990101199001012229", id_status=IdStatus.PRESENT),
        replace(person, id_no=None, id_status=IdStatus.NONE),
    )
    assert {choice.words for choice in conflicts.waiting(here)[0].choices} == {"9901**********2229", "has no number"}
    assert "990101199001012229" in {choice.words for choice in conflicts.waiting(here, reveal=True)[0].choices}
    with here.read() as connection:
        looks = connection.exec_driver_sql("SELECT person, action FROM access").all()
    assert [tuple(look) for look in looks] == [(person.id, "revealed")]


def visit_of(store, person, **told):
    return Event(id=store.ambient.new_id(), person=person, event_type="visit", form="anc_followup", form_version="1",
                 occurred_on="2026-11-20", created_at="2026-11-20T09:00:00+08:00", **told)  # fmt: skip


def test_of_two_corrections_one_stands_and_what_the_other_wrote_is_undone(two, person):  # noqa: F811
    here, there = two
    visit = add(here, visit_of(here, person.id))
    give(here, there)
    made = {}
    for store, note in ((here, "here"), (there, "there")):
        correction = visit_of(store, person.id, revision_of=visit.id)
        slip = Referral(id=store.ambient.new_id(), person=person.id, given_on="2026-11-20", event=correction.id)
        with store.save() as save:
            save.add(correction)
            save.add(slip)
            if store is there:
                save.change(replace(person, note=note))
        made[note] = (correction, slip)
    meet(here, there)
    for store in two:
        (line,) = conflicts.waiting(store)
        assert line.what == "The same visit was corrected twice"
        assert len(line.choices) == 2
        assert line.who.startswith("李芳  2026-11-20")
    first = conflicts.waiting(here)[0]
    conflicts.choose(here, first.id, 1 + (made["there"][0].id < made["here"][0].id))
    meet(here, there)
    for store in two:
        assert conflicts.count(store) == 0
        assert [get(store, record) is not None for record in (*made["here"], *made["there"])] == [
            True,
            True,
            False,
            False,
        ]
        assert get(store, person).note is None


def test_names_that_are_provisional_or_missing_are_said_so(two, person):  # noqa: F811
    here, there = two
    both_write(
        here,
        there,
        replace(person, name="李芳之女", name_status=NameStatus.PROVISIONAL),
        replace(person, name="", name_status=NameStatus.MISSING),
    )
    assert {c.words for c in conflicts.waiting(here)[0].choices} == {"李芳之女 (provisional)", "without a name"}


def test_what_is_about_somebody_who_is_not_here_yet_is_shown_so(two):  # noqa: F811
    here, there = two
    add(here, visit_of(here, here.ambient.new_id()), Phone(id=here.ambient.new_id(), person=here.ambient.new_id(),
                                                           number="13800001111"))  # fmt: skip
    give(here, there)
    (entry,) = today.today_page(there).recent
    assert entry.person_name == "not here yet"
    with there.read() as connection:
        assert timeline.of_person(there, connection, entry.event.person)[0].person_name == "not here yet"
        assert due_rows.all_plans(connection, there.unseal) == []
        assert len(records.where(connection, Phone)) == 1
    assert_sound(there)


def test_the_command_line_lists_and_decides(two, person, monkeypatch, capsys):  # noqa: F811
    here, there = two
    both_write(here, there, replace(person, name="李甲"), replace(person, name="李乙"))
    here.close()
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("VILLAGEFP_LANG", "en")
    monkeypatch.setattr(opening, "AMBIENT", here.ambient)

    def call(*words):
        code = main([*words, "--data", str(here.folder)])
        said = capsys.readouterr()
        return code, said.out, said.err

    code, said, _ = call("conflicts", "list", "--json")
    (line,) = json.loads(said)
    assert code == 0
    assert (line["what"], [choice["text"] for choice in line["choices"]]) == ("Name", ["李甲", "李乙"])
    assert "(this laptop)" in call("conflicts", "list")[1]
    assert call("conflicts", "choose", line["id"], "1", "--json")[:2] == (0, '{"left": 0}\n')
    assert call("conflicts", "choose", line["id"], "1")[0] == 1
    assert call("conflicts", "list")[1] == "Nothing waits for a decision.\n"
