"""`import-roster`: what it does, would do, says again, and does not do by halves."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.cli.conftest import ROSTER, Call
from tests.cli.test_person import looks
from villagefp.domain.ambient import Ambient
from villagefp.domain.resident_id import check_digit
from villagefp.errors import UserError
from villagefp.services import roster

KEYS = {
    "households", "persons", "created", "updated", "unchanged", "not_in_file", "issues", "changes", "dropped_columns",
    "not_imported",
}  # fmt: skip

HEAD = {"户号": "0001", "与户主关系": "户主", "姓名": "王大山", "性别": "男", "出生日期": "1971-02-03"}


def write_book(place: Path, row: dict[str, str]) -> None:
    with xlsxwriter.Workbook(place) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, row)
        sheet.write_row(1, 0, row.values())


def test_a_dry_run_tells_and_writes_nothing(call: Call) -> None:
    told = call("import-roster", ROSTER, "--dry-run", "--json")
    assert told.code == 0
    assert set(told.json) == KEYS
    assert told.json["created"] == told.json["persons"] > 100
    assert {"sheet", "row", "column", "kind", "message"} == set(told.json["issues"][0])
    assert call("person", "list", "--json").json == []


def test_what_is_to_be_looked_at_is_told_with_sheet_row_and_column(call: Call) -> None:
    told = call("import-roster", ROSTER, "--dry-run", "--json").json["issues"]
    said = call("import-roster", ROSTER, "--dry-run").out
    assert len(told) > 5
    lines = said.splitlines()
    for issue in told:
        words = [issue["sheet"], f"row {issue['row']},", issue["column"], issue["message"]]
        assert any(all(word in line for word in words) for line in lines), issue


def test_importing_again_changes_nothing(call: Call) -> None:
    first = call("import-roster", ROSTER, "--json").json
    again = call("import-roster", ROSTER, "--json").json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, first["persons"])
    assert len(call("person", "list", "--json").json) == first["persons"]


def test_a_change_names_the_person_as_the_list_does(call: Call, tmp_path: Path) -> None:
    for phone in ("13900000001", "13900000002"):
        write_book(tmp_path / f"{phone}.xlsx", {**HEAD, "联系电话": phone})
    assert call("import-roster", tmp_path / "13900000001.xlsx").code == 0
    changes = call("import-roster", tmp_path / "13900000002.xlsx", "--json").json["changes"]
    (person,) = call("person", "list", "--json").json
    assert changes
    assert {change["person_id"] for change in changes} == {person["id"]}
    assert str(uuid.UUID(person["id"])) == person["id"]


def test_a_change_of_an_id_number_is_masked_unless_asked_for(
    call: Call, tmp_path: Path, folder: Path, ambient: Ambient
) -> None:
    numbers = [f"{first}{check_digit(first)}" for first in ("99010119710203001", "99010119710203003")]
    for number in numbers:
        write_book(tmp_path / f"{number}.xlsx", {**HEAD, "身份证号": number})
    assert call("import-roster", tmp_path / f"{numbers[0]}.xlsx").code == 0
    words = ("import-roster", tmp_path / f"{numbers[1]}.xlsx", "--dry-run", "--json")
    (masked,) = call(*words).json["changes"]
    assert looks(folder, ambient) == []
    assert masked["field"] == "id_no"
    assert [masked["old"], masked["new"]] == [f"9901**********{number[-4:]}" for number in numbers]
    (whole,) = call(*words, "--reveal").json["changes"]
    assert [whole["old"], whole["new"]] == numbers
    (look,) = looks(folder, ambient)
    assert (str(uuid.UUID(bytes=look.person)), look.action) == (whole["person_id"], "revealed")


def test_a_word_in_place_of_an_id_number_can_be_read_where_the_number_would_stand(call: Call, tmp_path: Path) -> None:
    write_book(tmp_path / "roster.xlsx", {**HEAD, "身份证号": "遗失"})
    assert call("import-roster", tmp_path / "roster.xlsx").code == 0
    (person,) = call("person", "list", "--json").json
    assert (person["id_no"], person["id_status"]) == ("遗失", "unclear")


def test_a_column_that_the_product_does_not_keep_is_named(call: Call, tmp_path: Path) -> None:
    write_book(tmp_path / "roster.xlsx", {**HEAD, "胎儿性别": "男"})
    (dropped,) = call("import-roster", tmp_path / "roster.xlsx", "--json").json["dropped_columns"]
    assert dropped["column"] == "胎儿性别"
    assert dropped["reason"]


def test_the_report_lists_every_issue(call: Call, tmp_path: Path) -> None:
    report = tmp_path / "issues.xlsx"
    told = call("import-roster", ROSTER, "--report", report, "--json")
    rows = CalamineWorkbook.from_path(str(report)).get_sheet_by_index(0).to_python()
    assert told.code == 0
    assert len(rows) == len(told.json["issues"]) + 1


@pytest.mark.parametrize("place", ["missing/issues.xlsx", "."])
def test_a_report_that_cannot_be_written_stops_before_the_import(call: Call, tmp_path: Path, place: str) -> None:
    told = call("import-roster", ROSTER, "--report", tmp_path / place)
    assert told.code == 1
    assert "report cannot be written" in told.err
    assert call("person", "list", "--json").json == []


def test_the_report_does_not_take_the_place_of_the_roster(call: Call, tmp_path: Path) -> None:
    mine = tmp_path / "roster.xlsx"
    shutil.copy(ROSTER, mine)
    told = call("import-roster", mine, "--report", mine)
    assert told.code == 1
    assert "is the roster itself" in told.err
    assert mine.read_bytes() == ROSTER.read_bytes()
    assert call("person", "list", "--json").json == []


def test_a_refused_import_leaves_no_empty_report(call: Call, tmp_path: Path) -> None:
    report = tmp_path / "issues.xlsx"
    assert call("import-roster", tmp_path / "nothing.xlsx", "--report", report).code == 1
    assert not report.exists()


@pytest.mark.parametrize("mode", ["--json", "--dry-run"])
def test_a_report_that_fails_at_last_hides_no_result(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    def refuse(*_told: object) -> None:
        raise UserError("The stick is full.")

    monkeypatch.setattr(roster, "write_issue_report", refuse)
    told = call("import-roster", ROSTER, "--report", tmp_path / "issues.xlsx", mode)
    assert told.code == 1
    if mode == "--json":
        assert told.json["report_error"] == "The stick is full."
        assert told.json["created"] == len(call("person", "list", "--json").json) > 100
    else:
        assert "persons in the file" in told.out
        assert told.err == "The stick is full.\n"


def test_a_file_that_is_no_roster_is_refused_in_chinese(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VILLAGEFP_LANG", "zh_CN")
    told = call("import-roster", "没有.xlsx")
    assert (told.code, told.out) == (1, "")
    assert "没有.xlsx" in told.err
    assert not set("abcdefghijklmnopqrstuvw") & set(told.err.replace("xlsx", ""))
