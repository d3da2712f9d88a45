"""Every shipped form goes the whole way: begun, filled, kept, opened, corrected, and ended without an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from tests.forms.filler import fill
from villagefp import paths
from villagefp.domain.records import Household, Membership, Outcome, Person, Precision, Presence, RecordId
from villagefp.forms import library
from villagefp.services import visits
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


@pytest.mark.parametrize("form_id", FORMS)
def test_a_form_is_kept_opened_and_corrected(store: Store, home: Home, form_id: str) -> None:
    visit = visits.start_visit(store, form_id, on=ON, **subject(form_id, home))
    fill(visit.session, 3, ON)
    told = visit.session.answers()
    visits.keep_draft(store, visit)
    assert visits.resume_visit(store, visit.draft_id).session.answers() == told
    saved = visits.save_visit(store, visit, Outcome.DONE)
    assert visits.open_event(store, saved.event_id).session.answers() == told
    correction = visits.amend(store, saved.event_id, "写错了")
    fill(correction.session, 4, ON)
    corrected = visits.save_visit(store, correction, Outcome.DONE)
    assert visits.open_event(store, corrected.event_id).event.revision_of == saved.event_id
    assert visits.open_event(store, saved.event_id).session.answers() == told


@pytest.mark.parametrize("form_id", FORMS)
def test_a_form_ends_without_an_answer(store: Store, home: Home, form_id: str) -> None:
    for outcome in (Outcome.NOT_THIS_TIME, Outcome.DECLINED):
        saved = visits.add_visit(store, form_id, {}, outcome=outcome, on=ON, **subject(form_id, home))
        event = visits.open_event(store, saved.event_id).event
        assert (event.outcome, event.answers, event.answers_sealed) == (outcome, None, None)
