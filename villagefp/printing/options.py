"""The options of a question: numbered with code boxes at the end, ticked, or below one another in a visit's column."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.forms.package import Choice, Question
from villagefp.printing.inline import BOX, Kind, Piece, Setter, Unit
from villagefp.printing.values import Paper

GAP = 9.0
COLUMN_GAP = 4.0
_TICK_GAP = 1.8
TICK = BOX
_DEFAULT_BOXES = 3
_STATEMENT = 6
"""An option of more characters is a statement: in a column each begins on a line of its own."""


@dataclass(frozen=True)
class Inside:
    """What stands in a cell, and the code boxes at its right end."""

    units: tuple[Unit, ...]
    ending: Unit = ()


@dataclass(frozen=True)
class Narrow:
    """A cell in a visit's column: what the cell of the label says already is not said again."""

    width: float
    boxes: int  # how many code boxes stand side by side
    unit: str = ""  # told beside the label
    legend: str = ""  # name of the question whose options are told beside the label


@dataclass(frozen=True)
class OptionSetter:
    """Sets the options of the questions of one sheet."""

    paper: Paper
    setter: Setter
    narrow: Narrow | None = None

    def legend(self, question: Question) -> list[Unit]:
        """The options as they stand beside a label, for code boxes in other cells."""
        words = [self._told(question, choice, close=True) for choice in self.paper.choices(question)]
        units: list[Unit] = []
        for word in words:
            units += [*([self.setter.space(COLUMN_GAP)] if units else []), (self.setter.piece(word),)]
        return units

    def _told(self, question: Question, choice: Choice, *, close: bool = False) -> str:
        """An option behind its code, kept apart from it where the option begins with a digit or a letter itself."""
        label = self.paper.words(choice.label)
        if not self.numbered(question):
            return label
        firsts = {self.paper.words(each.label)[:1] for each in self.paper.choices(question)}
        if any(first.isdigit() for first in firsts):
            return f"{choice.name}. {label}"
        return f"{choice.name}{'' if close and not any(map(str.isascii, firsts)) else ' '}{label}"

    def ticks_fit(self, question: Question, width: float) -> bool:
        """Whether the options are ticked and stand side by side in a cell of this width."""
        ticks = self.options(question, "").units
        return not self.numbered(question) and sum(piece.width for unit in ticks for piece in unit) <= width

    def in_column(self, question: Question, value: str, narrow: Narrow) -> Inside:
        """Code boxes, below the options where those belong to this column alone."""
        told = narrow.legend == question.name
        if not self.numbered(question):
            ticks = self.options(question, value).units
            together = tuple(piece for unit in ticks for piece in unit)
            return Inside((together,) if sum(piece.width for piece in together) <= narrow.width else ticks)
        units: list[Unit] = []
        if not told:
            legend = self.legend(question)
            if any(len(self.paper.words(choice.label)) > _STATEMENT for choice in self.paper.choices(question)):
                legend = [unit for told in legend for unit in ([told] if told[0].text else self.setter.words("\n"))]
            units = [*legend, *self.setter.words("\n")]
        boxes = self._code_boxes(question, value.split())
        # one box a unit with the stroke after it: more codes than fit go on on the next line
        starts = [place for place, piece in enumerate(boxes) if piece.kind is Kind.BOX]
        codes = [boxes[place:after] for place, after in zip(starts, [*starts[1:], len(boxes)], strict=True)]
        return Inside((*units, *codes))

    def numbered(self, question: Question) -> bool:
        """Whether the options have codes for boxes; others are ticked."""
        return all(choice.name.isdigit() and len(choice.name) <= 2 for choice in self.paper.choices(question))

    def options(self, question: Question, value: str) -> Inside:
        """The options behind one another, what was chosen in bold, and their code boxes."""
        choices = self.paper.choices(question)
        chosen = value.split()
        numbered = self.numbered(question)
        units: list[Unit] = []
        for place, choice in enumerate(choices):
            label = self.paper.words(choice.label)
            on = choice.name in chosen
            if place:
                close = COLUMN_GAP if numbered else _TICK_GAP
                units.append(self.setter.space(close if self.narrow else GAP))
            if numbered:
                units.append((self.setter.piece(self._told(question, choice), bold=on),))
            else:
                tick = self._mark(question, choice, chosen)
                gap = Piece(Kind.SPACE, _TICK_GAP if self.narrow else 3.0)
                units.append((tick, gap, self.setter.piece(label, bold=on)))
        if not numbered:
            return Inside(tuple(units))
        return Inside(tuple(units), self._code_boxes(question, chosen))

    def _mark(self, question: Question, choice: Choice, chosen: list[str]) -> Piece:
        """What stands before an option without a code: a tick, or the place that a ranking gives it."""
        if question.type != "rank":
            return Piece(Kind.TICK, TICK, "1" if choice.name in chosen else "")
        place = str(chosen.index(choice.name) + 1) if choice.name in chosen else " "
        return Piece(Kind.BOX, BOX, place, bold=True)

    def _code_boxes(self, question: Question, chosen: list[str]) -> Unit:
        several = question.type.startswith("select_multiple")
        told = question.paper.get("boxes", "")
        choices = self.paper.choices(question)
        usual = len(choices) if question.type == "rank" else min(_DEFAULT_BOXES, len(choices)) if several else 1
        wanted = int(told) if told.isdigit() else usual
        if self.narrow:
            wanted = min(wanted, self.narrow.boxes)
        digits = max((len(choice.name) for choice in choices), default=1)
        marks = [code.rjust(digits) for code in chosen]
        marks += [" " * digits] * (wanted - len(marks))
        return self.setter.boxes(marks)
