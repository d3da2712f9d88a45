"""Cells that are no value: Excel errors and formulas without a saved result are told, never taken as empty."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.services.rosters import by_name, id_no, plan, take_in
from villagefp.storage import marks
from villagefp.storage.store import Store

LI, WANG = id_no("1990-05-06", "2"), id_no("1960-02-03")


def _workbook(path: Path, rows: Sequence[Sequence[object]], title: str = "一组 & 二组") -> Path:
    """Written by openpyxl, which keeps words such as #N/A as errors and saves no results of formulas."""
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "封面"
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_errors_and_unsaved_formulas_are_told_with_cell_and_person(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "与户主关系", "出生日期", "性别", "身份证号", "宅基地面积"],
        [1, "李芳", "户主", "=DATE(1990,5,6)", "女", "#N/A", "#DIV/0!"],
        [1, "#REF!", "夫", "#VALUE!", "男", None, None],
        [2, "王德胜", "户主", None, "男", WANG, "=1+1"],
        ["合计", "=COUNTA(B2:B4)", None, None, None, "#REF!", None],
        ["#N/A", "#N/A", "#N/A", "#N/A", "#N/A", "#N/A", None],
    ]
    path = _workbook(tmp_path / "a.xlsx", rows)
    result = take_in(store, path)
    unread = [one for one in result.issues if one.kind.value == "cell_unread"]
    assert [(one.row, one.column, one.value, one.person) for one in unread] == [
        (2, "出生日期", "", 0), (2, "身份证号", "#N/A", 0),
        (3, "姓名", "#REF!", 1), (3, "出生日期", "#VALUE!", 1),
        (6, "户号", "#N/A", None), (6, "姓名", "#N/A", None), (6, "与户主关系", "#N/A", None),
        (6, "出生日期", "#N/A", None), (6, "性别", "#N/A", None), (6, "身份证号", "#N/A", None),
    ]  # fmt: skip
    assert "D2" in unread[0].message
    assert "#N/A" in unread[1].message
    lines = by_name(store)
    assert {line.id_no for line in lines.values()} == {None, WANG}
    with store.read() as connection:
        marked = {mark.kind for mark in marks.open_marks(connection) if mark.person_id == lines["李芳"].id}
    assert marked == {"cell_unread"}
    rows[1] = [1, "李芳", "户主", "1990-5-6", "女", LI, None]
    take_in(store, _workbook(path, rows))
    assert by_name(store)["李芳"].id_no == LI
    with store.read() as connection:
        assert lines["李芳"].id not in {mark.person_id for mark in marks.open_marks(connection)}


def test_an_error_in_a_row_of_a_family_is_that_of_its_member(store: Store, tmp_path: Path) -> None:
    rows = [
        ["丈夫姓名", "丈夫身份证号", "妻子姓名", "妻子身份证号", "联系电话"],
        ["王德胜", WANG, "李芳", "#N/A", "#N/A"],
    ]
    preview = plan(store, _workbook(tmp_path / "a.xlsx", rows))
    told = {(one.column, preview.roster.persons[one.person or 0].name) for one in preview.writes.issues}
    assert told == {("妻子身份证号", "李芳"), ("联系电话", "王德胜")}


@pytest.mark.parametrize("title", ["1组", '<甲> "乙"', "A&amp;B"])
def test_the_sheet_is_found_by_any_name(store: Store, tmp_path: Path, title: str) -> None:
    rows = [["姓名", "性别", "身份证号"], ["李芳", "女", "#N/A"]]
    assert [one.sheet for one in take_in(store, _workbook(tmp_path / "a.xlsx", rows, title)).issues] == [title]


def test_a_formula_whose_saved_result_is_empty_is_empty(store: Store, tmp_path: Path) -> None:
    """As WPS and Excel save it: a text without a letter; xlsxwriter saves no empty result, so it is emptied here."""
    made, path = tmp_path / "made.xlsx", tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(made)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "性别", "身份证号", "电话"])
        sheet.write_row(1, 0, ["李芳", "女"])
        sheet.write_formula(1, 2, f'="{LI}"', None, LI)
        sheet.write_formula(1, 3, '=IF(1,"","")', None, "emptied")
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(path, "w") as emptied:
        for name in parts.namelist():
            emptied.writestr(name, parts.read(name).replace(b"<v>emptied</v>", b"<v></v>"))
    assert take_in(store, path).issues == ()
    assert by_name(store)["李芳"].id_no == LI
