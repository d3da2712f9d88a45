"""Informed choice and what is handed out: what a doctor should know first, and nothing in the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forms.private_forms import WOMAN, form, named, opened, value


def conditions(**told: str) -> dict[str, Any]:
    return {"methods_all": "OK", "conditions_agreed": "1"} | {f"c_{name}": code for name, code in told.items()}


@pytest.mark.parametrize(
    ("condition", "chosen", "before", "asks"),
    [
        ("migraine_aura", "coc", "", True),
        ("migraine_aura", "pop", "", False),  # may be begun, is looked at again when it is used
        ("migraine_aura", "pop", "pop", True),
        ("bp_160", "inj_dmpa", "", True),
        ("bp_160", "cu_iud", "", False),
        ("bp_140", "inj_dmpa", "", False),
        ("pelvic", "lng_iud", "", True),
        ("pelvic", "lng_iud", "lng_iud", False),
        ("pelvic_tb", "cu_iud", "cu_iud", True),
        ("breast_now", "implant", "", True),
        ("breast_now", "cu_iud", "", False),
        ("nursing_6w", "coc", "", True),
        ("nursing_6w", "pop", "", False),
        ("rifampicin", "pop", "", True),
        ("rifampicin", "implant", "", False),
        ("hepatitis_acute", "coc", "coc", False),
        ("latex", "condom_m", "", True),
        ("irregular", "fab", "", True),
        ("clot_now", "not_now", "implant", True),
        ("pregnant", "condom_m", "", False),
        ("clot_now", "ster_f", "", False),  # for an operation the clinic decides with the person
    ],
)
def test_a_condition_asks_for_a_doctor_only_where_it_matters(
    condition: str, chosen: str, before: str, asks: bool
) -> None:
    told = conditions(**{condition: "1"}) | {"method_chosen": chosen, "method_before": before}
    assert named(opened("contraception_counselling", told).prompts(), "mec_") == ({condition} if asks else set())


@pytest.mark.parametrize(("code", "asks"), [("1", True), ("2", False), ("3", True), ("4", False)])
def test_not_knowing_asks_for_a_doctor_and_silence_does_not(code: str, asks: bool) -> None:
    session = opened("contraception_counselling", conditions(smoke_35=code) | {"method_chosen": "coc"})
    assert bool(named(session.prompts(), "mec_")) is asks


@pytest.mark.parametrize(("born", "asks"), [("1985-01-01", True), ("2000-01-01", False)])
def test_migraine_before_a_combined_pill_depends_on_age(born: str, asks: bool) -> None:
    told = conditions(migraine="1") | {"method_chosen": "coc"}
    session = opened("contraception_counselling", told, person=WOMAN | {"birth_date": born})
    assert bool(named(session.prompts(), "mec_")) is asks


def test_conditions_are_kept_only_with_consent() -> None:
    session = opened("contraception_counselling", conditions(smoke_35="1") | {"method_chosen": "coc"})
    assert value(session, "c_smoke_35") == "1"
    session.set_answer("/data/conditions/conditions_agreed", "2")
    assert value(session, "c_smoke_35") == ""
    assert not named(session.prompts(), "mec_")
    assert session.node("/data/conditions/conditions_unkept").relevant


def test_methods_are_told_in_an_order_that_puts_none_first() -> None:
    codes = [choice.name for choice in form("contraception_counselling").choices["methods_discussed"]]
    assert codes[:3] == ["fab", "lam", "pop"]
    assert codes[-1] == "lng_iud"
    assert len(codes) == len(set(codes)) == 19


def test_at_least_one_method_is_explained() -> None:
    session = opened("contraception_counselling", {"methods_discussed": ["condom_m"]})
    assert session.problems() == []


def test_men_are_not_asked_about_womens_conditions() -> None:
    session = opened("contraception_counselling", {"conditions_agreed": "1"}, person={"sex": "1"})
    assert not session.node("/data/conditions/conditions_asked/conditions_women").relevant
    assert session.node("/data/conditions/conditions_asked/c_latex").relevant


# What is handed out (b.14).


def test_an_emergency_pill_needs_no_clinic_first() -> None:
    session = opened("contraceptive_supply", {"item_code": "ecp", "first_use": "1"})
    assert session.node("/data/supply/ecp_note").relevant
    assert not session.node("/data/safety/clinic_seen_on").relevant
    assert session.prompts() == []


def test_a_first_hormonal_item_asks_for_a_doctor_once() -> None:
    told = {"item_code": "coc", "first_use": "1"}
    assert named(opened("contraceptive_supply", told).prompts()) == {"mec_first"}
    assert not opened("contraceptive_supply", told | {"clinic_seen_on": "2026-11-18"}).prompts()


def test_only_conditions_of_the_item_are_offered() -> None:
    session = opened("contraceptive_supply", {"item_code": "condom_m"})
    assert [choice.code for choice in session.node("/data/safety/conditions_told").choices] == ["latex"]


def test_the_next_offer_follows_from_what_lasts() -> None:
    session = opened("contraceptive_supply", {"item_code": "coc", "days_covered": "84"})
    assert value(session, "next_offer_on") == value(session, "next_on") == "2027-01-29"


def test_an_item_past_its_date_is_questioned_and_can_be_entered() -> None:
    session = opened("contraceptive_supply", {"item_code": "condom_m", "expiry": "2026-11-01"})
    assert session.node("/data/supply/expiry").soft_warning
    assert session.node("/data/supply/expired_note").relevant
    assert session.problems() == []
