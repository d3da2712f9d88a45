"""Other villages name, order and group their columns differently: recognised by meaning, not by position."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.services.rosters import by_name, everybody, id_no, plan, take_in, workbook
from villagefp.domain.records import Person, Presence
from villagefp.domain.roster.meanings import Meaning
from villagefp.errors import UserError
from villagefp.storage import records
from villagefp.storage.store import Store

LI, ZHANG, CHILD = id_no("1990-05-06", "2"), id_no("1988-01-02", "1"), id_no("2019-03-14", "1")
WANG, ZHAO = id_no("1960-02-03", "1"), id_no("1962-04-05", "2")


def _test_family(store: Store) -> None:
    """Household 0012 of group 1 as every layout below tells it."""
    lines = by_name(store)
    assert set(lines) == {"李芳", "张建国", "张晨熙", "王德胜", "赵玉兰"}
    assert (lines["李芳"].sex, lines["李芳"].birth_date, lines["李芳"].id_no) == ("2", "1990-05-06", LI)
    assert (lines["张建国"].sex, lines["张建国"].birth_date, lines["张建国"].id_no) == ("1", "1988-01-02", ZHANG)
    assert (lines["张晨熙"].sex, lines["张晨熙"].birth_date, lines["张晨熙"].id_no) == ("1", "2019-03-14", CHILD)
    together = {lines[name].household_id for name in ("李芳", "张建国", "张晨熙")}
    assert len(together) == 1
    assert lines["王德胜"].household_id == lines["赵玉兰"].household_id
    assert lines["王德胜"].household_id not in together


def test_a_family_on_one_row_with_a_header_of_two_rows(store: Store, tmp_path: Path) -> None:
    rows = [
        ["柳树湾村育龄家庭登记表"],
        ["户号", "组别", "丈夫", "", "", "妻子", "", "", "子女1", "", "", ""],
        ["", "", "姓名", "身份证号", "电话", "姓名", "身份证号", "电话", "姓名", "性别", "出生日期", "身份证号"],
        ["12", "1", "张建国", ZHANG, "13912345678", "李芳", LI, "", "张晨熙", "男", "2019.3.14", CHILD],
        ["13", "1", "王德胜", WANG, "", "赵玉兰", ZHAO, "", "", "", "", ""],
        ["合计", "", "2户"],
    ]
    merges = [(1, 2, 1, 4, "丈夫"), (1, 5, 1, 7, "妻子"), (1, 8, 1, 11, "子女1"), (1, 0, 2, 0, "户号")]
    take_in(store, workbook(tmp_path / "a.xlsx", rows, merges))
    _test_family(store)
    lines = by_name(store)
    assert [lines[name].relation for name in ("张建国", "李芳", "张晨熙")] == ["02", "12", "20"]
    assert lines["张建国"].phone == "13912345678"
    assert lines["李芳"].household_no == "0012"
    assert lines["李芳"].group_no == "1"


@pytest.mark.parametrize("merged", [True, False])
def test_man_and_woman_without_household_numbers(store: Store, tmp_path: Path, merged: bool) -> None:
    rows = [
        ["男方", "", "女方", "", "一孩", "", "", "家庭住址"],
        ["姓名", "身份证号", "姓名", "身份证号", "姓名", "性别", "身份证号", ""],
        ["张建国", ZHANG, "李芳", LI, "张晨熙", "男", CHILD, "1组12号"],
        ["王德胜", WANG, "赵玉兰", ZHAO, "", "", "", "1组13号"],
    ]
    merges = [(0, 0, 0, 1, "男方"), (0, 2, 0, 3, "女方"), (0, 4, 0, 6, "一孩")] if merged else []
    take_in(store, workbook(tmp_path / "a.xlsx", rows, merges))
    _test_family(store)
    assert {line.group_no for line in everybody(store)} == {"1"}
    assert {line.household_no for line in everybody(store)} == {"0001", "0002"}


def test_roles_in_a_header_of_one_row(store: Store, tmp_path: Path) -> None:
    rows = [
        ["序号", "丈夫姓名", "丈夫身份证号", "妻子姓名", "妻子身份证号", "长子姓名", "长子身份证号", "联系电话"],
        [1, "张建国", ZHANG, "李芳", LI, "张晨熙", CHILD, "13912345678"],
        [2, "王德胜", WANG, "赵玉兰", ZHAO, "", "", ""],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert by_name(store)["张晨熙"].relation == "20"


def test_what_stands_once_for_the_family(store: Store, tmp_path: Path) -> None:
    """The phone after the children is the head's, not the second child's; a widow gets it where there is no husband."""
    rows = [
        ["组别", "户编号", "联系电话", "丈夫姓名", "丈夫身份证号", "妻子姓名", "妻子身份证号", "一孩姓名", "一孩性别",
         "一孩身份证号", "二孩姓名", "二孩性别", "二孩身份证号", "避孕方法", "家庭住址"],
        ["一组", 12, "13912345678", "张建国", ZHANG, "李芳", LI, "张晨熙", "男", CHILD, "", "", "", "上环", "柳树湾"],
        ["二组", 13, "13912345679", "", "", "赵玉兰", ZHAO, "", "", "", "", "", "", "", "柳树湾13号"],
    ]  # fmt: skip
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert {name: line.phone for name, line in lines.items()} == {
        "张建国": "13912345678", "李芳": None, "张晨熙": None, "赵玉兰": "13912345679",
    }  # fmt: skip
    assert [lines[name].relation for name in ("张建国", "李芳", "张晨熙", "赵玉兰")] == ["02", "12", "20", "02"]
    assert (lines["赵玉兰"].household_no, lines["赵玉兰"].group_no) == ("0013", "2")
    with store.read() as connection:
        kept = {person.name for person in records.where(connection, Person) if person.legacy_method}
    assert kept == {"李芳"}


@pytest.mark.parametrize("numbered", [True, False])
def test_further_children_stand_below_the_first(store: Store, tmp_path: Path, numbered: bool) -> None:
    """The cells of the parents are merged over the rows of their children."""
    sister = id_no("2021-07-08", "2")
    rows: list[list[object]] = [
        ["户编号", "丈夫", "", "妻子", "", "子女", "", ""],
        ["", "姓名", "身份证号", "姓名", "身份证号", "姓名", "性别", "身份证号"],
        ["12", "张建国", ZHANG, "李芳", LI, "张晨熙", "男", CHILD],
        ["", "", "", "", "", "张晨曦", "女", sister],
        ["13", "王德胜", WANG, "赵玉兰", ZHAO, "", "", ""],
    ]
    if not numbered:
        rows = [row[1:] for row in rows]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert set(lines) == {"李芳", "张建国", "张晨熙", "张晨曦", "王德胜", "赵玉兰"}
    assert (lines["张晨曦"].household_id, lines["张晨曦"].relation) == (lines["李芳"].household_id, "30")
    assert len({line.household_id for line in lines.values()}) == 2


def test_a_roster_of_women_alone(store: Store, tmp_path: Path) -> None:
    """Every cell of the column is 女, which is also a word for a daughter."""
    rows = [
        ["户编号", "性别", "与户主关系", "姓名", "身份证号码"],
        ["12", "女", "户主", "李芳", LI],
        ["13", "女", "户主", "赵玉兰", ZHAO],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert {(line.relation, line.sex) for line in everybody(store)} == {("02", "2")}


def test_a_woman_and_her_husband(store: Store, tmp_path: Path) -> None:
    rows = [
        ["姓名", "出生日期", "身份证号", "丈夫姓名", "丈夫身份证号", "子女姓名", "子女身份证号", "村组"],
        ["李芳", "1990-5-6", LI, "张建国", ZHANG, "张晨熙", CHILD, "1组"],
        ["赵玉兰", "1962-4-5", ZHAO, "王德胜", WANG, "", "", "1组"],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)


def test_another_order_and_other_names_with_the_header_in_row_five(store: Store, tmp_path: Path) -> None:
    rows = [
        ["柳树湾村第一组人口信息采集表"],
        ["采集时间：2026年10月"],
        [],
        ["说明：请如实填写，一人一行"],
        ["公民身份号码", "称谓", "家庭编号", "成员姓名", "文化", "民 族", "手机号", "是否常住"],
        [LI, "户主", "12", "李  芳", "初中", "汉", 13912345678, "常住"],
        [ZHANG, "丈夫", "12", "张建国", "高中", "汉", "", "外出务工"],
        [CHILD, "儿子", "12", "张晨熙", "", "汉", "", "常住"],
        ["本页小计", "3人"],
        ["公民身份号码", "称谓", "家庭编号", "成员姓名", "文化", "民 族", "手机号", "是否常住"],
        [WANG, "户主", "13", "王德胜", "小学", "汉", "", "常住"],
        [ZHAO, "妻", "13", "赵玉兰", "文盲", "汉", "", "流入"],
        ["总计", "5人"],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert result.issues == ()
    lines = by_name(store)
    assert lines["张建国"].presence == Presence.AWAY
    assert lines["赵玉兰"].presence == Presence.HUKOU_ELSEWHERE
    assert lines["李芳"].group_no == "1"
    assert lines["李芳"].phone == "13912345678"


def test_an_english_header(store: Store, tmp_path: Path) -> None:
    rows = [
        ["No.", "Household", "Group", "Name", "Gender", "Date of birth", "ID number", "Relation", "Phone"],
        [1, 12, 1, "李芳", "F", "1990-05-06", LI, "户主", "13912345678"],
        [2, 12, 1, "张建国", "M", "1988-01-02", ZHANG, "丈夫", ""],
        [3, 12, 1, "张晨熙", "M", "2019-03-14", CHILD, "子", ""],
        [4, 13, 1, "王德胜", "M", "1960-02-03", WANG, "户主", ""],
        [5, 13, 1, "赵玉兰", "F", "1962-04-05", ZHAO, "妻", ""],
    ]
    assert take_in(store, workbook(tmp_path / "a.xlsx", rows)).issues == ()
    _test_family(store)
    assert by_name(store)["李芳"].household_no == "0012"


def test_columns_whose_header_is_missing_or_wrong(store: Store, tmp_path: Path) -> None:
    """The ID column has no header at all, the relation stands under 情况, the phone under 身份证."""
    rows = [
        ["户编号", "姓名", "情况", "", "身份证"],
        ["12", "李芳", "户主", LI, "13912345678"],
        ["", "张建国", "丈夫", ZHANG, "13912345679"],
        ["", "张晨熙", "子", CHILD, ""],
        ["13", "王德胜", "户主", WANG, "13912345670"],
        ["", "赵玉兰", "妻", ZHAO, ""],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert by_name(store)["李芳"].phone == "13912345678"


def test_no_header_at_all(store: Store, tmp_path: Path) -> None:
    rows = [
        ["柳树湾村1组"],
        ["李芳", "户主", "女", LI, "1990-05-06"],
        ["张建国", "丈夫", "男", ZHANG, "1988-01-02"],
        ["张晨熙", "子", "男", CHILD, "2019-03-14"],
        ["王德胜", "户主", "男", WANG, "1960-02-03"],
        ["赵玉兰", "妻", "女", ZHAO, "1962-04-05"],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)


def test_no_relation_column(store: Store, tmp_path: Path) -> None:
    """Households are told by their number; no relation and no head is invented."""
    rows = [
        ["户号", "姓名", "身份证号码"],
        ["12", "李芳", LI],
        ["12", "张建国", ZHANG],
        ["12", "张晨熙", CHILD],
        ["13", "王德胜", WANG],
        ["13", "赵玉兰", ZHAO],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert {line.relation for line in everybody(store)} == {None}


def test_the_name_of_the_head_in_a_column(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户主姓名", "姓名", "身份证号码", "母亲姓名"],
        ["李芳", "李芳", LI, ""],
        ["李芳", "张建国", ZHANG, ""],
        ["李芳", "张晨熙", CHILD, "李芳"],
        ["王德胜", "王德胜", WANG, ""],
        ["王德胜", "赵玉兰", ZHAO, ""],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    lines = by_name(store)
    assert (lines["李芳"].relation, lines["张建国"].relation) == ("02", None)
    with store.read() as connection:
        child = records.get(connection, Person, lines["张晨熙"].id)
    assert child is not None
    assert child.mother == lines["李芳"].id


def test_a_running_number_that_stands_once_a_family_is_the_household_number(store: Store, tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "与户主关系", "身份证号"],
        [1, "李芳", "户主", LI],
        ["", "张建国", "丈夫", ZHANG],
        ["", "张晨熙", "子", CHILD],
        [2, "王德胜", "户主", WANG],
        ["", "赵玉兰", "妻", ZHAO],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert {line.household_no for line in everybody(store)} == {"0001", "0002"}


def test_a_running_number_of_persons_is_none(store: Store, tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "与户主关系", "身份证号"],
        [1, "李芳", "户主", LI],
        [2, "张建国", "丈夫", ZHANG],
        [3, "张晨熙", "子", CHILD],
        [4, "王德胜", "户主", WANG],
        [5, "赵玉兰", "妻", ZHAO],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)


def test_headings_between_the_rows_name_the_group(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "与户主关系", "身份证号"],
        ["第一组"],
        ["1", "李芳", "户主", LI],
        ["1", "张建国", "丈夫", ZHANG],
        ["1", "张晨熙", "子", CHILD],
        ["小计", "3人"],
        ["第二村民小组"],
        ["1", "王德胜", "户主", WANG],
        ["1", "赵玉兰", "妻", ZHAO],
        ["小计", "2人"],
        ["合计", "5人"],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert result.issues == ()
    assert {(line.group_no, line.household_no) for line in everybody(store)} == {("1", "1-0001"), ("2", "2-0001")}


def test_two_tables_with_different_headers_on_one_sheet(store: Store, tmp_path: Path) -> None:
    rows = [
        ["常住人口"],
        ["户号", "姓名", "与户主关系", "身份证号"],
        ["12", "李芳", "户主", LI],
        ["12", "张建国", "丈夫", ZHANG],
        ["12", "张晨熙", "子", CHILD],
        [],
        ["流动人口"],
        ["姓名", "身份证号", "户号", "与户主关系", "居住情况"],
        ["王德胜", WANG, "13", "户主", "流入"],
        ["赵玉兰", ZHAO, "13", "妻", "流入"],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    assert by_name(store)["王德胜"].presence == Presence.HUKOU_ELSEWHERE


def test_a_cover_sheet_without_people_is_passed(store: Store, tmp_path: Path) -> None:
    header = ["户号", "姓名", "与户主关系", "身份证号"]
    first = [["12", "李芳", "户主", LI], ["12", "张建国", "丈夫", ZHANG], ["12", "张晨熙", "子", CHILD]]
    second = [["13", "王德胜", "户主", WANG], ["13", "赵玉兰", "妻", ZHAO]]
    cover = [["柳树湾村花名册"], ["2026年"], ["户数", 2], ["人数", 5]]
    sheets = {"封面": cover, "一组": [header, *first], "二组": [header, *second], "Sheet3": []}
    take_in(store, workbook(tmp_path / "a.xlsx", sheets))
    _test_family(store)
    assert {line.group_no for line in everybody(store)} == {"1", "2"}


def test_hukou_books_only_where_the_roster_has_them(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "户口簿号", "姓名", "与户主关系", "身份证号"],
        ["12", "990100123", "李芳", "户主", LI],
        ["12", "990100456", "张建国", "丈夫", ZHANG],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    with store.read() as connection:
        numbers = connection.exec_driver_sql("SELECT book_no FROM hukou_book ORDER BY book_no").scalars().all()
    assert numbers == ["990100123", "990100456"]


def test_dates_ages_and_lunar_dates(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "性别", "出生日期", "年龄"],
        ["1", "甲一一", "男", date(1990, 5, 6), ""],
        ["1", "乙二二", "女", "农历1974年八月十五", ""],
        ["1", "丙三三", "女", "1985年3月", ""],
        ["1", "丁四四", "男", "", "36"],
        ["1", "戊五五", "男", "85.3.4", ""],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    told = {name: (line.birth_date, line.birth_precision) for name, line in lines.items()}
    assert told == {
        "甲一一": ("1990-05-06", "day"),
        "乙二二": ("1974-09-30", "day"),
        "丙三三": ("1985-03", "month"),
        "丁四四": ("1990", "estimated"),
        "戊五五": (None, None),
    }
    assert [(issue.row, issue.kind.value, issue.value) for issue in result.issues] == [
        (6, "birth_unreadable", "85.3.4")
    ]
    with store.read() as connection:
        kept = {person.name: person.birth_told for person in records.where(connection, Person)}
    assert kept["乙二二"] == "农历1974年八月十五"
    assert kept["戊五五"] == "85.3.4"


def test_the_birth_date_of_a_faulty_number_is_only_estimated(store: Store, tmp_path: Path) -> None:
    wrong = LI[:17] + ("1" if LI[17] != "1" else "2")
    rows = [["户号", "姓名", "与户主关系", "身份证号", "出生日期"], ["1", "李芳", "户主", wrong, ""]]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    line = by_name(store)["李芳"]
    assert (line.birth_date, line.birth_precision, line.id_no, line.id_status) == (
        "1990-05-06", "estimated", wrong, "unclear",
    )  # fmt: skip
    assert [issue.kind.value for issue in result.issues] == ["id_checksum"]


def test_unknown_columns_and_rows_are_told_and_nothing_is_lost_in_silence(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "与户主关系", "身份证号", "宅基地面积", "备注"],
        ["12", "李芳", "户主", LI, "120", "搬了新家"],
        ["12", "", "", "", "80", ""],
        ["13", "王德胜", "户猪", WANG, "", ""],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert [one.column for one in result.not_imported] == ["宅基地面积", "备注"]
    with store.read() as connection:
        assert {person.note for person in records.where(connection, Person)} == {None}
    assert [(issue.row, issue.kind.value, issue.value) for issue in result.issues] == [
        (4, "unknown_value", "户猪"),
        (3, "row_unclear", ""),
    ]
    assert set(by_name(store)) == {"李芳", "王德胜"}


def test_the_preview_shows_columns_with_meaning_header_and_samples(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "身份证号"],
        ["12", "李芳", LI],
        ["12", "张建国", ZHANG],
        ["12", "张晨熙", CHILD],
        ["13", "王德胜", WANG],
    ]
    (table,) = plan(store, workbook(tmp_path / "a.xlsx", rows)).preview.tables
    assert [(one.header, one.meaning) for one in table.columns] == [
        ("户号", Meaning.HOUSEHOLD_NO), ("姓名", Meaning.NAME), ("身份证号", Meaning.ID_NO),
    ]  # fmt: skip
    assert table.columns[1].samples == ("李芳", "张建国", "张晨熙")


def test_an_xls_of_excel_97(store: Store) -> None:
    result = take_in(store, Path(__file__).parents[1] / "data" / "rosters" / "ledger-97.xls")
    lines = by_name(store)
    assert set(lines) == {"李芳", "张建国", "张晨熙", "王德胜", "赵玉兰"}
    assert {(line.household_no, line.group_no) for line in lines.values()} == {("0012", "1"), ("0013", "1")}
    assert [issue.kind.value for issue in result.issues] == ["id_digits_lost"]
    assert [lines[name].birth_date for name in ("李芳", "张建国", "张晨熙", "王德胜", "赵玉兰")] == [
        "1990-05-06", "1988-01-02", "2019-03-14", "1960-02-03", "1962-04-05",
    ]  # fmt: skip


def test_a_workbook_without_people_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"账本\.xlsx"):
        plan(store, workbook(tmp_path / "账本.xlsx", [["日期", "金额"], ["2026-01-01", 12], ["2026-01-02", 15]]))


def test_a_list_of_heads_alone(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户主", "身份证号", "家庭人口", "电话", "门牌号"],
        ["李芳", LI, 3, "13912345678", "1组12号"],
        ["王德胜", WANG, 2, "", "1组13号"],
        ["户数：2", "", "人数：5"],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert result.issues == ()
    assert {(line.name, line.relation, line.group_no) for line in everybody(store)} == {
        ("李芳", "02", "1"), ("王德胜", "02", "1"),
    }  # fmt: skip
    assert result.households == 2


def test_a_sound_number_makes_a_rough_birth_date_exact(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "身份证号", "出生年月"],
        ["12", "李芳", LI, "1990.5"],
        ["12", "张建国", ZHANG, "虚岁40"],
        ["12", "张晨熙", CHILD, "2018年"],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert [(lines[name].birth_date, lines[name].birth_precision) for name in ("李芳", "张建国", "张晨熙")] == [
        ("1990-05-06", "day"), ("1988-01-02", "day"), ("2018", "year"),
    ]  # fmt: skip
    assert [(issue.row, issue.kind.value) for issue in result.issues] == [(4, "birth_mismatch")]


@pytest.mark.parametrize("address", ["柳树湾村1组", "柳树湾村1组12号"])
def test_families_of_one_address_are_families_of_their_own(store: Store, tmp_path: Path, address: str) -> None:
    """A group, or a yard, is where several families live: two heads are two households."""
    rows = [
        ["序号", "住址", "女方姓名", "女方身份证号码", "男方姓名", "男方身份证号", "第一孩姓名", "第一孩身份证号"],
        [1, address, "李芳", LI, "张建国", ZHANG, "张晨熙", CHILD],
        [2, address, "赵玉兰", ZHAO, "王德胜", WANG, "", ""],
    ]
    path = workbook(tmp_path / "a.xlsx", rows)
    result = take_in(store, path)
    assert result.households == 2
    _test_family(store)
    again = take_in(store, path)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 5)


@pytest.mark.parametrize("address", ["1组", "1组12号", "村东头"])
def test_a_second_head_at_one_address_begins_another_household(store: Store, tmp_path: Path, address: str) -> None:
    rows = [
        ["姓名", "与户主关系", "身份证号", "家庭住址"],
        ["李芳", "户主", LI, address],
        ["张建国", "夫", ZHANG, address],
        ["张晨熙", "子", CHILD, address],
        ["王德胜", "户主", WANG, address],
        ["赵玉兰", "妻", ZHAO, address],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)


def test_women_of_whom_only_the_group_is_told_are_no_household_together(store: Store, tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "住址", "电话"],
        ["李芳", LI, "三里屯村一组", "13912345678"],
        ["赵玉兰", ZHAO, "三里屯村一组", "13912345679"],
        ["张晨曦", id_no("2001-07-08", "2"), "三里屯村一组", ""],
    ]
    assert take_in(store, workbook(tmp_path / "a.xlsx", rows)).households == 3


def test_heads_of_one_name_in_two_groups_are_two_families(store: Store, tmp_path: Path) -> None:
    rows = [
        ["组别", "户主姓名", "姓名", "身份证号码"],
        ["1组", "王德胜", "王德胜", WANG],
        ["1组", "王德胜", "赵玉兰", ZHAO],
        ["2组", "王德胜", "王德胜", ZHANG],
        ["2组", "王德胜", "李芳", LI],
    ]
    assert take_in(store, workbook(tmp_path / "a.xlsx", rows)).households == 2


def test_an_issue_names_the_column_of_the_member_that_it_is_about(store: Store, tmp_path: Path) -> None:
    wrong = WANG[:-1] + ("0" if WANG[-1] != "0" else "1")
    rows = [
        ["女方姓名", "女方身份证号码", "男方姓名", "男方身份证号", "第一孩姓名", "第一孩出生日期"],
        ["李芳", LI, "", ZHANG, "张晨熙", "去年"],
        ["赵玉兰", ZHAO, "王德胜", wrong, "", ""],
    ]
    issues = take_in(store, workbook(tmp_path / "a.xlsx", rows)).issues
    assert {(issue.row, issue.kind.value, issue.column) for issue in issues} == {
        (2, "name_missing", "男方姓名"),
        (2, "birth_unreadable", "第一孩出生日期"),
        (3, "id_checksum", "男方身份证号"),
    }


def test_a_family_on_one_row_under_bare_words(store: Store, tmp_path: Path) -> None:
    """The role alone is the header of the name; each ID number is that of the member before it."""
    rows = [
        ["户号", "户主", "身份证号", "配偶", "身份证号", "长子", "身份证号"],
        ["12", "张建国", ZHANG, "李芳", LI, "张晨熙", CHILD],
        ["13", "王德胜", WANG, "赵玉兰", ZHAO, "", ""],
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)
    lines = by_name(store)
    assert [lines[name].relation for name in ("张建国", "李芳", "张晨熙")] == ["02", "10", "20"]
    assert (result.issues, result.not_imported) == ((), ())


@pytest.mark.parametrize("child", ["儿子", "女儿", "长女", "小孩", "孩子"])
def test_other_bare_words_for_a_child(store: Store, tmp_path: Path, child: str) -> None:
    rows = [["丈夫", "身份证号", "妻子", "身份证号", child, "身份证号"], ["张建国", ZHANG, "李芳", LI, "张晨熙", CHILD]]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert {name: line.id_no for name, line in lines.items()} == {"张建国": ZHANG, "李芳": LI, "张晨熙": CHILD}
    assert len({line.household_id for line in lines.values()}) == 1


@pytest.mark.parametrize(("word", "kept"), [("父亲", ["父亲"]), ("母亲", []), ("结婚", ["结婚"]), ("常住", [])])
def test_a_header_that_could_be_a_cell(store: Store, tmp_path: Path, word: str, kept: list[str]) -> None:
    cells = {"父亲": "张大山", "母亲": "王秀英", "结婚": "2010-5-1", "常住": "常住"}
    rows = [["姓名", "性别", "身份证号", word], ["李芳", "女", LI, cells[word]], ["王德胜", "男", WANG, cells[word]]]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert {name: line.id_no for name, line in by_name(store).items()} == {"李芳": LI, "王德胜": WANG}
    assert [one.column for one in result.not_imported] == kept
    assert result.issues == ()


SIDE_BY_SIDE = {
    "a gap": ["姓名", "性别", "身份证号", "", "姓名", "性别", "身份证号"],
    "running numbers": ["序号", "姓名", "身份证号", "序号", "姓名", "身份证号"],
    "a gap and other columns": ["姓名", "身份证号", "电话", "", "姓名", "年龄", "身份证号"],
}


@pytest.mark.parametrize("headers", SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE.keys())
def test_tables_side_by_side_are_tables_of_their_own(store: Store, tmp_path: Path, headers: list[str]) -> None:
    """People who stand beside each other only because the sheet is wide are strangers; the left one may be shorter."""
    people = [("李芳", "女", LI), ("张建国", "男", ZHANG), ("", "", ""), ("王德胜", "男", WANG)]
    numbers = iter((1, 2, 3, 4))
    rows: list[list[object]] = [["柳树湾村1组名册"], list(headers)]
    for left, right in (people[:2], people[2:]):
        halves = [dict(zip(("姓名", "性别", "身份证号"), one, strict=True)) for one in (left, right)]
        middle = headers.index("姓名", headers.index("姓名") + 1) - ("序号" in headers)
        rows.append(
            [
                next(numbers) if header == "序号" else halves[place >= middle].get(header, "")
                for place, header in enumerate(headers)
            ]
        )
    rows.append(["合计", *[""] * (len(headers) - 3), 2, "3人"])
    path = workbook(tmp_path / "a.xlsx", rows)
    result = take_in(store, path)
    lines = by_name(store)
    assert {name: line.id_no for name, line in lines.items()} == {"李芳": LI, "张建国": ZHANG, "王德胜": WANG}
    assert {line.group_no for line in lines.values()} == {"1"}
    assert result.households == 3
    assert result.issues == ()
    tables = plan(store, path).preview.tables
    assert len({table.table.key for table in tables}) == 2


def test_each_of_two_tables_side_by_side_has_its_households(store: Store, tmp_path: Path) -> None:
    half = ["户号", "姓名", "与户主关系", "身份证号"]
    rows = [
        [*half, "", *half],
        ["12", "李芳", "户主", LI, "", "13", "王德胜", "户主", WANG],
        ["12", "张建国", "夫", ZHANG, "", "13", "赵玉兰", "妻", ZHAO],
        ["12", "张晨熙", "子", CHILD, "", "", "", "", ""],
    ]
    path = workbook(tmp_path / "a.xlsx", rows)
    assert take_in(store, path).issues == ()
    _test_family(store)
    assert take_in(store, path).unchanged == 5


def test_an_empty_column_between_husband_and_wife_parts_no_family(store: Store, tmp_path: Path) -> None:
    rows = [
        ["丈夫姓名", "身份证号", "", "妻子姓名", "身份证号", "", "子女姓名", "身份证号"],
        ["张建国", ZHANG, "", "李芳", LI, "", "张晨熙", CHILD],
        ["王德胜", WANG, "", "赵玉兰", ZHAO, "", "", ""],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    _test_family(store)


@pytest.mark.parametrize(
    "headers",
    [
        ["户主姓名", "户主身份证号", "配偶姓名", "配偶身份证号"],
        ["户主", "身份证号", "妻子", "身份证号"],
        ["户主", "身份证号", "爱人", "身份证号"],
    ],
)
def test_the_head_and_one_other_on_a_row_are_a_family(store: Store, tmp_path: Path, headers: list[str]) -> None:
    rows = [headers, ["张建国", ZHANG, "李芳", LI], ["王德胜", WANG, "", ""]]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert {name: line.id_no for name, line in lines.items()} == {"张建国": ZHANG, "李芳": LI, "王德胜": WANG}
    assert (result.households, result.not_imported) == (2, ())
    assert lines["李芳"].household_id == lines["张建国"].household_id
    assert lines["李芳"].relation in ("10", "12")


def test_the_head_beside_a_woman_is_no_second_person(store: Store, tmp_path: Path) -> None:
    """A list of women names the head of each household; she may be head herself, or a daughter-in-law."""
    rows = [
        ["户主姓名", "妇女姓名", "妇女身份证号", "出生日期"],
        ["张大山", "李芳", LI, "1990-5-6"],
        ["赵玉兰", "赵玉兰", ZHAO, "1962-4-5"],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    lines = by_name(store)
    assert {name: (line.id_no, line.relation) for name, line in lines.items()} == {
        "李芳": (LI, None), "赵玉兰": (ZHAO, "02"),
    }  # fmt: skip
