"""What a finished visit writes to the records of its person, and what its correction leaves of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from villagefp import paths
from villagefp.domain.records import (
    Alias,
    BenefitCase,
    Consent,
    Episode,
    Household,
    Membership,
    NameStatus,
    Outcome,
    Person,
    Phone,
    Precision,
    Presence,
    Record,
    RecordId,
    Referral,
)
from villagefp.forms import library
from villagefp.services import episodes, people, visits
from villagefp.services.write_back import STANDS
from villagefp.storage import marks, records
from villagefp.storage.store import Store

ON = date(2026, 11, 20)
REGISTERED = {"lmp": "2026-06-01", "consent": "1", "signed": "1"}
BORN = {"outcome_code": "1", "delivered_on": "2026-11-12", "discharged_on": "2026-11-15"}
GIRL = {"born_alive": "1", "child_sex": "2", "unnamed": "OK"}


@dataclass(frozen=True)
class Home:
    household: RecordId
    woman: RecordId


@pytest.fixture(scope="module", autouse=True)
def built_forms() -> None:
    library.build_all(paths.built_dir() / "forms")


@pytest.fixture
def home(store: Store) -> Home:
    new_id = store.ambient.new_id
    woman = Person(id=new_id(), name="李芳", sex="2", birth_date="1995-03-04", birth_precision=Precision.DAY)
    household = Household(id=new_id(), household_no="0012", head=woman.id)
    membership = Membership(
        id=new_id(), person=woman.id, household=household.id, relation="02", presence=Presence.RESIDENT
    )
    with store.save() as save:
        save.add_many([household, woman, membership])
    return Home(household.id, woman.id)


def kept(store: Store, record_type: type[Record], **equals: object) -> list[Any]:
    with store.read() as connection:
        return records.where(connection, record_type, **equals)


def visit(
    store: Store, home: Home, form: str, answers: Mapping[str, Any], *, on: date = ON, outcome: Outcome = Outcome.DONE
) -> RecordId:
    return visits.add_visit(store, form, answers, outcome=outcome, on=on, person_id=home.woman).event_id


def correct(store: Store, event: RecordId, answers: Mapping[str, Any], outcome: Outcome = Outcome.DONE) -> RecordId:
    """Open the visit again, put in what is right, and keep it."""
    again = visits.amend(store, event, "told anew")
    assert again.session.fill(answers) == []
    return visits.save_visit(store, again, outcome).event_id


def children(store: Store, home: Home) -> list[Person]:
    return kept(store, Person, mother=home.woman)


def told_marks(store: Store) -> list[str]:
    with store.read() as connection:
        return [mark.kind for mark in marks.open_marks(connection)]


def test_a_registration_opens_the_pregnancy_with_her_consent(store: Store, home: Home) -> None:
    event = visit(store, home, "pregnancy_registration", REGISTERED)
    (consent,) = kept(store, Consent)
    (episode,) = kept(store, Episode)
    assert (consent.person, consent.programme, consent.given_on) == (home.woman, "anc", "2026-11-20")
    assert (consent.how, consent.text_version, consent.event) == ("signed", "pregnancy_registration 1", event)
    assert (episode.programme, episode.opened_on, episode.opened_by) == ("anc", "2026-11-20", event)
    assert (episode.consent, episode.lmp, episode.closed_on) == (consent.id, "2026-06-01", None)


@pytest.mark.parametrize("answers", [{"lmp": "2026-06-01", "consent": "2"}, {"lmp": "2026-06-01"}])
def test_without_a_yes_nothing_opens(store: Store, home: Home, answers: dict[str, str]) -> None:
    visit(store, home, "pregnancy_registration", answers)
    assert kept(store, Consent) == kept(store, Episode) == []


def test_a_refusal_writes_nothing(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", {}, outcome=Outcome.DECLINED)
    assert kept(store, Consent) == kept(store, Episode) == []


def test_a_corrected_period_moves_the_same_episode(store: Store, home: Home) -> None:
    event = visit(store, home, "pregnancy_registration", REGISTERED)
    (before,) = kept(store, Episode)
    corrected = correct(store, event, {"lmp": "2026-05-10"})
    (after,) = kept(store, Episode)
    assert (after.id, after.lmp, after.opened_by) == (before.id, "2026-05-10", corrected)
    assert len(kept(store, Consent)) == 1
    assert told_marks(store) == []


def test_a_consent_that_was_never_given_takes_the_episode_with_it(store: Store, home: Home) -> None:
    event = visit(store, home, "pregnancy_registration", REGISTERED)
    correct(store, event, {"consent": "2"})
    assert kept(store, Consent) == kept(store, Episode) == []
    assert told_marks(store) == []


def test_what_followed_stands_and_somebody_is_asked(store: Store, home: Home) -> None:
    event = visit(store, home, "pregnancy_registration", REGISTERED)
    visit(store, home, "pregnancy_outcome_followup", {"outcome_code": "2"})
    correct(store, event, {"consent": "2"})
    (episode,) = kept(store, Episode)
    assert episode.closed_why == "done"
    assert told_marks(store) == [STANDS]


def test_a_new_pregnancy_is_a_new_episode(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", {**REGISTERED, "lmp": "2025-01-01"}, on=date(2025, 3, 1))
    visit(store, home, "pregnancy_registration", REGISTERED)
    first, second = kept(store, Episode)
    assert (first.lmp, first.closed_on is None) == ("2025-01-01", False)
    assert (second.lmp, second.closed_on) == ("2026-06-01", None)


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.DECLINED])
def test_no_more_ends_the_programme_without_a_reason(store: Store, home: Home, outcome: Outcome) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    visit(store, home, "pregnancy_registration", {}, outcome=outcome)
    (episode,) = kept(store, Episode)
    (consent,) = kept(store, Consent)
    assert (episode.closed_on, episode.closed_why) == ("2026-11-20", outcome.value)
    assert (consent.withdrawn_on is not None) == (outcome is Outcome.WITHDRAWN)


@pytest.mark.parametrize("outcome", [Outcome.NOT_THIS_TIME, Outcome.POSTPONED, Outcome.UNREACHABLE])
def test_not_now_ends_nothing(store: Store, home: Home, outcome: Outcome) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    visit(store, home, "pregnancy_registration", {}, outcome=outcome)
    (episode,) = kept(store, Episode)
    assert episode.closed_on is None


def test_a_withdrawal_entered_by_mistake_is_undone(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_registration", {}, outcome=Outcome.WITHDRAWN)
    again = visits.amend(store, event, "the wrong person")
    visits.save_visit(store, again, Outcome.NOT_THIS_TIME)
    (episode,) = kept(store, Episode)
    (consent,) = kept(store, Consent)
    assert (episode.closed_on, episode.closed_why, episode.closed_by) == (None, None, None)
    assert consent.withdrawn_on is None


def test_a_birth_closes_the_pregnancy_and_puts_the_child_on_the_list(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    (episode,) = kept(store, Episode)
    assert (episode.closed_on, episode.closed_why, episode.closed_by) == ("2026-11-20", "done", event)
    assert (episode.delivered_on, episode.discharged_on) == ("2026-11-12", "2026-11-15")
    (child,) = children(store, home)
    assert (child.name, child.name_status, child.sex) == ("李芳之女", NameStatus.PROVISIONAL, "2")
    assert (child.birth_date, child.birth_precision) == ("2026-11-12", Precision.DAY)
    (membership,) = kept(store, Membership, person=child.id)
    assert (membership.household, membership.relation, membership.joined_why) == (home.household, "30", "born")


def test_a_live_birth_corrected_to_a_loss_leaves_no_child(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    (child,) = children(store, home)
    newborn = visits.start_visit(store, "newborn_home_visit", person_id=child.id, on=ON)
    visits.keep_draft(store, newborn)
    correct(store, event, {"outcome_code": "6"})
    assert children(store, home) == kept(store, Membership, person=child.id) == []
    assert visits.drafts(store) == []
    assert people.find(store, "李芳之女") == []
    (episode,) = kept(store, Episode)
    assert (episode.closed_why, episode.delivered_on) == ("done", "2026-11-12")
    assert told_marks(store) == []


def test_a_child_named_since_leaves_the_list_too_and_somebody_is_told(store: Store, home: Home) -> None:
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    (child,) = children(store, home)
    people.name_person(store, child.id, "王小雨")
    correct(store, event, {"outcome_code": "6"})
    assert children(store, home) == people.find(store, "王小雨") == []
    assert told_marks(store) == [STANDS]


def test_of_twins_the_living_one_stays_the_same_child(store: Store, home: Home) -> None:
    boy = {"born_alive": "1", "child_sex": "1", "unnamed": "OK"}
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL, boy]})
    girl, brother = sorted(children(store, home), key=lambda one: one.id)
    assert (girl.name, brother.name) == ("李芳之女(大)", "李芳之子(小)")
    correct(store, event, {"children": [{"born_alive": "2"}, boy]})
    (left,) = children(store, home)
    assert (left.id, left.name) == (brother.id, "李芳之子")
    (membership,) = kept(store, Membership, person=brother.id)
    assert membership.relation == "20"
    assert told_marks(store) == []


def test_a_child_of_a_later_birth_is_not_called_as_one_that_has_no_name_yet(store: Store, home: Home) -> None:
    people.add_newborns(store, home.woman, ("2",), date(2025, 11, 12))
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    assert sorted(child.name for child in children(store, home)) == ["李芳之女", "李芳之女(2)"]
    correct(store, event, {"children": [{**GIRL, "birth_weight_kg": 3.1}]})
    assert sorted(child.name for child in children(store, home)) == ["李芳之女", "李芳之女(2)"]


def test_a_stillborn_twin_is_never_on_the_list(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL, {"born_alive": "2"}]})
    (child,) = children(store, home)
    assert child.name == "李芳之女"


def test_a_corrected_weight_keeps_the_child_and_its_own_name(store: Store, home: Home) -> None:
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    (child,) = children(store, home)
    people.name_person(store, child.id, "王小雨")
    correct(store, event, {"children": [{**GIRL, "birth_weight_kg": 3.1}]})
    (after,) = children(store, home)
    assert (after.id, after.name, after.name_status) == (child.id, "王小雨", NameStatus.GIVEN)
    assert told_marks(store) == []


def test_a_loss_corrected_back_puts_a_child_on_the_list_again(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    event = correct(store, event, {"outcome_code": "6"})
    correct(store, event, {"outcome_code": "1", "children": [GIRL]})
    (child,) = children(store, home)
    assert child.name == "李芳之女"
    (episode,) = kept(store, Episode)
    assert episode.delivered_on == "2026-11-12"


def test_a_child_entered_by_hand_is_not_entered_twice(store: Store, home: Home) -> None:
    people.add_newborns(store, home.woman, ("2",), date(2026, 11, 12))
    visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    assert len(children(store, home)) == 1


PLACED = {"kind": "1", "placed_on": "2026-10-10", "device_type": "8", "facility": "县医院", "follow_consent": "1"}


def test_a_placed_device_is_followed_in_secret(store: Store, home: Home) -> None:
    visit(store, home, "iud_followup", PLACED)
    (consent,) = kept(store, Consent)
    (episode,) = kept(store, Episode)
    assert (consent.programme, episode.programme) == ("private", "private")
    assert all(getattr(episode, name) is None for name in episodes.OPEN_DAYS)
    assert consent.how is None
    read = episodes.read(store, episode)
    assert read.programme == "iud"
    assert read.values == {
        "placed_on": "2026-10-10", "device_type": "8", "facility": "县医院", "method": "lng_iud",
    }  # fmt: skip


def test_the_next_visit_knows_the_device_and_does_not_ask_again(store: Store, home: Home) -> None:
    visit(store, home, "iud_followup", PLACED)
    next_time = visits.start_visit(store, "iud_followup", person_id=home.woman, on=date(2026, 11, 21))
    assert next_time.session.answers()["placed_on"] == "2026-10-10"
    assert not next_time.session.node("/data/closing/follow_consent").relevant


def test_a_removed_device_ends_its_episode_and_opens_the_check_after_it(store: Store, home: Home) -> None:
    visit(store, home, "iud_followup", PLACED)
    removed = {"kind": "2", "removed_on": "2026-11-18", "follow_consent": "1"}
    event = visit(store, home, "iud_followup", removed)
    with store.read() as connection:
        told = {one.programme: one for one in episodes.of_person(store, connection, home.woman)}
    assert told["iud"].episode.closed_on == "2026-11-20"
    assert told["iud"].values["removed_on"] == "2026-11-18"
    assert told["iud_removal"].episode.closed_on is None
    assert told["iud_removal"].values["removed_on"] == "2026-11-18"

    correct(store, event, {"kind": "3"})
    with store.read() as connection:
        (only,) = episodes.of_person(store, connection, home.woman)
    assert (only.programme, only.episode.closed_on) == ("iud", None)
    assert "removed_on" not in only.values
    assert told_marks(store) == []


def test_a_visit_read_again_shows_what_it_showed(store: Store, home: Home) -> None:
    event = visit(store, home, "iud_followup", PLACED)
    opened = visits.open_event(store, event)
    assert opened.session.answers()["follow_consent"] == "1"


def test_a_field_corrected_by_hand_since_is_left_alone(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    (episode,) = kept(store, Episode)
    with store.save("put right by hand") as save:
        save.change(replace(episode, delivered_on="2026-11-11"))
    correct(store, event, {"outcome_code": "2"})
    (after,) = kept(store, Episode)
    assert after.delivered_on == "2026-11-11"
    assert told_marks(store) == [STANDS]


def test_an_earlier_revision_shows_what_it_showed(store: Store, home: Home) -> None:
    event = visit(store, home, "iud_followup", PLACED)
    correct(store, event, {"placed_on": "2026-10-11"})
    assert visits.open_event(store, event).session.answers()["follow_consent"] == "1"
    with store.read() as connection:
        (only,) = episodes.of_person(store, connection, home.woman)
    assert only.values["placed_on"] == "2026-10-11"


@dataclass(frozen=True)
class Private:
    """A sheet that opens a private programme: what was answered, and what is kept under seal."""

    form: str
    answers: Mapping[str, Any]
    programme: str
    values: Mapping[str, str]


GIVEN = {"given_on": "2026-11-20"}
PRIVATE = (
    Private("implant_followup", {"kind": "1", "placed_on": "2026-10-10", "arm": "1"}, "implant",
            {"placed_on": "2026-10-10", "arm": "1", "method": "implant"}),
    Private("tubal_ligation_followup", {"op_on": "2026-11-10"}, "tubal", {"op_on": "2026-11-10", "method": "ster_f"}),
    Private("vasectomy_followup", {"op_on": "2026-11-10"}, "vasectomy", {"op_on": "2026-11-10", "method": "ster_m"}),
    Private("pac_followup", {"ended_on": "2026-10-10"}, "pac", {"ended_on": "2026-10-10"}),
    Private("contraceptive_supply", {"receiver": "1", "item_code": "coc", "days_covered": 28}, "pill",
            {"item_code": "coc", "method": "coc", "run_out_on": "2026-12-18", **GIVEN}),
    Private("contraceptive_supply", {"receiver": "1", "item_code": "condom_m"}, "condom",
            {"item_code": "condom_m", "method": "condom_m", **GIVEN}),
)  # fmt: skip


@pytest.mark.parametrize("told", PRIVATE, ids=lambda told: told.programme)
def test_a_private_programme_opens_under_seal(store: Store, home: Home, told: Private) -> None:
    visit(store, home, told.form, {**told.answers, "follow_consent": "2"})
    assert kept(store, Episode) == kept(store, Consent) == []
    visit(store, home, told.form, {**told.answers, "follow_consent": "1"})
    (episode,) = kept(store, Episode)
    assert (episode.programme, [getattr(episode, name) for name in episodes.OPEN_DAYS]) == ("private", [None] * 7)
    read = episodes.read(store, episode)
    assert (read.programme, read.values) == (told.programme, told.values)
    visit(store, home, told.form, {}, outcome=Outcome.WITHDRAWN)
    (episode,) = kept(store, Episode)
    (consent,) = kept(store, Consent)
    assert (episode.closed_why, consent.withdrawn_on) == ("withdrawn", "2026-11-20")


def test_pills_that_were_stopped_end_their_programme(store: Store, home: Home) -> None:
    visit(store, home, "contraceptive_supply", {"receiver": "1", "item_code": "coc", "follow_consent": "1"})
    visit(store, home, "contraceptive_followup", {"still_using": "2"})
    (episode,) = kept(store, Episode)
    assert episode.closed_on == "2026-11-20"


def test_a_check_before_a_pregnancy_moves_on_one_episode(store: Store, home: Home) -> None:
    visit(store, home, "prepregnancy_notice", {"consent": "3"})
    assert kept(store, Episode) == []
    visit(store, home, "prepregnancy_notice", {"consent": "1"})
    visit(store, home, "prepregnancy_check_note", {"checked_on": "2026-11-15"})
    visit(store, home, "prepregnancy_followup", {"outcome_code": "2"})
    (episode,) = kept(store, Episode)
    assert (episode.programme, episode.checked_on) == ("prepregnancy", "2026-11-15")
    assert episode.closed_why == "done"


def test_folic_acid_is_followed_where_she_agrees(store: Store, home: Home) -> None:
    visit(store, home, "folic_acid_supply", {"stage": "1", "started_on": "2026-11-01", "follow_consent": "1"})
    (episode,) = kept(store, Episode)
    assert (episode.programme, episode.started_on) == ("folic_acid", "2026-11-01")


def test_a_family_is_visited_as_it_wishes_and_no_more(store: Store, home: Home) -> None:
    visit(store, home, "special_family_visit", {"wished_frequency": "2"})
    visit(store, home, "special_family_visit", {"wished_frequency": "2"})
    (episode,) = kept(store, Episode)
    assert (episode.programme, episode.joined_on) == ("special_family", "2026-11-20")
    visit(store, home, "special_family_visit", {"wished_frequency": "5"})
    (episode,) = kept(store, Episode)
    assert episode.closed_on == "2026-11-20"


def test_a_slip_is_one_referral_however_often_it_is_corrected(store: Store, home: Home) -> None:
    slip: dict[str, Any] = {"reason": ["chest_pain"], "urgent": "3", "to_facility": "县医院"}
    event = visit(store, home, "referral_slip", slip)
    (referral,) = kept(store, Referral)
    assert (referral.urgency, referral.to_facility, referral.arrived) == ("3", "县医院", None)
    assert store.unseal(referral.reason).endswith(slip["reason"][0].encode())
    correct(store, event, {"arrived": "1"})
    (after,) = kept(store, Referral)
    today = store.ambient.today()
    assert today > ON, "the day on which she told how it went is not the day of the slip"
    assert (after.id, after.arrived, after.result_told_on) == (referral.id, "1", today.isoformat())
    assert after.reason == referral.reason


@pytest.mark.parametrize(
    ("form", "answers", "told"),
    [
        (
            "complication_referral",
            {"danger_seen": ["pus"], "urgent": "2", "facility_referred": "县医院", "follow_by": "2026-11-23"},
            ("2", "县医院", "2026-11-23"),
        ),
        ("free_service_info", {"item_iud": "2", "facility": "县妇幼保健院"}, (None, "县妇幼保健院", None)),
    ],
)
def test_a_slip_within_another_form_is_asked_after_too(
    store: Store, home: Home, form: str, answers: dict[str, Any], told: tuple[str | None, ...]
) -> None:
    event = visit(store, home, form, answers)
    (referral,) = kept(store, Referral)
    assert (referral.given_on, referral.person) == (ON.isoformat(), home.woman)
    assert (referral.urgency, referral.to_facility, referral.follow_by) == told
    field = "facility_referred" if form == "complication_referral" else "facility"
    again = visits.amend(store, event, "no slip was given")
    assert again.session.fill({field: "", **({"urgent": ""} if "urgent" in answers else {})}) == []
    visits.save_visit(store, again, Outcome.DONE)
    assert kept(store, Referral) == []


def test_without_a_facility_nobody_was_referred(store: Store, home: Home) -> None:
    visit(store, home, "free_service_info", {"item_iud": "3"})
    visit(store, home, "complication_referral", {"symptoms": "腰酸"})
    assert kept(store, Referral) == []


def test_a_benefit_is_one_case_until_it_is_decided(store: Store, home: Home) -> None:
    visit(store, home, "benefit_case", {"benefit_type": "jiangfu"})
    visit(store, home, "benefit_case", {"benefit_type": "jiangfu", "submitted_on": "2026-11-10"})
    event = visit(store, home, "benefit_case", {"benefit_type": "jiangfu", "decided_on": "2026-11-19", "decision": "1"})
    (case,) = kept(store, BenefitCase)
    assert (case.submitted_on, case.decided_on, case.decision) == ("2026-11-10", "2026-11-19", "1")
    correct(store, event, {"decided_on": "", "decision": ""})
    (case,) = kept(store, BenefitCase)
    assert (case.submitted_on, case.decided_on, case.decision) == ("2026-11-10", None, None)
    visit(store, home, "benefit_case", {"benefit_type": "tefu"})
    assert len(kept(store, BenefitCase)) == 2


def test_the_basic_record_fills_the_register_and_is_undone(store: Store, home: Home) -> None:
    told = {"education": "7", "marital": "2", "ethnic": "01", "occupation": "4", "phone": "13900000001"}
    event = visit(store, home, "person_basic", told)
    (woman,) = kept(store, Person, id=home.woman)
    assert (woman.education, woman.marital, woman.ethnic, woman.occupation) == ("70", "20", "01", "4")
    assert [phone.number for phone in kept(store, Phone)] == ["13900000001"]
    correct(store, event, {"education": "8", "phone": ""})
    (woman,) = kept(store, Person, id=home.woman)
    assert (woman.education, woman.marital) == ("80", "20")
    assert kept(store, Phone) == []
    assert told_marks(store) == []


def changes(store: Store, home: Home, *rows: dict[str, str]) -> RecordId:
    answers = {"changes": list(rows)}
    return visits.add_visit(
        store, "member_change", answers, outcome=Outcome.DONE, on=ON, household_id=home.household
    ).event_id  # fmt: skip


def test_a_sheet_of_changes_moves_the_household(store: Store, home: Home) -> None:
    away = {"change_kind": "4", "member": home.woman.hex(), "changed_on": "2026-11-01", "presence": "2"}
    event = changes(store, home, away, {"change_kind": "3", "new_name": "王小明", "new_sex": "1"})
    (membership,) = kept(store, Membership, person=home.woman)
    assert (membership.presence, membership.presence_since) == (Presence.AWAY, "2026-11-01")
    (newcomer,) = kept(store, Person, name="王小明")
    (joined,) = kept(store, Membership, person=newcomer.id)
    assert (joined.household, joined.joined_why) == (home.household, "arrived")
    again = visits.amend(store, event, "nobody came")
    again.session.remove_repeat(again.session.node("/data/changed/changes").children[1])
    visits.save_visit(store, again, Outcome.DONE)
    assert kept(store, Person, name="王小明") == kept(store, Membership, person=newcomer.id) == []
    (membership,) = kept(store, Membership, person=home.woman)
    assert membership.presence is Presence.AWAY


def test_a_death_closes_memberships_and_programmes_and_can_be_undone(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = changes(store, home, {"change_kind": "8", "member": home.woman.hex(), "changed_on": "2026-11-18"})
    (woman,) = kept(store, Person, id=home.woman)
    (membership,) = kept(store, Membership, person=home.woman)
    (episode,) = kept(store, Episode)
    assert (woman.died_on, membership.left_on, membership.left_why) == ("2026-11-18", "2026-11-18", "deceased")
    assert (episode.closed_on, episode.closed_why) == ("2026-11-20", "deceased")
    again = visits.amend(store, event, "the wrong person")
    visits.save_visit(store, again, Outcome.NOT_APPLICABLE)
    (woman,) = kept(store, Person, id=home.woman)
    (membership,) = kept(store, Membership, person=home.woman)
    (episode,) = kept(store, Episode)
    assert (woman.died_on, membership.left_on, episode.closed_on) == (None, None, None)
    assert told_marks(store) == []


def test_a_child_gets_its_name(store: Store, home: Home) -> None:
    (child,) = people.add_newborns(store, home.woman, ("2",), date(2026, 11, 12))
    event = changes(store, home, {"change_kind": "2", "member": child.id.hex(), "new_name": "王小雨"})
    assert [line.id for line in people.find(store, "王小雨")] == [child.id]
    assert [alias.name for alias in kept(store, Alias)] == ["李芳之女"]
    again = visits.amend(store, event, "another child")
    visits.save_visit(store, again, Outcome.NOT_APPLICABLE)
    (child,) = kept(store, Person, id=child.id)
    assert (child.name, child.name_status) == ("李芳之女", NameStatus.PROVISIONAL)
    assert kept(store, Alias) == []


def test_a_visit_after_a_loss_says_no_word_of_a_child(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_outcome_followup", {**BORN, "children": [GIRL]})
    before = visits.start_visit(store, "postpartum_visit", person_id=home.woman, on=ON)
    assert before.session.inputs.episode["living_children"] == "1"
    assert before.session.inputs.episode["delivered_on"] == "2026-11-12"
    correct(store, event, {"outcome_code": "6"})
    after = visits.start_visit(store, "postpartum_visit", person_id=home.woman, on=ON)
    assert after.session.inputs.episode["living_children"] == "0"


def test_a_death_told_at_a_visit_ends_all_programmes_and_asks_for_the_day(store: Store, home: Home) -> None:
    visit(store, home, "pregnancy_registration", REGISTERED)
    visit(store, home, "folic_acid_supply", {}, outcome=Outcome.DECEASED)
    (episode,) = kept(store, Episode)
    assert episode.closed_why == "deceased"
    assert told_marks(store) == ["death_told"]
    changes(store, home, {"change_kind": "8", "member": home.woman.hex(), "changed_on": "2026-11-18"})
    assert told_marks(store) == []


def test_any_answers_can_be_corrected_to_any_others(store: Store, home: Home) -> None:
    """Corrected again and again, what stands is what the last revision alone would have written."""
    one = {**BORN, "children": [GIRL]}
    two = {**BORN, "children": [GIRL, {**GIRL, "child_sex": "1"}]}
    none = {"outcome_code": "6"}
    visit(store, home, "pregnancy_registration", REGISTERED)
    event = visit(store, home, "pregnancy_outcome_followup", one)
    for answers, living in ((two, 2), (none, 0), (one, 1), (one, 1), (two, 2), (none, 0)):
        event = correct(store, event, answers)
        assert len(children(store, home)) == living
        (episode,) = kept(store, Episode)
        assert (episode.closed_by, episode.delivered_on) == (event, "2026-11-12")
    assert told_marks(store) == []
