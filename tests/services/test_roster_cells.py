"""What stands in a cell of another sort: words for a number that is not there, an ID number in the phone column."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.services.rosters import by_name, id_no, take_in, workbook
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import IdStatus
from villagefp.services import people, roster
from villagefp.storage.store import Store

HEADERS = ["户号", "姓名", "性别", "出生日期", "身份证号", "电话"]


def _with(cell: str, place: int) -> list[list[str]]:
    """Two people, one of them with this cell."""
    other = ["2", "李芳", "女", "1990-05-06", id_no("1990-05-06", "2"), "13912345678"]
    row = ["1", "张建国", "男", "1988-01-02", id_no("1988-01-02"), "13812345678"]
    row[place] = cell
    return [HEADERS, row, other]


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("无证", IdStatus.NONE), ("没有", IdStatus.NONE), ("无", IdStatus.NONE),
        ("待办", IdStatus.NOT_YET), ("未办", IdStatus.NOT_YET), ("未上户口", IdStatus.NOT_YET),
        ("不详", IdStatus.NOT_TOLD),
    ],
)  # fmt: skip
def test_words_for_no_number_are_understood(store: Store, tmp_path: Path, cell: str, status: IdStatus) -> None:
    result = take_in(store, workbook(tmp_path / "a.xlsx", _with(cell, 4)))
    assert result.issues == ()
    line = by_name(store)["张建国"]
    assert (line.id_no, line.id_status) == (None, status)
    assert people.person_page(store, line.id).marks == ()
    again = take_in(store, workbook(tmp_path / "a.xlsx", _with(cell, 4)))
    assert (again.created, again.updated) == (0, 0)


def test_a_word_that_is_no_number_is_named_on_screen_and_in_the_report(store: Store, tmp_path: Path) -> None:
    result = take_in(store, workbook(tmp_path / "a.xlsx", _with("遗失", 4)))
    (issue,) = result.issues
    assert issue.kind is CheckKind.ID_STRUCTURE
    assert issue.message.startswith("“遗失” is no ID number")
    assert _told_in_report(result, tmp_path) == ["遗失"]
    assert by_name(store)["张建国"].id_status == IdStatus.UNCLEAR


@pytest.mark.parametrize(
    ("place", "cell", "shown"),
    [
        (5, "990101197012010015", "9901**********0015"),
        (5, "9" * 6000, "9999**********…9999"),
        (3, "990101197012010015", "9901**********0015"),
    ],
)
def test_what_may_be_an_id_number_is_said_masked_in_any_column(
    store: Store, tmp_path: Path, place: int, cell: str, shown: str
) -> None:
    result = take_in(store, workbook(tmp_path / "a.xlsx", _with(cell, place)))
    (issue,) = result.issues
    assert f"“{shown}”" in issue.message
    assert cell not in issue.message
    assert _told_in_report(result, tmp_path) == [shown]


def _told_in_report(result: roster.RosterResult, folder: Path) -> list[object]:
    roster.write_issue_report(result, folder / "report.xlsx")
    sheet = load_workbook(folder / "report.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [row[-1] for row in rows[1:]]
