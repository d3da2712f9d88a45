"""What is due after a birth: the first offer without any paper, twins, losses, corrections, births elsewhere."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from tests.domain.followup_cases import RULES, act, all_items, child, episode, person, shown, windows, woman
from villagefp.domain.followups import Facts, due_items
from villagefp.domain.records import Outcome, Presence

HOME = "newborn_home_visit"


def test_a_baby_home_since_tuesday_is_due_on_wednesday_without_any_paper() -> None:
    baby = child("2026-11-13", delivered_on="2026-11-13", discharged_on="2026-11-17")
    mother = woman(
        episode("anc", "2026-05-01", "2026-11-17", delivered_on="2026-11-13", discharged_on="2026-11-17"),
        children=[baby.person],
    )
    assert shown(baby, "2026-11-18") == {"newborn visit": "due"}
    assert shown(mother, "2026-11-18") == {"postpartum visit": "due"}
    [item] = [each for each in all_items(baby, "2026-11-18") if each.programme == "newborn"]
    assert item.offer
    assert item.episode is None
    assert item.form == HOME
    assert (item.window_from, item.window_to) == (date(2026, 11, 17), date(2026, 11, 24))
    assert item.reason.counts_from == "discharged_on"
    assert item.reason.counts_on == date(2026, 11, 17)
    assert item.reason.clears == HOME
    assert "[S:F6]" in item.reason.source
    assert item.reason.rule


def test_only_the_day_of_birth_is_known() -> None:
    assert windows(child("2026-11-13"), "newborn", "2026-11-14") == [("visit", "2026-11-16", "2026-11-23")]
    mother = woman(children=[person("2026-11-13")])
    assert windows(mother, "postpartum", "2026-11-14") == [("visit", "2026-11-16", "2026-11-23")]


def test_a_birth_before_any_registration_gives_the_mother_her_own_visits() -> None:
    mother = woman(children=[person("2026-11-13")])
    assert shown(mother, "2026-11-20") == {"postpartum visit": "due"}
    assert shown(mother, "2026-12-20") == {"postpartum_42d d42": "due"}
    assert windows(mother, "postpartum_42d", "2026-12-20") == [("d42", "2026-12-18", "2027-01-08")]


def test_a_first_offer_is_one_item_and_a_yes_opens_the_rest() -> None:
    baby = child("2026-01-10")
    assert shown(baby, "2026-04-08", without=()) == {"child m3": "due", "subsidy y0": "due"}
    assert windows(baby, "child", "2026-04-08") == [("m3", "2026-03-31", "2026-04-20")]
    yes = replace(baby, acts=(act("child_1_8m", "2026-04-08", age_step="3"),))
    assert [point for point, _first, _last in windows(yes, "child", "2026-04-09")] == [
        "m6", "m8", "m12", "m18", "m24", "m30", "m36", "y4", "y5", "y6",
    ]  # fmt: skip
    assert not any(item.offer for item in all_items(yes, "2026-07-01") if item.programme == "child")


def test_an_offer_nobody_made_comes_again_at_the_next_age_alone() -> None:
    baby = child("2026-01-10")
    assert [point for point, *_days in windows(baby, "child", "2026-06-01")] == ["m3"]  # overdue since May 20
    assert shown(baby, "2026-06-01") == {"child m3": "overdue"}
    assert [point for point, *_days in windows(baby, "child", "2026-07-01")] == ["m6"]
    assert shown(baby, "2026-07-01") == {"child m6": "due"}


def test_the_child_is_visited_where_a_yes_stands_as_an_episode_only() -> None:
    baby = child("2026-01-10", episodes=[episode("child", "2026-04-08")])
    items = [item for item in all_items(baby, "2026-04-09") if item.programme == "child"]
    assert len(items) == 11
    assert {item.offer for item in items} == {False}
    assert {item.episode for item in items} == {baby.episodes[0].id}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"ga_weeks": "36"}, ("2026-11-17", "2026-11-20")),
        ({"ga_weeks": "37"}, ("2026-11-17", "2026-11-24")),
        ({"birth_weight_kg": "2.49"}, ("2026-11-17", "2026-11-20")),
        ({"birth_weight_kg": "2.5"}, ("2026-11-17", "2026-11-24")),
        ({"infant_ok": "2"}, ("2026-11-17", "2026-11-20")),
        ({"infant_ok": "3"}, ("2026-11-17", "2026-11-24")),
        ({"ga_weeks": "?"}, ("2026-11-17", "2026-11-24")),
    ],
)
def test_an_early_or_light_baby_is_offered_a_visit_within_three_days(
    told: dict[str, str], expected: tuple[str, str]
) -> None:
    baby = child("2026-11-13", discharged_on="2026-11-17", **told)
    assert windows(baby, "newborn", "2026-11-17") == [("visit", *expected)]


def test_the_second_newborn_visit_is_the_countys_choice() -> None:
    baby = child("2026-11-13", discharged_on="2026-11-17", episodes=[episode("newborn", "2026-11-18")])
    assert [point for point, *_days in windows(baby, "newborn", "2026-11-18")] == ["visit"]
    wished = windows(baby, "newborn", "2026-11-18", newborn_second_visit="1")
    assert wished[1] == ("second", "2026-12-11", "2026-12-13")
    assert len(windows(baby, "newborn", "2026-11-18", newborn_second_visit="0")) == 1


def test_a_late_visit_counts_with_its_true_day() -> None:
    baby = child("2026-11-13", discharged_on="2026-11-17")
    assert shown(baby, "2026-11-28") == {"newborn visit": "overdue"}
    seen = replace(baby, acts=(act(HOME, "2026-11-29"),))
    assert shown(seen, "2026-11-29") == {}


def test_a_visit_agreed_with_the_doctor_stands_on_its_day() -> None:
    baby = child("2026-11-13", discharged_on="2026-11-17", acts=[act(HOME, "2026-11-18", then="2026-11-25")])
    assert shown(baby, "2026-11-19") == {"newborn agreed": "soon"}
    assert shown(baby, "2026-11-25") == {"newborn agreed": "due"}
    full_month = replace(baby, acts=(act(HOME, "2026-11-18", then="2026-12-13"),))
    assert "newborn agreed" not in shown(full_month, "2026-12-10")  # that day is the check at one month


def test_twins_have_their_own_items_and_their_mother_has_hers_once() -> None:
    twins = [child("2026-11-13", discharged_on="2026-11-17") for _each in range(2)]
    assert [shown(twin, "2026-11-18") for twin in twins] == [{"newborn visit": "due"}] * 2
    mother = woman(
        episode("anc", "2026-05-01", "2026-11-17", delivered_on="2026-11-13", discharged_on="2026-11-17"),
        children=[twin.person for twin in twins if twin.person],
    )
    assert [item.programme for item in all_items(mother, "2026-11-18")] == ["postpartum", "postpartum_42d"]
    seen = replace(twins[0], acts=(act(HOME, "2026-11-18"),))
    assert shown(seen, "2026-11-19") == {}
    assert shown(twins[1], "2026-11-19") == {"newborn visit": "due"}


def test_twins_born_on_both_sides_of_midnight_are_one_birth() -> None:
    mother = woman(children=[person("2026-11-13"), person("2026-11-14")])
    assert windows(mother, "postpartum", "2026-11-14") == [("visit", "2026-11-16", "2026-11-23")]


def test_one_twins_death_takes_its_items_alone() -> None:
    gone = child("2026-11-13", discharged_on="2026-11-17", died="2026-11-18")
    lives = child("2026-11-13", discharged_on="2026-11-17")
    assert all_items(gone, "2026-11-19") == []
    assert shown(lives, "2026-11-19") == {"newborn visit": "due"}
    mother = woman(children=[gone.person, lives.person])
    assert shown(mother, "2026-11-20") == {"postpartum visit": "due"}


def test_after_a_stillbirth_only_her_own_care_stays() -> None:
    mother = woman(
        episode("anc", "2026-05-01", "2026-11-15", delivered_on="2026-11-13", discharged_on="2026-11-14"),
        acts=[act("pregnancy_outcome_followup", "2026-11-15", ga_weeks="33")],
    )
    assert shown(mother, "2026-11-16") == {"postpartum visit": "due"}
    for item in all_items(mother, "2026-11-16"):
        for words in (*RULES[item.programme].why.values(), *RULES[item.programme].title.values()):
            assert not any(
                word in words.lower() for word in ("孩", "婴", "宝", "新生", "喂", "child", "baby", "newborn")
            )


def test_a_loss_entered_as_a_correction_leaves_no_item_of_the_child() -> None:
    pregnancy = episode("anc", "2026-05-01", "2026-11-17", delivered_on="2026-11-13", discharged_on="2026-11-17")
    told_alive = woman(pregnancy, children=[person("2026-11-13")])
    corrected = woman(pregnancy, who=told_alive.person)
    assert shown(told_alive, "2026-11-18") == shown(corrected, "2026-11-18") == {"postpartum visit": "due"}
    taken_off_the_list = replace(child("2026-11-13"), person=person("2026-11-13", member=False))
    assert all_items(taken_off_the_list, "2026-11-18") == []


def test_a_miscarriage_leaves_nothing_and_the_next_pregnancy_counts_for_itself() -> None:
    first = episode("anc", "2026-03-01", "2026-04-10", lmp="2026-01-20")
    lost = woman(first, acts=[act("pregnancy_outcome_followup", "2026-04-10")])
    assert all_items(lost, "2026-04-11") == []
    again = replace(lost, episodes=(first, episode("anc", "2026-08-20", lmp="2026-07-01")))
    assert windows(again, "anc", "2026-08-21")[0] == ("v1", "2026-07-01", "2026-09-29")


def test_two_pregnancies_in_a_row() -> None:
    first = episode("anc", "2025-05-01", "2026-01-12", lmp="2025-04-01", delivered_on="2026-01-06")
    second = episode("anc", "2026-06-20", "2027-01-20", lmp="2026-04-20", delivered_on="2027-01-15")
    visits = [
        act("postpartum_visit", "2026-01-12"),
        act("anc_first", "2025-05-02"),
        act("anc_followup", "2025-08-01"),
    ]
    between = woman(first, replace(second, closed_on=None, days={"lmp": "2026-04-20"}), acts=visits)
    assert shown(between, "2026-07-01") == {"anc v1": "due"}
    assert next(item.form for item in all_items(between, "2026-07-01")) == "anc_first"
    after = woman(first, second, acts=visits)
    assert shown(after, "2027-01-20") == {"postpartum visit": "due"}


def test_a_corrected_birth_date_moves_what_counts_from_it() -> None:
    before, after = child("2026-08-20"), child("2026-08-02")
    assert windows(before, "child", "2026-11-01") == [("m3", "2026-11-10", "2026-11-30")]
    assert windows(after, "child", "2026-11-01") == [("m3", "2026-10-23", "2026-11-12")]


def test_a_day_of_leaving_hospital_that_is_corrected_keeps_the_visit_that_was_made() -> None:
    seen = [act(HOME, "2026-11-18")]
    assert shown(child("2026-11-13", acts=seen, discharged_on="2026-11-17"), "2026-11-19") == {}
    assert shown(child("2026-11-13", acts=seen, discharged_on="2026-11-19"), "2026-11-19") == {}


def test_a_mother_who_gives_birth_in_another_village_waits_until_she_is_back() -> None:
    away = person(presence=Presence.AWAY, back="2026-12-20")
    pregnancy = episode("anc", "2026-05-01", "2026-11-17", delivered_on="2026-11-13", discharged_on="2026-11-17")
    assert shown(woman(pregnancy, who=away), "2026-11-18") == {"postpartum visit": "away"}
    assert shown(woman(pregnancy, who=away), "2026-11-28") == {"postpartum visit": "away"}  # never overdue
    back = replace(away, presence=Presence.RESIDENT, expected_back=None)
    assert shown(woman(pregnancy, who=back), "2026-12-20") == {"postpartum_42d d42": "due"}
    staying_here = replace(away, presence=Presence.LYING_IN)
    assert shown(woman(pregnancy, who=staying_here), "2026-11-18") == {"postpartum visit": "due"}
    assert all_items(woman(pregnancy, who=replace(away, member=False)), "2026-11-18") == []


@pytest.mark.parametrize(
    ("born", "programme", "point", "first", "last"),
    [
        ("2026-11-30", "child", "m3", "2027-02-18", "2027-03-10"),  # Feb 28
        ("2027-11-30", "child", "m3", "2028-02-19", "2028-03-10"),  # Feb 29
        ("2026-08-31", "child", "m6", "2027-02-18", "2027-03-10"),
        ("2028-02-29", "child", "m12", "2029-02-13", "2029-03-15"),  # Feb 28
        ("2028-02-29", "child", "y4", "2032-01-30", "2032-03-30"),  # Feb 29 again
        ("2028-02-29", "child_1m", "m1", "2028-03-28", "2028-03-30"),
        ("2028-02-01", "child_1m", "m1", "2028-02-29", "2028-03-02"),
    ],
)
def test_leap_days_and_month_ends(born: str, programme: str, point: str, first: str, last: str) -> None:
    baby = child(born, episodes=[episode("child", born), episode("child_1m", born)])
    assert (point, first, last) in windows(baby, programme, born)


def test_a_childs_last_check_and_the_end_of_the_programme() -> None:
    grown = child("2020-03-01", episodes=[episode("child", "2026-02-01")])
    assert shown(grown, "2026-03-20") == {"child y6": "due"}
    assert shown(grown, "2026-05-20") == {"child y6": "overdue"}
    assert all_items(grown, "2026-06-05") == []
    assert all_items(child("2019-03-01", episodes=[episode("child", "2026-02-01")]), "2026-03-02") == []


def test_a_refusal_at_the_month_is_no_refusal_of_the_later_checks() -> None:
    baby = child("2026-01-10", acts=[act("child_1_8m", "2026-02-08", Outcome.DECLINED)])
    assert shown(baby, "2026-02-09") == {}
    assert shown(baby, "2026-04-08") == {"child m3": "due"}


def test_the_check_at_one_month_is_no_yes_to_the_later_ones() -> None:
    baby = child("2026-01-10", acts=[act("child_1_8m", "2026-02-08", age_step="1")])
    [item] = [each for each in all_items(baby, "2026-04-08") if each.programme == "child"]
    assert item.offer


def test_the_age_that_a_form_names_goes_before_its_day() -> None:
    late = child("2026-01-10", acts=[act("child_1_8m", "2026-07-05", age_step="3")])  # in the window of six months
    assert shown(late, "2026-07-06") == {"child m6": "due"}
    in_time = child("2026-01-10", acts=[act("child_1_8m", "2026-07-05", age_step="6")])
    assert shown(in_time, "2026-07-06") == {}


def test_the_subsidy_is_one_hint_a_year_until_three() -> None:
    baby = child("2026-11-13")
    days = {"2026-11-14": "y0", "2026-12-31": "y0", "2027-01-01": "y1", "2028-06-01": "y2", "2029-11-12": "y3"}
    for day, point in days.items():
        items = [each for each in all_items(baby, day) if each.programme == "subsidy"]
        assert [(each.point, each.state) for each in items] == [(point, "due")], day
    assert not [each for each in all_items(baby, "2029-11-14") if each.programme == "subsidy"]
    told = replace(baby, acts=(act("childcare_subsidy_help", "2026-12-01"),))
    assert not [each for each in all_items(told, "2026-12-02") if each.programme == "subsidy" and each.state == "due"]
    assert "subsidy y1" in shown(told, "2027-01-02", without=())
    no_more = replace(baby, acts=(act("childcare_subsidy_help", "2026-12-01", Outcome.DECLINED),))
    assert not [each for each in all_items(no_more, "2027-02-01") if each.programme == "subsidy"]


@pytest.mark.parametrize("born", ["2026", "2026-11", None])
def test_a_birth_that_is_not_known_to_the_day_starts_nothing(born: str | None) -> None:
    assert all_items(Facts(person=person(born)), "2026-11-20") == []
    assert all_items(woman(children=[person(born)]), "2026-11-20") == []


def test_a_clock_set_to_2010_finds_nothing_overdue() -> None:
    baby = child("2026-11-13", discharged_on="2026-11-17", episodes=[episode("child", "2026-11-18")])
    mother = woman(episode("anc", "2026-05-01", "2026-11-17", delivered_on="2026-11-13"), children=[baby.person])
    for facts in (baby, mother):
        states = {item.state.value for item in due_items(facts, RULES, date(2010, 1, 1), {})}
        assert states <= {"planned"}
    assert due_items(woman(), RULES, date(2010, 1, 1), {}) == ()
