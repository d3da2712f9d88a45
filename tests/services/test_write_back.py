"""What a finished visit writes to the records of its person, and what its correction leaves of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from villagefp import paths
from villagefp.domain.records import (
    Consent,
    Episode,
    Household,
    Membership,
    NameStatus,
    Outcome,
    Person,
    Precision,
    Presence,
    Record,
    RecordId,
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
