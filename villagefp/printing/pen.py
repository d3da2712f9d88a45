"""A pen for pages without a table: it knows where the next block begins and turns the page where there is no room."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.printing.inline import LEADING, Kind, Line, Piece, Setter, Unit
from villagefp.printing.jobs import Words
from villagefp.printing.page import FOOT, HEIGHT, MARGIN, WIDTH, Sheet, TextBox
from villagefp.printing.values import date_parts

LEFT = MARGIN + 14.0
RIGHT = WIDTH - LEFT
SPAN = RIGHT - LEFT
BOTTOM = MARGIN + FOOT
_HEAD_SIZE = 13.5
HEADING = _HEAD_SIZE + 14
"""Height of a heading with the room around it."""
_BOX_PAD = 6.0
_RULE_STEP = 21.0


@dataclass
class Pen:
    """Draws blocks from the top of the page down; `pages` is how many there will be, for the foot."""

    page: Sheet
    words: Words
    print_number: str = ""
    pages: int = 1
    following: str = ""  # the head of further pages
    y: float = HEIGHT - MARGIN

    @property
    def setter(self) -> Setter:
        """Sets running text in the usual size."""
        return self.page.setter

    def need(self, height: float) -> None:
        """Begin a new page where this one has no room for a block of this height."""
        if self.y - height < BOTTOM:
            self.foot()
            self.page.next_page()
            self.page.text(LEFT, HEIGHT - MARGIN - 12, self.following, bold=True)
            self.y = HEIGHT - MARGIN - 12 - 14

    def foot(self) -> None:
        """The foot of this page."""
        number = self.words.print_number.format(number=self.print_number) if self.print_number else ""
        count = self.words.page.format(page=self.page.pages, pages=self.pages)
        self.page.foot("", count, number, inset=LEFT - MARGIN)

    def lines(self, lines: tuple[Line, ...], x: float) -> None:
        """Lines of text, one below the other."""
        for line in lines:
            self.need(line.height)
            self.page.line(x, self.y, line)
            said = "".join(piece.text for _, piece in line.pieces)
            box = TextBox(self.page.pages, x, self.y - line.height, x + line.width, self.y, said)
            self.page.boxes.append(box)
            self.y -= line.height

    def heading(self, text: str) -> None:
        """The title of a block, behind a black bar."""
        self.need(HEADING + 2 * LEADING + 2 * _BOX_PAD)
        self.y -= 9
        self.page.canvas.rect(LEFT, self.y - _HEAD_SIZE + 1.5, 4, _HEAD_SIZE - 1, stroke=0, fill=1)
        self.page.text(LEFT + 10, self.y - _HEAD_SIZE + 2.5, text, size=_HEAD_SIZE, bold=True)
        self.y -= HEADING - 9

    def label(self, text: str) -> Unit:
        """The bold words before a blank."""
        return (self.setter.piece(text, bold=True), Piece(Kind.SPACE, 6.0))

    def field(self, label: str, value: str, width: float) -> list[Unit]:
        """Words and a writing line, together at least this wide."""
        head = self.label(label)
        first, *others = self.setter.blank(width - sum(piece.width for piece in head), value)
        return [(*head, *first), *others]

    def date(self, value: str) -> list[Unit]:
        """A date, or blanks for one."""
        year, month, day = date_parts(value) or ("", "", "")
        parts = ((36.0, year, self.words.year), (22.0, month, self.words.month), (22.0, day, self.words.day))
        pieces: list[Piece] = []
        for width, part, word in parts:
            pieces += [self.setter.short_blank(width, part), Piece(Kind.SPACE, 3.0)]
            pieces += [self.setter.piece(word), Piece(Kind.SPACE, 3.0)]
        return [tuple(pieces)]

    def frame(self, height: float, *, line: float = 0.8, radius: float = 5.0) -> None:
        """A rounded frame of this height around what is drawn next."""
        self.page.stroke(line)
        self.page.canvas.roundRect(LEFT, self.y - height, SPAN, height, radius)

    def words_height(self, text: str) -> float:
        """How high a box for these words is at least."""
        lines = self.setter.flow(self.setter.words(text), SPAN - 16) if text else ()
        return len(lines) * LEADING + 2 * _BOX_PAD

    def words_box(self, title: str, text: str, least: float) -> None:
        """A framed box with what was said, or with writing lines; long words go on in a box on the next page."""
        self.heading(title)
        pages = self.page.pages
        rest = self.setter.flow(self.setter.words(text), SPAN - 16) if text else ()
        while True:
            room = self.y - BOTTOM - 2 * _BOX_PAD
            taken = max(1, min(len(rest), int(room // LEADING))) if rest else 0
            height = max(least if len(rest) == taken else 0.0, taken * LEADING + 2 * _BOX_PAD)
            self.need(height)
            if self.page.pages > pages:
                pages = self.page.pages
                self.heading(title + self.words.continued)
                continue
            top = self.y
            self.frame(height, line=0.6, radius=4)
            if not rest:
                self._rules(height)
            self.y -= _BOX_PAD
            self.lines(rest[:taken], LEFT + 8)
            self.y = top - height
            rest = rest[taken:]
            if not rest:
                return

    def _rules(self, height: float) -> None:
        count = int(height // _RULE_STEP)
        self.page.stroke(0.4)
        self.page.canvas.setDash(1, 2)
        for number in range(1, count):
            y = self.y - number * height / count
            self.page.rule(LEFT + 8, y, RIGHT - 8, y)
        self.page.canvas.setDash()
