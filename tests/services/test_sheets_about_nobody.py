"""Visits that are about nobody, and forms whose private answers never reach paper, as sheets."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from tests.printing.reading import plain, text_of
from villagefp.domain.records import Access, Outcome, RecordId
from villagefp.errors import UserError
from villagefp.printing.jobs import Rendered, SheetJob
from villagefp.printing.render import render
from villagefp.services import households, people, sheets, visits
from villagefp.services.households import NewHousehold
from villagefp.services.people import NewPerson
from villagefp.storage import records
from villagefp.storage.store import Store

DAY = date(2026, 11, 1)


def test_an_anonymous_survey_is_kept_and_printed_without_anybody(store: Store) -> None:
    answers = {"attitude": "1", "privacy": "5", "suggestion": "开门早一点"}
    saved = visits.add_visit(store, "satisfaction_survey", answers, outcome=Outcome.DONE, on=DAY)
    assert visits.open_event(store, saved.event_id).event.person is None
    drawn: list[SheetJob] = []

    def watched(job: SheetJob) -> Rendered:
        drawn.append(job)
        return render(job)

    pdf = sheets.form_sheet(store, "satisfaction_survey", event_id=saved.event_id, render=watched)
    assert drawn[0].form is not None
    assert (drawn[0].form.token, drawn[0].form.print_number) == ("", "")
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


@pytest.fixture
def first_visit(store: Store) -> RecordId:
    home = households.add_household(store, NewHousehold("0012"))
    person = people.add_person(store, home.id, NewPerson("李芳", birth_date="1990-05-06"))
    answers = {"gravida": 13, "h_abort_spont": 6, "ga_weeks": 9, "overall": "2", "overall_detail": "贫血"}
    return visits.add_visit(store, "anc_first", answers, outcome=Outcome.DONE, on=DAY, person_id=person.id).event_id


def test_a_private_form_without_sealed_questions_is_nameless_too(store: Store) -> None:
    home = households.add_household(store, NewHousehold("0012"))
    person = people.add_person(store, home.id, NewPerson("李芳", birth_date="1990-05-06"))
    for form_id in ("folic_acid_supply", "prepregnancy_notice"):
        pdf = sheets.form_sheet(store, form_id, person_id=person.id)
        assert pdf.title == "Health service record"
        text = text_of(pdf.data)
        assert "李芳" not in text
        assert form_id not in text


def revealed(store: Store) -> int:
    with store.read() as connection:
        return len(records.where(connection, Access, action="revealed"))


def test_the_first_antenatal_sheet_has_her_name_and_her_sealed_answers_only_when_asked_for(
    store: Store, first_visit: RecordId
) -> None:
    pdf = sheets.form_sheet(store, "anc_first", event_id=first_visit)
    text = text_of(pdf.data)
    assert pdf.title == "First antenatal visit"
    for words in ("李芳", "贫血", "9"):
        assert words in text
    assert "13" not in [word.strip() for word in text.split()]
    assert revealed(store) == 0
    whole = text_of(sheets.form_sheet(store, "anc_first", event_id=first_visit, with_sealed=True).data)
    assert "李芳" in whole
    assert "13" in [word.strip() for word in whole.split()]
    assert revealed(store) == 1


def test_looking_at_sealed_answers_is_logged_too(store: Store, first_visit: RecordId) -> None:
    plainly = sheets.form_sheet(store, "anc_first", event_id=first_visit, record=False)
    assert plainly.can_ask_for_sealed
    assert revealed(store) == 0
    sheets.form_sheet(store, "anc_first", event_id=first_visit, with_sealed=True, record=False)
    assert revealed(store) == 1


def test_where_no_private_answers_are_left_out_there_is_nothing_to_ask_for(store: Store, first_visit: RecordId) -> None:
    woman = visits.open_event(store, first_visit).event.person
    assert not sheets.form_sheet(store, "anc_first", person_id=woman).can_ask_for_sealed
    assert not sheets.form_sheet(store, "newborn_home_visit", person_id=woman).can_ask_for_sealed


def test_only_the_village_doctor_prints_sealed_answers(
    store: Store, first_visit: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.save() as save:
        save.change(replace(store.worker, role="village_official"))
    with monkeypatch.context() as other:
        other.setattr(store, "worker", replace(store.worker, role="village_official"))
        with pytest.raises(UserError):
            sheets.form_sheet(store, "anc_first", event_id=first_visit, with_sealed=True)
