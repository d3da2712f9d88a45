"""Any order and naming of columns, any junk between the rows: everybody is found, and nothing crashes the reader."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp.domain import names
from villagefp.domain.resident_id import check_digit
from villagefp.domain.roster.meanings import Meaning
from villagefp.domain.roster.reader import RosterReader
from villagefp.domain.roster.recognition import recognise_all
from villagefp.domain.roster.tables import SheetCells
from villagefp.domain.roster.told import Roster

TODAY = date(2026, 11, 22)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "芳娜敏静丽艳娟霞平桂英华玉兰春梅伟强磊军洋勇杰涛明超刚建国𬱖𫍽䶮"
HEADERS = {
    "household": ("户编号", "户号", "家庭编号", "户\n号", "户编码", "Household no."),
    "name": ("姓名", "姓  名", "成员姓名", "家庭成员姓名", "Name"),
    "relation": ("与户主关系", "与户主\n关系", "家庭关系", "成员关系", "称谓", "Relation"),
    "sex": ("性别", "性 别", "Sex"),
    "id_no": ("身份证号码", "身份证号", "公民身份号码", "证件号码", "ID number", ""),
    "birth": ("出生日期", "出生年月日", "出生年月", "生日", "Birth date"),
}
EXTRA = (
    ("民族", ("汉族", "汉", "苗族", "")),
    ("文化程度", ("初中", "小学", "文盲", "")),
    ("婚姻状况", ("已婚", "未婚", "")),
    ("联系电话", ("13912345678", "", 13912345678.0)),
    ("居住情况", ("常住", "外出务工", "")),
    ("备注", ("", "低保", "搬家")),
    ("宅基地面积", ("120", 80.0, "")),
    ("序号", (1.0, 2.0, 3.0)),
    ("现用避孕方法", ("", "避孕套")),
)
BIRTHS = ("{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0.year}.{0.month}.{0.day}", "{0:%Y%m%d}", "")
JUNK = (["小计", "3人"], ["合计", "", "", "5人"], [""], ["本页小计"], ["填表人：", "", "审核人："])


class Told(NamedTuple):
    household: str
    name: str
    relation: str
    sex: str
    id_no: str
    birth: date


@st.composite
def people(draw: st.DrawFn) -> list[Told]:
    told: list[Told] = []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        for place in range(draw(st.integers(1, 4))):
            sex = draw(st.sampled_from("12"))
            born = draw(st.dates(date(1930, 1, 1), date(2026, 1, 1)))
            first = f"990101{born:%Y%m%d}{number:02}{place * 2 + (1 if sex == '1' else 0)}"
            name = draw(st.sampled_from(SURNAMES)) + draw(st.text(st.sampled_from(GIVEN), min_size=1, max_size=2))
            relation = "户主" if place == 0 else {"1": "子", "2": "女"}[sex]
            told.append(Told(f"{number:04}", name, relation, sex, first + check_digit(first), born))
    return told


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[Told], SheetCells]:
    told = draw(people())
    wanted = draw(st.permutations(list(HEADERS)))
    extra = draw(st.lists(st.sampled_from(EXTRA), unique_by=lambda one: one[0], max_size=4))
    headers = {key: draw(st.sampled_from(HEADERS[key])) for key in wanted}
    kinds: list[tuple[str, object]] = [*((key, None) for key in wanted), *extra]
    kinds = draw(st.permutations(kinds))
    header = [headers.get(key, key) for key, _values in kinds]
    first_only = draw(st.booleans())
    way = draw(st.sampled_from(BIRTHS))
    rows: list[list[object]] = [["柳树湾村3组花名册"]] * draw(st.integers(0, 2)) + [[]] * draw(st.integers(0, 1))
    rows.append(list(header))
    before = ""
    for one in told:
        cells = {
            "household": "" if first_only and one.household == before else one.household,
            "name": f"{one.name[0]}  {one.name[1]}" if len(one.name) == 2 and draw(st.booleans()) else one.name,
            "relation": one.relation,
            "sex": {"1": "男", "2": "女"}[one.sex],
            "id_no": draw(st.sampled_from((one.id_no, f"'{one.id_no}", f"{one.id_no}\n", one.id_no.lower()))),
            "birth": way.format(one.birth),
        }
        before = one.household
        rows.append([cells[key] if key in cells else draw(st.sampled_from(values)) for key, values in kinds])  # type: ignore[call-overload]
        if draw(st.integers(0, 9)) == 0 and not first_only:
            rows.append(list(draw(st.sampled_from([*JUNK, header]))))
    rows.append(list(draw(st.sampled_from(JUNK))))
    width = max(len(row) for row in rows)
    return told, SheetCells("Sheet1", [row + [""] * (width - len(row)) for row in rows])  # type: ignore[arg-type]


def _read(*sheets: SheetCells) -> Roster:
    reader = RosterReader(TODAY)
    by_name = {sheet.name: sheet for sheet in sheets}
    for table in recognise_all(sheets, None):
        reader.read(by_name[table.table.sheet], table)
    return reader.finish()


def test_subtotals_say_nothing_of_what_a_column_holds() -> None:
    ids = [first + check_digit(first) for first in ("99010120000101011", "99010120000101021")]
    rows: list[list[object]] = [["户编号", "", "与户主关系", "性别", "姓名", "出生日期"]]
    for number, id_no in enumerate(ids, 1):
        rows += [[f"{number:04}", id_no, "户主", "男", "王䶮", "2000-01-01"], ["小计", "3人", "", "", "", ""]]
    roster = _read(SheetCells("Sheet1", rows))  # type: ignore[arg-type]
    assert [person.id_no for person in roster.persons] == ids


@settings(max_examples=150, deadline=None)
@given(sheets())
def test_everybody_is_found_whatever_the_layout(made: tuple[list[Told], SheetCells]) -> None:
    told, sheet = made
    roster = _read(sheet)
    found = [
        (roster.households[one.household].number, one.name, one.relation, one.sex, one.id_no, one.birth_date)
        for one in roster.persons
    ]
    codes = {"户主": "02", "子": "20", "女": "30"}
    wanted = [(one.household, one.name, codes[one.relation], one.sex, one.id_no, one.birth.isoformat()) for one in told]
    assert found == wanted
    assert {household.group for household in roster.households} <= {"3", None}


cells = st.one_of(
    st.sampled_from([word for words in HEADERS.values() for word in words]),
    st.sampled_from(
        [
            "户主",
            "配偶",
            "子",
            "男",
            "女",
            "合计",
            "1组",
            "孕情",
            "13912345678",
            "990101199005060208",
            "李芳",
            "丈夫姓名",
            "妻子",
        ]
    ),
    st.text(max_size=12),
    st.none(),
    st.just(""),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  a workbook's dates have no zone
    st.times(),
    st.timedeltas(timedelta(), timedelta(days=400)),
    st.just(time(8, 30)),
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 8).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=12)))
def test_no_sheet_crashes_it_and_no_row_is_lost_in_silence(rows: list[list[object]]) -> None:
    sheet = SheetCells("Sheet1", rows)  # type: ignore[arg-type]
    tables = list(recognise_all([sheet], None))
    roster = _read(sheet)
    taken = {one.row for one in roster.persons} | {issue.row for issue in roster.issues}
    assert all(1 <= row <= len(rows) for row in taken)
    for table in tables:
        place = table.place(Meaning.NAME)
        if place is None or table.families:
            continue
        for row in range(table.table.first, table.table.last):
            name = rows[row][place]
            if isinstance(name, str) and names.normalise(name) in ("李芳", "王秀兰") and len(rows[row]) > place:
                quiet = any(isinstance(cell, str) and cell.strip().startswith("合计") for cell in rows[row])
                assert row + 1 in taken or quiet
