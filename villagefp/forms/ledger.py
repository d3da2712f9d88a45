"""Permanent question numbers: answers are kept under them, so a number never gets a second meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from villagefp.forms.lint import asks_for_other
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.workbook import Row, Sheet
from villagefp.i18n import _

_WITHOUT = ("begin group", "begin_group", "end", "note", "xml-external", "csv-external")
_OPTIONAL = ("calculate", "hidden", "image", "photo", "audio", "video", "file", "start", "today", "username")


def read_ledger(path: Path) -> dict[str, dict[str, int]]:
    """The numbers ever given, by form and question name, retired ones included."""
    if not path.exists():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))
    return {form: dict(numbers) for form, numbers in told.items()}


def write_ledger(path: Path, ledger: Mapping[str, Mapping[str, int]]) -> None:
    """Keep the numbers, one question a line, so that a review sees what was added."""
    path.write_text(json.dumps(ledger, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def assign(survey: Sheet, previous: Mapping[str, int]) -> tuple[dict[str, int], list[Problem]]:
    """The number of each question, and what is wrong with the numbers of the sheet.

    A sheet that numbers nothing (one made elsewhere) keeps the numbers of its earlier versions and gets new ones.
    """
    asked = [
        row
        for row in survey.rows
        if row.cells.get("name") and not row.cells.get("type", "").lower().startswith(_WITHOUT)
    ]
    if "number" not in survey.columns:
        return _numbered_anew(asked, previous), []
    return _numbered_as_told(asked, previous)


def _numbered_anew(rows: list[Row], previous: Mapping[str, int]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    fresh = max(previous.values(), default=0)
    for row in rows:
        name = row.cells["name"]
        for each in (name, f"{name}_other") if asks_for_other(row) else (name,):
            fresh += each not in previous
            numbers[each] = previous.get(each, fresh)
    return numbers


def _numbered_as_told(rows: list[Row], previous: Mapping[str, int]) -> tuple[dict[str, int], list[Problem]]:
    numbers: dict[str, int] = {}
    problems: list[Problem] = []
    names = {number: name for name, number in previous.items()}
    for row in rows:
        name, cell = row.cells["name"], row.cells.get("number")
        if asks_for_other(row):
            message = _("write a numbered question of its own for “other”: or_other has no number.")
            problems.append(Problem("survey", row.number, "type", message))
        message = _without_number(row) if cell is None else _wrong_number(name, cell, previous, names)
        if message:
            problems.append(Problem("survey", row.number, "number", message))
        elif cell is not None:
            numbers[name] = int(cell)
            names[int(cell)] = name
    return numbers, problems


def _without_number(row: Row) -> str:
    """Why a question needs a number; nothing where it needs none."""
    if row.cells.get("type", "").startswith(_OPTIONAL) or "calculation" in row.cells:
        return ""
    return _("“{name}” has no number: its answer could not be kept.").format(name=shorten(row.cells["name"]))


def _wrong_number(name: str, cell: str, previous: Mapping[str, int], names: Mapping[int, str]) -> str:
    """Why a question cannot have the number of its cell; nothing where it can."""
    if not cell.isascii() or not cell.isdigit() or int(cell) < 1:
        return _("“{number}” is no question number: 1, 2, 3 …").format(number=shorten(cell))
    number = int(cell)
    if names.get(number, name) != name:
        return _("number {number} belongs to “{name}” and is never given again.").format(
            number=number, name=shorten(names[number])
        )
    if previous.get(name, number) != number:
        return _("“{name}” has always had number {number}.").format(name=shorten(name), number=previous[name])
    return ""
