"""The head of a form sheet: title, whom it is about, number boxes, QR code; short on following pages."""

from __future__ import annotations

from villagefp.printing.inline import BOX, LEADING, SIZE, Kind, Piece, Unit
from villagefp.printing.jobs import FormSheet, Mode
from villagefp.printing.page import BODY, FOOT, HEIGHT, MARGIN, QR_SIDE, WIDTH, Sheet

TITLE_SIZE = 18.0
FIRST_HEAD = 22.0 * 2.8346  # 22 mm
NEXT_HEAD = 9.0 * 2.8346
_FILE_GROUPS = {17: (6, 3, 3, 5), 8: (3, 5)}
_TAIL = 8
_BLANK_SCALES = (1.0, 0.85, 0.7, 0.55)
"""How much shorter the writing lines may be where the words of another language are longer."""
_NOBODY = "none"
"""`print::subject` of an event without a person: a talk, an anonymous survey."""


def room() -> tuple[float, float]:
    """Points for the table on the first page and on a following one."""
    body = float(HEIGHT - 2 * MARGIN - FOOT)
    return body - FIRST_HEAD, body - NEXT_HEAD


def draw_head(page: Sheet, sheet: FormSheet, *, first: bool) -> float:
    """Draw the head of a page; returns where the table begins."""
    top = float(HEIGHT - MARGIN)
    if not first:
        page.text(MARGIN, top - SIZE, sheet.title, bold=True)
        _right(page, _file_number(page, sheet), top - 1)
        return top - NEXT_HEAD
    page.centred(WIDTH / 2, top - TITLE_SIZE - 2, sheet.title, size=TITLE_SIZE, bold=True)
    if sheet.token:
        page.qr(WIDTH - MARGIN - QR_SIDE, top - QR_SIDE + 2, sheet.token)
    return _identity(page, sheet, top - FIRST_HEAD)


def _identity(page: Sheet, sheet: FormSheet, bottom: float) -> float:
    """Name, household and group at the left, file number at the right, just above the table."""
    if sheet.package.settings.get("print::subject") == _NOBODY:
        return bottom
    words, setter = sheet.words, page.setter
    shown = sheet.identity if sheet.mode is not Mode.BLANK else type(sheet.identity)()
    person = sheet.package.settings.get("print::subject", "person") != "household"
    name = "" if sheet.elsewhere else shown.name
    fields = [
        (words.name if person else words.head, name, 78.0),
        (words.household, shown.household_no, 44.0),
        (words.group, shown.group_no, 40.0),
    ]
    number = _file_number(page, sheet)
    taken = sum(piece.width for piece in number) + 12 + (QR_SIDE if sheet.token else 0)
    for scale in _BLANK_SCALES:
        units: list[Unit] = []
        for label, value, width in fields:
            first, *others = setter.blank(width * scale, value)
            units += [*([setter.space(10.0)] if units else []), (setter.piece(label), Piece(Kind.SPACE, 4.0), *first)]
            units += others
        lines = setter.flow(units, BODY - taken)
        if len(lines) == 1:
            break
    y = bottom + len(lines) * LEADING + 4
    for line in lines:
        page.line(MARGIN, y, line)
        y -= line.height
    _right(page, number, bottom + LEADING + 4, QR_SIDE + 8 if sheet.token else 0.0)
    return bottom


def _file_number(page: Sheet, sheet: FormSheet) -> Unit:
    """File number boxes, 6-3-3-5 where the number is whole, else its last eight digits as 3-5."""
    if sheet.package.settings.get("print::subject", "person") != "person":
        return ()
    digits = sheet.identity.file_no if sheet.mode is not Mode.BLANK else ""
    length = len(digits) if len(digits) in _FILE_GROUPS else _TAIL
    digits = digits[-length:].rjust(length) if digits else " " * length
    if length > _TAIL:
        digits, length = digits[-_TAIL:], _TAIL
    pieces: list[Piece] = [page.setter.piece(sheet.words.file_number), Piece(Kind.SPACE, 4.0)]
    for place, group in enumerate(_FILE_GROUPS[length]):
        if place:
            pieces += page.setter.dash()
        pieces += [Piece(Kind.BOX, BOX, digit) for digit in digits[:group]]
        digits = digits[group:]
    return tuple(pieces)


def _right(page: Sheet, unit: Unit, top: float, distance: float = 0.0) -> None:
    """Draw a unit so that it ends at the right margin, or `distance` before it."""
    if not unit:
        return
    width = sum(piece.width for piece in unit)
    line = page.setter.flow([unit], width + 1)[0]
    page.line(WIDTH - MARGIN - distance - width, top, line)
