"""Several visits side by side, as the official sheet has them: one column a step, the questions down the left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from villagefp.forms.package import Question
from villagefp.printing.asking import Asked, Asking
from villagefp.printing.cells import CellSetter
from villagefp.printing.form import FormTable
from villagefp.printing.inline import BOX, Line
from villagefp.printing.options import Narrow, OptionSetter
from villagefp.printing.page import BODY
from villagefp.printing.table import PAD_X, Align, Cell, Row
from villagefp.printing.values import Paper

_LABEL = 140.0
_SIGN_HEIGHT = 30.0
_SLASH = 5.0
_NOT_ASKED = "——"
_COUNTED = {"integer", "decimal", "range"}


def step_question(paper: Paper) -> Question | None:
    """The question whose options are the columns of the sheet; None where a visit has a sheet of its own."""
    name = paper.sheet.package.settings.get("print::columns")
    return next((q for q in paper.sheet.package.questions if q.name == name and paper.choices(q)), None)


@dataclass(frozen=True)
class _Line:
    """One row of the table: a question, or several of which each belongs to other steps."""

    asked: tuple[Asked, ...]

    def at(self, step: str) -> Asked | None:
        """The question of this row that is asked at this step."""
        return next((each for each in self.asked if not _steps(each) or step in _steps(each)), None)


def _steps(asked: Asked) -> list[str]:
    return asked.question.paper.get("column", "").split()


@dataclass(frozen=True)
class ColumnTable:
    """The rows of a form sheet whose visits are columns."""

    paper: Paper
    cells: CellSetter
    step: Question

    def rows(self) -> list[Row]:
        """What is known of the person, the head of the columns, and a row for each question."""
        plain = FormTable(self.paper, self.cells)
        asked = [each for each in Asking(self.paper).asked() if each.question.path != self.step.path]
        known = [each for each in asked if self._above(each.question)]
        rows = plain.side_by_side(known) if known else []
        rows.append(self._head())
        for line in self._lines(each for each in asked if each not in known):
            first = line.asked[0]
            if first.question.type == "group":
                heading = plain.heading(first.question)
                rows += [replace(heading, headed=True)] if heading else []
            elif first.question.type in ("repeat", "note") or self.paper.style(first.question) == "matrix":
                rows += [replace(row, headed=True) for row in plain.run(plain.run_key(first), [first])]
            else:
                rows.append(self._row(line))
        return rows

    def _above(self, question: Question) -> bool:
        return bool(question.paper.get("known")) and not question.paper.get("column")

    def _lines(self, asked: Iterator[Asked]) -> list[_Line]:
        """Questions of one row of the sheet that share no step stand in one row of the table."""
        lines: list[_Line] = []
        for each in asked:
            told = each.question.paper.get("row") if _steps(each) else None
            place = next((n for n, line in enumerate(lines) if told and self._free(line, told, _steps(each))), None)
            if place is None:
                lines.append(_Line((each,)))
            else:
                lines[place] = _Line((*lines[place].asked, each))
        return lines

    def _free(self, line: _Line, row: str, steps: list[str]) -> bool:
        taken = [step for each in line.asked for step in _steps(each)]
        same = all(each.question.paper.get("row") == row and _steps(each) for each in line.asked)
        return same and not set(taken) & set(steps)

    @cached_property
    def _places(self) -> list[tuple[str, float, float]]:
        """Step, left and right edge of each column."""
        steps = [choice.name for choice in self.paper.choices(self.step)]
        width = (BODY - _LABEL) / len(steps)
        return [(step, _LABEL + width * n, _LABEL + width * (n + 1)) for n, step in enumerate(steps)]

    @cached_property
    def _papers(self) -> dict[str, Paper]:
        sheet = self.paper.sheet
        return {step: Paper(replace(sheet, answers=sheet.columns.get(step, {}))) for step, _, _ in self._places}

    def _head(self) -> Row:
        setter = self.cells.setter
        label = setter.flow(setter.words(self.paper.label(self.step), bold=True), _LABEL - 2 * PAD_X)
        names = {choice.name: self.paper.words(choice.label) for choice in self.paper.choices(self.step)}
        cells = [
            Cell(left, right, setter.flow(setter.words(names[step], bold=True), right - left - 2 * PAD_X), Align.CENTRE)
            for step, left, right in self._places
        ]
        return Row((Cell(0, _LABEL, label, Align.CENTRE), *cells), strong=True, heads=True)

    def _row(self, line: _Line) -> Row:
        first = line.asked[0].question
        alone = len(line.asked) == 1
        unit = self.paper.unit(first) if alone and first.type in _COUNTED else ""
        inner = self._places[0][2] - self._places[0][1] - 2 * PAD_X
        legend = first.name if alone and self._spelled_out(first, inner) else ""
        label = self._label(line, unit, legend)
        cells = [Cell(0, _LABEL, label, repeat=label)]
        for step, left, right in self._places:
            narrow = Narrow(inner, max(1, int((inner + _SLASH) / (BOX + _SLASH))), unit, legend)
            asked = line.at(step)
            if asked is None:
                cells.append(Cell(left, right, (Line(((0.0, self.cells.setter.piece(_NOT_ASKED)),)),), Align.CENTRE))
                continue
            setter = CellSetter(self._papers[step], self.cells.setter, narrow)
            cells.append(Cell(left, right, setter.lines(asked, inner)))
        signed = any(self.paper.style(each.question) == "sign" for each in line.asked)
        return Row(tuple(cells), min_height=_SIGN_HEIGHT if signed else 0.0, headed=True)

    def _spelled_out(self, question: Question, width: float) -> bool:
        """Whether the options stand beside the label; where they can be ticked in each column, they stand there."""
        options = self.paper.style(question) == "options" and question.type != "acknowledge"
        beside = OptionSetter(self.paper, self.cells.setter, Narrow(width, 1))
        return options and not beside.ticks_fit(question, width)

    def _label(self, line: _Line, unit: str, legend: str) -> tuple[Line, ...]:
        """The words before the answers, each once, with the unit and the options that all columns share."""
        setter = self.cells.setter
        told = list(dict.fromkeys(self.paper.label(each.question) for each in line.asked))
        units = setter.words("/".join(told), bold=True)
        if unit:
            units += setter.words(self.paper.sheet.words.bracketed.format(text=unit))
        if not legend:
            return setter.flow(units, _LABEL - 2 * PAD_X)
        options = self.cells.options.legend(line.asked[0].question)
        behind = setter.flow([*units, setter.space(6.0), *options], _LABEL - 2 * PAD_X)
        apart = setter.flow([*units, *setter.words("\n"), *options], _LABEL - 2 * PAD_X)
        return apart if 1 < len(behind) >= len(apart) else behind
