"""Measures a drawn sheet: characters against the cells they belong to, cells against each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from tests.printing.reading import Glyph
from villagefp.printing.page import HEIGHT, MARGIN, WIDTH, Sheet, TextBox

MILLIMETRE = 72 / 25.4
_NEAR = 0.5  # points: what the ink of a character may lean out of its box


def overlapping(sheet: Sheet) -> list[tuple[TextBox, TextBox]]:
    """Cells of a page that share more than a border."""
    return [
        (one, other)
        for one, other in combinations(sheet.boxes, 2)
        if one.page == other.page
        and min(one.right, other.right) - max(one.left, other.left) > 0.02
        and min(one.top, other.top) - max(one.bottom, other.bottom) > 0.02
    ]


def astray(sheet: Sheet, found: Iterable[Glyph]) -> list[Glyph]:
    """Characters off the page's margins, and characters of the table that stand in no cell."""
    return [glyph for glyph in found if _off_page(glyph) or (_in_table(glyph) and not _in_a_cell(sheet, glyph))]


def _off_page(glyph: Glyph) -> bool:
    beside = glyph.left < MARGIN - 1 or glyph.right > WIDTH - MARGIN + 1
    return beside or glyph.bottom < MARGIN - 3 or glyph.top > HEIGHT - MARGIN + 1


def _in_table(glyph: Glyph) -> bool:
    head = (22 if glyph.page == 1 else 9) * MILLIMETRE
    return MARGIN + 12 < glyph.top < HEIGHT - MARGIN - head


def _in_a_cell(sheet: Sheet, glyph: Glyph) -> bool:
    return any(
        box.page == glyph.page
        and box.left - _NEAR <= glyph.left
        and glyph.right <= box.right + _NEAR
        and box.bottom - _NEAR <= glyph.bottom
        and glyph.top <= box.top + _NEAR
        for box in sheet.boxes
    )
