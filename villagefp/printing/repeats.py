"""A repeat as a table: a head, a row for each round; one inside another as a table below the round it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from villagefp.forms.package import Question
from villagefp.printing.asking import Asked, Asking
from villagefp.printing.cells import CellSetter
from villagefp.printing.page import BODY
from villagefp.printing.spans import COLUMNS, spans
from villagefp.printing.table import PAD_X, Align, Cell, Row
from villagefp.printing.values import Paper

_BLANK_ROUNDS = 3
_NUMBER = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class RepeatTable:
    """The rows of the repeats of one sheet."""

    paper: Paper
    cells: CellSetter
    asking: Asking

    def rows(self, repeat: Question, within: str = "") -> list[Row]:
        """The table of a repeat; `within` is the path of the round around it: /data/home[2]/."""
        inside = self._inside(repeat)
        nested = [question for question in inside if question.type == "repeat"]
        columns = [
            Asked(question, self.asking.guests(question))
            for question in inside
            if question.type not in ("group", "repeat") and not self.paper.host(question)
        ]
        place = within + repeat.path[len(_NUMBER.sub("", within)) :]
        prefixes = [f"{place}[{number}]/" for number in range(1, self._rounds(repeat, place) + 1)]
        if not nested:
            return self._table(columns, prefixes)
        rows: list[Row] = []
        for number, prefix in enumerate(prefixes, start=1):
            rows += self._heading(repeat, number)
            rows += self._table(columns, [prefix])
            for inner in nested:
                rows += self.rows(inner, prefix)
        return rows

    def _inside(self, repeat: Question) -> list[Question]:
        """What is on paper of a repeat, without what belongs to a repeat inside it."""
        found: list[Question] = []
        deeper: list[str] = []
        for question in self.paper.sheet.package.questions:
            if not question.path.startswith(repeat.path + "/") or any(map(question.path.startswith, deeper)):
                continue
            hidden = self.paper.style(question) == "hidden"
            if hidden or question.type == "repeat":
                deeper.append(question.path + "/")
            if not hidden:
                found.append(question)
        return found

    def _heading(self, repeat: Question, number: int) -> list[Row]:
        text = f"{self.paper.label(repeat)} {number}".strip()
        lines = self.cells.setter.flow(self.cells.setter.words(text, bold=True), BODY - 2 * PAD_X)
        return [Row((Cell(0, BODY, lines, Align.CENTRE),), strong=True, keep=True)]

    def _table(self, columns: list[Asked], prefixes: list[str]) -> list[Row]:
        if not columns:
            return []
        edges = [0.0]
        for span in spans(columns):
            edges.append(min(BODY, edges[-1] + span * BODY / COLUMNS))
        edges[-1] = BODY
        setter = self.cells.setter
        places = list(zip(columns, edges, edges[1:], strict=False))
        names = [
            Cell(a, b, setter.balanced(self.paper.label(c.question), b - a - 2 * PAD_X), Align.CENTRE)
            for c, a, b in places
        ]
        rows = [Row(tuple(names), heads=True)]
        for prefix in prefixes:
            cells = [Cell(a, b, self.cells.lines(c, b - a - 2 * PAD_X, prefix)) for c, a, b in places]
            rows.append(Row(tuple(cells), headed=True))
        return rows

    def _rounds(self, repeat: Question, place: str) -> int:
        """Rounds with an answer that is printed, or as many empty ones as the sheet wants."""
        filled = self.paper.sheet.mode == "filled"
        told = [path[len(place) + 1 :] for path in self.paper.sheet.answers if filled and path.startswith(f"{place}[")]
        lines = repeat.paper.get("lines", "")
        empty = int(lines) if lines.isdigit() else _BLANK_ROUNDS
        return max((int(path.partition("]")[0]) for path in told), default=empty)
