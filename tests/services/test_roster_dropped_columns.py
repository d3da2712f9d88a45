"""Columns that must not be kept are dropped, told with the reason, and leave nothing in the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.services.rosters import by_name, id_no, plan, take_in, workbook
from villagefp.domain.records import Person
from villagefp.domain.roster import dropped_columns
from villagefp.domain.roster.dropped_columns import DropReason
from villagefp.domain.roster.meanings import Meaning
from villagefp.services import roster
from villagefp.storage import records
from villagefp.storage.store import Store

LI, ZHAO, WANG = id_no("1990-05-06", "2"), id_no("1962-04-05", "2"), id_no("1960-02-03")
DROPPED = {
    "孕情": DropReason.PREGNANCY_WATCH,
    "现孕情况": DropReason.PREGNANCY_WATCH,
    "末次月经": DropReason.PREGNANCY_WATCH,
    "预产期": DropReason.PREGNANCY_WATCH,
    "节育措施落实": DropReason.CHECKING,
    "措施落实日期": DropReason.CHECKING,
    "应检未检": DropReason.CHECKING,
    "查环查孕": DropReason.CHECKING,
    "政策内外": DropReason.POLICY,
    "是否计划外": DropReason.POLICY,
    "生育证号": DropReason.POLICY,
    "社会抚养费": DropReason.FEE,
    "征收金额": DropReason.FEE,
    "胎儿性别": DropReason.FETAL_SEX,
    "B超结果(胎儿性别)": DropReason.FETAL_SEX,
    "B超性别": DropReason.FETAL_SEX,
    "性别(B超)": DropReason.FETAL_SEX,
    "性别（胎儿）": DropReason.FETAL_SEX,
    "考核得分": DropReason.PERSON_RANK,
    "党员排名": DropReason.PERSON_RANK,
    "上环日期": DropReason.CHECKING,
    "透环日期": DropReason.CHECKING,
    "环情": DropReason.CHECKING,
    "落实结扎": DropReason.CHECKING,
    "结扎日期": DropReason.CHECKING,
    "避孕措施落实": DropReason.CHECKING,
    "妇检日期": DropReason.CHECKING,
    "二孩指标": DropReason.POLICY,
    "指标年度": DropReason.POLICY,
    "举报人": DropReason.INFORMER,
    "检举电话": DropReason.INFORMER,
}


@pytest.mark.parametrize(("header", "reason"), DROPPED.items())
def test_a_dropped_header_is_recognised(header: str, reason: DropReason) -> None:
    assert dropped_columns.reason(header.lower()) is reason
    assert dropped_columns.sentence(reason)


@pytest.mark.parametrize(
    "header",
    [
        "户编号",
        "姓名",
        "性别",
        "现用避孕方法",
        "节育措施",
        "避孕方法",
        "联系电话",
        "出生日期",
        "备注",
        "居住情况",
        "文化程度",
        "工作单位",
        "环境卫生",
        "体检指标",
        "与户主关系",
        "落户日期",
    ],
)
def test_other_headers_are_not_dropped(header: str) -> None:
    assert dropped_columns.reason(header) is None


def test_dropped_columns_are_told_and_nothing_of_them_is_kept(store: Store, tmp_path: Path) -> None:
    headers = list(DROPPED)
    told = [f"不得保留{place}" for place in range(len(headers))]
    rows = [
        ["户号", "姓名", "与户主关系", "身份证号", *headers],
        ["12", "李芳", "户主", LI, *told],
        ["13", "赵玉兰", "户主", ZHAO, *told],
    ]
    path = workbook(tmp_path / "a.xlsx", rows)
    preview = plan(store, path).preview
    assert all(not column.samples for table in preview.tables for column in table.columns[4:])
    result = take_in(store, path)
    assert [one.column for one in result.dropped] == headers
    assert all(one.reason for one in result.dropped)
    assert roster.to_json(result)["dropped_columns"][0] == {"column": "孕情", "reason": result.dropped[0].reason}
    with store.read() as connection:
        for table in ("person", "household", "membership", "change_log", "data_issue", "local_value"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                kept = "".join(cell.decode("utf-8", "ignore") if isinstance(cell, bytes) else str(cell) for cell in row)
                assert "不得保留" not in kept


def test_the_sex_seen_by_ultrasound_is_not_that_of_the_woman(store: Store, tmp_path: Path) -> None:
    rows = [["姓名", "身份证号", "B超性别"], ["李芳", LI, "男"], ["赵玉兰", ZHAO, "女"]]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert {line.sex for line in by_name(store).values()} == {"2"}
    assert [one.column for one in result.dropped] == ["B超性别"]
    assert (result.issues, result.not_imported) == ((), ())


def test_a_dropped_column_cannot_be_brought_back_by_hand(store: Store, tmp_path: Path) -> None:
    rows = [["户号", "姓名", "身份证号", "孕情"], ["12", "李芳", LI, "无"], ["13", "赵玉兰", ZHAO, "有"]]
    preview = plan(store, workbook(tmp_path / "a.xlsx", rows)).preview
    again = roster.remap(preview, {("Sheet1", 3): Meaning.NOTE})
    assert again.tables[0].columns[3].meaning is Meaning.DROPPED
    assert Meaning.DROPPED not in dict(roster.meaning_choices())


def test_old_method_words_and_codes(store: Store, tmp_path: Path) -> None:
    """Kept sealed and unverified; nothing is kept for 无, for a dropped code, and for a word that is not known."""
    told: dict[str, tuple[object, str | None]] = {
        "甲一": ("宫内节育器", "iud_unk"),
        "甲二": ("上环2015.3", "iud_unk"),
        "甲三": ("女扎", "ster_f"),
        "甲四": ("结扎", "ster_f"),
        "甲五": ("700", "iud_unk"),
        "甲六": ("A90", "none_other"),
        "甲七": ("F10", "none_other"),
        "乙一": ("无", None),
        "乙二": ("", None),
        "乙三": ("E10", None),
        "乙四": ("A95", None),
        "乙五": ("E20", None),
        "乙六": ("A20", None),
        "乙七": ("秘方", None),
        "丙一": ("皮埋", "implant"),
        "丙二": (810, "ster_f"),
        "丙三": ("避孕套", "condom_m"),
    }
    rows: list[list[object]] = [["户号", "姓名", "与户主关系", "身份证号", "避孕方法"]]
    rows += [
        [place, name, "户主", id_no("1990-05-06", "2", place), method]
        for place, (name, (method, _code)) in enumerate(told.items(), 1)
    ]
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    with store.read() as connection:
        kept = {person.name: person for person in records.where(connection, Person)}
    for name, (_method, code) in told.items():
        sealed = kept[name].legacy_method
        assert (None if sealed is None else store.unseal(sealed).decode()) == code, name
        assert kept[name].legacy_method_status == (None if code is None else "unverified")
    (issue,) = result.issues
    assert (issue.kind.value, issue.value) == ("unknown_value", "")
    assert "秘方" not in issue.message


def test_what_the_person_decided_about_her_method_stands(store: Store, tmp_path: Path) -> None:
    rows = [
        ["户号", "姓名", "身份证号", "避孕方法"],
        ["12", "李芳", LI, "上环"],
        ["13", "赵玉兰", ZHAO, "女扎"],
        ["14", "王德胜", WANG, ""],
    ]
    path = workbook(tmp_path / "a.xlsx", rows)
    take_in(store, path)
    with store.save() as save:
        for name, status in (("李芳", "confirmed"), ("赵玉兰", "dropped")):
            person = save.get(Person, by_name(store)[name].id)
            assert person is not None
            blank = {"legacy_method": None} if status == "dropped" else {}
            save.change(replace(person, legacy_method_status=status, **blank))
    rows[1][3] = "避孕套"
    result = take_in(store, workbook(tmp_path / "a.xlsx", rows))
    assert (result.updated, result.unchanged) == (0, 3)


def test_the_preview_shows_no_method_of_anybody(store: Store, tmp_path: Path) -> None:
    rows = [["户号", "姓名", "身份证号", "避孕方法"], ["12", "李芳", LI, "上环"], ["13", "赵玉兰", ZHAO, "女扎"]]
    columns = plan(store, workbook(tmp_path / "a.xlsx", rows)).preview.tables[0].columns
    assert columns[3].meaning is Meaning.LEGACY_METHOD
    assert columns[3].samples == ()
    assert columns[1].samples == ("李芳", "赵玉兰")
