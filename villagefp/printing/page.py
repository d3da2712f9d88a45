"""The A4 page: margins a cheap printer keeps, QR code, foot, and the drawing of text, boxes and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from villagefp.printing.fonts import Fonts
from villagefp.printing.inline import BOX, SIZE, Kind, Line, Piece, Setter
from villagefp.printing.table import PAD_X, Align, Cell, Placed

WIDTH, HEIGHT = A4
MARGIN = 11 * mm
BODY = WIDTH - 2 * MARGIN
THIN, STRONG, FRAME = 0.5, 0.9, 1.1
FOOT = 7 * mm
QR_SIDE = 15 * mm
_ASCENT = 0.88  # of the em box of Noto Sans SC; the rest is descent
_LINE_DROP = 1.9  # writing line below the baseline


@dataclass(frozen=True)
class TextBox:
    """Where a cell was drawn and what it says, to check that nothing is cut: PDF points, origin below left."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    text: str


@dataclass
class Sheet:
    """A PDF in the making: one canvas, drawn from the top of each page down."""

    fonts: Fonts
    title: str
    compress: bool = True  # a picture of the bytes that does not hang on the machine's zlib needs False
    boxes: list[TextBox] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # characters that no font here can draw
    pages: int = 1

    def __post_init__(self) -> None:
        self._bytes = BytesIO()
        self.canvas = Canvas(self._bytes, pagesize=A4, invariant=1, pageCompression=int(self.compress))
        self.canvas.setTitle(self.title)
        self.canvas.setCreator("villagefp")
        self.setter = Setter(self.fonts)
        self._begin()

    def _begin(self) -> None:
        # one text object a page: a string costs its place and nothing else, which halves the time of a sheet
        self._words = self.canvas.beginText()
        self._font: tuple[str, float] | None = None
        self._width = 0.0

    def next_page(self) -> None:
        """Finish this page and begin the next."""
        self.canvas.drawText(self._words)
        self.canvas.showPage()
        self._begin()
        self.pages += 1

    def pdf(self) -> bytes:
        """The finished document."""
        self.canvas.drawText(self._words)
        self.canvas.save()
        return self._bytes.getvalue()

    def stroke(self, width: float) -> None:
        """How thick the next lines are."""
        if width != self._width:
            self._width = width
            self.canvas.setLineWidth(width)

    # Straight lines are written as PDF operators: reportlab spends a third of a sheet on formatting their numbers.

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """A straight line."""
        self.canvas.addLiteral(f"{x:.2f} {y:.2f} m {to_x:.2f} {to_y:.2f} l S")

    def rectangle(self, x: float, y: float, width: float, height: float) -> None:
        """The outline of a rectangle."""
        self.canvas.addLiteral(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    # -- text ---------------------------------------------------------------------------------------------------

    def text(self, x: float, baseline: float, text: str, *, size: float = SIZE, bold: bool = False) -> float:
        """Draw text and return its width; a character without a glyph leaves an empty square."""
        start = x
        for font, run in self.fonts.runs(text, bold=bold):
            if font is not None:
                if self._font != (font, size):
                    self._font = (font, size)
                    self._words.setFont(font, size)
                self._words.setTextOrigin(x, baseline)
                self._words.textOut(run)
            else:
                self.missing.update(run)
                self.stroke(THIN)
                for place in range(len(run)):
                    left = x + place * size + 0.6
                    self.rectangle(left, baseline - (1 - _ASCENT) * size + 0.4, size - 1.2, size - 1.2)
            x += self.fonts.width(run, size, bold=bold)
        return x - start

    def centred(self, middle: float, baseline: float, text: str, *, size: float = SIZE, bold: bool = False) -> None:
        """Draw text around `middle`."""
        self.text(middle - self.fonts.width(text, size, bold=bold) / 2, baseline, text, size=size, bold=bold)

    def line(self, x: float, top: float, line: Line) -> None:
        """Draw one line of pieces whose upper edge is at `top`."""
        for offset, piece in line.pieces:
            size = piece.size if not piece.rise else SIZE
            baseline = top - (line.height - size) / 2 - _ASCENT * size + piece.rise
            self._piece(x + offset, baseline, top - line.height / 2, piece)

    def _piece(self, x: float, baseline: float, middle: float, piece: Piece) -> None:
        if piece.kind is Kind.BOX:
            self._box(x, middle, piece.text)
        elif piece.kind is Kind.TICK:
            self._tick(x, middle, piece)
        elif piece.kind is Kind.LINED:
            self.stroke(THIN)
            self.rule(x, baseline - _LINE_DROP, x + piece.width, baseline - _LINE_DROP)
            if piece.text:
                self.centred(x + piece.width / 2, baseline, piece.text, size=piece.size, bold=piece.bold)
        elif piece.kind is Kind.TEXT:
            self.text(x, baseline, piece.text, size=piece.size, bold=piece.bold)

    def _box(self, x: float, middle: float, mark: str) -> None:
        self.stroke(0.7)
        self.rectangle(x, middle - BOX / 2, BOX, BOX)
        if mark.strip():
            self.centred(x + BOX / 2, middle - 0.36 * SIZE, mark, bold=True)

    def _tick(self, x: float, middle: float, piece: Piece) -> None:
        side = piece.width
        self.stroke(0.7)
        self.rectangle(x, middle - side / 2, side, side)
        if piece.text:
            self.stroke(1.6)
            path = self.canvas.beginPath()
            path.moveTo(x + 0.18 * side, middle + 0.02 * side)
            path.lineTo(x + 0.42 * side, middle - 0.26 * side)
            path.lineTo(x + 0.86 * side, middle + 0.36 * side)
            self.canvas.setLineJoin(1)
            self.canvas.setLineCap(1)
            self.canvas.drawPath(path)
            self.canvas.setLineCap(0)
            self.canvas.setLineJoin(0)

    # -- table --------------------------------------------------------------------------------------------------

    def table(self, placed: tuple[Placed, ...], top: float, pad: float) -> float:
        """Draw the rows of one page below `top` and return where they end."""
        if not placed:
            return top
        for item in placed:
            upper, lower = top - item.top, top - item.top - item.height
            if item.top > 0:
                self.stroke(STRONG if item.row.strong else THIN)
                self.rule(MARGIN, upper, MARGIN + BODY, upper)
            for cell in item.row.cells:
                self._cell(cell, upper, lower, pad)
        bottom = top - placed[-1].top - placed[-1].height
        self.stroke(FRAME)
        self.rectangle(MARGIN, bottom, BODY, top - bottom)
        return bottom

    def _cell(self, cell: Cell, upper: float, lower: float, pad: float) -> None:
        left, right = MARGIN + cell.left, MARGIN + cell.right
        if cell.left > 0.1:
            self.stroke(THIN)
            self.rule(left, lower, left, upper)
        said = " ".join(piece.text for line in cell.lines for _, piece in line.pieces)
        self.boxes.append(TextBox(self.pages, left, lower, right, upper, said))
        y = upper - pad if cell.top else upper - (upper - lower - cell.text_height) / 2
        for line in cell.lines:
            x = left + PAD_X
            if cell.align is Align.CENTRE:
                x = (left + right - line.width) / 2
            self.line(x, y, line)
            y -= line.height
        if not said:
            y = upper
        self._rules(cell, y, left, right, lower)

    def _rules(self, cell: Cell, y: float, left: float, right: float, lower: float) -> None:
        """Writing lines in what is left of a cell, evenly spread."""
        if not cell.ruled or y - lower < 14:
            return
        count = min(cell.ruled, int((y - lower) // 14))
        self.stroke(0.35)
        self.canvas.setDash(1, 2)
        for number in range(1, count):
            height = y - number * (y - lower) / count
            self.rule(left + 2 * PAD_X, height, right - 2 * PAD_X, height)
        self.canvas.setDash()

    def qr(self, x: float, bottom: float, token: str) -> None:
        """A QR code of the token, as one path of black modules."""
        widget = QrCodeWidget(token, barLevel="M")
        widget.qr.make()
        modules = widget.qr.modules
        side = QR_SIDE / len(modules)
        drawn = []
        for row, line in enumerate(modules):
            column = 0
            for dark, run in groupby(line, bool):
                length = len(list(run))
                if dark:
                    y = bottom + QR_SIDE - (row + 1) * side
                    drawn.append(f"{x + column * side:.3f} {y:.3f} {length * side:.3f} {side:.3f} re")
                column += length
        self.canvas.addLiteral(" ".join([*drawn, "f"]))

    def foot(self, left: str, middle: str, right: str, inset: float = 0.0) -> None:
        """The line at the end of a page: form and version, page and pages, the number people read out."""
        baseline = MARGIN + 1
        start, end = MARGIN + inset, WIDTH - MARGIN - inset
        wide = self.fonts.width(middle, SIZE)
        self.text(end - self.fonts.width(right, SIZE), baseline, right)
        taken = self.text(start, baseline, left)
        self.text(max((WIDTH - wide) / 2, start + taken + SIZE), baseline, middle)
