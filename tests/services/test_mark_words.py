"""Marks are worded in the language that is shown, whatever language the import spoke."""

from __future__ import annotations

import re

import pytest

from villagefp import i18n, paths
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import Household, Membership, Person
from villagefp.services import households, people, roster
from villagefp.services.today import marked_persons, today_page
from villagefp.storage import marks
from villagefp.storage.marks import Mark
from villagefp.storage.store import Store

ROSTER = paths.resources_dir() / "practice" / "roster.xlsx"
QUOTED = re.compile(r"“[^”]*”")
HAN = re.compile(r"[\u4e00-\u9fff]")


def bring_in(store: Store, language: str) -> None:
    i18n.set_language(language)
    today = store.ambient.today()
    preview = roster.open_workbook(ROSTER, remembered=None, today=today)
    roster.import_roster(store, roster.plan_import(store, preview, today))


def shown(store: Store) -> dict[str, list[tuple[str, str]]]:
    """Kind by kind what the pages of persons say, with the place."""
    found: dict[str, list[tuple[str, str]]] = {}
    for marked in marked_persons(store):
        for mark in people.person_page(store, marked.line.id).marks:
            found.setdefault(mark.kind, []).append((mark.message, mark.where))
    return found


@pytest.mark.parametrize(("first", "then"), [("zh_CN", "en"), ("en", "zh_CN")])
def test_every_mark_of_the_practice_roster_changes_its_language(store: Store, first: str, then: str) -> None:
    bring_in(store, first)
    before = shown(store)
    i18n.set_language(then)
    after = shown(store)
    assert {kind: len(told) for kind, told in after.items()} == {kind: len(told) for kind, told in before.items()}
    assert len(after) >= 6
    for told in after.values():
        for sentence in (part for mark in told for part in mark):
            assert bool(HAN.search(QUOTED.sub("", sentence))) == (then == "zh_CN"), sentence
    i18n.set_language(first)
    assert shown(store) == before


def test_today_and_the_household_say_it_in_the_language_shown(store: Store) -> None:
    bring_in(store, "zh_CN")
    i18n.set_language("en")
    reasons = [reason for marked in today_page(store).first_marked for reason in marked.reasons]
    assert reasons
    assert not [reason for reason in reasons if HAN.search(QUOTED.sub("", reason))]
    line = next(marked.line for marked in marked_persons(store) if marked.line.household_id)
    assert line.household_id is not None
    page = households.household_page(store, line.household_id)
    assert page.marks
    assert not [mark for mark in page.marks if HAN.search(QUOTED.sub("", mark.message + mark.where))]


@pytest.mark.parametrize(("first", "then"), [("zh_CN", "en"), ("en", "zh_CN")])
def test_what_was_settled_does_not_come_back_with_the_other_language(store: Store, first: str, then: str) -> None:
    bring_in(store, first)
    with store.read() as connection:
        every = marks.open_marks(connection)
    for mark in every:
        people.settle_mark(store, mark.id)
    bring_in(store, then)
    assert shown(store) == {}


def test_values_and_sentences_of_nobody_stay_as_they_are(store: Store) -> None:
    person = Person(id=store.ambient.new_id(), name="李芳")
    home = Household(id=store.ambient.new_id(), household_no="0001")
    kept = [
        Mark(store.ambient.new_id(), person.id, "later", "a sentence of a later program, {with} braces", "2026-11-20"),
        Mark(
            store.ambient.new_id(), person.id, CheckKind.UNKNOWN_VALUE,
            "“未婚 as told {x}” in column “婚姻, 状况” is not known here. The person was kept without it; "
            "please choose the right word.", "Sheet “1组, row 3”, row 5",
        ),
    ]  # fmt: skip
    with store.save() as save:
        save.add_many([person, home, Membership(id=store.ambient.new_id(), person=person.id, household=home.id)])
        marks.add(save.connection, kept)
    i18n.set_language("zh_CN")
    strange, known = people.person_page(store, person.id).marks
    assert (strange.message, strange.where) == (kept[0].message, kept[0].where)
    assert "“未婚 as told {x}”" in known.message
    assert "“婚姻, 状况”" in known.message
    assert "not known" not in known.message
    assert "“1组, row 3”" in known.where
    assert "Sheet" not in known.where
