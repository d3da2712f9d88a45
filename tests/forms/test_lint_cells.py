"""Single cells that are wrong: said with row, column and a sentence, before pyxform sees the sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from villagefp.forms.compile import problems_of

Write = Callable[..., Path]
TOWNS = (
    {"list_name": "yn", "name": "1", "label": "是", "district": "a"},
    {"list_name": "yn", "name": "2", "label": "否", "district": "b"},
)


def q(kind: str, name: str, **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": name} | more


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ({"type": "text", "name": "x"}, "label", ""),
        ({"type": "select_one yn", "name": "x"}, "label", ""),
        ({"type": "note", "name": "x", "image": "a.png"}, "label", ""),
        (q("calculate", "x"), "calculation", ""),
        (q("text", "meta"), "name", "meta"),
        (q("range", "x", parameters="start=a end=3"), "parameters", "start"),
        (q("range", "x", parameters="start=1 end=3 step=0"), "parameters", "step"),
        (q("range", "x", parameters="begin=1"), "parameters", "begin"),
        (q("range", "x", parameters="one to three"), "parameters", "one"),
        (q("select_one yn", "x", parameters="shuffle=true"), "parameters", "shuffle"),
        (q("select_one yn", "x", parameters="seed=3"), "parameters", "seed"),
        (q("text", "x", trigger="first", calculation="1"), "trigger", "first"),
        (q("text", "x", trigger="${first} ${first}", calculation="1"), "trigger", "first"),
        (q("note", "x", label="${first"), "label", "first"),
        (q("note", "x", hint="${first second}"), "hint", "first"),
        (q("date", "x", default="2026-13-01"), "default", "2026-13-01"),
        (q("integer", "x", default="2.5"), "default", "2.5"),
        (q("time", "x", default="25:00"), "default", "25:00"),
        (q("select_one yn", "x", default="9"), "default", "9"),
        (q("select_one yn", "x", choice_filter="distrikt = ${first}"), "choice_filter", "distrikt"),
        (q("select_one yn", "x", choice_filter="district = 'a' or not(town = 'b')"), "choice_filter", "town"),
    ],
)
def test_a_cell_that_is_wrong(sheet: Write, row: dict[str, str], column: str, word: str) -> None:
    found = problems_of(sheet(q("text", "first"), row, choices=TOWNS))
    assert (found[0].sheet, found[0].row, found[0].column) == ("survey", 3, column)
    assert word in found[0].message
    assert not {problem.row for problem in found} - {3}


@pytest.mark.parametrize(
    "row",
    [
        {"type": "text", "name": "x", "hint": "只有提示"}, q("note", "x", image="a.png"),
        q("calculate", "x", default="now()"), q("calculate", "x", trigger="${first}", calculation="now()"),
        q("range", "x", parameters="start=-1;end=1;step=0.5"), q("range", "x", parameters="start=1, end=9"),
        q("select_one yn", "x", parameters="randomize=true seed=${first}"), q("text", "x", parameters="rows=3"),
        q("image", "x", parameters="max-pixels=640"), q("text", "x", trigger="${first}, ${first}", calculation="1"),
        q("note", "x", label="花费 $5，${ first } 元"), q("date", "x", default="today()"), q("date",
        "x", default="2026-1-2"),
        q("integer", "x", default="${first} + 1"), q("select_one yn", "x", default="2"), q("select_one yn",
        "x", default="${first}"),
        q("select_multiple yn", "x", default="1 2"), q("select_one yn or_other", "x", default="other"),
        q("select_one yn", "x", choice_filter="district = ${first} and name != '2' and not(selected(${first}, label))"),
    ],
)  # fmt: skip
def test_a_cell_that_is_right(sheet: Write, row: dict[str, str]) -> None:
    assert problems_of(sheet(q("text", "first"), row, choices=TOWNS)) == []


def test_settings_that_speak_of_nothing(sheet: Write) -> None:
    told = {"form_id": "x", "instance_name": "concat(", "default_language": "Klingon"}
    row = {"type": "text", "name": "a", "label::中文 (zh)": "甲"}
    found = problems_of(sheet(row, settings=told))
    assert {(problem.sheet, problem.row, problem.column) for problem in found} == {
        ("settings", 2, "instance_name"),
        ("settings", 2, "default_language"),
    }
    assert problems_of(sheet(row, settings={"default_language": "Chinese (zh)"})) == []
