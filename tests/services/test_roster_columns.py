"""A date, a sex or a phone of something or somebody else is not taken for the person's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.services.rosters import TODAY, by_name, id_no, plan, take_in, workbook
from villagefp.domain.records import Alias, Phone
from villagefp.domain.roster.meanings import Meaning
from villagefp.services import roster
from villagefp.storage import records
from villagefp.storage.store import Store

LI, ZHAO = id_no("1990-05-06", "2"), id_no("1962-04-05", "2")


@pytest.mark.parametrize("header", ["建卡日期", "死亡日期", "结婚", "领证时间", "时间（迁入）", "情况", ""])
def test_dates_beside_id_numbers_are_no_birth_dates(store: Store, tmp_path: Path, header: str) -> None:
    """The ID number tells the birth date; a column of other dates is told as not imported."""
    rows: list[list[object]] = [
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


def _phones(store: Store) -> dict[str, list[tuple[str, str]]]:
    """By name, the numbers in the order in which they were taken in, and whose each is."""
    names = {line.id: name for name, line in by_name(store).items()}
    kept: dict[str, list[tuple[str, str]]] = {}
    with store.read() as connection:
        for phone in sorted(records.where(connection, Phone), key=lambda one: one.id):
            kept.setdefault(names[phone.person], []).append((phone.number, phone.whose))
            assert not phone.may_mention_health
    return kept


def test_several_phone_columns_are_all_kept(store: Store, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["户号", "姓名", "与户主关系", "身份证号", "固定电话", "手机号", "联系电话1", "联系电话2"],
        ["1", "李芳", "户主", LI, "0871-6512345", "13800000001", "", "13800000009(妻)"],
        ["2", "赵玉兰", "户主", ZHAO, "", 13800000003, "13800000004", "13800000003"],
    ]
    path = workbook(tmp_path / "a.xlsx", rows)
    result = take_in(store, path)
    assert _phones(store) == {
        "李芳": [("13800000001", "self"), ("13800000009", "spouse"), ("08716512345", "household")],
        "赵玉兰": [("13800000003", "self"), ("13800000004", "self")],
    }
    assert (result.not_imported, result.issues) == ((), ())
    assert take_in(store, path).unchanged == 2


@pytest.mark.parametrize(
    ("header", "whose"),
    [
        ("本人电话", "self"), ("家庭电话", "household"), ("监护人电话", "other"), ("紧急联系人电话", "other"),
        ("联系人手机", "other"), ("家长电话", "other"), ("家属联系方式", "other"), ("父亲电话", "other"),
        ("丈夫联系方式", "spouse"), ("配偶手机号", "spouse"), ("儿子电话", "child"), ("子女电话", "child"),
        ("邻居电话", "neighbour"), ("Emergency contact phone", "other"), ("联系电话", "self"), ("联系方式", "self"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("alone", [True, False])
def test_a_phone_is_kept_with_whose_it_is(store: Store, tmp_path: Path, header: str, whose: str, alone: bool) -> None:
    """Somebody else's number never becomes the person's own, whether an own one stands beside it or not."""
    header_row, cells = ["姓名", "身份证号", header, "紧急联系人"], ["李芳", LI, "13800000001", "王大"]
    if not alone:
        header_row, cells = [*header_row, "手机号码"], [*cells, "13800000002"]
    result = take_in(store, workbook(tmp_path / "a.xlsx", [header_row, cells]))
    assert sorted(_phones(store)["李芳"]) == [("13800000001", whose), *([] if alone else [("13800000002", "self")])]
    assert [one.column for one in result.not_imported] == ["紧急联系人"]


def test_phones_of_a_family_on_one_row(store: Store, tmp_path: Path) -> None:
    """What stands for the family is the head's, also beside an own number; a member's own stays with the member."""
    rows = [
        ["丈夫姓名", "丈夫身份证号", "丈夫电话", "妻子姓名", "妻子身份证号", "妻子电话",
         "联系电话", "家庭电话", "紧急联系人电话"],
        ["王德胜", id_no("1960-02-03"), "13800000001", "赵玉兰", ZHAO, "13800000002",
         "13800000003", "0871-6512345", ""],
        ["", "", "", "李芳", LI, "", "13800000004", "", "13800000005"],
    ]  # fmt: skip
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert _phones(store) == {
        "王德胜": [("13800000001", "self"), ("13800000003", "self"), ("08716512345", "household")],
        "赵玉兰": [("13800000002", "self")],
        "李芳": [("13800000004", "self"), ("13800000005", "other")],
    }


def test_a_second_phone_that_is_none_is_told_with_its_own_column(store: Store, tmp_path: Path) -> None:
    rows = [["姓名", "身份证号", "电话", "家长电话"], ["李芳", LI, "13800000001", "找村长"]]
    (issue,) = take_in(store, workbook(tmp_path / "a.xlsx", rows)).issues
    assert (issue.row, issue.column, issue.kind.value, issue.value) == (2, "家长电话", "phone_unreadable", "找村长")


def test_an_unknown_column_of_numbers_is_no_second_phone(store: Store, tmp_path: Path) -> None:
    rows = [["姓名", "身份证号", "电话", "包保干部"], ["李芳", LI, "13800000001", "13800000002"]]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert _phones(store) == {"李芳": [("13800000001", "self")]}
    assert [one.column for one in result.not_imported] == ["包保干部"]


def test_several_columns_of_other_names_are_all_kept(store: Store, tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "小名", "曾用名", "别名"],
        ["李芳", LI, "芳芳", "李小芳", "芳芳"],
        ["赵玉兰", ZHAO, "", "赵兰", ""],
    ]
    path = workbook(tmp_path / "a.xlsx", rows)
    result = take_in(store, path)
    names = {line.id: name for name, line in by_name(store).items()}
    with store.read() as connection:
        kept = sorted((names[alias.person], alias.name) for alias in records.where(connection, Alias))
    assert kept == [("李芳", "李小芳"), ("李芳", "芳芳"), ("赵玉兰", "赵兰")]
    assert (result.not_imported, result.issues) == ((), ())
    assert plan(store, path).writes.new == ()


def test_whose_a_phone_is_follows_the_header_also_where_the_user_says_that_it_is_one(
    store: Store, tmp_path: Path
) -> None:
    rows = [
        ["姓名", "身份证号", "丈夫手机", "家庭号码", "监护人"],
        ["李芳", LI, "13800000001", "13800000002", "13800000003"],
    ]
    preview = plan(store, workbook(tmp_path / "a.xlsx", rows)).preview
    corrected = roster.remap(preview, {("Sheet1", place): Meaning.PHONE for place in (2, 3, 4)})
    roster.import_roster(store, roster.plan_import(store, corrected, TODAY))
    assert sorted(_phones(store)["李芳"]) == [
        ("13800000001", "spouse"), ("13800000002", "household"), ("13800000003", "other"),
    ]  # fmt: skip
