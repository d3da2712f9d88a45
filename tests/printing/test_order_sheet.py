"""The order of supplies on paper: nothing is cut, a long list goes on, and nobody but the worker is named."""

from __future__ import annotations

import pytest

from tests.printing.reading import glyphs, text_of_job
from tests.printing.samples import order
from villagefp.printing.fonts import load_fonts
from villagefp.printing.page import HEIGHT, MARGIN, WIDTH
from villagefp.printing.render import draw, render


def test_it_says_what_is_there_until_when_and_leaves_a_box_for_what_is_wanted() -> None:
    text = text_of_job(order())
    for words in ("药具需求表", "柳树湾村", "2026-11-22", "斯利安0.4mg×31片，叶酸", "2027-12-31", "23", "填表人王秀兰"):
        assert words in text
    boxes = draw(order(), load_fonts()).boxes
    assert [box.text for box in boxes][-1] == ""  # the last cell of the last row


@pytest.mark.parametrize("rows", [1, 5, 17, 18, 19, 20, 60])
def test_nothing_lies_outside_the_page_or_over_the_signatures(rows: int) -> None:
    sheet = draw(order(rows), load_fonts(), compress=False)
    for glyph in glyphs(sheet.pdf()):
        assert glyph.bottom >= MARGIN - 3
        assert glyph.top <= HEIGHT - MARGIN + 1
        assert glyph.left >= MARGIN - 1
        assert glyph.right <= WIDTH - MARGIN + 1
    last = [box for box in sheet.boxes if box.page == sheet.pages]
    assert min(box.bottom for box in last) > MARGIN + 92


def test_a_long_list_goes_on_under_the_same_heads() -> None:
    job = order(60)
    assert render(job).pages > 1
    assert text_of_job(job).count("要货数") >= render(job).pages
    assert text_of_job(job).count("外用避孕药") == 12
