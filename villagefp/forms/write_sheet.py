"""Reads what a form writes back to records: the `entities` sheet and the `save_to` column, checked before it is used.

One row of the sheet is one thing that a finished form does: `list_name` says to what (`targets.py`), `programme` to
which programme, and `create_if`, `update_if` and `close_if` say when. A row with none of the three belongs to its
programme all the same: a visit that ends in "no more" closes it. `reads` marks a row whose episode is only looked up.
Every other column is the name of a value and holds the expression for it; `save_to` says the same of one question.

A sheet of elsewhere that names a `dataset` instead says what it writes in ODK's way: the XForm carries that
(`entities.py`), and no record here is touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from villagefp.forms.package import Question, RecordWrite
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.targets import TARGETS, Target
from villagefp.forms.workbook import Row, Sheet
from villagefp.forms.xpath import XPathError, compiled
from villagefp.i18n import _
from villagefp.wire.kinds import FieldType

_CONDITIONS = ("create_if", "update_if", "close_if")
_OWN = {"list_name", "programme", "reads", "entity_id", "label", *_CONDITIONS}
_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_ALONE = re.compile(r"^\s*\$\{\s*([^}\s]+)\s*\}\s*$")
_TYPES = {
    FieldType.DATE: {"date", "calculate", "hidden"},
    FieldType.CODE: {"select_one", "select_multiple", "calculate", "hidden", "acknowledge", "text"},
    FieldType.TEXT: {"text", "select_one", "integer", "decimal", "calculate", "hidden", "barcode"},
}


def is_ours(sheets: Mapping[str, Sheet]) -> bool:
    """Whether the sheet `entities` speaks of records that are kept here."""
    return "entities" in sheets and "dataset" not in sheets["entities"].columns


def without(sheets: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """The sheets as pyxform may see them: what is written to records here is nothing to it."""
    left = {name: sheet for name, sheet in sheets.items() if name != "entities"}
    survey = left["survey"]
    rows = tuple(
        Row(row.number, {column: cell for column, cell in row.cells.items() if column != "save_to"})
        for row in survey.rows
    )
    columns = tuple(column for column in survey.columns if column != "save_to")
    return {**left, "survey": Sheet(survey.name, columns, rows)}


def read_writes(
    sheets: Mapping[str, Sheet], questions: Sequence[Question]
) -> tuple[tuple[RecordWrite, ...], list[Problem]]:
    """What the form writes, and everything that is wrong with how it says so."""
    reader = _Reader(sheets["survey"], questions)
    rows = sheets["entities"].rows if is_ours(sheets) else ()
    writes = tuple(write for row in rows if (write := reader.write(row)))
    if is_ours(sheets):
        reader.check_saved({row.cells.get("list_name", "") for row in rows})
    return writes, reader.problems


class _Reader:
    def __init__(self, survey: Sheet, questions: Sequence[Question]) -> None:
        self.problems: list[Problem] = []
        self._by_name = {question.name: question for question in questions}
        self._repeats = [question.path for question in questions if question.type == "repeat"]
        self._saved = list(_saved(survey))
        self._tainted = tainted(survey, {question.name for question in questions if question.sealed})

    def write(self, row: Row) -> RecordWrite | None:
        name = row.cells.get("list_name", "")
        target = TARGETS.get(name)
        if target is None:
            self._wrong(row, "list_name", _("“{name}” is nothing that a form writes to.").format(name=shorten(name)))
            return None
        programme = row.cells.get("programme", "")
        if target.programme != bool(programme):
            self._wrong(row, "programme", _("“{name}” needs a programme exactly where it is part of one.").format(
                name=shorten(name)))  # fmt: skip
        told = self._told(row, name)
        for column, expression in told.items():
            self._check(row, column, expression, target)
        conditions = {column: row.cells.get(column, "") for column in _CONDITIONS}
        for column, expression in conditions.items():
            self._check_condition(row, column, expression, target)
        container = self._container([*told.values(), *conditions.values()]) if target.repeated else ""
        if target.repeated and not container:
            self._wrong(row, "list_name", _("“{name}” is saved from a repeat.").format(name=shorten(name)))
        return RecordWrite(
            target=name,
            programme=programme,
            container=container,
            create_if=self._placed(conditions["create_if"], container),
            update_if=self._placed(conditions["update_if"], container),
            close_if=self._placed(conditions["close_if"], container),
            reads=row.cells.get("reads", "").lower() in {"yes", "true"},
            values={column: self._placed(expression, container) for column, expression in told.items()},
        )

    def check_saved(self, lists: set[str]) -> None:
        """A question saved to a list without a row would be lost without a word."""
        for row, name, value in self._saved:
            if name not in lists:
                told = shorten(f"{name}#{value}")
                message = _("“{name}” has no row in the sheet “entities”.").format(name=told)
                self.problems.append(Problem("survey", row.number, "save_to", message))

    def _told(self, row: Row, name: str) -> dict[str, str]:
        told = {column: cell for column, cell in row.cells.items() if column not in _OWN}
        for saved, list_name, value in self._saved:
            if list_name == name:
                told.setdefault(value, f"${{{saved.cells['name']}}}")
        return told

    def _check(self, row: Row, column: str, expression: str, target: Target) -> None:
        kind = target.values.get(column)
        if kind is None:
            self._wrong(row, column, _("“{kind}” has no field “{field}” that a form writes.").format(
                kind=target.kind, field=shorten(column)))  # fmt: skip
            return
        self._check_expression(row, column, expression)
        found = _ALONE.match(expression)
        question = self._by_name.get(found[1]) if found else None
        if question and question.type not in _TYPES[kind]:
            self._wrong(row, column, _("“{name}” is of the type {type} and cannot be saved as {field}.").format(
                name=question.name, type=question.type, field=shorten(column)))  # fmt: skip
        if column not in target.sealed:
            self._check_open(row, column, expression)

    def _check_condition(self, row: Row, column: str, expression: str, target: Target) -> None:
        if expression:
            self._check_expression(row, column, expression)
            if not target.sealed or set(target.values) - target.sealed:
                self._check_open(row, column, expression)

    def _check_open(self, row: Row, column: str, expression: str) -> None:
        for name in _REFERENCE.findall(expression):
            if name in self._tainted:
                self._wrong(row, column, _("“{name}” is sealed and must not reach an open field.").format(
                    name=shorten(name)))  # fmt: skip

    def _check_expression(self, row: Row, column: str, expression: str) -> None:
        for name in _REFERENCE.findall(expression):
            if name not in self._by_name:
                self._wrong(row, column, _("there is no question “{name}”.").format(name=shorten(name)))
        try:
            compiled(_REFERENCE.sub(" x ", expression))
        except XPathError as error:
            reason = _("“{expression}”: {reason}.").format(expression=shorten(expression), reason=error)
            self._wrong(row, column, reason)

    def _container(self, expressions: Sequence[str]) -> str:
        """The repeat that the questions of a row lie in."""
        for expression in expressions:
            for name in _REFERENCE.findall(expression):
                question = self._by_name.get(name)
                inside = [path for path in self._repeats if question and question.path.startswith(f"{path}/")]
                if inside:
                    return max(inside, key=len)
        return ""

    def _placed(self, expression: str, container: str) -> str:
        """References as paths, those within the repeat seen from its instance."""

        def path(found: re.Match[str]) -> str:
            question = self._by_name.get(found[1])
            if question is None:
                return "''"
            inside = container and question.path.startswith(f"{container}/")
            return f" .{question.path.removeprefix(container)} " if inside else f" {question.path} "

        return _REFERENCE.sub(path, expression)

    def _wrong(self, row: Row, column: str, message: str) -> None:
        self.problems.append(Problem("entities", row.number, column, message))


def _saved(survey: Sheet) -> Iterator[tuple[Row, str, str]]:
    """(row, list, value) of each `save_to`: written `list#value`, one or several in a cell."""
    for row in survey.rows:
        for word in row.cells.get("save_to", "").split():
            name, _mark, value = word.rpartition("#")
            yield row, name, value


def tainted(survey: Sheet, sealed: Collection[str]) -> set[str]:
    """The sealed questions, and what is worked out from them."""
    found = set(sealed)
    worked_out = {
        row.cells["name"]: set(_REFERENCE.findall(row.cells.get("calculation", "") + row.cells.get("default", "")))
        for row in survey.rows
        if row.cells.get("name") and ("calculation" in row.cells or "default" in row.cells)
    }
    while fresh := {name for name, names in worked_out.items() if names & found} - found:
        found |= fresh
    return found
