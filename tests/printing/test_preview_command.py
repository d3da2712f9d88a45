"""`forms preview`: the paper form of a sheet that somebody is writing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.printing.reading import plain, text_of
from villagefp import i18n, paths
from villagefp.cli.main import run_command


@pytest.fixture(autouse=True)
def chinese_for_this_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("catalogue", "language"):  # what the command changes is put back
        monkeypatch.setattr(i18n._Words, name, getattr(i18n._Words, name))
    monkeypatch.setattr(i18n, "preferred_language", lambda: "zh_CN")


SURVEY = (
    ("type", "name", "label::Chinese (zh)"),
    ("date", "seen_on", "日期"),
    ("select_one yes_no", "well", "身体好吗"),
)
CHOICES = (("list_name", "name", "label::Chinese (zh)"), ("yes_no", "1", "好"), ("yes_no", "2", "不好"))
SETTINGS = (("form_title", "form_id", "version", "default_language"), ("问好", "greeting", "1", "Chinese (zh)"))


def workbook(path: Path, survey: tuple[tuple[str, ...], ...]) -> Path:
    book = openpyxl.Workbook()
    for name, rows in (("survey", survey), ("choices", CHOICES), ("settings", SETTINGS)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def test_the_paper_form_of_a_workbook_is_written_where_it_is_wished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "paper.pdf"
    code = run_command(["forms", "preview", str(workbook(tmp_path / "form.xlsx", SURVEY)), "--out", str(out), "--json"])
    assert code == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(out), "pages": 1}
    text = plain(text_of(out.read_bytes()))
    for words in ("问好", "身体好吗", "1好2不好"):
        assert words in text


def test_a_sheet_with_mistakes_is_refused_with_all_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    survey = (*SURVEY, ("select_one nowhere", "kind", "种类"), ("text", "well", "又一个"))
    out = tmp_path / "paper.pdf"
    code = run_command(["forms", "preview", str(workbook(tmp_path / "form.xlsx", survey)), "--out", str(out), "--json"])
    assert code == 1
    assert {problem["row"] for problem in json.loads(capsys.readouterr().out)["problems"]} >= {4, 5}
    assert not out.exists()


def test_a_private_form_is_shown_as_it_will_be_printed(tmp_path: Path) -> None:
    sheet = shutil.copy(paths.resources_dir() / "forms" / "vasectomy_followup.md", tmp_path)
    out = tmp_path / "paper.pdf"
    assert run_command(["forms", "preview", str(sheet), "--out", str(out)]) == 0
    text = text_of(out.read_bytes())
    assert "健康随访记录" in text
    assert "vasectomy" not in text


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = workbook(tmp_path / "form.xlsx", SURVEY)
    assert run_command(["forms", "preview", str(sheet), "--out", str(tmp_path / "no" / "paper.pdf")]) == 1
    assert "paper.pdf" in capsys.readouterr().err
