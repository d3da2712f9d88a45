"""Reads PDFs back as a reader's program does: their text, and where on the page it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2

from villagefp.printing.jobs import SheetJob
from villagefp.printing.render import render


@dataclass(frozen=True)
class Glyph:
    """One character on a page: its box in points, origin below left."""

    page: int
    char: str
    left: float
    bottom: float
    right: float
    top: float


def text_of(pdf: bytes) -> str:
    """All text of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def plain(text: str) -> str:
    """Without spaces and line breaks, which a wrapped answer gains."""
    return "".join(text.split())


def text_of_job(job: SheetJob) -> str:
    """The text of a sheet, without spaces."""
    return plain(text_of(render(job).pdf))


def sizes(pdf: bytes) -> Iterator[tuple[str, float]]:
    """Every visible character with the size of its font, in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            text = page.get_textpage()
            for place in range(text.count_chars()):
                char = text.get_text_range(place, 1)
                if char.strip():
                    yield char, round(pypdfium2.raw.FPDFText_GetFontSize(text, place), 3)
    finally:
        document.close()


def squares(pdf: bytes) -> Iterator[float]:
    """The sides of all squares that are drawn, in points, as the PDF's own operators say them (uncompressed)."""
    for wide, high in re.findall(rb"[\d.]+ [\d.]+ ([\d.]+) ([\d.]+) re", pdf):
        if wide == high:
            yield float(wide)


def glyphs(pdf: bytes) -> Iterator[Glyph]:
    """Every visible character with its box."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document, start=1):
            text = page.get_textpage()
            for place in range(text.count_chars()):
                char = text.get_text_range(place, 1)
                if char.strip():
                    yield Glyph(number, char, *text.get_charbox(place))
    finally:
        document.close()
