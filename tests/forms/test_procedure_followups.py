"""Follow-ups and reports: the point of time, the signs and their urgency, what is not asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.forms.private_forms import TODAY, form, named, opened, value


@pytest.mark.parametrize(
    ("form_id", "anchor", "days", "point"),
    [
        ("iud_followup", "placed_on", 30, "1"),
        ("iud_followup", "placed_on", 100, "2"),
        ("iud_followup", "placed_on", 200, "3"),
        ("iud_followup", "placed_on", 370, "4"),
        ("iud_followup", "placed_on", 1100, "5"),
        ("iud_followup", "placed_on", 3, ""),
        ("tubal_ligation_followup", "op_on", 5, "1"),
        ("vasectomy_followup", "op_on", 95, "2"),
        ("pac_followup", "ended_on", 35, "1"),
        ("pac_followup", "ended_on", 190, "3"),
    ],
)
def test_the_point_of_time_is_known_from_the_day_of_the_act(form_id: str, anchor: str, days: int, point: str) -> None:
    session = opened(form_id, episode={anchor: (TODAY - timedelta(days=days)).isoformat()})
    assert value(session, "follow_point") == point


def test_the_last_visit_is_believed_before_the_episode() -> None:
    session = opened("iud_followup", previous={"placed_on": "2026-08-14"}, episode={"placed_on": "2020-01-01"})
    assert value(session, "placed_on") == "2026-08-14"


@pytest.mark.parametrize(
    ("form_id", "answers", "expected"),
    [
        ("iud_followup", {"menses": "5", "pain": "1"}, {"R": "missed_pain", "Y": "maybe_pregnant"}),
        ("iud_followup", {"menses": "5", "pain": "1", "pain_site": ["1"]}, {"Y": "maybe_pregnant"}),
        ("iud_followup", {"menses": "5", "follow_point": "6"}, {"G": "menopause"}),
        ("iud_followup", {"fever": "2", "pain": "2", "pain_site": ["2"]}, {"Y": "fever_pain"}),
        ("iud_followup", {"wish": "2"}, {"G": "wish_removal"}),
        ("iud_followup", {"discharge": "3"}, {"Y": "pus_discharge"}),
        ("implant_followup", {"danger_seen": ["leg_swelling"]}, {"R": "leg_swelling"}),
        ("implant_followup", {"site": "6"}, {"G": "moved"}),
        ("implant_followup", {"expires_on": "2026-01-01"}, {"G": "expired"}),
        ("tubal_ligation_followup", {"fever": "2"}, {"Y": "fever"}),
        ("tubal_ligation_followup", {"fever": "2", "danger_seen": ["fever_385_chills"]}, {"R": "fever_high"}),
        ("vasectomy_followup", {"op_on": "2026-08-10"}, {"G": "semen"}),
        ("vasectomy_followup", {"op_on": "2026-08-10", "semen_on": "2026-11-15", "semen_result": "1"}, {}),
        ("vasectomy_followup", {"danger_seen": ["scrotum_swelling"]}, {"Y": "scrotum"}),
        ("pac_followup", {"bleeding_days": "15"}, {"Y": "bleeding_long"}),
        ("pac_followup", {"bleeding_days": "14"}, {}),
        ("pac_followup", {"ended_on": "2026-10-11", "menses_back": "2"}, {"G": "menses"}),
        ("pac_followup", {"ended_on": "2026-10-12", "menses_back": "2"}, {}),
        ("contraceptive_followup", {"danger_seen": ["chest_pain"]}, {"R": "chest_pain"}),
        ("contraceptive_followup", {"danger_seen": ["heavy_bleeding"]}, {"Y": "bleeding"}),
        ("contraceptive_followup", {"side_effects": ["6"]}, {"G": "low_mood"}),
        ("folic_acid_supply", {"danger_seen": ["rash"]}, {"Y": "rash"}),
        ("folic_acid_supply", {"high_need": ["5"]}, {"G": "dose"}),
        ("folic_acid_supply", {"high_need": ["6"]}, {}),
        ("prepregnancy_followup", {"risk": "2"}, {"G": "risk"}),
        ("adverse_reaction_report", {"method": "cu_iud", "danger_seen": ["heavy_bleeding"]}, {"R": "bleeding_now"}),
        ("adverse_reaction_report", {"method": "coc", "danger_seen": ["heavy_bleeding"]}, {"Y": "bleeding"}),
        ("rti_symptom_referral", {"symptom": ["11"]}, {"Y": "testicle", "G": "symptom"}),
    ],
)
def test_signs_have_their_urgency(form_id: str, answers: dict[str, Any], expected: dict[str, str]) -> None:
    found = {
        prompt.urgency: prompt.path.rpartition("/")[2].removeprefix("sign_")
        for prompt in opened(form_id, answers).prompts()
    }
    found = {urgency: {"heavy_bleeding": "bleeding"}.get(name, name) for urgency, name in found.items()}
    assert found == expected


def test_no_reason_is_asked_after_an_abortion() -> None:
    names = {question.name for question in form("pac_followup").questions}
    assert {name for name in names if "reason" in name or "cause" in name} == {"referral_reason"}


@pytest.mark.parametrize(("born", "urgent"), [("2013-01-01", True), ("2010-01-01", False), ("1990-01-01", False)])
def test_the_law_on_children_is_told_for_those_under_14(born: str, urgent: bool) -> None:
    for form_id in ("contraception_counselling", "contraceptive_supply", "iud_followup", "pac_followup"):
        session = opened(form_id, person={"birth_date": born, "sex": "2"})
        assert ("minor" in named(session.prompts(), "sign_")) is urgent, form_id


def test_the_report_to_the_police_keeps_when_to_whom_and_the_receipt() -> None:
    asked = {question.name for question in form("mandatory_report").questions if question.number}
    assert asked == {"reported_on", "reported_at", "reported_to", "reported_to_detail", "receipt"}


def test_months_of_folic_acid_are_taken_over() -> None:
    session = opened("folic_acid_supply", {"month_3": "1"}, previous={"month_1": "1", "month_2": "3", "stage": "1"})
    assert [value(session, f"month_{month}") for month in range(1, 5)] == ["1", "3", "1", ""]
    assert value(session, "stage") == "1"
