"""A day's round on paper: one row a visit in walking order, a box an ending, a small QR code for the desk."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.printing.fonts import Fonts
from villagefp.printing.inline import LEADING, SIZE, Kind, Line, Piece, Unit
from villagefp.printing.jobs import RoundRow, RoundSheet
from villagefp.printing.page import MARGIN, QR_SIDE, WIDTH, Sheet, TextBox
from villagefp.printing.pen import BOTTOM, Pen

_TITLE_SIZE = 20.0
_ROW = QR_SIDE + 6
_TICK = 14.5  # points, over 5 mm
_PAD = 5.0
_LEFT, _RIGHT = MARGIN, WIDTH - MARGIN
_PLACE, _WHO, _WHEN, _HOW = 66.0, 112.0, 104.0, 152.0
_CODE = QR_SIDE + 8


@dataclass(frozen=True)
class _Column:
    left: float
    width: float
    head: str


def draw_round(sheet: RoundSheet, fonts: Fonts, *, compress: bool = True) -> Sheet:
    """Draw the sheet; twice where it takes several pages, since the foot says how many there are."""
    page = _Drawing.of(sheet, fonts, 1, compress=compress).draw()
    return page if page.pages == 1 else _Drawing.of(sheet, fonts, page.pages, compress=compress).draw()


@dataclass(frozen=True)
class _Drawing:
    """One sheet in the making."""

    pen: Pen
    sheet: RoundSheet
    columns: tuple[_Column, ...]

    @classmethod
    def of(cls, sheet: RoundSheet, fonts: Fonts, pages: int, *, compress: bool) -> _Drawing:
        page = Sheet(fonts, sheet.title, compress)
        return cls(Pen(page, sheet.words, "", pages), sheet, _columns(sheet))

    def draw(self) -> Sheet:
        """Head, rows, and the sentence at the end."""
        pen = self.pen
        baseline = pen.y - _TITLE_SIZE
        pen.page.text(_LEFT, baseline, self.sheet.title, size=_TITLE_SIZE, bold=True)
        said = f"{self.sheet.village} · {self.sheet.texts.worker} {self.sheet.worker}"
        pen.page.text(_RIGHT - pen.page.fonts.width(said, SIZE), baseline, said)
        pen.y = baseline - 10
        self._endings()
        self._heads()
        for row in self.sheet.rows:
            if pen.y - _ROW < BOTTOM:
                pen.need(_ROW)
                self._heads()
            self._row(row)
        pen.y -= 6
        pen.lines(pen.setter.flow(pen.setter.words(self.sheet.texts.free), _RIGHT - _LEFT), _LEFT)
        pen.foot()
        return pen.page

    def _endings(self) -> None:
        """What the numbers in the boxes mean, once."""
        units: list[Unit] = []
        for number, words in enumerate(self.sheet.texts.endings, 1):
            setter = self.pen.setter
            units += [(setter.piece(f"{number}", bold=True), setter.piece(f" {words}"), Piece(Kind.SPACE, 14.0))]
        self.pen.lines(self.pen.setter.flow(units, _RIGHT - _LEFT), _LEFT)
        self.pen.y -= 4

    def _heads(self) -> None:
        page, top = self.pen.page, self.pen.y
        height = LEADING + 4
        for column in self.columns:
            if column.head:
                page.text(column.left + _PAD, top - height + 6, column.head, bold=True)
        self._frame(top, height)
        self.pen.y -= height

    def _row(self, row: RoundRow) -> None:
        pen, top = self.pen, self.pen.y
        place, who, when, how, note = self.columns[:5]
        self._words(place, top, f"{row.household_no}", row.group_no)
        self._words(who, top, row.who, row.print_number)
        self._words(when, top, *row.when.split("\n"))
        self._boxes(how, top)
        pen.page.stroke(0.35)
        pen.page.rule(note.left + _PAD, top - _ROW + 12, note.left + note.width - _PAD, top - _ROW + 12)
        if row.token:
            code = self.columns[5]
            pen.page.qr(code.left + (code.width - QR_SIDE) / 2, top - _ROW + (_ROW - QR_SIDE) / 2, row.token)
        self._frame(top, _ROW)
        pen.y -= _ROW

    def _words(self, column: _Column, top: float, *texts: str) -> None:
        setter = self.pen.setter
        lines = [
            line for text in texts if text for line in (setter.flow(setter.words(text), column.width - 2 * _PAD) or ())
        ]
        shown: list[Line] = lines[:3]
        y = top - max(0.0, (_ROW - sum(line.height for line in shown)) / 2)
        for line in shown:
            self.pen.page.line(column.left + _PAD, y, line)
            y -= line.height
        said = " ".join(piece.text for line in shown for _, piece in line.pieces)
        box = TextBox(self.pen.page.pages, column.left, top - _ROW, column.left + column.width, top, said)
        self.pen.page.boxes.append(box)

    def _boxes(self, column: _Column, top: float) -> None:
        """One box an ending, with its number inside it in small."""
        page = self.pen.page
        step = (column.width - 2 * _PAD) / len(self.sheet.texts.endings)
        for place in range(len(self.sheet.texts.endings)):
            x = column.left + _PAD + place * step
            middle = top - _ROW / 2
            page.text(x, middle - 4.5, f"{place + 1}", size=SIZE)
            page.stroke(0.7)
            page.rectangle(x + 9, middle - _TICK / 2, _TICK, _TICK)

    def _frame(self, top: float, height: float) -> None:
        page = self.pen.page
        page.stroke(0.6)
        page.rectangle(_LEFT, top - height, _RIGHT - _LEFT, height)
        for column in self.columns[1:]:
            page.rule(column.left, top, column.left, top - height)


def _columns(sheet: RoundSheet) -> tuple[_Column, ...]:
    texts = sheet.texts
    codes = any(row.token for row in sheet.rows)
    widths = [_PLACE, _WHO, _WHEN, _HOW, 0.0, *([_CODE] if codes else [])]
    widths[4] = _RIGHT - _LEFT - sum(widths)
    heads = (texts.place, texts.who, texts.when, texts.how, texts.note, "")
    left, found = _LEFT, []
    for width, head in zip(widths, heads, strict=False):
        found.append(_Column(left, width, head))
        left += width
    return tuple(found)
