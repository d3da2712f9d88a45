"""A form as the bordered table of its official sheet: questions become rows by the `print::` hints of the form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from villagefp.forms.package import Question
from villagefp.printing.asking import Asked, Asking
from villagefp.printing.cells import DATES, CellSetter
from villagefp.printing.inline import LEADING
from villagefp.printing.page import BODY
from villagefp.printing.repeats import RepeatTable
from villagefp.printing.spans import COLUMNS, spans, that_fit
from villagefp.printing.table import PAD_X, Align, Cell, Row
from villagefp.printing.values import Paper

_COLUMN = BODY / COLUMNS
_LABEL = 2 * _COLUMN + 2.5
_NARROW = 3
"""A cell of this many columns or fewer carries its label inside."""
_MAY_JOIN = 4
"""Up to this width the label may move into the cell where that saves a line."""
_LABEL_PAD = 2.0
_LABEL_LINES = 3
"""A label that needs more lines than this stands above its answer instead of beside it."""
_SHORT = 6
"""An answer of up to this many lines is never broken across pages."""
_SIGN_HEIGHT = 34.0
_FEW_TICKS = 4
_MATRIX_LABEL = 0.3
"""The share of a table of ticks that its questions have at least."""


@dataclass(frozen=True)
class FormTable:
    """The rows of one form sheet."""

    paper: Paper
    cells: CellSetter
    kept: dict[tuple[str, str], list[Row]] = field(default_factory=dict)  # by run, with long writing lines

    def tight(self) -> FormTable:
        """The same with short writing lines; rows that have none are not made again."""
        return replace(self, cells=replace(self.cells, roomy=False))

    @cached_property
    def asking(self) -> Asking:
        """The questions that are on paper."""
        return Asking(self.paper)

    def rows(self) -> list[Row]:
        """All rows, in the order of the sheet."""
        return list(self._rows())

    def _rows(self) -> Iterator[Row]:
        heading: Row | None = None
        headed = ""
        for key, asked in self._runs():
            question = asked[0].question
            if question.type == "group":
                row = self.heading(question)
                heading, headed = (row, question.path) if row else (heading, headed)
                continue
            made = self._made(key, asked)
            if heading is not None and made and question.path.startswith(f"{headed}/"):
                yield heading
                heading = None
            yield from made
        if remark := self.paper.sheet.remark:
            yield self._line(remark)

    def _made(self, key: tuple[str, str], asked: list[Asked]) -> list[Row]:
        if key in self.kept and key[0] != "repeat" and not any(map(self.cells.has_words_to_write, asked)):
            return self.kept[key]
        rows = self.run(key, asked)
        if self.cells.roomy:
            self.kept[key] = rows
        return rows

    def _runs(self) -> list[tuple[tuple[str, str], list[Asked]]]:
        """Questions by table row; a row stands where its last question does."""
        found: dict[tuple[str, str], list[Asked]] = {}
        for asked in self.asking.asked():
            key = self.run_key(asked)
            found[key] = [*found.pop(key, []), asked]
        return list(found.items())

    def run(self, key: tuple[str, str], asked: list[Asked]) -> list[Row]:
        """The rows of questions that stand together."""
        kind, _ = key
        question = asked[0].question
        if kind == "matrix":
            return self._matrix(asked)
        if kind == "repeat":
            return RepeatTable(self.paper, self.cells, self.asking).rows(question)
        if kind == "text":
            return [self._text(question)]
        return self.side_by_side(asked)

    def run_key(self, asked: Asked) -> tuple[str, str]:
        """What stands together: kind of rows, and what the questions have in common."""
        question = asked.question
        style = self.paper.style(question)
        if style == "matrix":
            return "matrix", question.choices or ""
        if question.type in ("group", "repeat"):
            return question.type, question.path
        if style == "text" or question.type == "note":
            return "text", question.path
        return "row", question.paper.get("row") or question.path

    # -- kinds of rows ------------------------------------------------------------------------------------------

    def heading(self, group: Question) -> Row | None:
        """The heading row of a group; None where the group has none."""
        label = self.paper.label(group)
        wanted = group.paper.get("section") or ("row" if group.path.count("/") == 2 else "none")
        if not label or wanted == "none":
            return None
        lines = self.cells.setter.flow(self.cells.setter.words(label, bold=True), BODY - 2 * PAD_X)
        return Row((Cell(0, BODY, lines, Align.CENTRE),), strong=True, keep=True)

    def _text(self, question: Question) -> Row:
        return self._line(self.paper.label(question))

    def _line(self, words: str) -> Row:
        lines = self.cells.setter.flow(self.cells.setter.words(words), BODY - 2 * PAD_X)
        return Row((Cell(0, BODY, lines),))

    def side_by_side(self, asked: list[Asked]) -> list[Row]:
        """Questions on one table row, or on several where their spans are more than the row has columns."""
        rows: list[Row] = []
        pending = asked
        while pending:
            taken = that_fit(pending)
            widths = spans(pending[:taken])
            left = 0.0
            cells: list[Cell] = []
            height = 0.0
            for item, span in zip(pending[:taken], widths, strict=True):
                right = left + span * _COLUMN
                cells += self._pair(item, left, min(right, BODY), span)
                height = max(height, self._least_height(item))
                left = right
            rows.append(Row(tuple(cells), min_height=height))
            pending = pending[taken:]
        return rows

    def _least_height(self, asked: Asked) -> float:
        style = self.paper.style(asked.question)
        if style == "sign":
            return _SIGN_HEIGHT
        told = asked.question.paper.get("lines", "")
        return LEADING * 1.25 * int(told) if style == "lines" and told.isdigit() else 0.0

    def _pair(self, asked: Asked, left: float, right: float, span: int) -> list[Cell]:
        """Label and answer: two cells, or one where the cell is narrow or the label long."""
        question = asked.question
        label = self.paper.label(question)
        style = self.paper.style(question)
        told = question.paper.get("lines", "") if style == "lines" and not self.paper.answer(question) else ""
        ruled = int(told) if told.isdigit() else 0
        top = style == "lines"
        setter = self.cells.setter
        label_width = _LABEL - 2 * _LABEL_PAD
        beside = setter.balanced(label, label_width)
        if not label:
            return [Cell(left, right, self.cells.lines(asked, right - left - 2 * PAD_X), top=top, ruled=ruled)]
        inner = right - left - 2 * PAD_X
        if len(beside) > _LABEL_LINES:
            inside = self.cells.lines(asked, inner, label=label + self.paper.sheet.words.colon + "\n")
            return [Cell(left, right, inside, top=top, ruled=ruled)]
        middle = left + _LABEL
        apart = self.cells.lines(asked, right - middle - 2 * PAD_X) if span > _NARROW else ()
        if span <= _MAY_JOIN:
            joined = self.cells.lines(asked, inner, label=label)
            torn = len(apart) > 1 and question.type in DATES  # a date is not parted: rather below its label
            if not apart or len(joined) < min(len(apart) + torn, _LABEL_LINES):
                return [Cell(left, right, joined, top=top, ruled=ruled)]
        words = self.paper.sheet.words
        again = setter.balanced(label + words.continued, label_width) if len(apart) > _SHORT else beside
        return [
            Cell(left, middle, beside, Align.CENTRE, repeat=again),
            Cell(middle, right, apart, top=top, ruled=ruled),
        ]

    def _matrix(self, asked: list[Asked]) -> list[Row]:
        """Questions with the same options as a table of ticks, the options as its head."""
        choices = self.paper.choices(asked[0].question)
        setter = self.cells.setter
        step = self._tick_width([self.paper.words(choice.label) for choice in choices])
        first = BODY - len(choices) * step
        edges = [first + step * place for place in range(len(choices) + 1)]
        names = [
            Cell(
                edges[place],
                edges[place + 1],
                setter.balanced(self.paper.words(choice.label), step - 2 * PAD_X),
                Align.CENTRE,
            )
            for place, choice in enumerate(choices)
        ]
        rows = [Row((Cell(0, first, ()), *names), heads=True)]
        for item in asked:
            chosen = self.paper.answer(item.question).split()
            label = self.cells.labelled(self.paper.label(item.question), item.guests, first - 2 * PAD_X)
            ticks = [
                Cell(edges[place], edges[place + 1], (self.cells.tick(on=choice.name in chosen),), Align.CENTRE)
                for place, choice in enumerate(choices)
            ]
            rows.append(Row((Cell(0, first, label), *ticks), headed=True))
        return rows

    def _tick_width(self, names: list[str]) -> float:
        """How wide the columns of a table of ticks are: wide enough for the longest word, where there is room."""
        setter = self.cells.setter
        longest = max((piece.width for name in names for unit in setter.words(name) for piece in unit), default=0.0)
        usual = _COLUMN * (1.5 if len(names) <= _FEW_TICKS else 1.0)
        most = BODY * (1 - _MATRIX_LABEL) / max(1, len(names))
        return float(min(most, max(usual, longest + 2 * PAD_X + 0.5)))
