"""Every shipped form goes the whole way: begun, filled, kept, printed, opened, corrected, refused, ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest

from tests.forms.filler import QUIET, faulty, fill
from tests.printing.reading import plain, text_of
from villagefp import paths
from villagefp.domain.records import Event, Household, Membership, Outcome, Person, Precision, Presence, RecordId
from villagefp.forms import library
from villagefp.printing.jobs import Rendered, SheetJob
from villagefp.printing.render import render
from villagefp.services import sheets, visits
from villagefp.services.visit_types import VisitRefused
from villagefp.storage import records
from villagefp.storage.store import Store

ON = date(2026, 11, 20)
FORMS = sorted(path.stem for path in (paths.resources_dir() / "forms").glob("*.md"))


@dataclass(frozen=True)
class Home:
    household: RecordId
    person: RecordId


@pytest.fixture
def home(store: Store) -> Home:
    person = Person(
        id=store.ambient.new_id(), name="李芳", sex="2", birth_date="1995-03-04", birth_precision=Precision.DAY
    )
    household = Household(id=store.ambient.new_id(), household_no="0012", head=person.id)
    member = Membership(id=store.ambient.new_id(), person=person.id, household=household.id, relation="02",
                        presence=Presence.RESIDENT)  # fmt: skip
    with store.save() as save:
        save.add_many([person, household, member])
    return Home(household.id, person.id)


def subject(form_id: str, home: Home) -> dict[str, RecordId]:
    about = library.load(form_id).settings.get("print::subject", "person")
    return {"person": {"person_id": home.person}, "household": {"household_id": home.household}}.get(about, {})


def printed(store: Store, form_id: str, event_id: RecordId) -> tuple[bytes, Mapping[str, str]]:
    """The sheet of a kept visit, and the answers that went onto it."""
    jobs: list[SheetJob] = []

    def drawn(job: SheetJob) -> Rendered:
        jobs.append(job)
        return render(job)

    pdf = sheets.form_sheet(store, form_id, event_id=event_id, render=drawn)
    assert jobs[0].form is not None
    return pdf.data, jobs[0].form.answers


def written(form_id: str, answers: Mapping[str, str]) -> set[str]:
    """What the answers say in words, where the sheet shows the question."""
    shown = {one.path: one for one in library.load(form_id).questions if one.type == "text"}
    hidden = {path for path, one in shown.items() if one.paper.get("style") == "hidden" or one.urgency}
    in_head = {path for path, one in shown.items() if one.paper.get("known")}
    return {plain(value) for path, value in answers.items() if path in shown.keys() - hidden - in_head and value}


@pytest.mark.parametrize("form_id", FORMS)
def test_a_form_is_kept_printed_opened_corrected_and_printed_again(store: Store, home: Home, form_id: str) -> None:
    visit = visits.start_visit(store, form_id, on=ON, **subject(form_id, home))
    fill(visit.session, 3, ON)
    told = visit.session.answers()
    visits.keep_draft(store, visit)
    assert visits.resume_visit(store, visit.draft_id).session.answers() == told
    saved = visits.save_visit(store, visit, Outcome.DONE)
    assert visits.open_event(store, saved.event_id).session.answers() == told
    first, on_paper = printed(store, form_id, saved.event_id)
    text = plain(text_of(first))
    assert {words for words in written(form_id, on_paper) if words not in text} == set()
    correction = visits.amend(store, saved.event_id, "写错了")
    fill(correction.session, 4, ON)
    corrected = visits.save_visit(store, correction, Outcome.DONE)
    assert visits.open_event(store, corrected.event_id).event.revision_of == saved.event_id
    assert visits.open_event(store, saved.event_id).session.answers() == told
    second, corrected_on_paper = printed(store, form_id, corrected.event_id)
    text = plain(text_of(second))
    assert {words for words in written(form_id, corrected_on_paper) if words not in text} == set()
    assert printed(store, form_id, saved.event_id) == (first, on_paper)  # what was said first can be printed as it was


@pytest.mark.parametrize("form_id", FORMS)
def test_a_form_with_a_wrong_answer_is_refused_and_stays_a_draft(store: Store, home: Home, form_id: str) -> None:
    visit = visits.start_visit(store, form_id, on=ON, **subject(form_id, home))
    fill(visit.session, 3, ON)
    asked = [visit.session.node(path) for path in visit.session.paths()]
    wrong = next(
        view.path
        for view in asked
        if view.relevant and not view.read_only and view.type not in QUIET and faulty(visit.session, view.path, ON)
    )
    visits.keep_draft(store, visit)
    with pytest.raises(VisitRefused) as refused:
        visits.save_visit(store, visit, Outcome.DONE)
    assert wrong in {violation.path for violation in refused.value.violations}
    assert [draft.id for draft in visits.drafts(store)] == [visit.draft_id]
    with store.read() as connection:
        assert list(records.where(connection, Event)) == []


@pytest.mark.parametrize("form_id", FORMS)
def test_a_form_ends_without_an_answer(store: Store, home: Home, form_id: str) -> None:
    for outcome in (Outcome.NOT_THIS_TIME, Outcome.DECLINED):
        saved = visits.add_visit(store, form_id, {}, outcome=outcome, on=ON, **subject(form_id, home))
        event = visits.open_event(store, saved.event_id).event
        assert (event.outcome, event.answers, event.answers_sealed) == (outcome, None, None)
