"""What is due in pregnancy, with a method, after an operation, and in the programmes beside health care."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from tests.domain.followup_cases import RULES, act, all_items, episode, person, shown, windows, woman
from villagefp.domain.followups import DueState
from villagefp.domain.programmes import Join
from villagefp.domain.records import Outcome

LMP = episode("anc", "2026-03-01", lmp="2026-01-10")


def test_antenatal_visits_only_for_a_woman_who_registered() -> None:
    assert all_items(woman(), "2026-03-01") == []
    assert windows(woman(LMP), "anc", "2026-03-01") == [
        ("v1", "2026-01-10", "2026-04-10"),
        ("v2", "2026-05-02", "2026-06-05"),
        ("v3", "2026-06-06", "2026-07-03"),
        ("v4", "2026-07-25", "2026-09-25"),
        ("v5", "2026-09-26", "2026-10-23"),
    ]


def test_the_due_date_stands_in_for_the_last_period() -> None:
    by_edd = woman(episode("anc", "2026-03-01", edd="2026-10-17"))
    assert windows(by_edd, "anc", "2026-03-01") == windows(woman(LMP), "anc", "2026-03-01")
    reason = all_items(by_edd, "2026-03-01")[0].reason
    assert (reason.counts_from, reason.counts_on) == ("edd", date(2026, 10, 17))
    assert all_items(woman(episode("anc", "2026-03-01")), "2026-03-01") == []  # neither is known


def test_an_antenatal_episode_without_an_outcome_ends_quietly() -> None:
    assert shown(woman(LMP), "2026-11-28") == {"anc v5": "overdue"}  # 42 days after the due date
    assert all_items(woman(LMP), "2026-11-29") == []
    by_scan = woman(episode("anc", "2026-03-01", lmp="2026-01-10", edd="2026-10-10"))
    assert shown(by_scan, "2026-11-21") == {"anc v5": "overdue"}
    assert all_items(by_scan, "2026-11-22") == []


def test_a_corrected_last_period_moves_every_window_and_keeps_what_was_done() -> None:
    seen = [act("anc_first", "2026-03-01")]
    before = woman(LMP, acts=seen)
    after = woman(replace(LMP, days={"lmp": "2026-02-07"}), acts=seen)
    assert windows(before, "anc", "2026-03-02")[0] == ("v2", "2026-05-02", "2026-06-05")
    assert windows(after, "anc", "2026-03-02")[0] == ("v2", "2026-05-30", "2026-07-03")
    across_a_leap_day = woman(episode("anc", "2028-02-20", lmp="2028-01-01"))
    assert windows(across_a_leap_day, "anc", "2028-02-20")[0] == ("v1", "2028-01-01", "2028-03-31")


def test_the_first_visit_has_its_own_form_whenever_it_is() -> None:
    late = woman(episode("anc", "2026-05-20", lmp="2026-01-10"))
    assert [(i.point, i.form) for i in all_items(late, "2026-05-21") if i.state is DueState.DUE] == [
        ("v2", "anc_first")
    ]
    seen = replace(late, acts=(act("anc_first", "2026-05-21"),))
    assert shown(seen, "2026-05-22") == {}
    assert {item.form for item in all_items(seen, "2026-05-22")} == {"anc_followup"}


def test_a_visit_the_doctor_wishes_besides_the_five() -> None:
    extra = woman(LMP, acts=[act("anc_first", "2026-03-01"), act("anc_followup", "2026-05-10", then="2026-05-24")])
    assert shown(extra, "2026-05-24") == {"anc agreed": "due"}
    assert shown(extra, "2026-06-06") == {"anc v3": "due"}


def test_a_newer_episode_takes_the_place_of_one_that_nobody_closed() -> None:
    forgotten = episode("anc", "2025-02-01", lmp="2025-01-01")
    newer = episode("anc", "2025-10-01", lmp="2025-08-20")
    assert {item.episode for item in all_items(woman(forgotten, newer), "2025-10-05")} == {newer.id}
    lost = replace(newer, closed_on="2025-10-04", closed_why="done")
    assert all_items(woman(forgotten, lost), "2025-10-05") == []


def test_withdrawing_looks_like_nothing_at_all() -> None:
    withdrawn = woman(replace(LMP, closed_on="2026-04-01", closed_why="withdrawn"))
    assert all_items(withdrawn, "2026-04-02") == all_items(woman(), "2026-04-02") == []


@pytest.mark.parametrize("programme", sorted(n for n, p in RULES.items() if p.join is Join.CONSENT_FIRST))
def test_nothing_is_shown_before_a_yes(programme: str) -> None:
    rule = RULES[programme]
    forms = {rule.form, *(each.form for each in rule.visits if each.form)}
    told = {"placed_on": "2026-01-01", "given_on": "2026-01-01"}
    for outcome in (Outcome.DONE, Outcome.NOT_THIS_TIME, Outcome.UNREACHABLE):
        acts = [act(form, "2026-01-05", outcome, then="2026-02-01", **told) for form in forms]
        assert [item for item in all_items(woman(acts=acts), "2026-02-01") if item.programme == programme] == []


def test_private_programmes_are_marked_as_such() -> None:
    private = {name for name, rule in RULES.items() if rule.private}
    assert private == {
        "iud", "iud_removal", "implant", "implant_removal", "tubal", "vasectomy", "pac", "pill", "injection", "condom",
    }  # fmt: skip
    assert all(
        item.private for item in all_items(woman(episode("tubal", "2026-01-02", op_on="2026-01-01")), "2026-01-04")
    )


def test_a_method_change_leaves_nothing_of_the_old_one() -> None:
    old = episode("iud", "2025-01-05", "2026-02-10", placed_on="2025-01-01", removed_on="2026-02-09")
    changed = woman(
        old,
        episode("iud_removal", "2026-02-10", removed_on="2026-02-09"),
        episode("implant", "2026-02-10", placed_on="2026-02-09", expires_on="2029-02-08"),
        acts=[act("iud_followup", "2026-02-10"), act("implant_followup", "2026-02-10")],
    )
    assert shown(changed, "2026-03-15") == {"iud_removal m1": "due", "implant m1": "due"}
    told_only_as_removed = woman(episode("iud", "2025-01-05", placed_on="2025-01-01", removed_on="2026-02-09"))
    assert all_items(told_only_as_removed, "2026-03-15") == []


def test_an_implants_renewal_is_told_once_besides_the_yearly_visit() -> None:
    placed = episode("implant", "2024-01-10", placed_on="2024-01-10", expires_on="2027-01-09")
    assert shown(woman(placed), "2026-11-20") == {"implant renewal": "due"}
    assert ("renewal", "2026-11-10", "2027-01-09") in windows(woman(placed), "implant", "2026-11-20")
    told = woman(placed, acts=[act("implant_followup", "2026-11-20")])
    assert shown(told, "2026-11-21") == {}
    assert shown(told, "2027-01-10") == {"implant yearly": "due"}


def test_operations_and_care_after_an_abortion() -> None:
    tubal = woman(episode("tubal", "2026-01-02", op_on="2026-01-01"))
    assert [point for point, *_days in windows(tubal, "tubal", "2026-01-02")] == ["d3", "m3", "m6"]
    same_day = act("vasectomy_followup", "2026-01-01")
    vasectomy = woman(episode("vasectomy", "2026-01-02", op_on="2026-01-01"), acts=[same_day])
    assert windows(vasectomy, "vasectomy", "2026-01-02") == [
        ("d3", "2026-01-04", "2026-01-08"),
        ("m3", "2026-04-01", "2026-05-01"),
    ]
    pac = woman(episode("pac", "2026-01-02", ended_on="2026-01-01"))
    assert windows(pac, "pac", "2026-01-02")[0] == ("m1", "2026-01-31", "2026-02-15")


def test_pills() -> None:
    first = episode("pill", "2026-01-01", given_on="2026-01-01", run_out_on="2026-04-01")
    assert windows(woman(first), "pill", "2026-01-02") == [
        ("m1", "2026-01-31", "2026-02-15"),
        ("yearly", "2027-01-01", "2027-01-31"),
        ("resupply", "2026-03-18", "2026-04-01"),
    ]
    asked = act("contraceptive_followup", "2026-02-03")
    again = replace(first, days={"given_on": "2026-03-20", "run_out_on": "2026-06-18"})
    supplied = woman(again, acts=[asked, act("contraceptive_supply", "2026-03-20")])
    assert windows(supplied, "pill", "2026-03-21") == [
        ("yearly", "2027-01-01", "2027-01-31"),
        ("resupply", "2026-06-04", "2026-06-18"),
    ]
    one_pack = replace(first, days={"given_on": "2026-03-20", "run_out_on": "2026-04-10"})
    soon = woman(one_pack, acts=[asked, act("contraceptive_supply", "2026-03-20")])
    assert shown(soon, "2026-03-30") == {"pill resupply": "due"}  # handing out is no answer to the next time


def test_injection_and_condoms() -> None:
    jab = woman(episode("injection", "2026-01-01", given_on="2026-01-01", run_out_on="2026-04-01"))
    assert windows(jab, "injection", "2026-01-02") == [("next", "2026-03-25", "2026-04-01")]
    condoms = woman(episode("condom", "2026-01-01", given_on="2026-01-01", run_out_on="2026-04-01"))
    assert windows(condoms, "condom", "2026-01-02") == [("resupply", "2026-03-25", "2026-04-24")]
    assert shown(condoms, "2026-04-24") == {"condom resupply": "due"}
    assert all_items(condoms, "2026-04-25") == []  # never overdue


def test_folic_acid_ends_with_90_days_of_pregnancy_or_the_sixth_bottle() -> None:
    taking = woman(episode("folic_acid", "2026-01-01", started_on="2026-01-01"))
    assert [w[1] for w in windows(taking, "folic_acid", "2026-01-02")] == [
        "2026-01-31", "2026-03-02", "2026-04-01", "2026-05-01", "2026-05-31", "2026-06-30",
    ]  # fmt: skip
    told = replace(taking, acts=(act("folic_acid_supply", "2026-03-05", boxes="3", lmp="2026-02-01"),))
    assert [w[0] for w in windows(told, "folic_acid", "2026-03-06")] == ["p3", "p4"]  # 90 days: May 2
    assert windows(told, "folic_acid", "2026-03-06")[1] == ("p4", "2026-05-01", "2026-05-02")
    registered = woman(*taking.episodes, episode("anc", "2026-03-01", lmp="2026-02-01"))
    assert [w[0] for w in windows(registered, "folic_acid", "2026-03-20")] == ["p2", "p3", "p4"]
    long_ago = woman(*taking.episodes, episode("anc", "2024-03-01", "2024-11-20", lmp="2024-02-01"))
    assert len(windows(long_ago, "folic_acid", "2026-01-02")) == 6
    six = replace(told, acts=(*told.acts, act("folic_acid_supply", "2026-03-20", boxes="3")))
    assert windows(six, "folic_acid", "2026-03-21") == []


def test_before_a_pregnancy() -> None:
    checked = episode("prepregnancy", "2026-01-01", checked_on="2026-01-10")
    assert windows(woman(checked), "prepregnancy", "2026-01-11") == [
        ("result", "2026-01-10", "2026-02-09"),
        ("ask", "2026-04-10", "2026-05-10"),
    ]
    told = act("prepregnancy_followup", "2026-01-20", recheck_on="2026-03-01")
    recheck = woman(checked, acts=[told])
    assert windows(recheck, "prepregnancy", "2026-01-21") == [
        ("recheck", "2026-03-01", "2026-03-15"),
        ("ask", "2026-04-20", "2026-05-20"),  # 90 days after they were last heard from
    ]
    pregnant = woman(replace(checked, days={"checked_on": "2026-01-10", "lmp": "2026-04-01"}), acts=[told])
    assert windows(pregnant, "prepregnancy", "2026-05-01") == [("early", "2026-06-24", "2026-07-08")]
    registered = woman(checked, episode("anc", "2026-05-01", lmp="2026-04-01"), acts=[told])
    assert windows(registered, "prepregnancy", "2026-05-01") == [("early", "2026-06-24", "2026-07-08")]
    born = woman(
        checked,
        episode("anc", "2026-05-01", "2027-01-10", lmp="2026-04-01", delivered_on="2027-01-05"),
        acts=[told, act("prepregnancy_followup", "2026-06-30")],
    )
    assert windows(born, "prepregnancy", "2027-01-11") == [("outcome", "2027-02-16", "2027-03-02")]


def test_another_end_of_a_pregnancy_is_asked_about_only_where_she_told_of_it() -> None:
    checked = episode("prepregnancy", "2026-01-01", checked_on="2026-01-10")
    over = episode("anc", "2026-05-01", "2026-06-01", lmp="2026-04-01")
    seen = act("prepregnancy_followup", "2026-05-20")
    silent = woman(checked, over, acts=[seen])
    assert not [item for item in all_items(silent, "2026-06-15") if item.point == "ended"]
    told = woman(checked, over, acts=[seen, act("pregnancy_outcome_followup", "2026-06-01")])
    assert shown(told, "2026-06-15") == {"prepregnancy ended": "due"}


def test_a_special_family_is_greeted_as_often_as_it_wishes() -> None:
    joined = episode("special_family", "2026-01-05", joined_on="2026-01-05")
    by_default = woman(joined)
    points = {day: shown(by_default, day) for day in ("2026-02-12", "2026-04-10", "2026-09-20", "2026-10-16")}
    assert points == {
        "2026-02-12": {"special_family spring": "due"},  # Spring Festival is February 17
        "2026-04-10": {"special_family quarterly": "due"},
        "2026-09-20": {"special_family mid_autumn": "due"},  # September 25
        "2026-10-16": {"special_family double_ninth": "due"},  # October 18
    }
    for wished, expected in (("1", {"monthly"}), ("3", {"spring", "mid_autumn", "double_ninth"}), ("5", set[str]())):
        visited = woman(joined, acts=[act("special_family_visit", "2026-01-05", wished_frequency=wished)])
        days = (date(2026, month, day).isoformat() for month in range(2, 13) for day in range(1, 29))
        assert {item.point for day in days for item in all_items(visited, day)} == expected
    states = {item.state for month in range(1, 13) for item in all_items(by_default, f"2027-{month:02}-20")}
    assert states <= {DueState.PLANNED, DueState.SOON, DueState.DUE}  # never overdue
    assert len({(i.point, i.window_from) for i in all_items(by_default, "2027-03-20")}) == 1


def test_a_visit_moves_the_next_greeting() -> None:
    joined = episode("special_family", "2026-01-05", joined_on="2026-01-05")
    visited = woman(joined, acts=[act("special_family_visit", "2026-04-20")])
    assert windows(visited, "special_family", "2026-04-21") == [("quarterly", "2026-07-19", "2026-08-18")]
    at_the_feast = woman(joined, acts=[act("special_family_visit", "2026-09-22")])
    assert shown(at_the_feast, "2026-09-26") == {}


def test_a_referral_is_asked_about_once() -> None:
    slip = episode("referral", "2026-03-01", given_on="2026-03-01", urgency="3")
    assert windows(woman(slip), "referral", "2026-03-01") == [("ask", "2026-03-04", "2026-03-15")]
    urgent = replace(slip, days={"given_on": "2026-03-01", "urgency": "1"})
    assert windows(woman(urgent), "referral", "2026-03-01") == [("ask", "2026-03-02", "2026-03-04")]
    until = replace(slip, days={"given_on": "2026-03-01", "follow_by": "2026-03-10"})
    assert windows(woman(until), "referral", "2026-03-01") == [("ask", "2026-03-04", "2026-03-10")]
    assert all_items(woman(until), "2026-03-11") == []
    tried = woman(
        slip, acts=[act("referral_slip", "2026-03-01"), act("referral_slip", "2026-03-05", Outcome.UNREACHABLE)]
    )
    assert shown(tried, "2026-03-06") == {"referral ask": "contact_closed"}
    second = episode("referral", "2026-03-05", given_on="2026-03-05", urgency="3")
    both = woman(slip, second, acts=[act("referral_slip", "2026-03-01"), act("referral_slip", "2026-03-05")])
    assert len(windows(both, "referral", "2026-03-06")) == 2  # a new slip is no answer to the first
    assert all_items(woman(replace(slip, closed_on="2026-03-06")), "2026-03-07") == []


def test_newlyweds_only_by_their_own_asking() -> None:
    asked = woman(acts=[act("newlywed_counselling", "2026-03-01", Outcome.ACCEPTED)])
    assert windows(asked, "newlywed", "2026-03-02") == [("offer", "2026-03-01", "2026-05-30")]
    assert all_items(asked, "2026-05-31") == []
    once = replace(asked, acts=(*asked.acts, act("newlywed_counselling", "2026-03-05", Outcome.UNREACHABLE)))
    assert shown(once, "2026-03-06") == {"newlywed offer": "contact_closed"}
    talked = replace(asked, acts=(*asked.acts, act("newlywed_counselling", "2026-03-05")))
    assert all_items(talked, "2026-03-06") == []


def test_a_visit_by_weeks_of_pregnancy_counts_from_the_last_period() -> None:
    by_weeks = woman(episode("prepregnancy", "2026-01-01", checked_on="2026-01-10", lmp="2026-04-01"))
    reason = next(item.reason for item in all_items(by_weeks, "2026-05-01") if item.point == "early")
    assert (reason.counts_from, reason.counts_on) == ("lmp", date(2026, 4, 1))


def test_a_county_clock_long_ago_or_far_ahead_crashes_nothing() -> None:
    everything = woman(
        LMP,
        *(
            episode(name, "2026-01-05", placed_on="2026-01-01", given_on="2026-01-01", run_out_on="2026-04-01")
            for name in ("iud", "implant", "pill", "condom")
        ),
        episode("special_family", "2026-01-05", joined_on="2026-01-05"),
        children=[person("2026-01-01")],
    )
    for year in (1970, 2010, 2026, 2056, 2057, 2150):
        items = all_items(everything, f"{year}-02-28")
        assert year > 2025 or {item.state for item in items} <= {DueState.PLANNED}
