"""Sheets as a county officer writes them in WPS: every type and column of XLSForm works at the desk or is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from villagefp.domain.ambient import Ambient
from villagefp.forms import spelling
from villagefp.forms.compile import compile_sheet, problems_of
from villagefp.forms.markup import plain
from villagefp.forms.problems import Problem
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

Cells = dict[str, object]
YES_NO: list[Cells] = [{"list_name": "yn", "name": 1, "label": "是"}, {"list_name": "yn", "name": 2, "label": "否"}]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a real .xlsx with the sheets as they are told."""

    def write(*survey: Cells, **sheets: list[Cells]) -> Path:
        path = tmp_path / "form.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in {"survey": list(survey), "choices": YES_NO, **sheets}.items():
                sheet = book.add_worksheet(name)
                columns = list(dict.fromkeys(column for row in rows for column in row))
                sheet.write_row(0, 0, columns)
                for number, row in enumerate(rows, start=1):
                    for place, column in enumerate(columns):
                        if column in row:
                            sheet.write(number, place, row[column])
        return path

    return write


@pytest.fixture
def opened(workbook: Callable[..., Path], ambient: Ambient) -> Callable[..., FormSession]:
    """Compiles the workbook and opens the form."""

    def fill(
        *survey: Cells, inputs: FormInputs | None = None, language: str = "zh", **sheets: list[Cells]
    ) -> FormSession:
        package = compile_sheet(workbook(*survey, **sheets))
        return FormSession(package, ambient=ambient, inputs=inputs, language=language)

    return fill


def row(kind: str, name: str = "", **more: object) -> Cells:
    return {"type": kind, "name": name, "label": name, **more}


@pytest.mark.parametrize(
    "kind",
    [
        "text", "integer", "decimal", "range", "note", "date", "time", "dateTime", "image", "audio", "video",
        "file", "barcode",
        "acknowledge", "hidden", "start", "end", "today", "username", "select_one yn", "select_multiple yn", "rank yn",
        "select_one yn or_other", "select_multiple yn or_other", "select_one_from_file members.csv",
        "select_multiple_from_file members.csv",
        "select_one ${first}", "calculate",
        # other spellings of the same
        "Integer", "TEXT", "string", "int", "photo", "datetime", "date time", "trigger", "Select_One yn",
        "select one yn", "select1 yn",
        "select all that apply yn", "select multiple yn", "select one from yn", "select one yn or specify other",
        " text ", "select_one  yn",
    ],
)  # fmt: skip
def test_types_that_work(workbook: Callable[..., Path], kind: str) -> None:
    more = {"calculation": "1 + 1"} if kind == "calculate" else {}
    assert problems_of(workbook(row("text", "first"), row(kind, "second", **more))) == []


@pytest.mark.parametrize(
    "kind",
    [
        "geopoint", "geotrace", "geoshape", "start-geopoint", "background-geopoint", "map", "osm", "location",
        "gps", "audit",
        "background-audio", "deviceid", "device id", "subscriberid", "simserial", "phonenumber", "phone number",
        "imei", "email",
        "select_one_external yn", "select_one_from_file places.geojson", "begin loop over yn", "Geopoint", "q geopoint",
        "select_one", "select_one nolist", "nosuch", "rank", "select_one_from_file nowhere.csv", "csv-external",
    ],
)  # fmt: skip
def test_types_that_are_refused_with_row_and_reason(workbook: Callable[..., Path], kind: str) -> None:
    (problem,) = problems_of(workbook(row("text", "first"), row(kind, "second")))
    assert (problem.sheet, problem.row, problem.column) == ("survey", 3, "type")
    assert len(problem.message) > 10


def test_columns_in_any_spelling(opened: Callable[..., FormSession]) -> None:
    session = opened(
        {"Type": "integer", "Name": "n", "Label": "次数", "Required": True, "Required Message": "要填"},
        {"Type": "text", "Name": "a", "Label": "甲", "Relevance": "${n} > 2", "Constraint": ". != ‘x’",
         "Constraint Message": "不行", "ReadOnly": ""},
        {"Type": "calculate", "Name": "c", "Calculate": "${n} * 2"},
    )  # fmt: skip
    assert [problem.message for problem in session.problems()] == ["要填"]
    session.set_answer("/data/n", 3)
    session.set_answer("/data/a", "x")
    assert [problem.message for problem in session.problems()] == ["Please correct “x”. 不行"]
    assert session.answers() == {"n": 3, "a": "x", "c": "6"}


@pytest.mark.parametrize(
    ("sheet", "header", "name"),
    [
        ("survey", "Constraint Message", "constraint_message"),
        ("survey", "label :: Chinese (zh)", "label::Chinese (zh)"),
        ("survey", "label:Chinese (zh)", "label::Chinese (zh)"),
        ("survey", "media::image::English (en)", "image::English (en)"),
        ("survey", "bind::jr:constraintMsg", "constraint_message"), ("survey", "jr:count", "repeat_count"),
        ("survey", "print::row", "print::row"), ("survey", "remarks of the author", "remarks of the author"),
        ("choices", "list name", "list_name"), ("choices", "Value", "name"), ("choices", "District", "District"),
        ("settings", "Form Title", "form_title"), ("settings", "id_string", "form_id"),
        ("entities", "Dataset", "Dataset"),
    ],
)  # fmt: skip
def test_a_header_in_one_spelling(sheet: str, header: str, name: str) -> None:
    assert spelling.column(sheet, header) == name


def test_a_column_under_two_names_is_refused(workbook: Callable[..., Path]) -> None:
    (problem,) = problems_of(workbook(row("text", "a", relevant="1", relevance="2")))
    assert (problem.row, problem.column) == (1, "relevance")


def test_cells_as_a_spreadsheet_types_them(opened: Callable[..., FormSession]) -> None:
    session = opened(
        row("integer", "n", default=3, required=True),
        row("date", "d", default=date(2026, 1, 2)),
        row("dateTime", "t", default=datetime(2026, 1, 2, 3, 4)),  # noqa: DTZ001  a cell has no zone
        row("decimal", "w", default=2.5, read_only="TRUE"),
        row("select_one yn", "s", default=1),
    )
    assert session.answers() == {"n": 3, "d": "2026-01-02", "t": "2026-01-02T03:04:00", "w": 2.5, "s": "1"}
    assert session.node("/data/w").read_only
    assert session.node("/data/n").required


def test_rows_that_are_switched_off_are_not_there(opened: Callable[..., FormSession]) -> None:
    session = opened(row("geopoint", "here", disabled="yes"), row("text", "a", disabled="no"))
    assert session.paths() == ("/data/a",)


def test_languages_by_code_and_by_name(opened: Callable[..., FormSession]) -> None:
    rows = (
        {"type": "text", "name": "a", "label::English": "A", "label::Chinese": "甲", "hint::Chinese": "提示"},
        {"type": "text", "name": "b", "label::English": "B only"},
    )
    chinese, english = opened(*rows, language="zh_CN"), opened(*rows, language="en")
    assert [chinese.node(path).label for path in ("/data/a", "/data/b")] == ["甲", "B only"]
    assert (english.node("/data/a").label, english.node("/data/a").hint) == ("A", "提示")


def test_other_is_asked_in_the_forms_languages(opened: Callable[..., FormSession]) -> None:
    plain_form = opened(row("select_one yn or_other", "a"))
    assert [choice.label for choice in plain_form.node("/data/a").choices] == ["是", "否", "其他"]
    plain_form.set_answer("/data/a", "other")
    assert plain_form.node("/data/a_other").relevant
    assert plain_form.node("/data/a_other").label == "其他（请说明）"
    rows = {"type": "select_multiple yn or_other", "name": "a", "label::中文 (zh)": "甲", "label::English (en)": "A"}
    choices = [{"list_name": "yn", "name": "1", "label::中文 (zh)": "是", "label::English (en)": "yes"}]
    for language, option, question in (("zh", "其他", "其他（请说明）"), ("en", "Other", "Other (please say)")):
        session = opened(rows, choices=choices, settings=[{"default_language": "中文 (zh)"}], language=language)
        assert session.node("/data/a").choices[-1].label == option
        assert session.node("/data/a_other").label == question
        assert [choice.name for choice in session.package.choices["yn"]] == ["1", "other"]


def test_pictures_are_placeholders_that_nobody_has_to_fill(opened: Callable[..., FormSession]) -> None:
    for kind in ("image", "audio", "video", "file"):
        session = opened(row(kind, "p", required="yes", hint="请拍照"))
        shown = session.node("/data/p")
        assert shown.hint.startswith("请拍照\n")
        assert len(shown.hint) > len("请拍照\n")
        assert shown.read_only
        assert not shown.required
        assert session.problems() == []


def test_a_range_takes_its_steps_only(opened: Callable[..., FormSession]) -> None:
    session = opened(
        row("range", "n", parameters="start=0 end=1 step=0.1"), row("range", "m", parameters="start=5 end=-5 step=-2")
    )
    for place, answer, possible in (
        ("n", "0.3", True), ("n", "0.25", False), ("n", "1.1", False), ("m", "-5", True), ("m", "4", False),
        ("m", "3", True),
    ):  # fmt: skip
        session.set_answer(f"/data/{place}", answer)
        assert (session.node(f"/data/{place}").error == "") is possible


def test_what_was_last_saved(opened: Callable[..., FormSession]) -> None:
    rows = (
        row("begin_group", "g"),
        row("decimal", "weight", default="${last-saved#weight}"),
        row("end_group"),
        row("calculate", "more", calculation="${weight} - ${last-saved#weight}"),
    )
    session = opened(*rows, inputs=FormInputs(previous={"weight": "50.5"}))
    assert session.answers() == {"weight": 50.5, "more": "0"}
    session.set_answer("/data/g/weight", "52")
    assert session.answers()["more"] == "1.5"
    assert opened(*rows).answers() == {}


def test_who_fills_the_form(opened: Callable[..., FormSession]) -> None:
    assert opened(row("username", "who"), inputs=FormInputs(visit={"worker": "王医生"})).answers() == {"who": "王医生"}


def test_tables_that_lie_beside_the_sheet(opened: Callable[..., FormSession], tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("name,label,county\na,甲镇,1\nb,<乙>镇,2\n", encoding="gb18030")
    (tmp_path / "roads.xml").write_text("<root><item><name>r</name><label>路</label></item></root>", encoding="utf-8")
    session = opened(
        row("select_one yn", "county"),
        row("select_one_from_file towns.csv", "town", choice_filter="county=${county}"),
        row("select_one_from_file roads.xml", "road"),
        row("calculate", "told", calculation="pulldata('towns', 'label', 'name', ${town})"),
    )
    assert session.node("/data/town").choices == ()
    session.set_answer("/data/county", "2")
    session.set_answer("/data/town", "b")
    assert [choice.label for choice in session.node("/data/town").choices] == ["<乙>镇"]
    assert [choice.label for choice in session.node("/data/road").choices] == ["路"]
    assert session.answers()["told"] == "<乙>镇"


@pytest.mark.parametrize(
    ("name", "data"),
    [("towns.csv", b"\xff\xfe\x00\x81"), ("towns.csv", b"name,la bel\na,b\n"), ("towns.csv", b'name\n"a'),
     ("towns.xml", b"<root>"), ("towns.xml", b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'),
     ("towns.csv", b"name\n" + b"a\n" * 20_001)],
)  # fmt: skip
def test_tables_that_are_none(workbook: Callable[..., Path], tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (problem,) = problems_of(workbook(row(f"select_one_from_file {name}", "a")))
    assert name in problem.message


def test_settings_that_cannot_hold_here(workbook: Callable[..., Path]) -> None:
    found = problems_of(workbook(row("text", "a"), settings=[
        {"form_title": "T", "form_id": "x", "version": 2, "style": "pages", "public_key": "k",
        "submission_url": "http://x"},
        {"form_title": "again"},
    ]))  # fmt: skip
    assert [(problem.row, problem.column) for problem in found] == [(2, "public_key"), (2, "submission_url"), (3, "")]
    assert not problems_of(workbook(row("text", "a"), settings=[
        {"form_title": "T", "form_id": "x", "version": 2, "style": "theme-grid", "instance_name": "${a}",
        "default_language": "zh"},
    ]))  # fmt: skip


def test_codes_may_be_there_twice_where_the_settings_say_so(workbook: Callable[..., Path]) -> None:
    twice: list[Cells] = [*YES_NO, {"list_name": "yn", "name": 1, "label": "也是"}]
    assert len(problems_of(workbook(row("select_one yn", "a"), choices=twice))) == 1
    allowed: list[Cells] = [{"allow_choice_duplicates": "yes"}]
    assert problems_of(workbook(row("select_one yn", "a"), choices=twice, settings=allowed)) == []


def test_headers_that_are_nearly_right_are_told(workbook: Callable[..., Path]) -> None:
    found = problems_of(workbook(row("text", "a", relevent="1 = 1", constraint_mesage="x", **{"body::kb:x": "1"}),
                                 settings=[{"form_titel": "T"}]))  # fmt: skip
    assert {(problem.sheet, problem.row, problem.column) for problem in found} == {
        ("survey", 1, "relevent"), ("survey", 1, "constraint_mesage"), ("survey", 1, "body::kb:x"),
        ("settings", 1, "form_titel"),
    }  # fmt: skip


def test_all_that_is_wrong_is_said_at_once(workbook: Callable[..., Path]) -> None:
    found = problems_of(workbook(
        row("geopoint", "where"),
        row("text", "a", relevant="nosuch(1)"),
        row("text", "b", constraint="regex(., '(')"),
        row("calculate", "c", calculation="${d} + 1"),
        row("calculate", "d", calculation="${c} + 1"),
        row("text", "e", relevant="${nobody} = 1"),
        row("calculate", "f", calculation="instance('nowhere')/root/x"),
        row("select_one yn", "g", appearance="search('x')"),
    ))  # fmt: skip
    assert {problem.row for problem in found} >= {2, 3, 4, 7, 8, 9}
    rules = problems_of(workbook(row("calculate", "a", calculation="count('x')"), row("text", "b", relevant="sum(1)")))
    assert {(problem.row, problem.column) for problem in rules} == {(2, "calculation"), (3, "relevant")}


@pytest.mark.parametrize("expression", ["${a} + 1", ". + 1", "string-length(.)", "if(. = '', 'x', .)"])
def test_a_calculation_that_reads_itself_is_a_circle(workbook: Callable[..., Path], expression: str) -> None:
    (problem,) = problems_of(workbook(row("text", "first"), row("calculate", "a", calculation=expression)))
    assert problem.row == 3
    once = workbook(row("text", "first"), row("calculate", "a", calculation="once(concat(${first}, 'x'))"))
    assert problems_of(once) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("请**注意**休息", "请注意休息"), ("*慢*走", "慢走"), ("走 *慢* 点", "走 慢 点"), ("__粗__", "粗"),
        ("# 标题\n文", "标题\n文"),
        ("[网页](https://example.org)", "网页"), ("<b>一</b><br>二", "一\n二"),
        ('<span style="color:red">红</span>', "红"),
        ("\\*星\\*", "*星*"), ("2*3*4", "2*3*4"), ("a_b_c", "a_b_c"), ("______", "______"), ("姓名____", "姓名____"),
        ("体重 < 3 > 2", "体重 < 3 > 2"), ("1. 条", "1. 条"), ("*", "*"), ("**", "**"), ("第#3号", "第#3号"),
    ],
)  # fmt: skip
def test_labels_are_plain_words(written: str, shown: str) -> None:
    assert plain(written) == shown


def test_answers_in_a_label_are_shown_as_they_are(opened: Callable[..., FormSession]) -> None:
    session = opened(row("text", "a"), row("note", "n", label="**${a}** 和 ${a}"))
    session.set_answer("/data/a", "*x* <b>")
    assert session.node("/data/n").label == "*x* <b> 和 *x* <b>"


def test_months_and_days_are_named_in_the_forms_language(opened: Callable[..., FormSession]) -> None:
    session = opened(row("date", "d"), row("calculate", "c", calculation="format-date(${d}, '%b %a')"),
                     settings=[{"default_language": "zh"}])  # fmt: skip
    session.set_answer("/data/d", "2026-11-22")
    assert session.answers()["c"] in {"11月 周日", "Nov Sun"}
    chinese = opened({"type": "date", "name": "d", "label::中文 (zh)": "日"},
                     {"type": "calculate", "name": "c", "calculation": "format-date(${d}, '%b %a')"})  # fmt: skip
    chinese.set_answer("/data/d", "2026-11-22")
    assert chinese.answers()["c"] == "11月 周日"


def test_a_sheet_of_the_old_format(ambient: Ambient) -> None:
    """Written by another program in Excel 97's format, codes and version as numbers."""
    package = compile_sheet(Path(__file__).parents[1] / "data" / "forms" / "small-97.xls")
    assert (package.form_id, package.version, package.title["default"]) == ("small_visit", "20260101", "走访小表")
    session = FormSession(package, ambient=ambient)
    session.set_answer("/data/age", "130")
    session.set_answer("/data/well", "1")
    told = [problem.message for problem in session.problems()]
    assert len(told) == 2
    assert "Please correct “130”. 年龄在0到120之间" in told
    assert session.answers() == {"age": 130, "well": "1"}


def test_problems_have_the_place_that_the_sheet_shows(workbook: Callable[..., Path]) -> None:
    path = workbook(row("text", "a"), {}, {}, row("select_one yn or_other", "b"), row("text", "c", constraint=". >"))
    assert [problem.row for problem in problems_of(path)] == [6]
    assert all(isinstance(problem, Problem) for problem in problems_of(path))
