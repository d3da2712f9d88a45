"""The sheet before it is printed, printing it, and keeping it as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest

from tests.ui.conftest import Desk
from villagefp.domain.records import Access, Outcome, Person
from villagefp.services import people, visits
from villagefp.services.sheets import Mode
from villagefp.storage import records
from villagefp.ui.context import Place
from villagefp.ui.orders import SheetOrder
from villagefp.ui.screens.preview import Preview


@pytest.fixture
def preview(desk: Desk) -> Preview:
    """The newborn's form with identity only."""
    order = SheetOrder(form_id="newborn_home_visit", person_id=desk.newborn().id)
    made = desk.go(Preview, Place("preview", order))
    desk.until(made.print_button.isEnabled)
    return made


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    found = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return found


def printed(desk: Desk) -> set[str]:
    assert desk.window.store is not None
    with desk.window.store.read() as connection:
        return {row.action for row in records.where(connection, Access)}


def test_the_pages_are_the_pdf_itself(desk: Desk, preview: Preview) -> None:
    assert preview.pdf is not None
    assert preview.list.count() == preview.pdf.pages
    shown = preview._labels[0].pixmap().toImage()
    dots = ((x, y) for x in range(0, shown.width(), 4) for y in range(0, shown.height(), 4))
    assert sum(shown.pixelColor(x, y).lightness() < 128 for x, y in dots) > 100
    assert "李芳" in text(preview.pdf.data)
    assert "printed" not in printed(desk)  # looking is not printing


def test_elsewhere_takes_the_names_off(desk: Desk, preview: Preview) -> None:
    preview.elsewhere.setChecked(True)
    desk.settle()
    assert preview.pdf is not None
    assert "李芳" not in text(preview.pdf.data)


def test_blank_is_for_writing_by_hand(desk: Desk, preview: Preview) -> None:
    at = preview.mode.findData(Mode.BLANK)
    preview.mode.setCurrentIndex(at)
    preview.mode.activated.emit(at)
    desk.settle()
    assert preview.pdf is not None
    assert "李芳" not in text(preview.pdf.data)


def test_private_answers_are_printed_when_she_asks_for_them_and_the_look_is_logged(
    desk: Desk, preview: Preview
) -> None:
    assert preview.private.isHidden()  # nothing private is on this form
    assert desk.window.store is not None
    with desk.window.store.read() as connection:
        child = records.get(connection, Person, desk.newborn().id)
    assert child is not None
    woman = child.mother
    answers = {"gravida": 13, "overall": "2", "overall_detail": "贫血"}
    saved = visits.add_visit(
        desk.window.store, "anc_first", answers, outcome=Outcome.DONE, on=date(2026, 11, 1), person_id=woman
    )
    order = SheetOrder(form_id="anc_first", person_id=woman, event_id=saved.event_id)
    made = desk.go(Preview, Place("preview", order))
    desk.until(made.print_button.isEnabled)
    assert made.pdf is not None
    assert not made.private.isHidden()
    assert not made.private.isChecked()
    assert "13" not in text(made.pdf.data).split()
    assert "revealed" not in printed(desk)
    made.private.setChecked(True)
    desk.settle()
    assert "13" in text(made.pdf.data).split()
    assert "revealed" in printed(desk)


def test_zoom_changes_the_size(desk: Desk, preview: Preview) -> None:
    wide = preview._labels[0].pixmap().width()
    at = preview.zoom.findData(75)
    preview.zoom.setCurrentIndex(at)
    preview.zoom.activated.emit(at)
    desk.settle()
    assert preview._labels[0].pixmap().width() < wide


def test_it_is_printed_in_full_size_and_logged(desk: Desk, preview: Preview, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    desk.dialogs.printer = printer
    QTest.keyClick(desk.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    document = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
    assert preview.pdf is not None
    assert len(document) == preview.pdf.pages
    picture = document[0].render(scale=1).to_pil().convert("L")
    assert sum(picture.histogram()[:128]) > 1000
    document.close()
    assert "printed" in printed(desk)


def test_it_is_kept_as_a_file_by_choice(desk: Desk, preview: Preview, tmp_path: Path) -> None:
    desk.dialogs.save_answer = tmp_path / "sheet.pdf"
    preview.save_button.click()
    desk.settle()
    assert "李芳" in text((tmp_path / "sheet.pdf").read_bytes())
    assert "sheet.pdf" in preview.banner.text


def test_a_character_no_font_has_is_told_with_a_choice(desk: Desk) -> None:
    child = desk.newborn()
    assert desk.window.store is not None
    people.name_person(desk.window.store, child.id, "李\U00021cfe")
    order = SheetOrder(form_id="newborn_home_visit", person_id=child.id)
    preview = desk.go(Preview, Place("preview", order))
    assert "U+21CFE" in preview.banner.text
    assert not preview.print_button.isEnabled()
    preview._accept_boxes()
    desk.until(preview.print_button.isEnabled)
    assert preview.pdf is not None
    assert preview.pdf.missing_glyphs == ("\U00021cfe",)
