"""The newborn home visit as a village worker fills it: fields, codes, ranges and danger signs of the official sheet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from villagefp.domain.ambient import Ambient
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

BORN = date(2026, 11, 10)
CODES = {
    "sex": "0129",
    "mother_illness": "1234",
    "birth_mode": "1234567",
    "asphyxia": "12",
    "malformation": "12",
    "hearing_screen": "1234",
    "disease_screen": "12345",
    "feeding": "123",
    "vomit": "12",
    "stool": "123",
    "complexion": "123",
    "jaundice_site": "12345",
    "fontanelle": "1234",
    "eye": "12",
    "limb": "12",
    "ear": "12",
    "nose": "12",
    "mouth": "12",
    "anus": "12",
    "cardio_pulm": "12",
    "chest": "12",
    "abdomen": "12",
    "spine": "12",
    "genital": "12",
    "neck_mass": "12",
    "skin": "1234",
    "cord": "1234",
    "referral": "12",
    "advice": "123456",
}
OTHERS = {
    "name",
    "file_no_tail",
    "birth_date",
    "id_no",
    "address",
    "birth_ga",
    "birth_org",
    "apgar1",
    "apgar5",
    "apgar_unknown",
    "birth_weight_kg",
    "weight_kg",
    "birth_length_cm",
    "milk_ml",
    "milk_times",
    "stool_times",
    "temp",
    "hr",
    "rr",
    "fontanelle_a_cm",
    "fontanelle_b_cm",
    "referral_reason",
    "referral_org",
    "visit_on",
    "next_place",
    "next_on",
    "doctor_sign",
    *(f"{who}_{what}" for who in ("father", "mother") for what in ("name", "job", "phone", "birth_date")),
}
OPENS_DETAIL = {
    "mother_illness": "4",
    "birth_mode": "7",
    "asphyxia": "2",
    "malformation": "2",
    "disease_screen": "5",
    "vomit": "2",
    "stool": "3",
    "complexion": "3",
    "fontanelle": "4",
    "skin": "4",
    "cord": "4",
    "neck_mass": "2",
    "advice": "6",
    **dict.fromkeys(
        ("eye", "limb", "ear", "nose", "mouth", "anus", "cardio_pulm", "chest", "abdomen", "spine", "genital"), "2"
    ),
}


def visit(package: FormPackage, ambient: Ambient, days: int = 10) -> FormSession:
    known = FormInputs(
        person={"name": "李芳之女", "sex": "2", "birth_date": BORN.isoformat(), "mother_name": "李芳"},
        visit={"on": (BORN + timedelta(days=days)).isoformat(), "worker": "王秀兰"},
    )
    return FormSession(package, ambient=ambient, inputs=known)


def answer(form: FormSession, **answers: object) -> FormSession:
    assert form.fill(answers) == []
    return form


def signs(form: FormSession) -> list[tuple[str, str]]:
    return [(prompt.urgency, prompt.path.rpartition("/")[2]) for prompt in form.prompts()]


def test_every_field_and_code_of_the_sheet_is_there(newborn_form: FormPackage) -> None:
    questions = {question.name: question for question in newborn_form.questions}
    assert set(CODES) | OTHERS <= questions.keys()
    for name, codes in CODES.items():
        offered = newborn_form.choices[questions[name].choices or ""]
        assert "".join(choice.name for choice in offered) == codes, name
        assert all(choice.label["zh"] and choice.label["en"] for choice in offered)
    numbers = [question.number for question in newborn_form.questions if question.number]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(("name", "code"), OPENS_DETAIL.items())
def test_other_and_abnormal_open_a_line_to_write_on(
    newborn_form: FormPackage, ambient: Ambient, name: str, code: str
) -> None:
    form = visit(newborn_form, ambient)
    detail = next(path for path in form.paths() if path.endswith(f"/{name}_detail"))
    assert not form.node(detail).relevant
    answer(form, **{name: code})
    assert form.node(detail).relevant
    answer(form, **{f"{name}_detail": "左侧"})
    assert form.answers()[f"{name}_detail"] == "左侧"


SOFT = {
    "birth_ga": (20, 44),
    "birth_weight_kg": (0.5, 6.5),
    "weight_kg": (0.5, 8),
    "birth_length_cm": (25, 60),
    "milk_ml": (0, 200),
    "milk_times": (0, 20),
    "temp": (34, 42),
    "hr": (60, 220),
    "rr": (10, 100),
}


@pytest.mark.parametrize(("name", "least", "most"), [(name, *bounds) for name, bounds in SOFT.items()])
def test_unusual_values_are_asked_about_and_never_refused(
    newborn_form: FormPackage, ambient: Ambient, name: str, least: float, most: float
) -> None:
    form = visit(newborn_form, ambient)
    path = next(path for path in form.paths() if path.endswith(f"/{name}"))
    step = 1 if name in {"birth_ga", "milk_times", "hr", "rr"} else 0.1
    for value, usual in ((least, True), (most, True), (least - step, False), (most + step, False)):
        if value < 0:
            continue
        form.set_answer(path, str(round(value, 2)))
        assert form.problems() == []
        assert (form.node(path).soft_warning == "") is usual, value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temp", "24"),
        ("temp", "46"),
        ("apgar1", "11"),
        ("birth_weight_kg", "3200"),
        ("hr", "500"),
        ("birth_ga", "60"),
        ("disease_screen", ["1", "3"]),
        ("jaundice_site", ["1", "2"]),
        ("next_on", "2026-11-19"),
        ("visit_on", "2026-11-30"),
        ("visit_on", "2026-11-09"),
        ("mother_birth_date", "2026-11-21"),
    ],
)
def test_only_the_impossible_is_refused_in_a_sentence(
    newborn_form: FormPackage, ambient: Ambient, name: str, value: object
) -> None:
    form = visit(newborn_form, ambient)
    form.fill({name: value})
    assert [problem.question for problem in form.problems()] == [name]
    assert form.problems()[0].message.endswith("。")


@pytest.mark.parametrize(
    ("answers", "days", "sign"),
    [
        ({"temp": 33}, 10, ("R", "sign_temp")),
        ({"temp": 37.5}, 10, ("R", "sign_temp")),
        ({"temp": 35.5}, 10, ("R", "sign_temp")),
        ({"danger_seen": ["dull"]}, 10, ("R", "sign_response")),
        ({"danger_seen": ["refuses_feed"]}, 10, ("R", "sign_response")),
        ({"rr": 61}, 10, ("R", "sign_breath")),
        ({"rr": 19}, 10, ("R", "sign_breath")),
        ({"danger_seen": ["retraction"]}, 10, ("R", "sign_breath")),
        ({"hr": 99}, 10, ("R", "sign_heart")),
        ({"hr": 161}, 10, ("R", "sign_heart")),
        ({"jaundice_site": ["2"]}, 0, ("R", "sign_yellow_first_day")),
        ({"danger_seen": ["yellow_first_day"]}, 10, ("R", "sign_yellow_first_day")),
        ({"jaundice_site": ["5"]}, 10, ("R", "sign_palms")),
        ({"danger_seen": ["petechiae"]}, 10, ("R", "sign_skin")),
        ({"danger_seen": ["fit"]}, 10, ("R", "sign_fit")),
        ({"fontanelle": "2"}, 10, ("R", "sign_fontanelle")),
        ({"danger_seen": ["limb_still"]}, 10, ("R", "sign_limbs")),
        ({"danger_seen": ["sunken_eyes"]}, 10, ("R", "sign_dry")),
        ({"danger_seen": ["bloated_vomit"]}, 10, ("R", "sign_belly")),
        ({"danger_seen": ["green_vomit"]}, 10, ("R", "sign_green")),
        ({"danger_seen": ["cord_pus"]}, 10, ("R", "sign_cord")),
        ({"danger_seen": ["eye_pus"]}, 10, ("R", "sign_eye")),
        ({"danger_seen": ["ear_pus"]}, 10, ("R", "sign_ear")),
        ({"danger_seen": ["feeding_less"]}, 10, ("Y", "sign_feed")),
        ({"jaundice_site": ["2", "3"]}, 10, ("Y", "sign_yellow_body")),
        ({"complexion": "2"}, 15, ("Y", "sign_yellow_long")),
        ({"danger_seen": ["clay_stool"]}, 10, ("Y", "sign_yellow_long")),
        ({"birth_weight_kg": 3.2, "weight_kg": 2.8}, 5, ("Y", "sign_weight_loss")),
        ({"hearing_screen": "3"}, 10, ("G", "sign_hearing")),
        ({"hearing_screen": "2"}, 10, ("G", "sign_hearing")),
        ({"disease_screen": ["1"]}, 10, ("G", "sign_screen")),
        ({"disease_screen": ["4"]}, 10, ("G", "sign_screen")),
        ({"birth_weight_kg": 3.2, "weight_kg": 3.2}, 10, ("G", "sign_weight_still")),
        ({"vaccine_missing": ["bcg"]}, 10, ("G", "sign_vaccine")),
    ],
)
def test_each_danger_sign_says_what_to_do(
    newborn_form: FormPackage, ambient: Ambient, answers: dict[str, object], days: int, sign: tuple[str, str]
) -> None:
    form = answer(visit(newborn_form, ambient, days), **answers)
    assert signs(form) == [sign]
    prompt = form.prompts()[0]
    assert "建议" in prompt.label or "提醒" in prompt.label
    assert prompt.source
    assert form.node("/data/danger/danger_told").relevant


@pytest.mark.parametrize(
    ("answers", "days"),
    [
        ({"temp": 36.8, "hr": 140, "rr": 44, "complexion": "1", "jaundice_site": ["1"]}, 10),
        ({"temp": 37.4}, 10),
        ({"hr": 100}, 10),
        ({"rr": 60}, 10),
        ({"jaundice_site": ["2"]}, 14),
        ({"jaundice_site": ["2"]}, 2),
        ({"birth_weight_kg": 3.0, "weight_kg": 2.7}, 5),
        ({"birth_weight_kg": 3.2, "weight_kg": 3.1}, 5),
        ({"hearing_screen": "1", "disease_screen": ["2"], "fontanelle": "1"}, 10),
        ({}, 10),
    ],
)
def test_a_well_newborn_raises_no_sign(
    newborn_form: FormPackage, ambient: Ambient, answers: dict[str, object], days: int
) -> None:
    assert signs(answer(visit(newborn_form, ambient, days), **answers)) == []


def test_what_is_known_is_not_asked_again(newborn_form: FormPackage, ambient: Ambient) -> None:
    form = visit(newborn_form, ambient)
    for name, value in (("name", "李芳之女"), ("sex", "2"), ("birth_date", "2026-11-10"), ("doctor_sign", "王秀兰")):
        view = form.node(next(path for path in form.paths() if path.endswith(f"/{name}")))
        assert (view.value, view.read_only) == (value, True)
    assert form.answers()["mother_name"] == "李芳"
    assert form.problems() == []
    assert 2 in form.answers_by_number().open
    unknown = FormSession(newborn_form, ambient=ambient)
    assert not unknown.node("/data/child/sex").read_only


def test_signs_are_prompts_and_never_findings(newborn_form: FormPackage) -> None:
    """No word of a diagnosis, no word of duty: the worker advises, a doctor decides."""
    notes = [question for question in newborn_form.questions if question.urgency]
    assert len(notes) == 25
    for note in notes:
        assert not any(
            word in note.label["zh"] for word in ("必须", "应当", "确诊", "诊断", "黄疸病", "败血症", "脱水热")
        )
        assert note.source


def test_apgar_is_not_asked_where_nobody_knows_it(newborn_form: FormPackage, ambient: Ambient) -> None:
    form = answer(visit(newborn_form, ambient), apgar1=9)
    answer(form, apgar_unknown=True)
    assert "apgar1" not in form.answers()
    assert form.answers()["apgar_unknown"] == "OK"


def test_a_day_that_is_not_told_rules_out_no_other(newborn_form: FormPackage, ambient: Ambient) -> None:
    form = answer(visit(newborn_form, ambient), next_on="2026-11-27", mother_birth_date="1990-01-02")
    form.set_answer("/data/child/visit_on", "")
    assert form.problems() == []
