"""The head of a form sheet: title, whom it is about, number boxes, QR code; short on following pages."""

from __future__ import annotations

from villagefp.printing.inline import BOX, LEADING, SIZE, Kind, Piece, Setter, Unit
from villagefp.printing.jobs import FormSheet, Mode
from villagefp.printing.page import BODY, FOOT, HEIGHT, MARGIN, QR_SIDE, WIDTH, Sheet

TITLE_SIZES = (18.0, 16.0, 14.0)
FIRST_HEAD = 22.0 * 2.8346  # 22 mm
NEXT_HEAD = 9.0 * 2.8346
_TAIL = (3, 5)
_WHOLE_NUMBER = "6-3-3-5"
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
        _following(page, sheet, top)
        return top - NEXT_HEAD
    _title(page, sheet, top)
    if sheet.token:
        page.qr(WIDTH - MARGIN - QR_SIDE, top - QR_SIDE + 2, sheet.token)
    return _identity(page, sheet, top - FIRST_HEAD)


def _title(page: Sheet, sheet: FormSheet, top: float) -> None:
    """The title in the middle, smaller or on two lines where it would reach the QR code."""
    room = BODY - 2 * (QR_SIDE + 8)
    for size in TITLE_SIZES:
        lines = Setter(page.fonts, size, size * 1.25).balanced(sheet.title, room, bold=True)
        if len(lines) == 1:
            break
    y = top - 2
    for line in lines:
        page.line(WIDTH / 2 - line.width / 2, y, line)
        y -= line.height


def _following(page: Sheet, sheet: FormSheet, top: float) -> None:
    """The head of a further page: title, whom it is about where there is room, number boxes."""
    number = _file_number(page, sheet)
    room = BODY - sum(piece.width for piece in number) - 2 * SIZE
    units: list[Unit] = page.setter.words(sheet.title, bold=True)
    if sheet.mode is not Mode.BLANK and sheet.package.settings.get("print::subject") != _NOBODY:
        name = "" if sheet.elsewhere else sheet.identity.name
        household = f"{sheet.words.household} {sheet.identity.household_no}" if sheet.identity.household_no else ""
        for told in (name, household):
            more = [page.setter.space(SIZE), (page.setter.piece(told),)] if told else []
            if len(page.setter.flow([*units, *more], room)) == 1:
                units += more
    page.line(MARGIN, top - 1, page.setter.flow(units, room)[0])
    _right(page, number, top - 1)


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
    """Boxes for the last eight digits of the file number, 3-5; none where the sheet itself has all of it, 6-3-3-5."""
    package = sheet.package
    whole = any(question.paper.get("boxes") == _WHOLE_NUMBER for question in package.questions)
    if whole or package.settings.get("print::subject", "person") != "person":
        return ()
    digits = (sheet.identity.file_no if sheet.mode is not Mode.BLANK else "")[-sum(_TAIL) :].rjust(sum(_TAIL))
    pieces: list[Piece] = [page.setter.piece(sheet.words.file_number), Piece(Kind.SPACE, 4.0)]
    for group in _TAIL:
        if len(pieces) > 2:
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
