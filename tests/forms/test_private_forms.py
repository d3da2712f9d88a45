"""Private forms: sealed answers, prompts without a verdict, and what never reaches paper."""

from __future__ import annotations

import pytest

from tests.forms.private_forms import OPEN, SEALED, form, opened

TELLING = ("避孕", "节育", "流产", "绝育", "结扎", "埋植", "生殖", "不孕", "报案")
VERDICTS = ("必须", "应当", "诊断为", "禁用", "禁忌", "一级", "二级", "三级", "四级", "1级", "4级", "1类", "3类", "4类")


@pytest.mark.parametrize("form_id", SEALED)
def test_every_answer_of_a_private_form_is_sealed(form_id: str) -> None:
    numbered = [question for question in form(form_id).questions if question.number]
    assert numbered
    assert [question.name for question in numbered if not question.sealed] == []


@pytest.mark.parametrize("form_id", SEALED)
def test_a_private_form_prints_under_a_title_that_says_nothing(form_id: str) -> None:
    title = form(form_id).settings["print::neutral_title"]
    assert not [word for word in TELLING if word in title]


@pytest.mark.parametrize("form_id", SEALED)
def test_birth_phone_and_id_number_have_no_place_on_a_private_sheet(form_id: str) -> None:
    personal = {"birth", "phone", "id", "address"}
    shown = [question for question in form(form_id).questions if question.paper.get("style") != "hidden"]
    assert [question.name for question in shown if question.paper.get("known") in personal] == []


@pytest.mark.parametrize("form_id", [*SEALED, *OPEN])
def test_nothing_personal_has_to_be_answered(form_id: str) -> None:
    session = opened(form_id)
    assert {problem.question for problem in session.problems()} <= {"methods_discussed"}


@pytest.mark.parametrize("form_id", [*SEALED, *OPEN])
def test_prompts_advise_and_never_conclude(form_id: str) -> None:
    for question in form(form_id).questions:
        if question.urgency and question.sign != "violence":
            text = question.label["zh"]
            assert any(word in text for word in ("建议", "请")), question.name
            assert not [word for word in VERDICTS if word in text], text


@pytest.mark.parametrize("form_id", [*SEALED, *OPEN])
def test_what_is_told_about_violence_is_never_on_paper(form_id: str) -> None:
    for question in form(form_id).questions:
        if "violence" in question.name or "self_harm" in question.name:
            assert question.urgency or question.paper.get("style") == "hidden", question.name
