"""The list of danger signs as a workbook: a doctor of the county reads it, writes beside each line, and signs below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.reasons import reason

Line = Sequence[str]
"""The cells of a line, in the order of `titles`."""
_URGENT = {"R": "#FEE4E2", "Y": "#FEF3C7", "G": "#E0EAFF"}
_URGENCY = 3
_WRITTEN = 2
"""Columns at the end that are left for the doctor's hand."""


def titles() -> tuple[tuple[str, int], ...]:
    """The heads of the columns and how wide they are."""
    return (
        (_("Table"), 12),
        (_("Form"), 22),
        (_("Sign"), 18),
        (_("Urgency"), 9),
        (_("Shown where"), 46),
        (_("What is told (Chinese)"), 46),
        (_("What is told (English)"), 40),
        (_("Source"), 24),
        (_("Agreed"), 8),
        (_("To be changed"), 30),
    )


def write_signs(path: Path, lines: Sequence[Line]) -> None:
    """Write the workbook; UserError where the file cannot be written."""
    import xlsxwriter  # noqa: PLC0415  60 ms that only this list needs

    try:
        with (
            path.open("wb") as file,
            xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book,
        ):
            _fill(book, lines)
    except OSError as refused:
        raise UserError(
            _(
                "The list cannot be written to “{file}”: {why}. Please close it elsewhere or choose another name."
            ).format(file=path.name, why=reason(refused))
        ) from refused


def _fill(book: Any, lines: Sequence[Line]) -> None:
    sheet = book.add_worksheet(_("Danger signs"))
    bold = book.add_format({"bold": True, "bg_color": "#E3F1EF", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    tinted = {
        urgency: book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bg_color": colour})
        for urgency, colour in _URGENT.items()
    }
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    heads = titles()
    for place, (title, width) in enumerate(heads):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, bold)
    for row, line in enumerate(lines, 1):
        for place, text in enumerate((*line, *[""] * _WRITTEN)):
            look = tinted.get(line[_URGENCY][:1], wrap) if place == _URGENCY else wrap
            sheet.write_string(row, place, text, look)
    sheet.autofilter(0, 0, max(len(lines), 1), len(heads) - 1)
    below = len(lines) + 2
    for row, text in enumerate((_("Doctor of the county:"), _("Day:"), _("Seal:")), below):
        sheet.write_string(row, 0, text)
