"""What a roster shows before it is taken in, and what of it leaves the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.services.rosters import TODAY, by_name, id_no, plan, take_in, workbook
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import Access
from villagefp.errors import UserError
from villagefp.services import roster
from villagefp.storage import records
from villagefp.storage.store import Store

HEADER = ("户编号", "姓名", "与户主关系", "性别", "身份证号", "出生日期", "年龄")
WRONG = id_no("1974-01-05")[:-1] + ("1" if id_no("1974-01-05")[-1] != "1" else "2")
ROWS = (
    HEADER,
    ("1", "王大山", "户主", "男", WRONG, "", ""),
    ("1", "李芳", "妻", "女", id_no("1976-03-02", "2"), "属龙", ""),
    ("2", "赵小满", "户主", "男", "", "属马", "36"),
    ("2", "赵老汉", "父", "男", "", "属马", ""),
)


@pytest.mark.parametrize("rows", [(HEADER,), (("花名册",), HEADER), (HEADER, ("合计", "", "", "", "", "", ""))])
def test_headers_with_nobody_under_them_are_refused(store: Store, tmp_path: Path, rows: tuple[tuple[str, ...], ...]):
    with pytest.raises(UserError, match="nobody under them"):
        plan(store, workbook(tmp_path / "roster.xlsx", rows))


def test_a_preview_shows_id_numbers_masked(tmp_path: Path) -> None:
    book = workbook(tmp_path / "roster.xlsx", ROWS)
    preview = roster.open_workbook(book, remembered=None, today=TODAY)
    samples = [sample for table in preview.tables for column in table.columns for sample in column.samples]
    assert f"{WRONG[:4]}**********{WRONG[-4:]}" in samples
    assert not [sample for sample in samples if sample.isdecimal() and len(sample) > 8]


def test_an_issue_report_masks_id_numbers_and_is_logged(store: Store, tmp_path: Path) -> None:
    result = take_in(store, workbook(tmp_path / "roster.xlsx", ROWS))
    report = tmp_path / "issues.xlsx"
    roster.save_issue_report(store, result, report)
    cells = [
        str(cell) for row in CalamineWorkbook.from_path(str(report)).get_sheet_by_index(0).to_python() for cell in row
    ]
    assert any(WRONG[-4:] in cell for cell in cells)
    assert not any(WRONG in cell for cell in cells)
    people = by_name(store)
    with store.read() as connection:
        logged = records.where(connection, Access, action="exported")
    assert {one.person for one in logged} == {people["王大山"].id, people["赵老汉"].id}


def test_a_report_of_a_dry_run_logs_nobody_who_is_not_in_the_register(store: Store, tmp_path: Path) -> None:
    result = roster.dry_run(plan(store, workbook(tmp_path / "roster.xlsx", ROWS)))
    roster.save_issue_report(store, result, tmp_path / "issues.xlsx")
    with store.read() as connection:
        assert records.where(connection, Access) == []


def test_an_animal_tells_the_year_beside_an_age_and_is_asked_about_alone(store: Store, tmp_path: Path) -> None:
    result = take_in(store, workbook(tmp_path / "roster.xlsx", ROWS))
    people = by_name(store)
    assert (people["赵小满"].birth_date, people["赵小满"].birth_precision) == ("1990", "estimated")
    assert people["赵老汉"].birth_date is None
    assert (people["李芳"].birth_date, people["李芳"].birth_precision) == ("1976-03-02", "day")
    unreadable = [issue for issue in result.issues if issue.kind is CheckKind.BIRTH_UNREADABLE]
    assert [(issue.row, "twelve years" in issue.message) for issue in unreadable] == [(5, True)]
