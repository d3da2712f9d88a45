"""What answers do to an item: not now, later, no more, nobody at home, away; and that no order of entering matters."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from tests.domain.followup_cases import RULES, act, all_items, child, episode, person, shown, windows, woman
from villagefp.domain.followups import Facts, due_items, on_day, plan
from villagefp.domain.records import Outcome, Presence

IUD = "iud_followup"
PLACED = episode("iud", "2026-01-05", placed_on="2026-01-01")
CLOSES = [Outcome.DECLINED, Outcome.WITHDRAWN, Outcome.MOVED, Outcome.TRANSFERRED, Outcome.DECEASED]


def test_not_this_time_closes_this_point_only() -> None:
    told = woman(PLACED, acts=[act(IUD, "2026-02-03", Outcome.NOT_THIS_TIME)])
    assert shown(told, "2026-02-04") == {}
    assert shown(told, "2026-04-02") == {"iud m3": "due"}


@pytest.mark.parametrize("outcome", CLOSES)
def test_an_ending_closes_the_episode_quietly(outcome: Outcome) -> None:
    by_record = woman(episode("iud", "2026-01-05", "2026-02-03", outcome.value, placed_on="2026-01-01"))
    by_visit = woman(PLACED, acts=[act(IUD, "2026-02-03", outcome)])
    assert all_items(by_record, "2026-02-04") == all_items(by_visit, "2026-02-04") == []


@pytest.mark.parametrize("outcome", CLOSES)
def test_an_offer_that_was_refused_is_not_made_again_for_this_child(outcome: Outcome) -> None:
    baby = child("2026-01-10", acts=[act("child_1_8m", "2026-04-08", outcome)])
    assert [item for item in all_items(baby, "2026-04-09") if item.programme == "child"] == []
    next_child = child("2026-01-10")
    assert shown(next_child, "2026-04-09") == {"child m3": "due"}
    asked_again = replace(baby, acts=(*baby.acts, act("child_1_8m", "2026-07-08", age_step="6")))
    assert next(item.point for item in all_items(asked_again, "2026-07-09") if item.programme == "child") == "m8"


def test_a_refusal_long_before_the_window_counts() -> None:
    mother = woman(
        children=[person("2026-01-10")],
        acts=[
            act("postpartum_42d", "2026-01-15", Outcome.DECLINED),
            act("postpartum_visit", "2026-01-11", Outcome.NOT_THIS_TIME),
        ],
    )
    assert all_items(mother, "2026-01-20") == all_items(mother, "2026-02-20") == []
    baby = child(
        "2026-01-10", acts=[act("newborn_home_visit", "2026-01-11", Outcome.DECLINED)], discharged_on="2026-01-28"
    )
    assert [item for item in all_items(baby, "2026-01-29") if item.programme == "newborn"] == []
    asked_early = woman(PLACED, acts=[act(IUD, "2026-01-10", Outcome.NOT_THIS_TIME)])
    assert shown(asked_early, "2026-02-04") == {}


def test_a_refusal_before_the_yes_is_no_refusal_after_it() -> None:
    acts = [act(IUD, "2026-01-03", Outcome.NOT_THIS_TIME), act(IUD, "2026-01-04", Outcome.DECLINED)]
    assert shown(woman(PLACED, acts=acts), "2026-02-04") == {"iud m1": "due"}


def test_two_attempts_close_the_contact_for_this_point() -> None:
    once = woman(PLACED, acts=[act(IUD, "2026-02-03", Outcome.UNREACHABLE)])
    assert shown(once, "2026-02-04") == {"iud m1": "due"}
    assert next(item.attempts for item in all_items(once, "2026-02-04")) == 1
    twice = replace(once, acts=(*once.acts, act(IUD, "2026-02-10", Outcome.UNREACHABLE)))
    assert shown(twice, "2026-02-11") == {"iud m1": "contact_closed"}
    assert shown(twice, "2026-04-02") == {"iud m3": "due"}


def test_one_attempt_counts_for_every_item_with_that_form() -> None:
    pill = episode("pill", "2026-10-01", given_on="2026-10-01", run_out_on="2026-12-30")
    jab = episode("injection", "2026-08-10", given_on="2026-08-10", run_out_on="2026-11-08")
    tried = [act("contraceptive_followup", f"2026-11-0{day}", Outcome.UNREACHABLE) for day in (2, 3)]
    assert shown(woman(pill, jab, acts=tried), "2026-11-04") == {
        "pill m1": "contact_closed",
        "injection next": "contact_closed",
    }


def test_a_day_that_the_person_chose_goes_before_the_window() -> None:
    asked = woman(PLACED, acts=[act(IUD, "2026-02-03", Outcome.POSTPONED, then="2026-02-20")])
    assert shown(asked, "2026-02-04") == {}
    assert shown(asked, "2026-02-15") == {"iud m1": "soon"}
    assert shown(asked, "2026-02-20") == {"iud m1": "due"}
    assert next(item.asked_back_on for item in all_items(asked, "2026-02-20")) == date(2026, 2, 20)
    late = woman(PLACED, acts=[act(IUD, "2026-02-20", Outcome.POSTPONED, then="2026-03-20")])
    assert shown(late, "2026-03-20") == {"iud m1": "due"}  # 18 days after the window
    assert shown(late, "2026-04-01") == {"iud m3": "due"}


def test_later_without_a_day_leaves_the_window_as_it_is() -> None:
    assert shown(woman(PLACED, acts=[act(IUD, "2026-02-03", Outcome.POSTPONED)]), "2026-02-04") == {"iud m1": "due"}


def test_a_day_in_the_next_window_is_the_next_point() -> None:
    asked = woman(PLACED, acts=[act(IUD, "2026-03-01", Outcome.POSTPONED, then="2026-04-03")])
    assert shown(asked, "2026-03-02") == {}
    assert shown(asked, "2026-04-03") == {"iud m3": "due"}


def test_a_wish_after_two_attempts_opens_the_door_again() -> None:
    acts = [act(IUD, f"2026-02-0{day}", Outcome.UNREACHABLE) for day in (3, 4)]
    called = [*acts, act(IUD, "2026-02-06", Outcome.POSTPONED, then="2026-02-20")]
    assert shown(woman(PLACED, acts=called), "2026-02-20") == {"iud m1": "due"}
    met = [*called, act(IUD, "2026-02-20")]
    assert shown(woman(PLACED, acts=met), "2026-02-20") == {}


def test_a_wish_is_over_with_the_visit() -> None:
    same_day = [act(IUD, "2026-02-03", Outcome.POSTPONED, then="2026-02-20"), act(IUD, "2026-02-03")]
    assert shown(woman(PLACED, acts=same_day), "2026-02-20") == {}


def test_people_who_are_away_wait_and_are_never_overdue() -> None:
    for presence in (Presence.AWAY, Presence.ELSEWHERE_HUKOU_HERE):
        away = woman(PLACED, who=person(presence=presence))
        assert shown(away, "2026-02-04") == {"iud m1": "away"}
        assert shown(away, "2026-03-24") == {"iud m1": "away"}
        assert "iud m1" not in shown(away, "2025-12-20")
    for presence in (Presence.RESIDENT, Presence.STAYING, Presence.LYING_IN, Presence.HUKOU_ELSEWHERE):
        assert shown(woman(PLACED, who=person(presence=presence)), "2026-02-04") == {"iud m1": "due"}


def test_nobody_dead_or_moved_away_has_an_item() -> None:
    for who in (person(died="2026-01-20"), person(member=False)):
        assert all_items(woman(PLACED, who=who), "2026-02-04") == []
    kept = plan(woman(PLACED), RULES, {})
    gone = replace(person(), died_on="2026-02-01")
    assert [on_day(each, gone, date(2026, 2, 4)) for each in kept] == [None] * len(kept)


def test_an_item_that_nobody_answers_fades_and_locks_nothing() -> None:
    removed = woman(episode("iud_removal", "2026-01-05", removed_on="2026-01-01"))
    states = {day: shown(removed, day).get("iud_removal m1") for day in ("2026-03-02", "2026-03-31", "2026-04-30")}
    assert states == {"2026-03-02": "due", "2026-03-31": "due", "2026-04-30": "overdue"}
    assert all_items(removed, "2026-05-02") == []


def test_every_state_along_the_way() -> None:
    expected = {
        "2026-01-23": "planned",
        "2026-01-24": "soon",
        "2026-01-30": "soon",
        "2026-01-31": "due",
        "2026-03-02": "due",
        "2026-03-31": "due",  # grace of 30 days after March 2
    }
    for day, state in expected.items():
        [item] = [each for each in all_items(woman(PLACED), day) if each.point == "m1"]
        assert item.state == state, day


def test_a_visit_before_the_yes_counts() -> None:
    told_late = woman(episode("iud", "2026-03-01", placed_on="2026-01-01"), acts=[act(IUD, "2026-02-05")])
    assert shown(told_late, "2026-03-02") == {}
    assert windows(told_late, "iud", "2026-03-02")[0] == ("m3", "2026-04-01", "2026-04-15")


def test_the_visit_that_opens_an_episode_is_no_followup_of_the_same_day() -> None:
    opened = woman(episode("iud", "2026-01-05", placed_on="2026-01-01"), acts=[act(IUD, "2026-01-05")])
    assert shown(opened, "2026-02-04") == {"iud m1": "due"}


def test_yearly_visits_go_on_where_the_points_end() -> None:
    assert windows(woman(PLACED), "iud", "2026-12-30") == [
        ("m12", "2027-01-01", "2027-01-31"),
        ("yearly", "2028-01-01", "2028-01-31"),
    ]
    old = woman(episode("iud", "2026-01-05", placed_on="2015-06-01"))
    assert windows(old, "iud", "2026-06-10") == [("yearly", "2026-05-29", "2026-06-28")]
    assert shown(old, "2026-07-20") == {"iud yearly": "due"}
    assert shown(old, "2026-08-01") == {"iud yearly": "overdue"}
    assert windows(old, "iud", "2026-10-01") == [("yearly", "2027-05-29", "2027-06-28")]


def test_an_answer_to_a_yearly_visit_is_about_that_year_alone() -> None:
    old = woman(episode("iud", "2026-01-05", placed_on="2015-06-01"))
    seen = replace(old, acts=(act(IUD, "2026-05-25"),))  # four days early
    assert windows(seen, "iud", "2026-06-10") == [("yearly", "2027-05-29", "2027-06-28")]
    not_now = replace(old, acts=(act(IUD, "2026-06-02", Outcome.NOT_THIS_TIME),))
    assert windows(not_now, "iud", "2026-06-10") == [("yearly", "2027-05-29", "2027-06-28")]
    tried = replace(old, acts=tuple(act(IUD, f"2026-06-0{day}", Outcome.UNREACHABLE) for day in (2, 3)))
    assert shown(tried, "2026-06-10") == {"iud yearly": "contact_closed"}
    assert shown(tried, "2027-06-10") == {"iud yearly": "due"}
    asked = replace(old, acts=(act(IUD, "2026-06-02", Outcome.POSTPONED, then="2026-07-20"),))
    assert shown(asked, "2026-06-10") == {}
    assert shown(asked, "2026-07-20") == {"iud yearly": "due"}


def test_a_correction_counts_in_its_latest_revision_only() -> None:
    """Acts are told as they stand now, so a corrected day or outcome is simply another act."""
    before = woman(PLACED, acts=[act(IUD, "2026-02-03", Outcome.DECLINED)])
    after = replace(before, acts=(act(IUD, "2026-02-03", Outcome.NOT_THIS_TIME),))
    assert all_items(before, "2026-04-02") == []
    assert shown(after, "2026-04-02") == {"iud m3": "due"}


def test_a_household_has_its_roster_read_over_again_90_days_after_the_last_time() -> None:
    home = Facts(household=b"h" * 16, joined_on="2026-01-01")
    assert windows(home, "rosters", "2026-03-01") == [("review", "2026-04-01", "2026-05-01")]
    assert shown(home, "2026-05-20") == {"rosters review": "due"}  # the worker's own task stays, never overdue
    late = replace(home, acts=(act("roster_review", "2026-05-20"),))
    assert windows(late, "rosters", "2026-05-21") == [("review", "2026-08-18", "2026-09-17")]
    item = next(iter(all_items(late, "2026-09-01")))
    assert (item.household, item.person, item.reason.counts_on) == (home.household, None, date(2026, 5, 20))
    unasked = Facts(household=b"h" * 16)
    assert all_items(unasked, "2026-05-20") == []
    assert windows(replace(unasked, acts=late.acts), "rosters", "2026-05-21")[0][1] == "2026-08-18"


def test_what_is_planned_does_not_look_at_today() -> None:
    facts = woman(PLACED, acts=[act(IUD, "2026-02-03", Outcome.UNREACHABLE)])
    kept = plan(facts, RULES, {})
    for day in (date(2010, 1, 1), date(2026, 2, 4), date(2040, 5, 1)):
        today = tuple(item for each in kept if (item := on_day(each, facts.person, day)) is not None)
        assert today == due_items(facts, RULES, day, {})
