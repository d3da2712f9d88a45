"""Text inside one cell: pieces (words, blanks, boxes, ticks) gathered into lines that never leave the cell's width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from villagefp.printing.fonts import Fonts

SIZE = 12.0
"""Points: nothing that a person reads is smaller (but the footer)."""
LEADING = 16.5
BOX = 14.6
"""Side of a code box, 5.15 mm: a digit is written into it by hand."""
BLANK_GAP = 3.0
_BEFORE_ENDING = 8.0
_BETWEEN_TICKS = 4.0
_EXPONENT, _RISE = 0.72, 0.3
_LEAST_GAP = 3.0
_NEVER_FIRST = set("，。、；：？！）》」』】〉”’…—·%℃,.;:?!)]}”’～")  # noqa: RUF100
_NEVER_LAST = set("（《「『【〈“‘([{￥")


class Kind(Enum):
    """What a piece is drawn as."""

    TEXT = "text"
    LINED = "lined"  # text on a writing line
    BOX = "box"
    TICK = "tick"
    SPACE = "space"


@dataclass(frozen=True)
class Piece:
    """The smallest thing on a line."""

    kind: Kind
    width: float
    text: str = ""
    bold: bool = False
    size: float = SIZE
    rise: float = 0.0  # how far an exponent stands above the others
    grows: float = 0.0  # how much longer an empty blank may become where its line has room left


Unit = tuple[Piece, ...]
"""Pieces that stay together on one line."""


@dataclass(frozen=True)
class Line:
    """Pieces with their distance from the cell's left inner edge."""

    pieces: tuple[tuple[float, Piece], ...] = ()
    height: float = LEADING

    @property
    def width(self) -> float:
        """How far the last piece reaches."""
        return max((x + piece.width for x, piece in self.pieces if piece.kind is not Kind.SPACE), default=0.0)


@dataclass(frozen=True)
class Setter:
    """Makes pieces of text in one size and gathers them into lines."""

    fonts: Fonts
    size: float = SIZE
    leading: float = LEADING

    def piece(self, text: str, *, bold: bool = False, lined: bool = False) -> Piece:
        """One piece of text that is not broken."""
        kind = Kind.LINED if lined else Kind.TEXT
        return Piece(kind, self.fonts.width(text, self.size, bold=bold), text, bold, self.size)

    def unit(self, text: str) -> Unit:
        """A unit of measure, which no line end parts: 10^9 with its 9 as an exponent, which few fonts have."""
        pieces: list[Piece] = []
        for part in re.split(r"(\^\d+)", text):
            if part.startswith("^"):
                size = self.size * _EXPONENT
                width = self.fonts.width(part[1:], size)
                pieces.append(Piece(Kind.TEXT, width, part[1:], size=size, rise=self.size * _RISE))
            elif part:
                pieces.append(self.piece(part))
        return tuple(pieces)

    def words(self, text: str, *, bold: bool = False, lined: bool = False) -> list[Unit]:
        """Running text as units between which a line may end: a Chinese character each, a Latin word whole."""
        return [(self.piece(word, bold=bold, lined=lined),) for word in split_words(text)]

    def blank(self, width: float, text: str = "", *, grows: float = 0.0) -> list[Unit]:
        """A writing line of at least this width, its text on it; longer text flows on, underlined."""
        if not text:
            return [(Piece(Kind.LINED, width, "", size=self.size, grows=grows),)]
        full = self.fonts.width(text, self.size) + 2 * BLANK_GAP
        if full <= width and "\n" not in text:
            return [(Piece(Kind.LINED, width, text, size=self.size),)]
        gap = Piece(Kind.LINED, BLANK_GAP, "", size=self.size)
        units = self.words(text.strip(), lined=True)
        units[0] = (gap, *units[0])
        units[-1] = (*units[-1], gap)
        return units

    def short_blank(self, width: float, text: str, *, grows: float = 0.0) -> Piece:
        """A writing line for a few digits, never broken."""
        full = self.fonts.width(text, self.size) + BLANK_GAP if text else 0.0
        return Piece(Kind.LINED, max(width, full), text, size=self.size, grows=0.0 if text else grows)

    def space(self, width: float) -> Unit:
        """A gap that vanishes at the end of a line."""
        return (Piece(Kind.SPACE, width),)

    def boxes(self, marks: Sequence[str], separator: str = "/") -> Unit:
        """Code boxes side by side, one digit in each; a mark of two digits takes two boxes that touch."""
        pieces: list[Piece] = []
        for mark in marks:
            if pieces and separator:
                pieces.append(self.piece(separator))
            pieces += [Piece(Kind.BOX, BOX, digit, bold=True) for digit in (mark or " ")]
        return tuple(pieces)

    def dash(self) -> list[Piece]:
        """What stands between two groups of digit boxes."""
        return [Piece(Kind.SPACE, 2.5), self.piece("-"), Piece(Kind.SPACE, 2.5)]

    def flow(self, units: Iterable[Unit], width: float, ending: Unit = ()) -> tuple[Line, ...]:
        """Lines no wider than `width`; `ending` stands at the right edge of the last line, or on one of its own."""
        lines: list[list[Piece]] = [[]]
        room = width
        for unit in units:
            if unit and unit[0].text == "\n":
                lines.append([])
                room = width
                continue
            for part in self._fitting(unit, width):
                need = sum(piece.width for piece in part)
                if need > room + 1e-6 and lines[-1]:
                    lines.append(_carried(lines[-1], part, width - need))
                    room = width - sum(piece.width for piece in lines[-1])
                if not lines[-1] and _is_gap(part[0]):
                    continue
                lines[-1].extend(part)
                room -= need
        if ending:
            need = sum(piece.width for piece in ending)
            if any(piece.kind is not Kind.SPACE for piece in lines[-1]) and need + _LEAST_GAP > room:
                lines.append([])
                room = width
            lines[-1] = _grown(lines[-1], room - need - _BEFORE_ENDING)
            room = width - sum(piece.width for piece in lines[-1])
            lines[-1].extend((Piece(Kind.SPACE, max(0.0, room - need)), *ending))
        return tuple(_line(_grown(pieces, width - sum(p.width for p in pieces)), self.leading) for pieces in lines)

    def _fitting(self, unit: Unit, width: float) -> list[Unit]:
        """The unit, or its words, or their characters, where no line can hold it."""
        if sum(piece.width for piece in unit) <= width:
            return [unit]
        parts: list[Unit] = []
        for piece in unit:
            if piece.kind not in (Kind.TEXT, Kind.LINED) or len(piece.text) < 2:
                parts.append((replace(piece, width=min(piece.width, width)),))
                continue
            lined = piece.kind is Kind.LINED
            for word in split_words(piece.text):
                whole = self.piece(word, bold=piece.bold, lined=lined)
                chars = [word] if whole.width <= width else list(word)
                parts += [(self.piece(char, bold=piece.bold, lined=lined),) for char in chars]
        return parts

    def balanced(self, text: str, width: float, *, bold: bool = False) -> tuple[Line, ...]:
        """A label on lines of about the same length: 新生儿 / 听力筛查 rather than one character alone."""
        units = self.words(text, bold=bold)
        lines = self.flow(units, width)
        if len(lines) < 2:
            return lines
        phrases = split_phrases(text)
        apart = [line for phrase in phrases if phrase != text for line in self.balanced(phrase, width, bold=bold)]
        if 0 < len(apart) <= len(lines):
            return tuple(apart)
        narrow = max((sum(p.width for u in units for p in u) / len(lines)), *(p.width for u in units for p in u))
        while narrow < width:
            tried = self.flow(units, narrow)
            if len(tried) <= len(lines):
                return tried
            narrow += self.size / 2
        return lines


def _is_gap(piece: Piece) -> bool:
    return piece.kind is Kind.SPACE or (piece.kind is Kind.TEXT and piece.text == " ")


def _carried(line: list[Piece], part: Unit, room: float) -> list[Piece]:
    """Pieces that move down with `part`, so that no line begins with a comma or ends with an opening bracket."""
    carried: list[Piece] = []
    first = part[0].text[:1]
    while len(line) > 1 and line[-1].kind in (Kind.TEXT, Kind.LINED) and len(carried) < 3:
        room -= line[-1].width
        if room >= 0 and (first in _NEVER_FIRST or line[-1].text[-1:] in _NEVER_LAST):
            carried.insert(0, line.pop())
            first = carried[0].text[:1]
        else:
            break
    return carried


def _grown(pieces: list[Piece], room: float) -> list[Piece]:
    """The line with its growing blanks made longer by what room there is, each by its share."""
    wanted = sum(piece.grows for piece in pieces)
    if not wanted or room <= 0:
        return pieces
    share = min(1.0, room / wanted)
    return [
        replace(piece, width=piece.width + piece.grows * share, grows=0.0) if piece.grows else piece for piece in pieces
    ]


def _line(pieces: list[Piece], height: float) -> Line:
    if any(piece.kind is Kind.TICK for piece in pieces):
        height = max(height, BOX + _BETWEEN_TICKS)
    x = 0.0
    placed: list[tuple[float, Piece]] = []
    for piece in pieces:
        last = placed[-1][1] if placed else None
        if (
            last is not None
            and last.kind is piece.kind is Kind.TEXT
            and (last.bold, last.size) == (piece.bold, piece.size)
        ):
            # one run of text is drawn, and copied, as one
            joined = replace(last, text=last.text + piece.text, width=last.width + piece.width)
            placed[-1] = (placed[-1][0], joined)
        else:
            placed.append((x, piece))
        x += piece.width
    return Line(tuple(placed), height)


def split_phrases(text: str) -> list[str]:
    """A label cut where its meaning allows: before a bracket, behind a colon, behind a stroke between two words."""
    return [
        part.strip()
        for part in re.split(r"(?=（| \()|(?<=：)|(?<=[^\x00-\x7f]/)(?=[^\x00-\x7f])", text)
        if part.strip()
    ]


def split_words(text: str) -> list[str]:
    """The text cut where a line may end; a line break is a word of its own."""
    words: list[str] = []
    latin = ""
    for char in text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "):
        if char.isascii() and char not in " \n":
            latin += char
            continue
        if latin:
            words.append(latin)
            latin = ""
        words.append(char)
    return [*words, latin] if latin else words
