"""`forms signs`: the whole table for a doctor to sign; and a referral slip kept by a script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Call


def test_every_sign_is_told_as_json_without_a_store(bare: Call) -> None:
    told = bare("forms", "signs", "--json")
    assert told.code == 0
    first = told.json["signs"][0]
    assert set(first) == {
        "form", "title", "version", "name", "sign", "urgency", "table", "condition", "wording", "source",
    }  # fmt: skip
    assert {line["table"] for line in told.json["signs"]} == {"danger_signs", "mec"}
    fever = next(
        line for line in told.json["signs"] if (line["form"], line["name"]) == ("newborn_home_visit", "sign_temp")
    )
    assert fever["condition"].endswith("≥ 37.5 or Temperature (℃) ≤ 35.5")
    assert fever["wording"]["zh"].startswith("体温")


def test_the_workbook_has_a_line_for_each_sign_and_room_to_sign(
    bare: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    out = tmp_path / "signs.xlsx"
    told = bare("forms", "signs", "--out", out)
    assert told.code == 0
    count = len(bare("forms", "signs", "--json").json["signs"])
    assert str(count) in told.out
    rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["表", "表单", "征象", "缓急"]
    assert sum(row[3][:1] in {"R", "Y", "G"} for row in rows[1:]) == count
    assert [row[0] for row in rows[-3:]] == ["县级医生：", "日期：", "盖章："]


def test_a_workbook_that_cannot_be_written_is_said(bare: Call, tmp_path: Path) -> None:
    told = bare("forms", "signs", "--out", tmp_path / "nowhere" / "signs.xlsx")
    assert told.code == 1
    assert "signs.xlsx" in told.err


def test_a_script_keeps_a_slip_and_prints_it(village: Call, tmp_path: Path) -> None:
    child = village("person", "find", "李芳之女", "--json").json[0]["id"]
    answers = tmp_path / "slip.json"
    told = {"reason": ["baby_cold_hot"], "urgent": "1", "to_facility": "县人民医院"}
    answers.write_text(json.dumps({"outcome": "done", "answers": told}), encoding="utf-8")
    kept = village("visit", "add", "--person", child, "--form", "referral_slip", "--answers", answers, "--json")
    assert kept.code == 0
    assert kept.json["prompts"] == kept.json["checks"] == []
    due = village("due", "--on", "2026-11-24", "--json").json
    assert [line["point"] for line in due if line["programme"] == "referral"] == ["ask"]


@pytest.mark.parametrize(("answers", "marked"), [({"jaundice_site": ["3"]}, True), ({"temp": 37.8}, False)])
def test_prompts_say_whether_the_county_has_still_to_sign_them(
    village: Call, tmp_path: Path, answers: dict[str, object], marked: bool
) -> None:
    child = village("person", "find", "李芳之女", "--json").json[0]["id"]
    file = tmp_path / "visit.json"
    file.write_text(json.dumps({"outcome": "done", "answers": answers}), encoding="utf-8")
    words = ("visit", "add", "--person", child, "--form", "newborn_home_visit", "--answers", file)
    told = village(*words, "--json").json["prompts"]
    assert next(prompt["unsigned"] for prompt in told if prompt["urgency"] in {"R", "Y"}) is marked
    said = village(*words).out
    assert ("not signed by the county" in said) is marked
    assert "Has the person been told" in said
