"""One question as the inside of its cell: numbered options with code boxes, blanks with units, dates, plain text."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.forms.package import Question
from villagefp.printing.inline import Kind, Line, Piece, Setter, Unit
from villagefp.printing.values import Paper, date_parts

_GAP = 9.0
_NUMBER_BLANK = 32.0
_DETAIL_BLANK = 18.0
_NUMBER_GROWTH, _DATE_GROWTH, _DETAIL_GROWTH = 10.0, 12.0, 120.0
_AFTER_LABEL = 6.0

_YEAR_BLANK, _DAY_BLANK = 31.0, 18.0
_DEFAULT_BOXES = 3
TICK = 11.5
_NUMBERS = {"integer", "decimal", "range"}
_DATES = {"date", "dateTime", "datetime"}


@dataclass(frozen=True)
class Inside:
    """What stands in a cell, and the code boxes at its right end."""

    units: tuple[Unit, ...]
    ending: Unit = ()


@dataclass(frozen=True)
class Asked:
    """A question with those that are written into its cell."""

    question: Question
    guests: tuple[Question, ...] = ()


@dataclass(frozen=True)
class CellSetter:
    """Sets questions of one sheet."""

    paper: Paper
    setter: Setter

    def lines(self, asked: Asked, width: float, prefix: str = "", label: str = "") -> tuple[Line, ...]:
        """The cell of a question and its guests, in lines of this width; the label first if it has no cell.

        `prefix` is the path of a repeat's round.
        """
        units: list[Unit] = self.setter.words(label)
        if label and not label.endswith("\n"):
            units.append(self.setter.space(_AFTER_LABEL))
        endings: list[Piece] = []
        for place, question in enumerate((asked.question, *asked.guests)):
            inside = self.inside(question, prefix, guest=place > 0, alone=not asked.guests)
            if place:
                units.append(self.setter.space(_GAP if question.choices or question.paper.get("caption") else 3.0))
            caption = self._caption(question)
            units += self._with_caption(caption, inside.units)
            if inside.ending:
                endings += [*([Piece(Kind.SPACE, 6.0)] if endings else []), *inside.ending]
        return self.setter.flow(units, width, tuple(endings))

    def labelled(self, label: str, guests: tuple[Question, ...], width: float) -> tuple[Line, ...]:
        """A label with what is written behind it, for questions whose own answer stands in other cells."""
        units = self.setter.words(label)
        for guest in guests:
            units += [
                self.setter.space(6.0),
                *self._with_caption(self._caption(guest), self.inside(guest, guest=True).units),
            ]
        return self.setter.flow(units, width)

    def _with_caption(self, caption: list[Unit], units: tuple[Unit, ...]) -> list[Unit]:
        """A caption and what it captions; the two are not parted by the end of a line."""
        if not caption or not units:
            return [*caption, *units]
        return [(*caption[0], *units[0]), *units[1:]]

    def _caption(self, question: Question) -> list[Unit]:
        caption = self.paper.caption(question)
        if not caption or question.type == "acknowledge":
            return []
        return [(self.setter.piece(caption), Piece(Kind.SPACE, 3.0))]

    def inside(self, question: Question, prefix: str = "", *, guest: bool = False, alone: bool = True) -> Inside:
        """One question without its label."""
        path = prefix + question.path[len(prefix.rpartition("[")[0]) + 1 :] if prefix else question.path
        value = self.paper.answer(question, path)
        styled = {"boxes": self._boxes, "sign": self._signature, "choice": self._chosen}
        if make := styled.get(self.paper.style(question)):
            return make(question, value)
        if question.type == "acknowledge":
            return self._acknowledged(question, value)
        if self.paper.choices(question):
            return self._options(question, value)
        return Inside(tuple(self._told(question, value, blank=guest or not alone)))

    def _told(self, question: Question, value: str, *, blank: bool) -> list[Unit]:
        """A date, a number or words; `blank` asks for a writing line, since other things stand in the same cell."""
        if question.type in _DATES and (not value or date_parts(value)):
            return self._date(value)
        if question.type in _NUMBERS:
            return self._number(question, value)
        if blank:
            unit = self.setter.words(question.unit) if question.unit else []
            return [*self.setter.blank(_DETAIL_BLANK, value, grows=_DETAIL_GROWTH), *unit]
        return self.setter.words(f"{value} {question.unit}".strip() if value else question.unit)

    def _acknowledged(self, question: Question, value: str) -> Inside:
        caption = self.paper.caption(question)
        tick = Piece(Kind.TICK, TICK, "1" if value else "")
        return Inside(((tick, Piece(Kind.SPACE, 3.0), self.setter.piece(caption)),))

    def _signature(self, question: Question, value: str) -> Inside:
        """Room to sign; of its options, those after the first are ticked at the right end: 未签."""
        choices = self.paper.choices(question)
        if not choices:
            return Inside(tuple(self.setter.words(value)))
        ending: list[Piece] = []
        for choice in choices[1:]:
            ending += [Piece(Kind.TICK, TICK, "1" if choice.name in value.split() else ""), Piece(Kind.SPACE, 3.0)]
            ending += [self.setter.piece(self.paper.words(choice.label)), Piece(Kind.SPACE, 3.0)]
        return Inside((), tuple(ending))

    def _number(self, question: Question, value: str) -> list[Unit]:
        blank = self.setter.short_blank(_NUMBER_BLANK, value, grows=_NUMBER_GROWTH)
        if not question.unit:
            return [(blank,)]
        return [(blank, Piece(Kind.SPACE, 3.0), self.setter.piece(question.unit))]

    def _date(self, value: str) -> list[Unit]:
        year, month, day = date_parts(value) or ("", "", "")
        words = self.paper.sheet.words
        parts = ((_YEAR_BLANK, year, words.year), (_DAY_BLANK, month, words.month), (_DAY_BLANK, day, words.day))
        pieces: list[Piece] = []
        for width, part, word in parts:
            pieces += [self.setter.short_blank(width, part, grows=_DATE_GROWTH), Piece(Kind.SPACE, 1.5)]
            pieces += [self.setter.piece(word), Piece(Kind.SPACE, 1.5)]
        return [tuple(pieces[:-1])]

    def _chosen(self, question: Question, value: str) -> Inside:
        labels = {choice.name: self.paper.words(choice.label) for choice in self.paper.choices(question)}
        text = "、".join(labels.get(code, code) for code in value.split()) if labels else value
        return Inside(tuple(self.setter.words(text)))

    def _options(self, question: Question, value: str) -> Inside:
        choices = self.paper.choices(question)
        chosen = value.split()
        numbered = all(choice.name.isdigit() and len(choice.name) <= 2 for choice in choices)
        units: list[Unit] = []
        for place, choice in enumerate(choices):
            label = self.paper.words(choice.label)
            on = choice.name in chosen
            if place:
                units.append(self.setter.space(_GAP))
            if numbered:
                units.append((self.setter.piece(f"{choice.name} {label}", bold=on),))
            else:
                tick = Piece(Kind.TICK, TICK, "1" if on else "")
                units.append((tick, Piece(Kind.SPACE, 3.0), self.setter.piece(label, bold=on)))
        if not numbered:
            return Inside(tuple(units))
        return Inside(tuple(units), self._code_boxes(question, chosen))

    def _code_boxes(self, question: Question, chosen: list[str]) -> Unit:
        several = question.type.startswith("select_multiple")
        told = question.paper.get("boxes", "")
        choices = self.paper.choices(question)
        wanted = int(told) if told.isdigit() else min(_DEFAULT_BOXES, len(choices)) if several else 1
        digits = max((len(choice.name) for choice in choices), default=1)
        marks = [code.rjust(digits) for code in chosen]
        marks += [" " * digits] * (wanted - len(marks))
        return self.setter.boxes(marks)

    def _boxes(self, question: Question, value: str) -> Inside:
        dated = question.type in _DATES
        groups = [int(part) for part in question.paper.get("boxes", "").split("-") if part.isdigit()] or [8]
        parts = date_parts(value) if dated else None
        if dated and parts is not None:
            year, month, day = parts
            digits = year + (month.rjust(2, "0") if month else "  ") + (day.rjust(2, "0") if day else "  ")
        else:
            digits = "".join(char for char in value if char.isalnum() or char == "*")
        if len(digits) > sum(groups):
            return Inside(tuple(self.setter.words(value)))
        digits = digits.ljust(sum(groups))
        units: list[Piece] = []
        for group in groups:
            if units:
                units += [Piece(Kind.SPACE, 5.0)] if dated else self.setter.dash()
            units += self.setter.boxes(list(digits[:group]), separator="")
            digits = digits[group:]
        return Inside((tuple(units),))

    def tick(self, *, on: bool) -> Line:
        """A tick box alone on a line."""
        return Line(((0.0, Piece(Kind.TICK, TICK, "1" if on else "")),), self.setter.leading)
