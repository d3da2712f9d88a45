"""`print household-sheet|form`: PDF files where the worker says, or a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pypdfium2
import pytest

from tests.cli.conftest import Call


def text_of(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    told = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return told


@pytest.fixture
def child(village: Call) -> str:
    return str(village("person", "find", "李芳之女", "--json").json[0]["id"])


@pytest.mark.parametrize("number", ["0012", "12"])
def test_a_household_sheet_is_made(village: Call, tmp_path: Path, number: str) -> None:
    out = tmp_path / "sheet.pdf"
    told = village("print", "household-sheet", "--household", number, "--out", out, "--json")
    assert told.code == 0
    assert told.json == {"file": str(out), "pages": told.json["pages"]}
    assert "李芳" in text_of(out)


def test_a_kept_visit_is_printed_and_one_for_elsewhere_names_nobody(village: Call, tmp_path: Path, child: str) -> None:
    (tmp_path / "answers.json").write_text('{"outcome": "done", "answers": {"temp": 37.8}}', encoding="utf-8")
    event = village("visit", "add", "--person", child, "--form", "newborn_home_visit",
                    "--answers", tmp_path / "answers.json", "--json").json["event_id"]  # fmt: skip
    form = ("print", "form", "newborn_home_visit", "--person", child, "--out", tmp_path / "form.pdf")
    assert village(*form, "--event", event).code == 0
    assert "37.8" in text_of(tmp_path / "form.pdf")
    assert village(*form, "--elsewhere").code == 0
    assert "李芳" not in text_of(tmp_path / "form.pdf")


def test_an_event_that_is_none_is_called_a_visit(village: Call, tmp_path: Path, child: str) -> None:
    told = village("print", "form", "newborn_home_visit", "--person", child, "--event", "zzz",
                   "--out", tmp_path / "form.pdf")  # fmt: skip
    assert told.code == 1
    assert "zzz is no visit's id" in told.err
    assert not (tmp_path / "form.pdf").exists()


@pytest.mark.parametrize("place", ["missing/sheet.pdf", "."])
def test_a_place_that_cannot_be_written_is_said_in_chinese(
    village: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    told = village("print", "household-sheet", "--household", "0012", "--out", tmp_path / place)
    assert told.code == 1
    assert "无法写入" in told.err
    assert os.strerror(2) not in told.err
    assert os.strerror(21) not in told.err


def test_a_household_that_is_not_there_is_refused(village: Call, tmp_path: Path) -> None:
    told = village("print", "household-sheet", "--household", "9999", "--out", tmp_path / "sheet.pdf", "--json")
    assert told.code == 1
    assert "9999" in told.json["error"]
