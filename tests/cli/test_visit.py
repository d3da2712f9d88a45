"""`visit add`: kept with what is to be told, or refused with every question at fault, and then nothing is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Call

NEWBORN = "newborn_home_visit"


@pytest.fixture
def child(village: Call) -> str:
    """The id of 李芳's newborn."""
    return str(village("person", "find", "李芳之女", "--json").json[0]["id"])


@pytest.fixture
def add(village: Call, tmp_path: Path, child: str) -> Call:
    """Keeps a visit to the newborn with these answers."""

    def keep(told: Any, *words: object) -> Answer:
        file = tmp_path / "answers.json"
        file.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
        who = () if "--person" in words or "--household" in words else ("--person", child)
        form = () if "--form" in words else ("--form", NEWBORN)
        return village("visit", "add", *who, *form, "--answers", file, *words)

    return keep


def test_a_visit_is_kept_with_its_prompts_and_checks(add: Call, village: Call, child: str) -> None:
    told = add({"outcome": "done", "answers": {"temp": 37.8, "hr": 240}}, "--json")
    assert told.code == 0
    assert set(told.json) == {"event_id", "prompts", "checks"}
    assert {"urgency", "sign", "message", "source", "unsigned"} == set(told.json["prompts"][0])
    assert [check["question"] for check in told.json["checks"]] == ["hr"]
    timeline = village("person", "show", child, "--json").json["timeline"]
    assert [entry["event_id"] for entry in timeline] == [told.json["event_id"]]


def test_what_to_look_at_again_is_said_in_chinese(add: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    told = add({"outcome": "done", "answers": {"hr": 240}})
    assert told.code == 0
    assert "请核对" in told.out


def test_a_newborn_form_about_a_grown_woman_asks(add: Call, village: Call) -> None:
    mother = next(each for each in village("person", "find", "李芳", "--json").json if each["name"] == "李芳")
    told = add({"outcome": "done", "answers": {}}, "--person", mother["id"], "--json")
    assert [check["question"] for check in told.json["checks"]] == ["visit_on"]


def test_a_refused_visit_names_each_question_and_keeps_nothing(add: Call, village: Call, child: str) -> None:
    answers = {"outcome": "done", "answers": {"temp": 99, "feeding": "77", "unheard_of": "1"}}
    told = add(answers, "--json")
    assert told.code == 1
    assert set(told.json) == {"violations"}
    assert {each["question"] for each in told.json["violations"]} == {"temp", "feeding", "unheard_of"}
    assert all(each["message"] for each in told.json["violations"])
    plain = add(answers)
    assert (plain.code, plain.out) == (1, "")
    assert len(plain.err.splitlines()) == 3
    assert village("person", "show", child, "--json").json["timeline"] == []


def test_a_visit_to_a_household_is_kept(add: Call) -> None:
    told = add({"outcome": "not_this_time"}, "--household", "12", "--form", "household_visit", "--json")
    assert (told.code, told.json["prompts"], told.json["checks"]) == (0, [], [])


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("{", "is no JSON"),
        ("[]", "has another shape"),
        ({"answers": {}}, "names no outcome"),
        ({"outcome": "done", "on": "2026-11-20", "need_code": "1"}, "“on”, “need_code”"),
        ({"outcome": "maybe"}, "maybe is no outcome"),
        ({"outcome": "done", "answers": {}}, ""),
    ],
)
def test_a_file_of_another_shape_is_refused_in_words(add: Call, told: Any, sentence: str) -> None:
    answer = add(told)
    assert answer.code == (1 if sentence else 0)
    assert sentence in answer.err
    assert "—" not in answer.err


def test_a_file_that_is_not_there_and_a_day_to_come_are_refused(village: Call, add: Call, child: str) -> None:
    missing = village("visit", "add", "--person", child, "--form", NEWBORN, "--answers", "nothing.json")
    assert missing.code == 1
    assert "nothing.json cannot be read" in missing.err
    tomorrow = add({"outcome": "done"}, "--on", "2027-01-01", "--json")
    assert tomorrow.code == 1
    assert [each["question"] for each in tomorrow.json["violations"]] == ["occurred_on"]


def test_a_file_that_is_no_json_is_refused_in_chinese_alone(
    add: Call, village: Call, child: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    told = add('{"outcome": "done",\n "answers": }').err
    assert "第 2 行" in told
    assert "Expecting" not in told
    folder = village("visit", "add", "--person", child, "--form", NEWBORN, "--answers", tmp_path)
    assert "这是一个文件夹" in folder.err


def test_a_form_that_is_none_is_refused(add: Call) -> None:
    told = add({"outcome": "done"}, "--form", "no_such_form")
    assert told.code == 1
    assert "“no_such_form”" in told.err
    assert "`villagefp forms list`" in told.err


@pytest.mark.parametrize(
    ("question", "value", "begins", "goes_on"),
    [
        ("temp", 338, "请改正“338 ℃”：体温要在", "请看单位"),
        ("visit_on", "2027-01-01", "请改正“2027-01-01”：", "不能晚于今天"),
        ("next_on", "2020-01-01", "请改正“2020-01-01”：下次随访日期要晚于", ""),
        ("feeding", "9", "“喂养方式", "没有“9”这个选项，请从这些里选：1 纯母乳、2 混合、3 人工。"),
        ("nosuch", "1", "表单里没有“nosuch”这一题。", "请去掉，或改成表单里有的题"),
    ],
)
def test_a_refusal_names_the_value_and_the_next_step(
    add: Call, monkeypatch: pytest.MonkeyPatch, *, question: str, value: object, begins: str, goes_on: str
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    told = add({"outcome": "done", "answers": {"visit_on": "2026-11-21", question: value}}, "--json").json
    (said,) = (each["message"] for each in told["violations"] if each["question"] == question)
    assert said.startswith(begins)
    assert goes_on in said
