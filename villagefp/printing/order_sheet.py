"""The order of supplies on paper: what is there, how long it lasts, what to order, and a box for what is wanted."""

from __future__ import annotations

from villagefp.printing.fonts import Fonts
from villagefp.printing.inline import SIZE, Setter
from villagefp.printing.jobs import OrderSheet
from villagefp.printing.page import BODY, FOOT, HEIGHT, MARGIN, WIDTH, Sheet
from villagefp.printing.table import PAD_X, Align, Cell, Row, lay_out

_TITLE_SIZE = 20.0
_HEAD = 62.0
"""Points from the upper margin to the table: title, village and day."""
_NEXT_HEAD = 24.0
_END = 92.0
"""Points below the table for the rule and the signatures."""
_ROW = 30.0
_SHARES = (0.18, 0.102, 0.075, 0.08, 0.13, 0.09, 0.13, 0.105, 0.108)
"""Of the width: item, unit, shelf, box, first expiry, used, lasts until, suggested, ordered."""
_LEFT_COLUMNS = 1


def draw_order(sheet: OrderSheet, fonts: Fonts, *, compress: bool = True) -> Sheet:
    """Draw the sheet; a long list goes on on a next page under the same heads."""
    page = Sheet(fonts, sheet.title, compress)
    room = float(HEIGHT - 2 * MARGIN - FOOT)
    layout = lay_out(_rows(sheet, page.setter), room - _HEAD - _END, room - _NEXT_HEAD - _END)
    for number, placed in enumerate(layout.pages, start=1):
        if number > 1:
            page.next_page()
        bottom = page.table(placed, _head(page, sheet, first=number == 1), layout.pad)
        if number == len(layout.pages):
            _end(page, sheet, bottom)
        page.foot("", sheet.words.page.format(page=number, pages=len(layout.pages)), "")
    return page


def _head(page: Sheet, sheet: OrderSheet, *, first: bool) -> float:
    top = float(HEIGHT - MARGIN)
    if not first:
        page.text(MARGIN, top - SIZE, sheet.title, bold=True)
        return top - _NEXT_HEAD
    page.centred(WIDTH / 2, top - _TITLE_SIZE - 2, sheet.title, size=_TITLE_SIZE, bold=True)
    baseline = top - _HEAD + 8
    page.text(MARGIN, baseline, sheet.village)
    page.text(WIDTH - MARGIN - page.fonts.width(sheet.day, SIZE), baseline, sheet.day)
    return top - _HEAD


def _rows(sheet: OrderSheet, setter: Setter) -> list[Row]:
    heads = _row(setter, sheet.texts.heads, bold=True)
    return [Row(heads.cells, heads.min_height, heads=True), *(_row(setter, row.cells) for row in sheet.rows)]


def _row(setter: Setter, texts: tuple[str, ...], *, bold: bool = False) -> Row:
    left, cells = 0.0, []
    for place, (text, share) in enumerate(zip(texts, _SHARES, strict=True)):
        right = left + share * BODY
        lines = setter.flow(setter.words(text, bold=bold), right - left - 2 * PAD_X)
        align = Align.LEFT if place < _LEFT_COLUMNS and not bold else Align.CENTRE
        cells.append(Cell(left, right, lines, align))
        left = right
    return Row(tuple(cells), 0.0 if bold else _ROW, headed=not bold)


def _end(page: Sheet, sheet: OrderSheet, bottom: float) -> None:
    """How the numbers came about, who asks, and a line for who receives the order."""
    texts, setter = sheet.texts, page.setter
    y = bottom - 10
    for line in setter.flow(setter.words(texts.rule), BODY):
        page.line(MARGIN, y, line)
        y -= line.height
    y -= 14
    asked = [*setter.words(texts.asked_by), setter.space(4.0), *setter.blank(90.0, sheet.worker), setter.space(14.0)]
    asked += [*setter.words(texts.phone), setter.space(4.0), *setter.blank(90.0, sheet.worker_phone)]
    received = [*setter.words(texts.received_by), setter.space(4.0), *setter.blank(90.0), setter.space(14.0)]
    received += [*setter.words(texts.day), setter.space(4.0), *setter.blank(90.0)]
    for units in (asked, received):
        for line in setter.flow(units, BODY):
            page.line(MARGIN, y, line)
            y -= line.height + 4
