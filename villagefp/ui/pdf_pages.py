"""Pages of a PDF as plain pixels, made off the UI thread; the window turns them into pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    import pypdfium2

POINTS_PER_INCH = 72
_PDFIUM = threading.Lock()
"""PDFium may be in one thread at a time, whichever document it reads."""


@dataclass(frozen=True)
class Pixels:
    """One page: blue, green, red and a spare byte a pixel."""

    number: int
    width: int
    height: int
    stride: int
    data: bytes


def draw(pdf: bytes, numbers: Iterable[int], dots_per_inch: float) -> list[Pixels]:
    """The pages with these numbers, counted from 0."""
    import pypdfium2  # noqa: PLC0415  only once something is to be looked at

    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_page(document, number, dots_per_inch / POINTS_PER_INCH) for number in numbers]
        finally:
            document.close()


def picture(pixels: Pixels) -> QImage:
    """The page as a picture that owns its pixels."""
    return QImage(pixels.data, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB32).copy()


def _page(document: pypdfium2.PdfDocument, number: int, scale: float) -> Pixels:
    page = document[number]
    try:
        bitmap = page.render(scale=scale, prefer_bgrx=True)
        try:
            return Pixels(number, bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
        finally:
            bitmap.close()
    finally:
        page.close()
