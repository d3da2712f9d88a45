"""Which kept visits stand beside the one that is printed."""

from __future__ import annotations

import gettext
from datetime import date
from typing import Any

import pytest

from tests.printing.reading import plain, text_of
from tests.printing.samples import chinese
from villagefp import i18n
from villagefp.domain.records import Outcome, RecordId, Worker
from villagefp.services import households, people, sheets, visits
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.services.sheet_columns import Column, Span, beside
from villagefp.storage.store import Store


@pytest.fixture(autouse=True)
def chinese_words(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue: gettext.NullTranslations = chinese()
    monkeypatch.setattr(i18n._Words, "catalogue", catalogue)
    monkeypatch.setattr(i18n._Words, "language", "zh_CN")


@pytest.fixture
def woman(store: Store) -> RecordId:
    home = households.add_household(store, NewHousehold("0012"))
    return people.add_person(store, home.id, NewPerson("李芳", birth_date="1990-05-06")).id


def visit(store: Store, woman: RecordId, on: date, number: str, complaint: str, **told: Any) -> RecordId:
    answers = {"visit_no": number, "complaint": complaint} | told
    return visits.add_visit(store, "anc_followup", answers, outcome=Outcome.DONE, on=on, person_id=woman).event_id


def test_a_sheet_shows_the_visits_of_this_pregnancy_and_of_no_other(store: Store, woman: RecordId) -> None:
    visit(store, woman, date(2024, 8, 1), "5", "上一次怀孕")
    second = visit(store, woman, date(2026, 7, 1), "2", "早上恶心", weight_kg="52.5")
    fourth = visit(store, woman, date(2026, 10, 20), "4", "腰酸")
    for event in (second, fourth):
        text = plain(text_of(sheets.form_sheet(store, "anc_followup", event_id=event).data))
        assert "早上恶心" in text
        assert "52.5" in text
        assert "腰酸" in text
        assert "上一次怀孕" not in text


def test_each_visit_is_signed_by_who_made_it(store: Store, woman: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(store, woman, date(2026, 7, 1), "2", "早上恶心")
    newborn = visits.add_visit(
        store, "newborn_home_visit", {}, outcome=Outcome.DONE, on=date(2026, 7, 1), person_id=woman
    )
    other = Worker(id=store.ambient.new_id(), name="孙国强")
    with store.save() as save:
        save.add(other)
    first = store.worker.name
    monkeypatch.setattr(store, "worker", other)
    monkeypatch.setattr(store, "_worker_id", other.id)
    third = visit(store, woman, date(2026, 9, 1), "3", "腰酸")
    text = plain(text_of(sheets.form_sheet(store, "anc_followup", event_id=third).data))
    assert text.count(first) == text.count("孙国强") == 1
    text = plain(text_of(sheets.form_sheet(store, "newborn_home_visit", event_id=newborn.event_id).data))
    assert first in text
    assert "孙国强" not in text


def test_a_corrected_visit_stands_in_its_column_as_it_was_corrected(store: Store, woman: RecordId) -> None:
    second = visit(store, woman, date(2026, 7, 1), "2", "写错的话")
    opened = visits.amend(store, second, "写错了")
    opened.session.set_answer("/data/visit/complaint", "改对的话")
    visits.save_visit(store, opened, Outcome.DONE)
    third = visit(store, woman, date(2026, 9, 1), "3", "没有不舒服")
    text = plain(text_of(sheets.form_sheet(store, "anc_followup", event_id=third).data))
    assert "改对的话" in text
    assert "写错的话" not in text


def test_for_a_printer_elsewhere_every_column_is_without_names(store: Store, woman: RecordId) -> None:
    visit(store, woman, date(2026, 7, 1), "2", "李芳说电话是13900005678")
    third = visit(store, woman, date(2026, 9, 1), "3", "还好")
    text = plain(text_of(sheets.form_sheet(store, "anc_followup", event_id=third, elsewhere=True).data))
    assert "李芳" not in text
    assert "13900005678" not in text
    assert "还好" in text


def test_the_order_of_visits_tells_two_pregnancies_apart_even_when_they_are_close() -> None:
    def told(step: str, on: str) -> Column:
        return Column(step, on, {"on": on})

    steps = ("2", "3", "4", "5")
    last = told("5", "2025-06-01")
    others = (told("4", "2025-05-01"), told("2", "2025-12-01"), told("3", "2025-03-01"), told("3", "2025-03-20"))
    assert beside((*others, last), steps, "300") == {
        "5": {"on": "2025-06-01"}, "4": {"on": "2025-05-01"}, "3": {"on": "2025-03-20"},
    }  # fmt: skip
    assert set(beside((*others, last), steps, "")) == {"2", "3", "4", "5"}


def register(store: Store, woman: RecordId, on: date, lmp: str) -> None:
    answers = {"lmp": lmp, "consent": "1", "signed": "1"}
    visits.add_visit(store, "pregnancy_registration", answers, outcome=Outcome.DONE, on=on, person_id=woman)


def end(store: Store, woman: RecordId, on: date) -> None:
    answers = {"outcome_code": "2"}
    visits.add_visit(store, "pregnancy_outcome_followup", answers, outcome=Outcome.DONE, on=on, person_id=woman)


def test_two_pregnancies_within_a_year_are_told_apart_by_their_episodes(store: Store, woman: RecordId) -> None:
    register(store, woman, date(2026, 2, 20), "2026-01-05")
    lost = visit(store, woman, date(2026, 4, 20), "2", "那一次的话")
    end(store, woman, date(2026, 5, 2))
    register(store, woman, date(2026, 8, 20), "2026-06-20")
    third = visit(store, woman, date(2026, 11, 1), "3", "这一次的话")
    for event, theirs, others in ((third, "这一次的话", "那一次的话"), (lost, "那一次的话", "这一次的话")):
        text = plain(text_of(sheets.form_sheet(store, "anc_followup", event_id=event).data))
        assert theirs in text
        assert others not in text


def test_a_visit_before_she_registered_belongs_to_the_pregnancy_it_was_made_in(store: Store, woman: RecordId) -> None:
    visit(store, woman, date(2026, 5, 1), "2", "还没登记")
    register(store, woman, date(2026, 5, 20), "2026-01-05")
    third = visit(store, woman, date(2026, 6, 20), "3", "登记以后")
    text = plain(text_of(sheets.form_sheet(store, "anc_followup", event_id=third).data))
    assert "还没登记" in text
    assert "登记以后" in text


def test_the_episode_counts_more_than_days_and_order_and_these_count_where_it_is_not_known() -> None:
    def told(step: str, on: str) -> Column:
        return Column(step, on, {"on": on})

    steps, printed = ("2", "3", "4", "5"), told("4", "2026-10-01")
    misnumbered, before = told("3", "2026-10-20"), told("2", "2025-12-20")
    span = Span("2026-02-10", "2026-11-20", sure=True)
    assert set(beside((misnumbered, before, printed), steps, "300", [span])) == {"3", "4"}
    assert set(beside((misnumbered, before, printed), steps, "300")) == {"2", "4"}
    unsure = Span("2026-08-01")
    assert set(beside((misnumbered, before, printed), steps, "300", [unsure])) == {"2", "3", "4"}
    assert set(beside((before, printed), steps, "", [span])) == {"2", "4"}


def test_a_visit_whose_number_was_left_open_takes_a_free_column() -> None:
    first, unnumbered = Column("2", "2026-07-01", {"a": "1"}), Column("", "2026-09-01", {"a": "2"})
    assert beside((first, unnumbered), ("2", "3"), "300") == {"2": {"a": "1"}, "3": {"a": "2"}}
    assert beside((first, unnumbered), ("2",), "300") == {"2": {"a": "1"}, "": {"a": "2"}}
