"""Every field of every record form is asked, with its codes, unit and ranges: none gets lost when a form is edited.

`required_fields.txt` says what must be there; its first lines say how it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from villagefp import paths
from villagefp.domain import codes
from villagefp.forms.workbook import Sheet, read_workbook

REQUIRED = Path(__file__).parent / "required_fields.txt"
KINDS = {
    "t": {"text"},
    "d": {"date"},
    "n": {"integer", "decimal"},
    "c": {"select_one", "select_one_from_file"},
    "m": {"select_multiple", "select_multiple_from_file"},
    "a": {"acknowledge"},
    "r": {"begin"},
}
NOT_SIGNED_BY_COUNTY = {"sign_level", "sign_below_3sd"}  # below M−2SD and M−3SD: from the published warning signs
_RANGE = re.compile(r"^\. >= (-?[\d.]+) and \. <= (-?[\d.]+)")


@dataclass(frozen=True)
class Wanted:
    """One field as the table has it."""

    form: str
    name: str
    kind: str
    codes: str = ""
    unit: str = ""
    usual: str = ""
    hard: str = ""
    sealed: bool = False
    detail: bool = False
    words: list[str] = field(default_factory=list, compare=False)

    def __str__(self) -> str:
        return f"{self.form}.{self.name}"


def wanted() -> Iterator[Wanted]:
    form = ""
    for line in REQUIRED.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if len(words) == 1:
            form = words[0]
            continue
        told = {"codes": "", "unit": "", "usual": "", "hard": ""}
        for word in words[2:]:
            key = {"~": "usual", "!": "hard", "u": "unit"}.get(word[0] if word[:5] != "unit=" else "u", "codes")
            if word != "sealed":
                told[key] = word.removeprefix("unit=").lstrip("~!")
        for name in words[0].split("/"):
            yield Wanted(form, name.rstrip(">"), words[1], **told, sealed="sealed" in words, detail=name.endswith(">"))


def signs() -> Iterator[tuple[tuple[str, str], list[str]]]:
    for line in REQUIRED.with_name("required_signs.txt").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and words[0] != "#":
            yield (words[0], words[1]), words[2:]


WANTED = list(wanted())
SIGNS = dict(signs())
FORMS = sorted({each.form for each in WANTED})


@cache
def sheets(form: str) -> dict[str, Sheet]:
    return read_workbook(paths.resources_dir() / "forms" / f"{form}.md")


@cache
def questions(form: str) -> dict[str, dict[str, str]]:
    rows = (row.cells for row in sheets(form)["survey"].rows if not row.cells.get("type", "").startswith("end"))
    return {cells.get("name", ""): cells for cells in rows}


def choices(form: str, list_name: str) -> list[str]:
    return [row.cells["name"] for row in sheets(form)["choices"].rows if row.cells["list_name"] == list_name]


def codes_of(told: str) -> list[str]:
    """The codes that a line tells: 1-4, or 1,2,9, or those of a code list, one left out, one more: =sex-0+7."""
    if told.startswith("="):
        named, _plus, more = told[1:].partition("+")
        name, _minus, without = named.partition("-")
        return [code.code for code in codes.load(name) if code.code != without] + ([more] if more else [])
    found: list[str] = []
    for part in told.split(","):
        ends = re.fullmatch(r"(\d+)-(\d+)", part)
        found += [str(code) for code in range(int(ends[1]), int(ends[2]) + 1)] if ends else [part]
    return found


def limits(expression: str) -> tuple[float, float] | None:
    found = _RANGE.match(expression)
    return (float(found[1]), float(found[2])) if found else None


def between(told: str) -> tuple[float, float]:
    low, high = told.split("..")
    return float(low), float(high)


def test_the_table_names_every_form() -> None:
    there = {path.stem for path in (paths.resources_dir() / "forms").glob("*.md")}
    assert there == set(FORMS)
    assert len(WANTED) > 700


@pytest.mark.parametrize("each", WANTED, ids=str)
def test_a_field_is_asked_as_told(each: Wanted) -> None:
    cells = questions(each.form).get(each.name)
    assert cells is not None
    kind, _space, list_name = cells["type"].partition(" ")
    assert kind in KINDS[each.kind] | ({"calculate"} if "calculation" in cells else set())
    assert each.kind == "r" or ("number" in cells) != ("calculation" in cells and "read_only" in cells)
    assert cells.get("unit", "") == each.unit or not each.unit
    assert (cells.get("sealed") == "yes") is each.sealed
    if each.codes.startswith("=method_code"):
        assert set(choices(each.form, list_name)) - {"not_now"} <= set(codes_of(each.codes))
    elif each.codes:
        assert sorted(choices(each.form, list_name)) == sorted(codes_of(each.codes))
    if each.detail:
        detail = questions(each.form)[f"{each.name}_detail"]
        assert detail["type"] == "text"
        assert f"${{{each.name}}}" in detail.get("relevant", "")


@pytest.mark.parametrize("each", [one for one in WANTED if one.usual or one.hard], ids=str)
def test_usual_ranges_ask_and_hard_ones_refuse_only_the_impossible(each: Wanted) -> None:
    cells = questions(each.form)[each.name]
    refused = limits(cells.get("constraint", ""))
    if each.hard:
        assert refused == between(each.hard)
    if each.usual:
        low, high = between(each.usual)
        assert limits(cells["soft"]) == (low, high)
        assert refused is None or (refused[0] <= low and refused[1] >= high)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_county_must_confirm_carries_its_mark(form: str) -> None:
    for name, cells in questions(form).items():
        source = cells.get("source", "")
        if limits(cells.get("soft", "")):
            assert "[K]" in source, f"{name}: a usual range"
        if cells.get("urgency") in {"Y", "G"} and name not in NOT_SIGNED_BY_COUNTY and "[P]" not in source:
            assert "[K]" in source, f"{name}: a sign"


@pytest.mark.parametrize("form", FORMS)
def test_no_sign_is_lost_and_none_is_less_urgent(form: str) -> None:
    """Each has its words in both languages, says why it is there, and is not one that is always shown."""
    told = {name: cells for name, cells in questions(form).items() if "urgency" in cells}
    found = {urgency: {name for name, cells in told.items() if cells["urgency"] == urgency} for urgency in "RYG"}
    assert found == {urgency: set(SIGNS.get((form, urgency), ())) for urgency in "RYG"}
    for name, cells in told.items():
        assert cells["type"] == "note"
        assert cells.get("label::Chinese (zh)"), name
        assert cells.get("label::English (en)"), name
        assert cells.get("source"), name
        assert cells.get("relevant"), name


@pytest.mark.parametrize("form", FORMS)
def test_nothing_personal_must_be_answered(form: str) -> None:
    """The one question that must be answered is which methods were explained, and a tick stands for all of them."""
    asked = {name for name, cells in questions(form).items() if cells.get("required")}
    assert asked <= {"methods_discussed"}


def test_what_the_clinic_fills_is_known_by_name_only() -> None:
    later = {code.code for code in codes.load("later_form")}
    assert later == {
        "health_exam", "elder_adl", "htn_followup", "dm2_followup", "smi_info", "smi_followup", "tb_first_visit",
        "tb_followup", "tcm_elder", "tcm_child", "vaccination_card", "family_doctor_contract", "consult_note",
        "two_way_referral_slip",
    }  # fmt: skip
    assert not later & set(FORMS)
    assert len(tuple(codes.load("health_exam_section"))) == 13
