"""Pages of a PDF as plain pixels, made in the PDF process: the window shows and prints them without PDFium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

_POINTS_PER_INCH = 72


@dataclass(frozen=True)
class DrawJob:
    """Pages to draw, counted from 0, and how fine."""

    pdf: bytes
    numbers: tuple[int, ...]
    dots_per_inch: float


@dataclass(frozen=True)
class Pixels:
    """One page: blue, green, red and a spare byte a pixel."""

    number: int
    width: int
    height: int
    stride: int
    data: bytes


def draw(job: DrawJob) -> list[Pixels]:
    """The pages of a job, in its order."""
    import pypdfium2  # noqa: PLC0415  the window imports this module for its shapes alone

    document = pypdfium2.PdfDocument(job.pdf)
    try:
        return [_page(document[number], number, job.dots_per_inch / _POINTS_PER_INCH) for number in job.numbers]
    finally:
        document.close()


def _page(page: pypdfium2.PdfPage, number: int, scale: float) -> Pixels:
    try:
        bitmap = page.render(scale=scale, prefer_bgrx=True)
        try:
            return Pixels(number, bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
        finally:
            bitmap.close()
    finally:
        page.close()
