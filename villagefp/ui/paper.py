"""Sending to a printer what is shown, and keeping it as a file where the worker chooses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageSize, QPainter, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.ui.pdf_pages import Drawer, picture

PRINT_DPI = 300


def ask_printer(parent: QWidget, pages: int) -> QPrinter | None:
    """Let the worker choose a printer and the pages; None if not wanted after all."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setFullPage(True)
    dialog = QPrintDialog(printer, parent)
    dialog.setMinMax(1, max(1, pages))
    return printer if dialog.exec() == QDialog.DialogCode.Accepted else None


def chosen_pages(printer: QPrinter, pages: int) -> range:
    """The pages that were asked for in the dialog, counted from 0."""
    first, last = printer.fromPage() or 1, printer.toPage() or pages
    return range(first - 1, min(last, pages))


def send(draw: Drawer, printer: QPrinter, pdf: bytes, numbers: Sequence[int]) -> None:
    """Print pages of a PDF in full size; slow, so it runs beside the window (a printer may be painted in a thread)."""
    painter = QPainter()
    if not painter.begin(printer):
        raise UserError(_("The printer does not answer. See whether it is switched on and has paper, then try again."))
    try:
        for place, number in enumerate(numbers):
            if place and not printer.newPage():
                raise UserError(_("The printer stopped. See whether it has paper, then print the rest."))
            image = picture(draw(pdf, [number], PRINT_DPI)[0])
            painter.drawImage(QRectF(printer.paperRect(QPrinter.Unit.DevicePixel)), image)
    finally:
        painter.end()


def keep(file: Path, pdf: bytes) -> None:
    """Write a PDF where the worker chose; the only way a sheet gets onto the disk."""
    try:
        file.write_bytes(pdf)
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=file.name, reason=reason(error))
        ) from error


def print_text(text: str, parent: QWidget) -> None:
    """Print a short text, in large letters."""
    printer = ask_printer(parent, 1)
    if printer is not None:
        document = QTextDocument()
        font = parent.font()
        font.setPointSize(16)
        document.setDefaultFont(font)
        document.setPlainText(text)
        document.print_(printer)
