"""From a danger sign to the slip, the follow-up and its answer; what was told; and tables that nobody has signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.conftest import Steps
from tests.printing.reading import text_of
from tests.services.test_write_back import Home, home, kept
from villagefp import i18n
from villagefp.domain.followups import DueState
from villagefp.domain.records import Event, Outcome, Referral
from villagefp.forms.views import Prompt
from villagefp.services import due, params, prompts, sheets, visits
from villagefp.services.visits import Visit
from villagefp.storage.store import Store

__all__ = ["home"]
ON = date(2026, 11, 20)
SLIP = "referral_slip"


def begun(store: Store, home: Home, form: str, answers: dict[str, Any]) -> Visit:
    visit = visits.start_visit(store, form, person_id=home.woman, on=ON)
    assert visit.session.fill(answers) == []
    return visit


def slip_after(store: Store, home: Home, form: str, answers: dict[str, Any]) -> Visit:
    """The slip that begins once the visit is kept."""
    visit = begun(store, home, form, answers)
    saved = visits.save_visit(store, visit, Outcome.DONE)
    return visits.start_visit(store, SLIP, person_id=home.woman, on=ON, slip=prompts.slip_for(saved.prompts))


def asked_after(store: Store, on: date) -> list[due.DueLine]:
    return [line for line in due.due_on(store, on) if line.item.programme == "referral"]


@dataclass(frozen=True)
class Found:
    """A visit with a danger sign, and what is to come of it."""

    form: str
    answers: dict[str, Any]
    reasons: list[str]
    urgent: str
    window: tuple[int, int]  # days after the slip


@pytest.mark.parametrize(
    "found",
    [
        Found("iud_followup", {"danger_seen": ["faint"], "wish": "2"}, ["faint", "other"], "1", (1, 3)),
        Found("repro_followup", {"danger_seen": ["fever"]}, ["fever_38"], "2", (1, 3)),
        Found("iud_followup", {"wish": "2"}, ["other"], "3", (3, 14)),
    ],
)
def test_a_sign_leads_to_a_slip_that_is_asked_after_in_its_window(
    store: Store, home: Home, clock: Steps, found: Found
) -> None:
    slip = slip_after(store, home, found.form, found.answers)
    told = slip.session.answers()
    assert (told["reason"], told["urgent"]) == (found.reasons, found.urgent)
    assert (told["given_on"], told["about"]) == (ON.isoformat(), "1")
    visits.save_visit(store, slip, Outcome.DONE)
    (referral,) = kept(store, Referral)
    assert (referral.person, referral.urgency, referral.given_on) == (home.woman, found.urgent, ON.isoformat())
    first, last = (ON + timedelta(days=days) for days in found.window)
    clock.now = datetime(last.year, last.month, last.day, 1, tzinfo=UTC)
    (line,) = asked_after(store, last)
    assert (line.item.window_from, line.item.window_to, line.item.state) == (first, last, DueState.DUE)
    assert line.item.form == SLIP
    answer = visits.start_visit(store, SLIP, person_id=home.woman, on=last)
    assert answer.session.answers()["about"] == "2"
    assert answer.session.fill({"arrived": "1", "result_told": "医生说没有大事"}) == []
    visits.save_visit(store, answer, Outcome.DONE)
    assert asked_after(store, last) == []
    (after,) = kept(store, Referral)
    assert (after.id, after.arrived, after.result_told_on) == (referral.id, "1", last.isoformat())


def test_who_says_nothing_about_it_is_not_asked_again(store: Store, home: Home) -> None:
    visits.save_visit(store, slip_after(store, home, "iud_followup", {"wish": "2"}), Outcome.DONE)
    on = store.ambient.today()
    visits.add_visit(store, SLIP, {}, outcome=Outcome.DONE, on=on, person_id=home.woman)
    (referral,) = kept(store, Referral)
    assert (referral.arrived, referral.result_told_on) == ("3", None)
    assert asked_after(store, ON + timedelta(days=5)) == []


def test_an_answer_is_corrected_without_a_second_slip(store: Store, home: Home) -> None:
    visits.save_visit(store, slip_after(store, home, "iud_followup", {"wish": "2"}), Outcome.DONE)
    on = store.ambient.today()
    answer = visits.add_visit(store, SLIP, {"arrived": "2"}, outcome=Outcome.DONE, on=on, person_id=home.woman)
    again = visits.amend(store, answer.event_id, "去了")
    assert again.session.answers()["about"] == "2"
    assert again.session.fill({"arrived": "1"}) == []
    visits.save_visit(store, again, Outcome.DONE)
    (referral,) = kept(store, Referral)
    assert (referral.arrived, referral.result_told_on) == ("1", on.isoformat())


def test_a_slip_that_is_not_wanted_leaves_no_word_and_nothing_to_ask(store: Store, home: Home) -> None:
    slip = slip_after(store, home, "iud_followup", {"danger_seen": ["faint"]})
    visits.save_visit(store, slip, Outcome.DECLINED)
    (event,) = kept(store, Event, form=SLIP)
    assert (event.outcome, event.answers, event.answers_sealed, event.correction_reason) == (
        "declined",
        None,
        None,
        None,
    )
    assert kept(store, Referral) == []
    assert asked_after(store, ON + timedelta(days=2)) == []


def test_what_a_private_visit_found_stays_sealed_on_its_slip(store: Store, home: Home) -> None:
    slip = slip_after(store, home, "iud_followup", {"danger_seen": ["faint"]})
    visits.save_visit(store, slip, Outcome.DONE)
    (event,) = kept(store, Event, form=SLIP)
    assert "faint" not in str(msgspec.msgpack.decode(event.answers))
    assert "faint" in str(msgspec.msgpack.decode(store.unseal(event.answers_sealed)))
    (referral,) = kept(store, Referral)
    assert b"faint" in store.unseal(referral.reason)


@pytest.mark.parametrize("form", ["rti_symptom_referral", "infertility_referral"])
@pytest.mark.parametrize(("ask_back", "asked"), [("1", 1), ("2", 0), ("", 0)])
def test_a_private_slip_is_asked_after_only_where_the_person_agreed_and_says_nothing_in_the_open(
    store: Store, home: Home, form: str, ask_back: str, asked: int
) -> None:
    urgent = {"urgent": "1", "danger_seen": ["faint"]} if form.startswith("rti") else {}
    answers = {"to_facility": "县医院", **urgent, **({"ask_back": ask_back} if ask_back else {})}
    visits.save_visit(store, begun(store, home, form, answers), Outcome.DONE)
    found = kept(store, Referral)
    assert len(found) == len(asked_after(store, ON + timedelta(days=4))) == asked
    for referral in found:
        told = (referral.given_on, referral.follow_by, referral.urgency, referral.to_facility, referral.arrived)
        assert told == ("2026-11-20", "2026-12-04", None, None, None)


def test_violence_leads_to_no_slip(store: Store, home: Home) -> None:
    visit = begun(store, home, "rti_symptom_referral", {"violence_told": "OK"})
    saved = visits.save_visit(store, visit, Outcome.DONE)
    assert [prompt.sign for prompt in saved.prompts] == ["violence"]
    assert prompts.slip_for(saved.prompts) is None
    both = (*saved.prompts, Prompt("Y", "fever_38", "", "", ""))
    assert prompts.slip_for(both) == prompts.Slip(("fever_38",), "2")


def test_signs_are_confirmed_as_told_and_a_new_sign_asks_anew(store: Store, home: Home) -> None:
    session = begun(store, home, "iud_followup", {"wish": "2"}).session
    assert prompts.untold(session) == ()  # one for the coming days is never asked about
    assert not prompts.is_told(session)
    prompts.tell(session, told=True)
    assert prompts.is_told(session)
    before = session.prompts()
    session.set_answer("/data/danger/danger_seen", ["faint"])
    prompts.follow(session, before)
    assert not prompts.is_told(session)
    assert [prompt.sign for prompt in prompts.untold(session)] == ["faint"]
    prompts.tell(session, told=True)
    before = session.prompts()
    session.set_answer("/data/state/wish", "1")
    prompts.follow(session, before)
    assert prompts.is_told(session)  # one less is no reason to ask again


@pytest.mark.parametrize(("told", "untold"), [({"danger_told": "OK"}, False), ({}, True)])
def test_what_was_not_told_is_kept_all_the_same_and_said_once(
    store: Store, home: Home, told: dict[str, str], untold: bool
) -> None:
    visit = begun(store, home, "iud_followup", {"danger_seen": ["faint"], **told})
    assert visits.save_visit(store, visit, Outcome.DONE).untold is untold
    (event,) = kept(store, Event)
    assert event.outcome == "done"


def test_a_sign_says_why_it_is_shown(store: Store, home: Home) -> None:
    i18n.set_language("zh_CN")
    visit = begun(store, home, "iud_followup", {"pain": "3", "pain_site": ["2"]})
    (prompt,) = visit.session.prompts()
    told = prompts.why(visit.session, prompt)
    assert set(told.entered) == {"疼痛：重", "疼痛部位：腹"}
    assert "剧烈下腹痛" in told.rule
    assert "疼痛" in told.rule


@pytest.mark.parametrize(
    ("form", "answers", "table"),
    [
        ("iud_followup", {"danger_seen": ["faint"]}, "danger_signs_signed"),
        ("contraceptive_supply", {"item_code": "coc", "conditions_told": ["bp_160"]}, "mec_signed"),
    ],
)
def test_a_sign_bears_the_mark_until_its_own_table_is_signed(
    store: Store, home: Home, form: str, answers: dict[str, Any], table: str
) -> None:
    def marks() -> set[bool]:
        visit = begun(store, home, form, answers)
        return {prompt.unsigned for prompt in visits.save_visit(store, visit, Outcome.DONE).prompts}

    assert marks() == {True}
    (other,) = {"danger_signs_signed", "mec_signed"} - {table}
    params.set_param(store, other, "yes", ON)
    assert marks() == {True}
    params.set_param(store, table, "yes", ON)
    assert marks() == {False}


@pytest.mark.parametrize("mode", list(sheets.Mode))
def test_the_slip_says_that_nobody_signed_its_table_until_somebody_has(
    store: Store, home: Home, mode: sheets.Mode
) -> None:
    i18n.set_language("zh_CN")
    slip = slip_after(store, home, "iud_followup", {"danger_seen": ["faint"]})
    event = visits.save_visit(store, slip, Outcome.DONE).event_id

    def printed() -> str:
        told = event if mode is sheets.Mode.FILLED else None
        pdf = sheets.form_sheet(store, SLIP, person_id=home.woman, event_id=told, mode=mode)
        return text_of(pdf.data).replace("\n", "")

    assert "尚未经县里医生签发" in printed()
    params.set_param(store, "danger_signs_signed", "yes", ON)
    assert "签发" not in printed()


def test_the_slip_in_her_hand_bears_her_name_and_the_reason(store: Store, home: Home) -> None:
    i18n.set_language("zh_CN")
    slip = slip_after(store, home, "iud_followup", {"danger_seen": ["faint"]})
    event = visits.save_visit(store, slip, Outcome.DONE).event_id
    told = text_of(sheets.form_sheet(store, SLIP, person_id=home.woman, event_id=event).data)
    assert "李芳" in told
    assert "晕厥" in told
    assert "节育器" not in told
    elsewhere = text_of(sheets.form_sheet(store, SLIP, person_id=home.woman, event_id=event, elsewhere=True).data)
    assert "李芳" not in elsewhere
