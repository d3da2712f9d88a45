"""Pages drawn in the PDF process, as pictures of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QImage

from villagefp.printing.raster import Pixels

Drawer = Callable[[bytes, Sequence[int], float], list[Pixels]]
"""Draws pages of a PDF, counted from 0, at so many dots an inch: `PdfHelper.draw`."""


def picture(pixels: Pixels) -> QImage:
    """The page as a picture that owns its pixels."""
    return QImage(pixels.data, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB32).copy()
