"""What a form may never take back: question numbers, under which answers are kept, and options and versions in use."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from villagefp.forms.lint import asks_for_other
from villagefp.forms.package import FormPackage
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.told import TOLD
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


@dataclass(frozen=True)
class Released:
    """What visits may refer to of a form: its versions, and the options of its lists by code."""

    versions: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_(self, package: FormPackage) -> Released:
        """The same with what this version adds; nothing is ever taken away."""
        options = {
            name: _union(self.options.get(name, ()), (choice.name for choice in choices))
            for name, choices in package.choices.items()
        }
        return Released(_union(self.versions, (package.version,)), {**self.options, **options})

    def missing_in(self, versions: Iterable[FormPackage]) -> list[str]:
        """What is on record and not in these versions of the form: nothing, or the release would lose it.

        An option counts as there while the newest version has it, retired or not.
        """
        there = {package.version: package for package in versions}
        gone = [f"version {version}" for version in self.versions if version not in there]
        last = list(there.values())[-1] if there else None
        for name, codes in self.options.items():
            kept = {choice.name for choice in last.choices.get(name, ())} if last else set()
            gone += [f"option {code} of {name}" for code in codes if code not in kept]
        return gone


def read_released(path: Path) -> dict[str, Released]:
    """What was ever released, by form."""
    if not path.exists():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))
    return {
        form: Released(tuple(one["versions"]), {name: tuple(codes.split()) for name, codes in one["options"].items()})
        for form, one in told.items()
    }


def note_released(path: Path, packages: Iterable[FormPackage]) -> None:
    """Put on record what these packages add; the file is left alone where they add nothing."""
    before = read_released(path)
    after = dict(before)
    for package in packages:
        after[package.form_id] = after.get(package.form_id, Released()).with_(package)
    if after == before:
        return
    lines = {
        form: {
            "versions": list(one.versions),
            "options": {name: " ".join(codes) for name, codes in one.options.items()},
        }
        for form, one in after.items()
    }
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(path)


def _union(before: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


def assign(survey: Sheet, previous: Mapping[str, int], *, fill: bool = False) -> tuple[dict[str, int], list[Problem]]:
    """The number of each question, and what is wrong with the numbers of the sheet.

    A sheet that numbers nothing (one made elsewhere) keeps the numbers of its earlier versions and gets new ones;
    with `fill`, so does a question whose number was left open. The tick that every form with danger signs is given
    (`told.py`) may always be left open.
    """
    asked = [
        row
        for row in survey.rows
        if row.cells.get("name") and not row.cells.get("type", "").lower().startswith(_WITHOUT)
    ]
    if "number" not in survey.columns:
        return _numbered_anew(asked, previous), []
    if fill:
        return _filled_up(asked, previous)
    given = [row for row in asked if row.cells["name"] == TOLD and "number" not in row.cells]
    numbers, problems = _numbered_as_told([row for row in asked if row not in given], previous)
    if given:
        numbers[TOLD] = previous.get(TOLD) or max((*previous.values(), *numbers.values()), default=0) + 1
    return numbers, problems


def _filled_up(rows: list[Row], previous: Mapping[str, int]) -> tuple[dict[str, int], list[Problem]]:
    """Numbers as they stand in the sheet; open ones as in earlier versions, or the next that nobody ever had."""
    numbers: dict[str, int] = {}
    problems: list[Problem] = []
    names = {number: name for name, number in previous.items()}
    for row in rows:
        name, cell = row.cells["name"], row.cells.get("number")
        message = _wrong_number(name, cell, previous, names) if cell else ""
        if message:
            problems.append(Problem("survey", row.number, "number", message))
        elif cell:
            numbers[name] = int(cell)
            names[int(cell)] = name
    fresh = max((*previous.values(), *numbers.values()), default=0)
    for row in rows:
        name = row.cells["name"]
        open_ones = [name] if "number" not in row.cells and (name in previous or _without_number(row)) else []
        for each in (*open_ones, *([f"{name}_other"] if asks_for_other(row) else [])):
            fresh += each not in previous
            numbers[each] = previous.get(each, fresh)
    return numbers, problems


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
