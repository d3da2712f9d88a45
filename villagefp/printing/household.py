"""The household visit sheet: one friendly page that stays in the home and says nothing private."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.printing.fonts import Fonts
from villagefp.printing.inline import BOX, LEADING, SIZE, Kind, Line, Piece, Setter, Unit
from villagefp.printing.jobs import HouseholdSheet, Mode, Offer
from villagefp.printing.page import QR_SIDE, WIDTH, Sheet
from villagefp.printing.pen import BOTTOM, HEADING, LEFT, RIGHT, SPAN, Pen

_TITLE_SIZE = 25.0
_ROW = 19.0
_TICK = BOX
_CHOICE_WIDTH = 78.0
_LEAST_BOX = 34.0
_MOST_BOX = 110.0
_SIGN = 36.0
_NEXT_VISIT = LEADING + 8
_ABOVE_RIGHTS = 6.0
_GREETING_SIZE, _GREETING_LEADING = 13.0, 18.5


def draw_household(sheet: HouseholdSheet, fonts: Fonts, *, compress: bool = True) -> Sheet:
    """Draw the sheet; only very long answers take a second page."""
    drawing = _Drawing.of(sheet, Sheet(fonts, sheet.title, compress), pages=1)
    drawing.draw()
    pages = drawing.pen.page.pages
    if pages > 1:  # the foot of the first page has to say how many there are
        drawing = _Drawing.of(sheet, Sheet(fonts, sheet.title, compress), pages)
        drawing.draw()
    return drawing.pen.page


@dataclass(frozen=True)
class _Drawing:
    """The blocks of one sheet."""

    pen: Pen
    sheet: HouseholdSheet

    @classmethod
    def of(cls, sheet: HouseholdSheet, page: Sheet, pages: int) -> _Drawing:
        head = "" if sheet.elsewhere else sheet.head
        told = (sheet.title, head, f"{sheet.words.household} {sheet.household_no}" if sheet.household_no else "")
        known = told if sheet.mode is not Mode.BLANK else told[:1]
        return cls(Pen(page, sheet.words, sheet.print_number, pages, " · ".join(filter(None, known))), sheet)

    @property
    def _filled(self) -> bool:
        return self.sheet.mode is Mode.FILLED

    @property
    def _known(self) -> bool:
        return self.sheet.mode is not Mode.BLANK

    def draw(self) -> None:
        """All blocks from top to bottom."""
        sheet, texts = self.sheet, self.sheet.texts
        self._head()
        self._greeting()
        self._facts()
        self._offers()
        box = self._box_height()
        self.pen.words_box(texts.questions, sheet.questions if self._filled else "", box)
        self.pen.words_box(texts.advice, sheet.advice if self._filled else "", box)
        self._next_visit()
        self._rights()
        self._signatures()
        self.pen.foot()

    def _box_height(self) -> float:
        """How high both boxes for words may be: what room is left goes first to the one with fewer words."""
        texts = (self.sheet.questions, self.sheet.advice) if self._filled else ("", "")
        low, high = sorted(max(_LEAST_BOX, self.pen.words_height(text)) for text in texts)
        below = 2 * HEADING + _NEXT_VISIT + self._rights_height() + _ABOVE_RIGHTS + _SIGN + 2
        spare = self.pen.y - BOTTOM - below - low - high
        if spare < 0:
            return _LEAST_BOX
        return float(min(_MOST_BOX, low + spare if low + spare <= high else (low + high + spare) / 2))

    def _head(self) -> None:
        """Village, title and household number over a double line."""
        pen, sheet = self.pen, self.sheet
        baseline = pen.y - _TITLE_SIZE
        pen.page.centred(WIDTH / 2, baseline, sheet.title, size=_TITLE_SIZE, bold=True)
        number = sheet.household_no if self._known else ""
        group = f"{sheet.words.group} {sheet.group_no}" if self._known and sheet.group_no else ""
        place = " · ".join(part for part in (number, group) if part)
        field: list[Unit] = [(pen.setter.piece(sheet.words.household), Piece(Kind.SPACE, 5.0))]
        field += pen.setter.words(place) if place else pen.setter.blank(52.0)
        line = pen.setter.flow(field, SPAN)[0]
        beside = SPAN / 2 - pen.page.fonts.width(sheet.title, _TITLE_SIZE, bold=True) / 2 - 10
        if max(line.width, pen.page.fonts.width(sheet.village, SIZE)) > beside:
            baseline -= LEADING + 4  # no room at the sides of the title
        pen.page.text(LEFT, baseline, sheet.village)
        pen.page.line(RIGHT - line.width, baseline + 0.88 * SIZE + (LEADING - SIZE) / 2, line)
        pen.y = baseline - 11
        for width, drop in ((2.2, 0.0), (0.5, 3.2)):
            pen.page.stroke(width)
            pen.page.rule(LEFT, pen.y - drop, RIGHT, pen.y - drop)
        pen.y -= 12

    def _greeting(self) -> None:
        pen, texts, span = self.pen, self.sheet.texts, SPAN
        below = pen.y
        if self.sheet.token:
            below -= QR_SIDE
            span -= QR_SIDE + 10
            pen.page.qr(RIGHT - QR_SIDE, below, self.sheet.token)
        setter = Setter(pen.page.fonts, _GREETING_SIZE, _GREETING_LEADING)
        head = self.sheet.head if self._known and not self.sheet.elsewhere else ""
        units = setter.words(head, bold=True) if head else setter.blank(78.0)
        before, _, after = texts.dear.partition("{name}")
        units = [*setter.words(before, bold=True), *units, *setter.words(after, bold=True)]
        pen.lines(setter.flow(units, span), LEFT)
        indent = "" if texts.greeting.isascii() else "\u3000\u3000"
        pen.lines(setter.flow(setter.words(indent + texts.greeting), span), LEFT)
        pen.y = min(pen.y, below) - 5

    def _facts(self) -> None:
        """Who came and when, and whom they met, in a frame."""
        pen, sheet, texts = self.pen, self.sheet, self.sheet.texts
        inner = SPAN - 20
        phone = sheet.worker_phone if self._known and not sheet.elsewhere else ""
        who: list[Unit] = [
            *pen.field(texts.worker, sheet.worker if self._known else "", 112.0),
            pen.setter.space(12.0),
            *pen.field(texts.phone, phone, 130.0),
            pen.setter.space(12.0),
            pen.label(texts.visited_on),
            *pen.date(sheet.visited_on if self._filled else ""),
        ]
        members = sheet.members if self._filled and not sheet.elsewhere else ()
        met = "、".join(f"{relation} {name}".strip() for relation, name in members)
        label = pen.label(texts.members)
        room = inner - sum(piece.width for piece in label)
        names = pen.setter.words(met) if met else pen.setter.blank(room - 2)
        blocks = [pen.setter.flow(who, inner), pen.setter.flow([label, *names], inner)]
        height = sum(len(lines) * LEADING + 4 for lines in blocks) + 6
        pen.need(height)
        top = pen.y
        pen.frame(height)
        pen.y -= 5
        for lines in blocks:
            pen.lines(lines, LEFT + 10)
            pen.y -= 4
        pen.y = top - height

    def _offers(self) -> None:
        """The fixed list, the same for every household, with a tick box for each answer."""
        self.pen.heading(self.sheet.texts.offers)
        choices = self.sheet.texts.choices
        self._offer_head([label for _, label in choices])
        for offer in self.sheet.offers:
            lines = self._offer_label(offer)
            height = max(_ROW, len(lines) * LEADING + 4)
            self.pen.need(height)
            top = self.pen.y
            self.pen.y -= (height - len(lines) * LEADING) / 2
            self.pen.lines(lines, LEFT + 6)
            self.pen.y = top - height
            self._line(0.4)
            for place, (code, _) in enumerate(choices):
                tick = Piece(Kind.TICK, _TICK, "1" if self._filled and code == offer.answer else "")
                left = self._choice_middle(place) - _TICK / 2
                self.pen.page.line(left, top - height / 2 + LEADING / 2, Line(((0.0, tick),)))
        self.pen.y -= 2

    def _offer_label(self, offer: Offer) -> tuple[Line, ...]:
        setter = self.pen.setter
        units = setter.words(offer.label)
        if offer.told is not None:
            told = offer.told if self._filled else ""
            units += [setter.space(6.0), *setter.blank(150.0, told)]
        return setter.flow(units, self._choices_from() - 12)

    def _offer_head(self, names: list[str]) -> None:
        self._line(0.9)
        for place, name in enumerate(names):
            self.pen.page.centred(self._choice_middle(place), self.pen.y - _ROW / 2 - 4.4, name, bold=True)
        self.pen.y -= _ROW
        self._line(0.9)

    def _line(self, width: float) -> None:
        self.pen.page.stroke(width)
        self.pen.page.rule(LEFT, self.pen.y, RIGHT, self.pen.y)

    def _choices_from(self) -> float:
        return float(SPAN - _CHOICE_WIDTH * len(self.sheet.texts.choices))

    def _choice_middle(self, place: int) -> float:
        return float(LEFT + self._choices_from() + (place + 0.5) * _CHOICE_WIDTH)

    def _next_visit(self) -> None:
        pen, texts = self.pen, self.sheet.texts
        pen.y -= _NEXT_VISIT - LEADING
        day = pen.date(self.sheet.next_on if self._filled else "")
        pen.lines(pen.setter.flow([pen.label(texts.next_on), *day, *pen.setter.words(texts.if_wished)], SPAN), LEFT)

    def _rights(self) -> None:
        """Free of charge, may be declined and withdrawn, where to ask and complain: in a frame, in plain words."""
        pen, texts = self.pen, self.sheet.texts
        inner = SPAN - 24
        setter = pen.setter
        bullets, contacts = self._rights_lines()
        height = self._rights_height()
        pen.y -= _ABOVE_RIGHTS
        pen.need(height)
        top = pen.y
        pen.frame(height, line=1.1, radius=6)
        pen.y -= 7
        pen.lines(setter.flow(setter.words(texts.rights_title, bold=True), inner), LEFT + 12)
        pen.y -= 2
        for lines in bullets:
            pen.page.canvas.circle(LEFT + 15.5, pen.y - LEADING / 2, 1.7, stroke=0, fill=1)
            pen.lines(lines, LEFT + 24)
        pen.y -= 3
        pen.lines(contacts, LEFT + 12)
        pen.y = top - height

    def _rights_height(self) -> float:
        bullets, contacts = self._rights_lines()
        return LEADING + 20 + (sum(len(lines) for lines in bullets) + len(contacts)) * LEADING

    def _rights_lines(self) -> tuple[list[tuple[Line, ...]], tuple[Line, ...]]:
        pen, texts = self.pen, self.sheet.texts
        inner = SPAN - 24
        half = inner / 2 - 10
        contacts = [
            *pen.field(texts.hotline, self.sheet.hotline, half),
            pen.setter.space(16.0),
            *pen.field(texts.complaints, self.sheet.complaints, half),
        ]
        bullets = [pen.setter.flow(pen.setter.words(text), inner - 12) for text in texts.rights]
        return bullets, pen.setter.flow(contacts, inner + 4)

    def _signatures(self) -> None:
        """Two lines to sign on; the household may leave its own and tick that it did not sign."""
        pen, texts = self.pen, self.sheet.texts
        pen.need(_SIGN)
        half = SPAN / 2
        refused = self._filled and self.sheet.not_signed
        not_signed = pen.setter.piece(texts.not_signed)
        tick: Unit = (Piece(Kind.TICK, _TICK, "1" if refused else ""), Piece(Kind.SPACE, 3.0), not_signed)
        room = half - 26 - sum(piece.width for piece in tick)
        pen.y -= _SIGN - LEADING
        household = [*pen.field(texts.household_signature, "", room), pen.setter.space(8.0), tick]
        for x, units in ((LEFT, household), (LEFT + half, pen.field(texts.worker_signature, "", half - 2))):
            pen.page.line(x, pen.y, pen.setter.flow(units, half)[0])
        pen.y -= LEADING
