"""Permanent question numbers: answers are kept under them, so a number never gets a second meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from villagefp.forms.lint import asks_for_other
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.workbook import Sheet
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
    numbers: dict[str, int] = {}
    problems: list[Problem] = []
    names = {number: name for name, number in previous.items()}
    told = "number" in survey.columns
    fresh = max(previous.values(), default=0)
    for row in survey.rows:
        name, kind = row.cells.get("name", ""), row.cells.get("type", "")
        if kind.lower().startswith(_WITHOUT) or not name:
            continue
        if not told:
            if name not in previous:
                fresh += 1
            numbers[name] = previous.get(name, fresh)
            if asks_for_other(row):
                fresh += f"{name}_other" not in previous
                numbers[f"{name}_other"] = previous.get(f"{name}_other", fresh)
            continue
        if asks_for_other(row):
            message = _("write a numbered question of its own for “other”: or_other has no number.")
            problems.append(Problem("survey", row.number, "type", message))
        cell = row.cells.get("number")
        if cell is None:
            if not kind.startswith(_OPTIONAL) and "calculation" not in row.cells:
                message = _("“{name}” has no number: its answer could not be kept.").format(name=shorten(name))
                problems.append(Problem("survey", row.number, "number", message))
            continue
        if not cell.isascii() or not cell.isdigit() or int(cell) < 1:
            message = _("“{number}” is no question number: 1, 2, 3 …").format(number=shorten(cell))
        elif (number := int(cell)) in names and names[number] != name:
            message = _("number {number} belongs to “{name}” and is never given again.").format(
                number=number, name=shorten(names[number])
            )
        elif previous.get(name, number) != number:
            message = _("“{name}” has always had number {number}.").format(name=shorten(name), number=previous[name])
        else:
            numbers[name] = number
            names[number] = name
            continue
        problems.append(Problem("survey", row.number, "number", message))
    return numbers, problems
