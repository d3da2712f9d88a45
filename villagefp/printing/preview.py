"""A PDF's pages as pictures, for the preview on screen and for looking at sheets by eye."""

from __future__ import annotations

import io

import pypdfium2

_POINTS_PER_INCH = 72


def page_pictures(pdf: bytes, *, dots_per_inch: int = 100) -> list[bytes]:
    """Every page as a PNG."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_png(document, number, dots_per_inch) for number in range(len(document))]
    finally:
        document.close()


def _png(document: pypdfium2.PdfDocument, number: int, dots_per_inch: int) -> bytes:
    page = document[number]
    try:
        bitmap = page.render(scale=dots_per_inch / _POINTS_PER_INCH)
        out = io.BytesIO()
        bitmap.to_pil().save(out, format="PNG", optimize=True)
        return out.getvalue()
    finally:
        page.close()
