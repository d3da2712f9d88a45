"""From a job to a PDF: the same job gives the same bytes, on any day and any machine."""

from __future__ import annotations

from dataclasses import replace

from villagefp.printing import head
from villagefp.printing.cells import CellSetter
from villagefp.printing.columns import ColumnTable, step_question
from villagefp.printing.fonts import Fonts, load_fonts
from villagefp.printing.form import FormTable
from villagefp.printing.household import draw_household
from villagefp.printing.jobs import FormSheet, Rendered, SheetJob
from villagefp.printing.order_sheet import draw_order
from villagefp.printing.page import Sheet
from villagefp.printing.round_sheet import draw_round
from villagefp.printing.table import Layout, lay_out
from villagefp.printing.values import Paper


def render(job: SheetJob) -> Rendered:
    """Make the PDF; where a character has no glyph and is not left blank by the job, say so and make none."""
    page = draw(job, load_fonts())
    missing = tuple(sorted(page.missing))
    if missing and not job.leave_blank:
        return Rendered(b"", 0, missing)
    return Rendered(page.pdf(), page.pages, missing)


def draw(job: SheetJob, fonts: Fonts, *, compress: bool = True) -> Sheet:
    """Lay the job out and draw it; the sheet knows where every cell came to stand."""
    if job.form is not None:
        return _draw_form(job.form, Sheet(fonts, job.form.title, compress))
    if job.household is not None:
        return draw_household(job.household, fonts, compress=compress)
    if job.round is not None:
        return draw_round(job.round, fonts, compress=compress)
    if job.order is not None:
        return draw_order(job.order, fonts, compress=compress)
    if job.bundle:
        return _draw_bundle(job, Sheet(fonts, job.title, compress))
    raise ValueError("a job without a sheet")


def _draw_bundle(job: SheetJob, page: Sheet) -> Sheet:
    """Form after form, each with its own head and its own count of pages."""
    for place, sheet in enumerate(job.bundle):
        if place:
            page.next_page()
        _draw_form(sheet, page)
    return page


def _laid_out(paper: Paper, cells: CellSetter) -> Layout:
    """The rows on pages: with long writing lines where one page holds them."""
    if step := step_question(paper):
        return lay_out(ColumnTable(paper, cells, step).rows(), *head.room())
    table = FormTable(paper, replace(cells, roomy=True))
    roomy = lay_out(table.rows(), *head.room())
    return roomy if len(roomy.pages) == 1 else lay_out(table.tight().rows(), *head.room())


def _draw_form(sheet: FormSheet, page: Sheet) -> Sheet:
    paper = Paper(sheet)
    layout = _laid_out(paper, CellSetter(paper, page.setter))
    for number, placed in enumerate(layout.pages, start=1):
        if number > 1:
            page.next_page()
        top = head.draw_head(page, sheet, first=number == 1)
        page.table(placed, top, layout.pad)
        words = sheet.words
        page.foot(
            # the name of a private form would say what its neutral title does not
            "" if sheet.elsewhere else words.form.format(form=sheet.package.form_id, version=sheet.package.version),
            words.page.format(page=number, pages=len(layout.pages)),
            words.print_number.format(number=sheet.print_number) if sheet.print_number else "",
        )
    return page
