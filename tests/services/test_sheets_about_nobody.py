"""Visits that are about nobody, and forms whose private answers never reach paper, as sheets."""

from __future__ import annotations

from datetime import date

from tests.printing.reading import plain, text_of
from villagefp.domain.records import Outcome
from villagefp.services import households, people, sheets, visits
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.storage.store import Store

DAY = date(2026, 11, 1)


def test_an_anonymous_survey_is_kept_and_printed_without_anybody(store: Store) -> None:
    answers = {"attitude": "1", "privacy": "5", "suggestion": "开门早一点"}
    saved = visits.add_visit(store, "satisfaction_survey", answers, outcome=Outcome.DONE, on=DAY)
    assert visits.open_event(store, saved.event_id).event.person is None
    pdf = sheets.form_sheet(store, "satisfaction_survey", event_id=saved.event_id)
    assert "开门早一点" in plain(text_of(pdf.data))
    assert pdf.persons == ()


def test_what_is_told_of_violence_is_on_no_paper_and_makes_no_sheet_nameless(store: Store) -> None:
    home = households.add_household(store, NewHousehold("0012"))
    person = people.add_person(store, home.id, NewPerson("李芳", birth_date="1990-05-06"))
    answers = {"help_given": "陪同去了医院", "violence_told": "OK"}
    saved = visits.add_visit(store, "special_family_visit", answers, outcome=Outcome.DONE, on=DAY, person_id=person.id)
    assert [prompt.sign for prompt in saved.prompts] == ["violence"]
    event = visits.open_event(store, saved.event_id).event
    assert event.answers_sealed is not None
    text = plain(text_of(sheets.form_sheet(store, "special_family_visit", event_id=saved.event_id).data))
    assert "李芳" in text
    assert "陪同去了医院" in text
    assert not [words for words in ("伤害", "hurt", "110") if words in text]


def test_private_answers_on_paper_leave_the_name_out(store: Store) -> None:
    home = households.add_household(store, NewHousehold("0012"))
    person = people.add_person(store, home.id, NewPerson("李芳", birth_date="1990-05-06"))
    saved = visits.add_visit(
        store, "free_service_info", {"item_iud": "3"}, outcome=Outcome.DONE, on=DAY, person_id=person.id
    )
    assert "李芳" not in text_of(sheets.form_sheet(store, "free_service_info", event_id=saved.event_id).data)
