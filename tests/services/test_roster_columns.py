"""A date, a sex or a phone of something or somebody else is not taken for the person's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.services.rosters import by_name, id_no, take_in, workbook
from villagefp.storage.store import Store

LI, ZHAO = id_no("1990-05-06", "2"), id_no("1962-04-05", "2")


@pytest.mark.parametrize("header", ["建卡日期", "死亡日期", "结婚", "领证时间", "时间（迁入）", "情况", ""])
def test_dates_beside_id_numbers_are_no_birth_dates(store: Store, tmp_path: Path, header: str) -> None:
    """The ID number tells the birth date; a column of other dates is told as not imported."""
    rows = [
        ["姓名", "身份证号", header],
        ["李芳", LI, "2015-3-1"],
        ["赵玉兰", ZHAO, date(2016, 4, 1)],
        ["王德胜", "", "2017.5.1"],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert [lines[name].birth_date for name in ("李芳", "赵玉兰", "王德胜")] == ["1990-05-06", "1962-04-05", None]
    assert [one.column for one in result.not_imported] == [header or "C"]
    assert result.issues == ()


@pytest.mark.parametrize(
    "header", ["死亡日期", "迁入时间", "建卡", "去世年月", "登记日", "时间（上户）", "date of entry"]
)
def test_the_date_of_an_event_is_no_birth_date_where_nothing_else_tells_one(
    store: Store, tmp_path: Path, header: str
) -> None:
    rows = [["户号", "姓名", "性别", header], ["1", "李芳", "女", "2015-3-1"], ["2", "赵玉兰", "女", "2016-4-1"]]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert {line.birth_date for line in by_name(store).values()} == {None}
    assert [one.column for one in result.not_imported] == [header]


@pytest.mark.parametrize("header", ["", "日期", "年月日", "农历日期"])
def test_dates_that_nothing_else_explains_are_birth_dates(store: Store, tmp_path: Path, header: str) -> None:
    rows = [["户号", "姓名", "性别", header], ["1", "李芳", "女", "1990-5-6"], ["2", "赵玉兰", "女", "1962-4-5"]]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert {line.birth_date for line in by_name(store).values()} == {"1990-05-06", "1962-04-05"}


@pytest.mark.parametrize("header", ["", "情况"])
def test_dates_that_are_those_of_the_id_numbers_are_birth_dates(store: Store, tmp_path: Path, header: str) -> None:
    """Then they tell it of those, too, who have no number."""
    rows = [
        ["姓名", "身份证号", header],
        ["李芳", LI, "1990.5.6"],
        ["赵玉兰", ZHAO, "1962年4月"],
        ["王德胜", "", "1960-2-3"],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert [lines[name].birth_date for name in ("李芳", "赵玉兰", "王德胜")] == [
        "1990-05-06", "1962-04-05", "1960-02-03",
    ]  # fmt: skip
