"""Form sheets in: what is right becomes a package, what is wrong is said with its row, whatever the sheet holds."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
import xlsxwriter

from villagefp import paths
from villagefp.errors import UserError
from villagefp.forms import library
from villagefp.forms.compile import compile_sheet, problems_of
from villagefp.forms.ledger import read_ledger
from villagefp.forms.problems import FormError

Write = Callable[..., Path]
CHOICES = ({"list_name": "yn", "name": "1", "label": "是"}, {"list_name": "yn", "name": "2", "label": "否"})


def q(kind: str, name: str = "", **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": more.pop("label", name)} | more


def workbook(path: Path, rows: list[dict[str, str]], choices: tuple[dict[str, str], ...] = CHOICES) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, table in (("survey", rows), ("choices", list(choices))):
            sheet = book.add_worksheet(name)
            columns = list(dict.fromkeys(column for row in table for column in row))
            sheet.write_row(0, 0, columns)
            for number, row in enumerate(table, start=1):
                sheet.write_row(number, 0, [row.get(column, "") for column in columns])
    return path


@pytest.mark.parametrize(
    ("rows", "row", "word"),
    [
        ([q("geopoint", "where")], 2, "地图|map"),
        ([q("text", "a"), q("audit", "audit")], 3, "audit"),
        ([q("text", "a"), q("deviceid", "d")], 3, "deviceid"),
        ([q("nosuch", "a")], 2, "nosuch"),
        ([q("", "a")], 2, ""),
        ([q("select_one", "a")], 2, "select_one"),
        ([q("select_one nolist", "a")], 2, "nolist"),
        ([q("text", "a"), q("text", "a")], 3, "a"),
        ([q("text", "1a")], 2, "1a"),
        ([q("text")], 2, ""),
        ([q("begin group", "g"), q("text", "a")], 2, "group"),
        ([q("text", "a"), q("end group")], 3, "group"),
        ([q("begin group", "g"), q("text", "a"), q("end repeat")], 4, "repeat"),
        ([q("text", "a", relevant="${nosuch} = 1")], 2, "nosuch"),
        ([q("text", "a", relevant="nosuch(1)")], 2, "nosuch"),
        ([q("text", "a", constraint=". > ")], 2, "missing"),
        ([q("text", "a", constraint="if(1, 2)")], 2, "if"),
        ([q("text", "a", calculation="instance('nowhere')/root/x")], 2, "nowhere"),
        ([q("text", "a", calculation="area(${a})")], 2, "area"),
        ([q("text", "a", constraint="regex(., '(x)\\1')")], 2, "x"),
        ([q("text", "a"), q("calculate", "b", calculation="count(concat(${a}, 'x'))")], 3, "nodes"),
        ([q("text", "a", number="1"), q("select_one yn or_other", "b", number="2")], 3, "or_other"),
        ([q("text", "a", constraint="regex(., '(')")], 2, "pattern"),
        ([q("text", "a", number="x")], 2, "x"),
        ([q("text", "a", number="1"), q("text", "b", number="1")], 3, "1"),
        ([q("text", "a", number="1"), q("text", "b")], 3, "b"),
        ([q("note", "a", urgency="X")], 2, "X"),
        ([q("note", "a", sign="nosuch")], 2, "nosuch"),
        ([q("text", "a") | {"print::with": "nosuch"}], 2, "nosuch"),
        ([q("text", "a") | {"print::nosuch": "1"}], 1, "print::nosuch"),
        ([q("text", "a", appearance="search('x')")], 2, "search"),
        (
            [
                q("text", "a", calculation="${b}"),
                q("text", "b", calculation="${c}"),
                q("text", "c", calculation="${a}"),
            ],
            2,
            "a",
        ),
        ([q("text", "a", relevant="${b} = 1"), q("text", "b", relevant="${a} = 1")], 2, "b"),
        ([q("text", "a", relevant=". = 1")], 2, "a"),
    ],
)
def test_each_fault_is_named_with_its_row(sheet: Write, rows: list[dict[str, str]], row: int, word: str) -> None:
    problems = problems_of(sheet(*rows, choices=CHOICES))
    assert problems, "nothing was found"
    first = problems[0]
    assert (first.sheet, first.row) == ("survey", row)
    assert any(each in str(first) for each in word.split("|")), str(first)


def test_all_faults_are_said_at_once(sheet: Write) -> None:
    found = problems_of(
        sheet(
            q("geotrace", "a", number="1"), q("text", "b", number="1", relevant="nosuch(${zz})"), q("foo", "b"),
            choices=(*CHOICES, {"list_name": "yn", "name": "1"}, {"list_name": "yn", "name": "a b"}),
        )
    )  # fmt: skip
    places = [(problem.sheet, problem.row, problem.column) for problem in found]
    assert {
        ("survey", 2, "type"), ("survey", 3, "relevant"), ("survey", 4, "type"), ("survey", 4, "name"),
        ("survey", 3, "number"), ("choices", 4, "name"), ("choices", 5, "name"),
    } <= set(places)  # fmt: skip


def test_a_circle_names_those_in_it(sheet: Write) -> None:
    rows = [q("text", name, calculation=f"concat(${{{other}}}, 'x')") for name, other in ("ab", "bc", "ca")]
    (problem,) = problems_of(sheet(*rows))
    assert all(name in problem.message for name in "abc")
    assert "→" in problem.message


def test_every_circle_is_told_with_the_row_that_it_begins_in(sheet: Write) -> None:
    rows = [
        q("text", "a", calculation="concat(${b}, 'x')"),
        q("text", "b", calculation="concat(${a}, 'x')"),
        q("text", "c", calculation="${c} + 1"),
        q("text", "d", relevant="${e} = 1"),
        q("text", "e", relevant="${d} = 1"),
    ]
    assert [problem.row for problem in problems_of(sheet(*rows))] == [2, 4, 5]


def test_a_table_that_is_missing_is_told_where_it_is_asked(sheet: Write) -> None:
    (problem,) = problems_of(sheet(q("text", "a"), q("text", "b", calculation="pulldata('x', 'a', 'b', ${a})")))
    assert (problem.row, problem.column) == (3, "calculation")
    assert "x.csv" in problem.message


def test_chinese_quotation_marks_stay_as_they_were_written(sheet: Write) -> None:
    told = "“无”和‘有’不能同时选"
    rows = [
        q("select_one yn", "a", label=f"{told}？", hint=told, constraint=". != ‘1’", constraint_message=told),
        q("note", "n", label="选的是“${a}”"),
    ]
    package = compile_sheet(sheet(*rows, choices=({"list_name": "yn", "name": "1", "label": "“是”"}, *CHOICES[1:])))
    assert package.xform.count("“无”和‘有’不能同时选") == 3
    assert "“是”" in package.xform
    assert "选的是“<output" in package.xform
    assert "!= '1'" in package.xform  # in a rule they are what WPS made of plain ones


def test_a_workbook_of_wps_compiles_as_the_same_form_in_markdown(sheet: Write, tmp_path: Path) -> None:
    rows = [
        q("integer", "n"),
        q("select_one yn", "ok", relevant="${n} > 3"),
        q("text", "t", soft="string-length(.) < 3"),
    ]
    one = compile_sheet(sheet(*rows, choices=CHOICES))
    other = compile_sheet(workbook(tmp_path / "form.xlsx", rows))
    assert one.questions == other.questions
    assert one.choices == other.choices
    assert one.xform == other.xform


def test_a_form_made_elsewhere_gets_numbers_that_stay(sheet: Write) -> None:
    first = compile_sheet(sheet(q("text", "a"), q("note", "n"), q("text", "b")))
    numbers = {question.name: question.number for question in first.questions if question.number}
    assert numbers == {"a": 1, "b": 2}
    later = compile_sheet(sheet(q("text", "new"), q("text", "b")), numbers)
    assert {question.name: question.number for question in later.questions} == {"new": 3, "b": 2}


def test_a_number_is_never_given_a_second_meaning(sheet: Write) -> None:
    ledger = {"temp": 1, "gone": 2}
    assert problems_of(sheet(q("text", "temp", number="1"), q("text", "new", number="3")), ledger) == []
    for name, number in (("new", "2"), ("temp", "3"), ("new", "1")):
        (problem,) = problems_of(sheet(q("text", name, number=number)), ledger)
        assert problem.column == "number"


def test_the_shipped_forms_are_sound_and_their_numbers_are_on_record() -> None:
    folder = paths.resources_dir() / "forms"
    ledger = read_ledger(folder / library.LEDGER)
    for path in sorted(folder.glob("*.md")):
        package = compile_sheet(path, ledger[path.stem])
        numbers = {question.name: question.number for question in package.questions if question.number}
        assert numbers.items() <= ledger[path.stem].items(), "a new number is not in numbers.json"
        for question in package.questions:
            if question.type not in {"calculate", "group", "csv-external"}:
                assert set(question.label) == {"zh", "en"}, question.name


def test_packages_are_written_and_read_back(tmp_path: Path) -> None:
    files = library.build_all(tmp_path)
    sheets = (paths.resources_dir() / "forms").glob("*.md")
    assert {file.name for file in files} == {f"{sheet.stem}.1.json" for sheet in sheets}
    newborn = next(file for file in files if file.name.startswith("newborn_home_visit."))
    first = newborn.read_bytes()
    package = library.read(first)
    assert library.dump(package) == first
    again = compile_sheet(paths.resources_dir() / "forms" / "newborn_home_visit.md")
    assert library.dump(again) == first
    with pytest.raises(UserError):
        library.read(first[:-20])


def test_a_form_that_is_not_here_is_named() -> None:
    with pytest.raises(UserError, match="nosuch"):
        library.load("nosuch")


# Hostile files: a clear word, never a hang, never a crash.


def test_a_cell_of_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_text(
        "| survey |\n| | type | name | label |\n| | text | a | " + "x" * 10_000_000 + " |\n", encoding="utf-8"
    )
    (problem,) = problems_of(path)
    assert (problem.row, problem.column) == (2, "label")


def test_five_thousand_rows(sheet: Write) -> None:
    began = perf_counter()
    found = problems_of(sheet(*(q("text", f"q{number}") for number in range(5_000))))
    assert [problem.sheet for problem in found] == ["survey"]
    assert perf_counter() - began < 5


def test_deep_nesting_and_long_expressions(sheet: Write) -> None:
    groups = [q("begin group", f"g{number}") for number in range(200)]
    assert problems_of(sheet(*groups, q("text", "a"), *[q("end group")] * 200))
    for expression in ("(" * 5_000 + "1" + ")" * 5_000, "1" + " + 1" * 20_000, "not(" * 500 + "1" + ")" * 500):
        (problem,) = problems_of(sheet(q("text", "a", relevant=expression)))
        assert (problem.row, problem.column) == (2, "relevant")
        assert len(problem.message) < 300


def test_xml_in_cells_stays_text(sheet: Write) -> None:
    rows = [
        q("text", "a", label='<!DOCTYPE x [<!ENTITY b "c">]>&b; <b>fett</b>'),
        q("text", "b", constraint="'<' != '&'"),
    ]
    package = compile_sheet(sheet(*rows))
    assert "&lt;" in package.xform


def test_workbooks_that_define_entities_or_unpack_without_end_are_refused_unread(tmp_path: Path) -> None:
    good = workbook(tmp_path / "good.xlsx", [q("text", "a")])
    for name, text in (
        ("entity.xlsx", b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><a>&lol;</a>'),
        ("bomb.xlsx", b"<a>" + b" " * 210_000_000),
    ):
        bad = tmp_path / name
        with (
            zipfile.ZipFile(good) as source,
            zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
        ):
            for part in source.infolist():
                target.writestr(part.filename, text if part.filename == "xl/styles.xml" else source.read(part))
        with pytest.raises(UserError, match=name):
            problems_of(bad)


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.xlsx", b""), ("text.xlsx", b"no workbook"), ("old.xls", b"\xd0\xcf\x11\xe0 no"), ("a.md", b"\xff\xfe"),
     ("a.docx", b"x"), ("none.md", b"just words"), ("head.md", b"| survey |\n| | type | name |\n")],
)  # fmt: skip
def test_files_that_are_no_forms(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError):
        compile_sheet(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        problems_of(tmp_path / "nowhere.xlsx")


def test_problems_are_one_sentence_each(sheet: Write) -> None:
    with pytest.raises(FormError) as raised:
        compile_sheet(sheet(q("geopoint", "x"), q("foo", "y")))
    assert len(str(raised.value).splitlines()) == 2
