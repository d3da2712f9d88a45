"""The tick “they have been told”: in every form with danger signs, asked exactly while one of them is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forms.filler import fill as fill_in
from villagefp.domain.ambient import Ambient
from villagefp.forms import library
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import Question
from villagefp.forms.session import FormSession
from villagefp.forms.told import TOLD
from villagefp.forms.views import FormInputs

NOTE = {"type": "note", "label::zh": "发热。建议当天就诊。", "urgency": "Y", "sign": "fever_38", "source": "[K]"}
WITH_SIGNS = [form for form in library.form_ids() if any(q.urgency for q in library.load(form).questions)]


def tick(form_id: str) -> Question:
    (found,) = [question for question in library.load(form_id).questions if question.name == TOLD]
    return found


def test_forms_with_signs_have_one_tick_and_the_others_have_none() -> None:
    assert len(WITH_SIGNS) >= 35
    for form_id in library.form_ids():
        asked = [question for question in library.load(form_id).questions if question.name == TOLD]
        assert len(asked) == (form_id in WITH_SIGNS)


@pytest.mark.parametrize("form_id", WITH_SIGNS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_tick_is_asked_exactly_while_a_sign_is_shown(ambient: Ambient, form_id: str, seed: int) -> None:
    born = {1: "2013-05-01", 2: "1990-05-01", 3: "2026-10-01"}[seed]
    session = FormSession(library.load(form_id), ambient=ambient, inputs=FormInputs(person={"birth_date": born}))
    fill_in(session, seed, ambient.today())
    for path in [path for path in session.paths() if session.node(path).type == "select_multiple"]:
        session.set_answer(path, [choice.code for choice in session.node(path).choices])
        assert session.node(tick(form_id).path).relevant is bool(session.prompts())
    assert session.node(tick(form_id).path).required is False


@pytest.mark.parametrize("form_id", WITH_SIGNS)
def test_the_tick_is_sealed_where_a_sign_is(form_id: str) -> None:
    """A tick in the open would tell that there was something to be told."""
    asked = library.load(form_id).questions
    if any(q.sign == "violence" or (q.name.startswith("mec_") and q.urgency) for q in asked):
        assert tick(form_id).sealed
    assert tick("contraception_counselling").sealed
    assert not tick("screening_result_note").sealed


def test_a_sheet_of_elsewhere_gets_the_tick_and_need_not_know_of_it(sheet: Callable[..., Path]) -> None:
    package = compile_sheet(
        sheet(
            {"type": "begin group", "name": "a", "label::zh": "一"},
            {"type": "decimal", "name": "temp", "label::zh": "体温", "number": "1"},
            {**NOTE, "name": "hot", "relevant": "${temp} >= 38"},
            {"type": "end group"},
            {"type": "begin group", "name": "b", "label::zh": "二", "relevant": "${temp} > 0"},
            {"type": "text", "name": "more", "label::zh": "其他", "number": "2"},
            {"type": "end group"},
        )
    )
    (asked,) = [question for question in package.questions if question.name == TOLD]
    assert (asked.path, asked.number, asked.sealed, asked.type) == (f"/data/a/{TOLD}", 3, False, "acknowledge")
    assert compile_sheet(sheet({"type": "text", "name": "x", "label": "X"})).questions[-1].name == "x"


def test_the_number_of_the_tick_stays_its_own(sheet: Callable[..., Path]) -> None:
    path = sheet(
        {"type": "decimal", "name": "temp", "label::zh": "体温", "number": "1"},
        {**NOTE, "name": "hot", "relevant": "${temp} >= 38"},
    )
    for previous, number in (({}, 2), ({TOLD: 7}, 7), ({"gone": 9}, 10)):
        package = compile_sheet(path, previous)
        assert {q.number for q in package.questions if q.name == TOLD} == {number}


@pytest.mark.parametrize(
    ("around", "condition", "value"),
    [
        ("begin repeat", "${temp} >= 38", "36"),  # what stands in a repeat cannot be said from outside
        ("begin group", "../temp >= 38", "36"),
        ("begin group", "", "36"),
    ],
)
def test_a_sign_whose_condition_cannot_be_moved_leaves_the_tick_always_there(
    fill: Callable[..., FormSession], around: str, condition: str, value: str
) -> None:
    session = fill(
        {"type": around, "name": "g", "label::zh": "一", "number": "2" if "repeat" in around else ""},
        {"type": "decimal", "name": "temp", "label::zh": "体温", "number": "1"},
        {**NOTE, "name": "hot", "relevant": condition},
        {"type": around.replace("begin", "end")},
    )
    place = "/data/g[1]/temp" if "repeat" in around else "/data/g/temp"
    session.set_answer(place, value)
    path = next(path for path in session.paths() if path.endswith(TOLD))
    assert session.node(path).relevant


def test_a_condition_around_the_sign_counts_too(fill: Callable[..., FormSession]) -> None:
    session = fill(
        {"type": "text", "name": "asked", "label::zh": "问", "number": "1"},
        {"type": "decimal", "name": "temp", "label::zh": "体温", "number": "2"},
        {"type": "begin group", "name": "g", "label::zh": "一", "relevant": "${asked} = 'x'"},
        {**NOTE, "name": "hot", "relevant": "${temp} >= 38 or ${temp} <= 35"},
        {"type": "end group"},
    )
    session.set_answer("/data/temp", "39")
    assert not session.node(f"/data/{TOLD}").relevant
    session.set_answer("/data/asked", "x")
    assert session.node(f"/data/{TOLD}").relevant
