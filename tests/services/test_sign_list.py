"""Danger signs as data: each with its source, words that a village worker may say, and no diagnosis, score or order."""

from __future__ import annotations

import re

import pytest

from villagefp import i18n, paths
from villagefp.domain import codes
from villagefp.forms import library
from villagefp.forms.package import FormPackage, Question
from villagefp.forms.xform import read_xform
from villagefp.services import sign_list
from villagefp.wire.declared import BY_NAME

_ORDERS = re.compile(r"必须|务必|应当|一定要|不得|责令|must|shall|have to")
_DIAGNOSES = re.compile(
    r"确诊|诊断|子痫|败血症|肺炎|脑膜炎|产褥热|产后抑郁|抑郁症|异位妊娠|宫外孕|胎盘早剥|前置胎盘|流产了|感染了|贫血"
    r"|高血压病|妊娠高血压|黄疸病|脱水症|eclampsia|sepsis|pneumonia|meningitis|ectopic|anaemia|depression\b"
)
_CATEGORY = re.compile(r"第?[1-4一二三四][类级]|MEC|category|WHO [1-4]")
_SCORE = re.compile(r"score|评分|得分|分值|总分|risk_level|points?_total|apgar_sum", re.IGNORECASE)
_COPIED = {"apgar1", "apgar5", "apgar_unknown"}
"""Of a slip of the hospital: the standard's own form copies them."""


def all_lines() -> tuple[sign_list.SignLine, ...]:
    i18n.set_language("zh_CN")
    return sign_list.lines()


def packages() -> list[FormPackage]:
    return [library.load(form_id) for form_id in library.form_ids()]


def test_every_sign_is_in_the_list_with_its_rule_words_and_source() -> None:
    found = all_lines()
    assert len(found) == sum(bool(q.urgency) for package in packages() for q in package.questions)
    assert len(found) > 400
    assert sum(line.of_mec for line in found) >= 60
    for line in found:
        assert line.urgency in {"R", "Y", "G"}
        assert line.source
        assert line.condition
        assert {"zh", "en"} <= line.wording.keys()
        assert not re.search(r"/data/|\$\{|selected\(|instance\(", line.condition), line


def test_every_code_of_a_sign_is_on_the_list_of_codes_and_every_code_is_used_or_can_be_told() -> None:
    known = {code.code for code in codes.load("danger_sign")}
    used = {line.sign for line in all_lines()} - {""}
    assert used <= known
    slip = {choice.name for choice in library.load("referral_slip").choices["reason"]}
    assert known - {"violence"} == slip - {"other"}


def test_a_sign_says_what_was_found_and_where_to_go_and_nothing_else() -> None:
    for line in all_lines():
        for text in line.wording.values():
            assert not _ORDERS.search(text), (line.form, line.name, text)
            assert not _CATEGORY.search(text), (line.form, line.name, text)
            if not line.of_mec:  # there the condition is what the person told, and named to her
                assert not _DIAGNOSES.search(text), (line.form, line.name, text)
        assert re.search(r"建议|请|依法", line.wording["zh"]), (line.form, line.name)


def test_a_method_is_left_to_a_doctor_and_no_category_is_shown() -> None:
    for line in all_lines():
        if line.of_mec:
            assert "请医生评估" in line.wording["zh"]
            assert line.urgency == "G"


@pytest.mark.parametrize("what", ["questions", "records"])
def test_no_score_exists_anywhere(what: str) -> None:
    if what == "questions":
        named = {(q.name, *q.label.values()) for package in packages() for q in package.questions}
    else:
        named = {(field.name,) for kind in BY_NAME.values() for field in kind.fields}
    hits = [told for told in named if told[0] not in _COPIED and any(_SCORE.search(text) for text in told)]
    assert hits == []


def test_no_file_of_the_program_works_out_a_score() -> None:
    for file in (paths.root_dir() / "villagefp").rglob("*.py"):
        found = re.findall(r"\b\w*(?:risk_score|danger_score|sign_score|risk_points)\w*\b", file.read_text("utf-8"))
        assert found == [], file


# the five colours


def colours() -> list[tuple[FormPackage, Question]]:
    """Every question that speaks of a colour of risk."""
    named = re.compile(r"风险.{0,2}颜色|五色|risk_colou?r|colou?r of .{0,20}risk", re.IGNORECASE)
    return [
        (package, question)
        for package in packages()
        for question in package.questions
        if any(named.search(text) for text in (question.name, *question.label.values()))
    ]


def test_the_colour_of_a_risk_is_only_copied_from_the_doctor_with_the_plan_and_never_purple() -> None:
    found = colours()
    assert {package.form_id for package, _question in found} == {"anc_first", "anc_followup"}
    for package, question in found:
        assert question.type == "select_one"
        assert question.sealed
        assert question.paper["style"] == "hidden"
        assert "抄录" in question.label["zh"]
        offered = package.choices[question.choices or ""]
        assert [choice.label["zh"] for choice in offered] == ["绿", "黄", "橙", "红"]
        binds = read_xform(package.xform).binds
        assert binds[question.path].calculate is None
        plan = next(each for each in package.questions if each.name == "risk_plan")
        assert plan.sealed
        assert question.name in (binds[plan.path].relevant or "")


def test_nothing_is_worked_out_from_a_colour_and_no_sign_hangs_on_it() -> None:
    for package, question in colours():
        form = read_xform(package.xform)
        for path, bind in form.binds.items():
            if path.rpartition("/")[2] not in {"risk_plan", "risk_phone"}:
                assert question.path not in f"{bind.relevant} {bind.calculate} {bind.constraint}", path
        assert not any(question.path in str(write) for write in package.writes)


def test_no_record_and_no_list_knows_a_colour_of_risk() -> None:
    fields = {field.name for kind in BY_NAME.values() for field in kind.fields}
    assert not {name for name in fields if "color" in name or "colour" in name or "risk" in name}
    for folder in ("services", "storage", "interop", "county"):
        for file in (paths.root_dir() / "villagefp" / folder).rglob("*.py"):
            assert "risk_color" not in file.read_text("utf-8"), file
