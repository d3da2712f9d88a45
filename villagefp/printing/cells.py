"""One question as the inside of its cell: numbered options with code boxes, blanks with units, dates, plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from villagefp.forms.package import Question
from villagefp.printing.asking import Asked
from villagefp.printing.inline import Kind, Line, Piece, Setter, Unit
from villagefp.printing.options import GAP, TICK, Inside, Narrow, OptionSetter
from villagefp.printing.values import Paper, date_parts

_NUMBER_BLANK = 32.0
_DETAIL_BLANK, _ROOMY_BLANK = 18.0, 56.0
_LEAST_WRITING = 45.0
"""A writing line in a visit's column that would be shorter goes on below its caption."""
_SIGN_ROOM, _SIGN_HEIGHT = 85.0, 24.0
"""How much of a cell is left for the signature itself, 30 mm; else what is ticked stands below."""
_NUMBER_GROWTH, _DATE_GROWTH, _DETAIL_GROWTH = 10.0, 12.0, 120.0
_AFTER_LABEL = 6.0
_COLUMN_BLANK = 24.0
_TIED_BLANK = 20.0
_TIES = {"/", "×"}
_MINUTES = len("14:30")
_ROUND = re.compile(r"\[\d+\]")

_YEAR_BLANK, _DAY_BLANK = 31.0, 18.0
_NUMBERS = {"integer", "decimal", "range"}
_DAY_AND_TIME = {"dateTime", "datetime"}
DATES = {"date", *_DAY_AND_TIME}


@dataclass(frozen=True)
class CellSetter:
    """Sets questions of one sheet."""

    paper: Paper
    setter: Setter
    narrow: Narrow | None = None
    tied: bool = False  # the unit stands behind the number that follows
    roomy: bool = False  # writing lines behind options are long, though that may take a line more
    made: dict[tuple[str, float, str], tuple[Line, ...]] = field(default_factory=dict)  # roomy cells set before

    def lines(self, asked: Asked, width: float, prefix: str = "", label: str = "") -> tuple[Line, ...]:
        """The cell of a question and its guests, in lines of this width; the label first if it has no cell.

        `prefix` is the path of a repeat's round.
        """
        if self.narrow:
            return self._lines(asked, width, prefix, label)
        place = (prefix + asked.question.path, width, label)
        roomy = self.made.get(place)
        if roomy is None:
            roomy = self.made[place] = replace(self, roomy=True)._lines(asked, width, prefix, label)
        if self.roomy or len(roomy) == 1 or not self.has_words_to_write(asked):
            return roomy
        tight = self._lines(asked, width, prefix, label)
        return roomy if len(roomy) <= len(tight) else tight

    def has_words_to_write(self, asked: Asked) -> bool:
        """Whether the cell has a writing line that could be longer or shorter."""
        return bool(asked.guests) and any(map(self._is_told_in_words, (asked.question, *asked.guests)))

    def _is_told_in_words(self, question: Question) -> bool:
        usual = question.type in _NUMBERS or question.type in DATES or question.type == "acknowledge"
        return not usual and self.paper.style(question) != "options"

    def _lines(self, asked: Asked, width: float, prefix: str, label: str) -> tuple[Line, ...]:
        units: list[Unit] = self.setter.words(label)
        if label and not label.endswith("\n"):
            units.append(self.setter.space(_AFTER_LABEL))
        endings: list[Piece] = []
        everybody = (asked.question, *asked.guests)
        for place, question in enumerate(everybody):
            joint = self._joint(question, *everybody[place + 1 : place + 2])
            inside = joint.inside(question, prefix, guest=place > 0, alone=not asked.guests)
            if place:
                near = question.paper.get("caption", "") in {"", *_TIES} and not question.choices
                if self.narrow and question.type == "text" and self.paper.caption(question):
                    units += [*self.setter.words("\n"), *self._captioned(question, inside.units, self.narrow)]
                    continue
                if (
                    near
                    and inside.units
                    and _ends_in_print(units)
                    and (question.paper.get("caption") or not self.narrow)
                ):
                    # 其他 ____ and ____ / ____ are not parted by the end of a line
                    first, *others = inside.units
                    *before, last = units
                    caption = [piece for unit in self._caption(question) for piece in unit]
                    units = [*before, (*last, Piece(Kind.SPACE, 3.0), *caption, *first), *others]
                    endings += [*([Piece(Kind.SPACE, 6.0)] if endings and inside.ending else []), *inside.ending]
                    continue
                units.append(self.setter.space(3.0 if near else GAP))
            units += self._with_caption(self._caption(question), inside.units)
            if inside.ending:
                endings += [*([Piece(Kind.SPACE, 6.0)] if endings else []), *inside.ending]
        if endings and self.paper.style(asked.question) == "sign":
            return self._signed(units, endings, width)
        return self._flow(units, endings, width)

    def _flow(self, units: list[Unit], endings: list[Piece], width: float) -> tuple[Line, ...]:
        if sum(piece.width for piece in endings) > width:
            return self.setter.flow([*units, *_parted(endings)], width)
        return self.setter.flow(units, width, tuple(endings))

    def _signed(self, units: list[Unit], endings: list[Piece], width: float) -> tuple[Line, ...]:
        """Room to sign before what may be ticked instead, or above it where the cell is narrow."""
        if sum(piece.width for piece in endings) <= width - _SIGN_ROOM:
            return self._flow(units, endings, width)
        return (Line(height=_SIGN_HEIGHT), *self._flow(units, endings, width))

    def _joint(self, question: Question, after: Question | None = None) -> CellSetter:
        """Two numbers of one unit say it once, behind the second: 120 / 80 mmHg."""
        if after is None or after.paper.get("caption") not in _TIES or after.unit != question.unit:
            return self
        return replace(self, tied=True)

    @property
    def options(self) -> OptionSetter:
        """Sets the options of questions."""
        return OptionSetter(self.paper, self.setter, self.narrow)

    def labelled(self, label: str, guests: tuple[Question, ...], width: float) -> tuple[Line, ...]:
        """A label with what is written behind it, for questions whose own answer stands in other cells."""
        units = self.setter.words(label)
        for guest in guests:
            units += [
                self.setter.space(6.0),
                *self._with_caption(self._caption(guest), self.inside(guest, guest=True).units),
            ]
        return self.setter.flow(units, width)

    def _captioned(self, question: Question, units: tuple[Unit, ...], narrow: Narrow) -> list[Unit]:
        """A caption and its answer on a line of their own in a visit's column; room to write where there is little."""
        caption = self._caption(question)
        left = narrow.width - sum(piece.width for unit in caption for piece in unit)
        told = self._with_caption(caption, units)
        if left < _LEAST_WRITING and not self.paper.answer(question):
            told += [*self.setter.words("\n"), *self.setter.blank(_COLUMN_BLANK, grows=_DETAIL_GROWTH)]
        return told

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
        path = prefix + question.path[len(_ROUND.sub("", prefix)) :] if prefix else question.path
        value = self.paper.answer(question, path)
        blank = guest or not alone
        style = self.paper.style(question)
        if style == "choice":
            return self._chosen(question, value, blank=blank)
        styled = {"boxes": self._boxes, "sign": self._signature}
        if make := styled.get(style):
            return make(question, value)
        if question.type == "acknowledge":
            return self._acknowledged(question, value)
        if self.paper.choices(question):
            return self._options(question, value)
        if self.narrow and not value and not blank and question.type not in DATES and not self._caption(question):
            return Inside(())
        return Inside(tuple(self._told(question, value, blank=blank)))

    def _told(self, question: Question, value: str, *, blank: bool) -> list[Unit]:
        """A date, a number or words; `blank` asks for a writing line, since other things stand in the same cell."""
        if question.type in DATES and (not value or date_parts(value)):
            return [*self._date(value), *(self._hour(value) if question.type in _DAY_AND_TIME else ())]
        if question.type in _NUMBERS and (blank or not self.narrow or self._caption(question)):
            return self._number(question, value)
        unit = self._unit(question)
        if question.type == "time":
            value = value[:_MINUTES]
        if blank:
            width = _COLUMN_BLANK if self.narrow else _ROOMY_BLANK if self.roomy else _DETAIL_BLANK
            return [*self.setter.blank(width, value, grows=_DETAIL_GROWTH), *self.setter.words(unit)]
        return self.setter.words(f"{value} {unit}".strip() if value else unit)

    def _unit(self, question: Question) -> str:
        unit = self.paper.unit(question)
        return "" if self.tied or (self.narrow and unit == self.narrow.unit) else unit

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
            ending += [Piece(Kind.SPACE, GAP)] if ending else []
            ending += [Piece(Kind.TICK, TICK, "1" if choice.name in value.split() else ""), Piece(Kind.SPACE, 3.0)]
            ending += [self.setter.piece(self.paper.words(choice.label)), Piece(Kind.SPACE, 3.0)]
        return Inside((), tuple(ending))

    def _number(self, question: Question, value: str) -> list[Unit]:
        width = _COLUMN_BLANK if self.narrow else _NUMBER_BLANK
        if self.tied or question.paper.get("caption") in _TIES:
            width = _TIED_BLANK
        blank = self.setter.short_blank(width, value, grows=_NUMBER_GROWTH)
        unit = self._unit(question)
        return [(blank, Piece(Kind.SPACE, 3.0), *self.setter.unit(unit))] if unit else [(blank,)]

    def _date(self, value: str) -> list[Unit]:
        year, month, day = date_parts(value) or ("", "", "")
        words = self.paper.sheet.words
        parts = ((_YEAR_BLANK, year, words.year), (_DAY_BLANK, month, words.month), (_DAY_BLANK, day, words.day))
        pieces: list[Piece] = []
        for width, part, word in parts:
            pieces += [self.setter.short_blank(width, part, grows=_DATE_GROWTH), Piece(Kind.SPACE, 1.5)]
            pieces += [self.setter.piece(word), Piece(Kind.SPACE, 1.5)]
        if self.narrow:
            return [tuple(pieces[:4]), tuple(pieces[4:-1])]  # the year, then month and day
        return [tuple(pieces[:-1])]

    def _hour(self, value: str) -> list[Unit]:
        """The time behind a date."""
        time = value.partition("T")[2][:_MINUTES]
        return [self.setter.space(3.0), (self.setter.short_blank(_NUMBER_BLANK, time, grows=_NUMBER_GROWTH),)]

    def _chosen(self, question: Question, value: str, *, blank: bool) -> Inside:
        labels = {choice.name: self.paper.words(choice.label) for choice in self.paper.choices(question)}
        text = "、".join(labels.get(code, code) for code in value.split()) if labels else value
        if blank:
            width = _ROOMY_BLANK if self.roomy else _DETAIL_BLANK
            return Inside(tuple(self.setter.blank(width, text, grows=_DETAIL_GROWTH)))
        return Inside(tuple(self.setter.words(text)))

    def _options(self, question: Question, value: str) -> Inside:
        setter = self.options
        if self.narrow is None:
            return setter.options(question, value)
        if self.narrow.legend == question.name and not setter.numbered(question):
            return self._chosen(question, value, blank=False)
        return setter.in_column(question, value, self.narrow)

    def _boxes(self, question: Question, value: str) -> Inside:
        dated = question.type in DATES
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


def _ends_in_print(units: list[Unit]) -> bool:
    """Whether something that is seen stands before, on the same line."""
    return bool(units) and units[-1][-1].kind is not Kind.SPACE and units[-1][-1].text != "\n"


def _parted(pieces: list[Piece]) -> list[Unit]:
    """What no single line holds, cut at its gaps."""
    parts: list[Unit] = []
    for piece in pieces:
        if piece.kind is Kind.SPACE and piece.width >= GAP:
            parts.append((piece,))
        elif parts and parts[-1][0].kind is not Kind.SPACE:
            parts[-1] = (*parts[-1], piece)
        else:
            parts.append((piece,))
    return parts
