"""Visits from the first answer to the correction a week later, and all that can go wrong between."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import msgspec
import pytest

from tests.conftest import PASSPHRASE
from villagefp import paths
from villagefp.domain.records import (
    Event,
    Household,
    Membership,
    NameStatus,
    Outcome,
    Person,
    Phone,
    Precision,
    Presence,
    RecordId,
)
from villagefp.errors import UserError
from villagefp.services import visits
from villagefp.storage import records
from villagefp.storage.store import Store

FILLER = "tests.services.visit_filler"
ON = date(2026, 11, 20)
NEWBORN = "newborn_home_visit"
FAMILY = "household_visit"


@dataclass(frozen=True)
class Home:
    household: RecordId
    mother: RecordId
    child: RecordId


@pytest.fixture
def home(store: Store) -> Home:
    """李芳 and her newborn daughter, who has no name yet."""
    new_id = store.ambient.new_id
    mother = Person(id=new_id(), name="李芳", sex="2", birth_date="1995-03-04", birth_precision=Precision.DAY)
    household = Household(id=new_id(), household_no="0012", group_no="3", address="柳树湾3组12号", head=mother.id)
    child = Person(
        id=new_id(), name="李芳之女", name_status=NameStatus.PROVISIONAL, sex="2", birth_date="2026-11-10",
        birth_precision=Precision.DAY, mother=mother.id, id_no="990101202611100028", file_no="99010110120100042",
    )  # fmt: skip
    with store.save() as save:
        save.add_many([household, mother, child, Phone(id=new_id(), person=mother.id, number="13900000001")])
        for person, relation in ((mother, "02"), (child, "30")):
            save.add(Membership(id=new_id(), person=person.id, household=household.id, relation=relation,
                                presence=Presence.RESIDENT))  # fmt: skip
    return Home(household.id, mother.id, child.id)


def events(store: Store) -> list[Event]:
    with store.read() as connection:
        return records.where(connection, Event)


def test_a_visit_is_filled_in_and_kept(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    visit.session.set_answer("/data/exam/temp", "33")
    visit.session.set_answer("/data/closing/next_on", "2026-11-27")
    saved = visits.save_visit(store, visit, Outcome.DONE)
    assert [(prompt.urgency, prompt.sign) for prompt in saved.prompts] == [("R", "baby_cold_hot")]
    (event,) = events(store)
    assert event.id == saved.event_id
    assert (event.person, event.household, event.form, event.form_version) == (home.child, None, NEWBORN, "1")
    assert (event.occurred_on, event.outcome, event.next_offer_on) == ("2026-11-20", Outcome.DONE, "2026-11-27")
    assert (event.author, event.author_role) == (store.worker.id, store.worker.role)
    kept = visits.open_event(store, saved.event_id)
    assert kept.session.answers()["temp"] == 33
    assert kept.session.prompts() == list(saved.prompts)


def test_what_the_register_knows_is_there_and_is_not_copied_into_the_answers(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    answers = visit.session.answers()
    assert answers["name"] == "李芳之女"
    assert answers["address"] == "柳树湾3组12号"
    assert answers["file_no_tail"] == "20100042"
    assert answers["mother_name"] == "李芳"
    assert answers["mother_phone"] == "13900000001"
    assert answers["age_days"] == "10"
    assert "*" in answers["id_no"], "the ID number is masked on a screen"
    visits.save_visit(store, visit, Outcome.DONE)
    (event,) = events(store)
    assert event.answers is not None
    assert "990101" not in event.answers.decode("latin-1")
    assert "李芳之女".encode() not in event.answers


def test_the_household_sheet_offers_the_members_and_keeps_who_signed(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, FAMILY, household_id=home.household, on=ON)
    members = visit.session.node("/data/visit/members_visited").choices
    assert [choice.label.split()[-1] for choice in members] == ["李芳", "李芳之女"]
    visit.session.set_answer("/data/visit/members_visited", [members[0].code])
    visit.session.set_answer("/data/signatures/household_signed", "2")
    visits.save_visit(store, visit, Outcome.DONE)
    (event,) = events(store)
    assert event.signature == "refused"
    assert event.answers is not None
    assert home.mother in msgspec.msgpack.decode(event.answers)[2]
    assert visits.open_event(store, event.id).session.answers()["members_visited"] == [home.mother.hex()]


@pytest.mark.parametrize(
    "outcome",
    [Outcome.NOT_THIS_TIME, Outcome.DECLINED, Outcome.POSTPONED, Outcome.WITHDRAWN, Outcome.UNREACHABLE,
     Outcome.MOVED, Outcome.NOT_APPLICABLE, Outcome.DECEASED],
)  # fmt: skip
def test_any_visit_can_end_at_once_and_keeps_no_answer(store: Store, home: Home, outcome: Outcome) -> None:
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    visit.session.set_answer("/data/exam/temp", "99")  # impossible, and nobody minds
    visits.keep_draft(store, visit)
    saved = visits.save_visit(store, visit, outcome)
    (event,) = events(store)
    assert (event.outcome, event.answers, event.answers_sealed) == (outcome, None, None)
    assert saved.prompts == ()
    assert visits.drafts(store) == []


def test_a_refused_visit_says_why_and_its_draft_stays(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    visit.session.set_answer("/data/exam/temp", "50")
    visits.keep_draft(store, visit)
    with pytest.raises(visits.VisitRefused) as refused:
        visits.save_visit(store, visit, Outcome.DONE)
    assert [violation["question"] for violation in refused.value.to_json()["violations"]] == ["temp"]
    assert events(store) == []
    assert len(visits.drafts(store)) == 1
    visit.session.set_answer("/data/exam/temp", "37")
    visits.save_visit(store, visit, Outcome.DONE)
    assert visits.drafts(store) == []


def test_a_draft_is_taken_up_where_it_was_left(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    visit.session.set_answer("/data/exam/temp", "37.2")
    visit.session.set_answer("/data/child/mother_phone", "")
    visits.keep_draft(store, visit, "/data/exam")
    (draft,) = visits.drafts(store)
    assert b"37.2" not in draft.answers, "a draft is sealed"
    again = visits.resume_visit(store, draft.id)
    assert (again.page, again.on, again.subject.person) == ("/data/exam", ON, home.child)
    assert again.session.answers()["temp"] == 37.2
    assert "mother_phone" not in again.session.answers(), "what was cleared is not filled in again"
    visits.drop_draft(store, draft.id)
    with pytest.raises(UserError):
        visits.resume_visit(store, draft.id)


def test_whoever_begins_a_form_again_finds_what_was_begun(store: Store, home: Home) -> None:
    assert visits.begun_draft(store, NEWBORN, person_id=home.child) is None
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    visit.session.set_answer("/data/exam/temp", "37.2")
    visits.keep_draft(store, visit)
    assert visits.begun_draft(store, NEWBORN, person_id=home.child) == visit.draft_id
    assert visits.begun_draft(store, "child_1_8m", person_id=home.child) is None
    assert visits.begun_draft(store, NEWBORN) is None
    event = visits.save_visit(store, visit, Outcome.DONE).event_id
    correction = visits.amend(store, event, "read wrongly")
    visits.keep_draft(store, correction)
    assert visits.begun_draft(store, NEWBORN, person_id=home.child) is None, "a correction is not begun again"
    visits.drop_draft(store, correction.draft_id)


def test_a_draft_outlives_a_killed_program(store: Store, home: Home, open_again: Callable[[], Store]) -> None:
    store.close()
    command = [sys.executable, "-m", FILLER, str(store.folder), PASSPHRASE, home.child.hex()]
    with subprocess.Popen(command, cwd=paths.root_dir(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(25)]
        process.kill()
        told += process.stdout.readlines()
    confirmed = int([line for line in told if line.endswith(b"\n")][-1])
    reopened = open_again()
    (draft,) = visits.drafts(reopened)
    answers = visits.resume_visit(reopened, draft.id).session.answers()
    number = int(str(answers["birth_org"]).strip("第次"))
    assert confirmed <= number <= confirmed + 1
    assert answers["temp"] == pytest.approx(30 + number % 100 / 10)
    reopened.close()


def test_a_correction_stands_beside_what_it_corrects(store: Store, home: Home) -> None:
    first = visits.add_visit(
        store, NEWBORN, {"temp": "39", "hr": 140}, outcome=Outcome.DONE, on=ON, person_id=home.child
    )
    correction = visits.amend(store, first.event_id, "体温记错")
    assert correction.session.answers()["hr"] == 140
    correction.session.set_answer("/data/exam/temp", "36.9")
    visits.keep_draft(store, correction)
    resumed = visits.resume_visit(store, correction.draft_id)
    second = visits.save_visit(store, resumed, Outcome.DONE)
    old, new = sorted(events(store), key=lambda event: event.id)
    assert (new.id, new.revision_of, new.correction_reason) == (second.event_id, old.id, "体温记错")
    assert visits.open_event(store, old.id).session.answers()["temp"] == 39
    assert visits.open_event(store, new.id).session.answers()["temp"] == 36.9
    with pytest.raises(UserError):
        visits.amend(store, old.id, "noch einmal")
    with pytest.raises(UserError):
        visits.amend(store, new.id, " ")


def test_two_corrections_begun_at_once_do_not_both_stand(store: Store, home: Home) -> None:
    first = visits.add_visit(store, NEWBORN, {"temp": "39"}, outcome=Outcome.DONE, on=ON, person_id=home.child)
    one, other = (visits.amend(store, first.event_id, "体温记错") for _each in range(2))
    visits.save_visit(store, one, Outcome.DONE)
    with pytest.raises(UserError):
        visits.save_visit(store, other, Outcome.DONE)
    assert len(events(store)) == 2


def test_the_next_visit_knows_the_last_one(store: Store, home: Home) -> None:
    first = visits.add_visit(store, NEWBORN, {"weight_kg": 3.1}, outcome=Outcome.DONE, on=ON, person_id=home.child)
    correction = visits.amend(store, first.event_id, "体重记错")
    correction.session.set_answer("/data/growth/weight_kg", "3.3")
    visits.save_visit(store, correction, Outcome.DONE)
    visits.add_visit(store, NEWBORN, {}, outcome=Outcome.POSTPONED, on=date(2026, 11, 21), person_id=home.child)
    following = visits.start_visit(store, NEWBORN, person_id=home.child, on=date(2026, 11, 22))
    assert following.session.inputs.previous["weight_kg"] == "3.3"
    assert following.session.inputs.previous["occurred_on"] == "2026-11-20"


def test_answers_from_a_file_name_every_question_at_fault(store: Store, home: Home) -> None:
    answers = {"temp": "50", "nosuch": 1, "eye": "9", "eye_detail": "x", "sex": "1", "hr": "fast"}
    with pytest.raises(visits.VisitRefused) as refused:
        visits.add_visit(store, NEWBORN, answers, outcome=Outcome.DONE, on=ON, person_id=home.child)
    assert {violation.question for violation in refused.value.violations} == set(answers)
    assert all(violation.message for violation in refused.value.violations)
    assert events(store) == []


def test_the_day_asked_for_in_the_form_is_the_day_of_the_visit(store: Store, home: Home) -> None:
    visits.add_visit(store, NEWBORN, {"visit_on": "2026-11-18"}, outcome=Outcome.DONE, on=ON, person_id=home.child)
    assert events(store)[0].occurred_on == "2026-11-18"


@pytest.mark.parametrize("on", [date(2026, 11, 23), date(2026, 11, 9)])
def test_a_visit_lies_neither_ahead_nor_before_birth(store: Store, home: Home, on: date) -> None:
    with pytest.raises(visits.VisitRefused, match=on.isoformat()):
        visits.add_visit(store, NEWBORN, {}, outcome=Outcome.DECLINED, on=on, person_id=home.child)
    assert events(store) == []


def test_a_form_is_about_whom_it_is_made_for(store: Store, home: Home) -> None:
    stranger = store.ambient.new_id()
    for form, who in (
        (NEWBORN, {"household_id": home.household}), (FAMILY, {"person_id": home.child}),
        (NEWBORN, {"person_id": stranger}),
        (FAMILY, {"household_id": stranger}), ("nosuch", {"person_id": home.child}),
    ):  # fmt: skip
        with pytest.raises(UserError):
            visits.start_visit(store, form, on=ON, **who)
    with pytest.raises(UserError):
        visits.open_event(store, stranger)


def test_a_newborn_form_about_a_grown_woman_is_kept_with_a_question(store: Store, home: Home) -> None:
    saved = visits.add_visit(store, NEWBORN, {}, outcome=Outcome.DONE, on=ON, person_id=home.mother)
    (check,) = saved.checks
    assert (check.question, check.path) == ("visit_on", "/data/child/visit_on")
    assert "more than 60 days old" in check.message
    assert saved.checks_json() == {"checks": [{"question": "visit_on", "message": check.message}]}
    assert len(events(store)) == 1


def test_unusual_values_are_kept_and_named_and_usual_ones_are_not(store: Store, home: Home) -> None:
    unusual = visits.add_visit(store, NEWBORN, {"hr": 240}, outcome=Outcome.DONE, on=ON, person_id=home.child)
    usual = visits.add_visit(store, NEWBORN, {"hr": 140}, outcome=Outcome.DONE, on=ON, person_id=home.child)
    refused = visits.add_visit(store, NEWBORN, {}, outcome=Outcome.NOT_THIS_TIME, on=ON, person_id=home.mother)
    assert [check.question for check in unusual.checks] == ["hr"]
    assert (usual.checks, refused.checks) == ((), ())


def test_a_value_that_somebody_has_looked_at_is_not_asked_about_again(store: Store, home: Home) -> None:
    visit = visits.start_visit(store, NEWBORN, person_id=home.child, on=ON)
    visit.session.set_answer("/data/exam/hr", "240")
    visit.session.confirm("/data/exam/hr")
    assert visits.save_visit(store, visit, Outcome.DONE).checks == ()
