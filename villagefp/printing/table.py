"""The bordered table: rows of cells measured, broken into pages and drawn; no cell is cut and none overlaps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from villagefp.printing.inline import LEADING, Line

PAD_X = 3.6
PADS_Y = (3.2, 2.4, 1.6, 1.0)
"""Room above and below the lines of a cell, roomy to tight: the first that fits the sheet on one page is taken."""
_BREAKABLE = 14 * LEADING
"""A row taller than this may be broken across pages."""
_MOST_STRETCH = 7.0
"""Points that a row may gain where a page has room left; more looks empty."""
_SHARES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
_LEAST_LAST = 0.4
"""The share of the last of two pages that is used, where rows can move to it from the first."""


class Align(Enum):
    """Where the lines of a cell stand."""

    LEFT = "left"
    CENTRE = "centre"


@dataclass(frozen=True)
class Cell:
    """One cell: where it begins and ends (points from the table's left edge) and its lines."""

    left: float
    right: float
    lines: tuple[Line, ...]
    align: Align = Align.LEFT
    top: bool = False  # lines begin at the top instead of the middle
    repeat: tuple[Line, ...] = ()  # what a continued row says in this cell: the label again
    ruled: int = 0  # writing lines drawn under the text

    @cached_property
    def text_height(self) -> float:
        """Height of the lines alone."""
        return sum(line.height for line in self.lines)


@dataclass(frozen=True)
class Row:
    """Cells side by side."""

    cells: tuple[Cell, ...]
    min_height: float = 0.0
    strong: bool = False  # a heavier line above: a new section
    keep: bool = False  # never the last row of a page
    heads: bool = False  # head of a table: drawn again where the table goes on on a next page
    headed: bool = False  # belongs to the head before it

    @cached_property
    def text_height(self) -> float:
        """Height of the tallest cell's lines."""
        return max((cell.text_height for cell in self.cells), default=0.0)

    def height(self, pad: float) -> float:
        """Height with this padding."""
        return max(self.min_height, self.text_height + 2 * pad)


@dataclass(frozen=True)
class Placed:
    """A row on a page: distance of its top from the top of the table area, and its height."""

    row: Row
    top: float
    height: float


@dataclass
class _Page:
    room: float
    rows: list[Placed] = field(default_factory=list)

    @property
    def used(self) -> float:
        return self.rows[-1].top + self.rows[-1].height if self.rows else 0.0

    def put(self, row: Row, height: float) -> None:
        self.rows.append(Placed(row, self.used, height))

    def stretched(self) -> tuple[Placed, ...]:
        """The rows with what room is left on the page shared among them."""
        gain = max(0.0, min(_MOST_STRETCH, (self.room - self.used) / max(1, len(self.rows))))
        page = _Page(self.room)
        for item in self.rows:
            page.put(item.row, item.height + (0.0 if item.row.heads else gain))
        return tuple(page.rows)


@dataclass(frozen=True)
class Layout:
    """Rows on pages, with the padding that was chosen."""

    pages: tuple[tuple[Placed, ...], ...]
    pad: float


def lay_out(rows: list[Row], first: float, following: float) -> Layout:
    """Break the rows into pages with `first` and `following` points of room; one page where that is possible."""
    for pad in PADS_Y:
        total = sum(row.height(pad) for row in rows)
        if total <= first:
            page = _Page(first)
            for row in rows:
                page.put(row, row.height(pad))
            return Layout((page.stretched(),), pad)
    pages, pad = _at_a_section(rows, first, following) or _shortest(rows, first, following)
    return Layout(tuple(page.stretched() for page in pages), pad)


def _shortest(rows: list[Row], first: float, following: float) -> tuple[list[_Page], float]:
    """The fewest pages, with the roomiest padding that they allow."""
    tried = [(_paged(rows, first, following, pad), pad) for pad in PADS_Y]
    pages, pad = min(tried, key=lambda each: len(each[0]))
    return (_evened(rows, pages, pad) if len(pages) == 2 else pages), pad


def _evened(rows: list[Row], pages: list[_Page], pad: float) -> list[_Page]:
    """Two pages with more on the second where it would hold next to nothing."""
    first, following = (page.room for page in pages)
    for share in _SHARES:
        tried = _paged(rows, first * share, following, pad)
        if len(tried) != 2:
            break
        pages = tried
        if pages[1].used >= following * _LEAST_LAST:
            break
    return [replace(pages[0], room=first), pages[1]]


def _at_a_section(rows: list[Row], first: float, following: float) -> tuple[list[_Page], float] | None:
    """Two pages parted where a section begins, if that leaves the first page at least half full."""
    pad = PADS_Y[0]
    heights = [row.height(pad) for row in rows]
    for place in range(len(rows) - 1, 0, -1):
        above, below = sum(heights[:place]), sum(heights[place:])
        if rows[place].strong and rows[place].keep and first / 2 <= above <= first and below <= following:
            halves = ((rows[:place], first), (rows[place:], following))
            return [page for part, room in halves for page in _paged(part, room, following, pad)], pad
    return None


def _paged(rows: list[Row], first: float, following: float, pad: float) -> list[_Page]:
    pages = [_Page(first)]
    head: Row | None = None
    for index, row in enumerate(rows):
        if row.heads:
            head = row
        elif not row.headed:
            head = None
        _put(pages, row, row.height(pad) + _kept_with(rows, index, pad), _Turn(following, pad, head))
    return pages


@dataclass(frozen=True)
class _Turn:
    """What happens when a page is turned: how long the next one is, and what head it begins with."""

    following: float
    pad: float
    head: Row | None

    def fresh(self, row: Row) -> _Page:
        page = _Page(self.following)
        if self.head is not None and row is not self.head:
            page.put(self.head, self.head.height(self.pad))
        return page


def _put(pages: list[_Page], row: Row, wanted: float, turn: _Turn) -> None:
    """Put a row on the last page or on new ones, in parts where it is long."""
    while True:
        page = pages[-1]
        room = page.room - page.used
        height = row.height(turn.pad)
        alone = not page.rows or (len(page.rows) == 1 and page.rows[0].row is turn.head)
        part: Row | None = None
        rest: Row | None = row
        if max(height, wanted) > room and height > _BREAKABLE and room > _BREAKABLE / 2:
            part, rest = _broken(row, room - 2 * turn.pad)
        if part is None and (max(height, wanted) <= room or alone):
            # a row taller than a page that cannot be broken: better too long than lost
            page.put(row, height)
            return
        if part is not None:
            page.put(part, part.height(turn.pad))
            if rest is None:
                return
            row, wanted = rest, 0.0
        pages.append(turn.fresh(row))


def _kept_with(rows: list[Row], index: int, pad: float) -> float:
    """Height of the first line or row that has to stay with this one."""
    height = 0.0
    while index + 1 < len(rows) and (rows[index].keep or rows[index].heads):
        index += 1
        height += min(rows[index].height(pad), _BREAKABLE)
    return height


def _broken(row: Row, room: float) -> tuple[Row | None, Row | None]:
    """The part of the row that fits into `room`, and the rest; None for the part where not even a line fits."""
    heads: list[Cell] = []
    tails: list[Cell] = []
    for cell in row.cells:
        taken = 0
        height = 0.0
        while taken < len(cell.lines) and height + cell.lines[taken].height <= room:
            height += cell.lines[taken].height
            taken += 1
        if taken == 0 and cell.lines:
            return None, row
        heads.append(replace(cell, lines=cell.lines[:taken]))
        tails.append(replace(cell, lines=cell.lines[taken:] or cell.repeat))
    if not any(len(cell.lines) > len(head.lines) for cell, head in zip(row.cells, heads, strict=True)):
        return replace(row, cells=tuple(heads), min_height=0.0), None
    left = replace(row, cells=tuple(tails), min_height=0.0, strong=False)
    return replace(row, cells=tuple(heads), min_height=0.0), left
