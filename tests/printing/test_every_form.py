"""Every shipped form on paper: blank, and with the longest answers each field allows, measured against its cells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.printing.measure import MILLIMETRE, astray, overlapping
from tests.printing.reading import glyphs, sizes, squares, text_of_job
from tests.printing.representative import FORMS, answers_for, representative
from tests.printing.samples import form_job, package
from villagefp.forms.package import Choice, FormPackage, Question
from villagefp.printing.fonts import load_fonts
from villagefp.printing.inline import SIZE
from villagefp.printing.jobs import Mode, SheetJob
from villagefp.printing.render import draw, render

QR_MODULE = 3.0  # points; black squares that a person neither fills in nor ticks
WORDS = "很长的说明文字，" * 15
LONGEST = {"text": WORDS, "date": "2026-11-12", "integer": "-12345", "decimal": "12345.67", "acknowledge": "OK"}


def longest(form: FormPackage) -> SheetJob:
    """Everything chosen, everything long."""
    answers = {}
    for question in form.questions:
        options = [choice.name for choice in form.choices.get(question.choices or "", ())]
        if question.type == "select_multiple":
            answers[question.name] = " ".join(options)
        elif question.type == "select_one" and options:
            answers[question.name] = max(options, key=len)
        elif question.type in LONGEST:
            answers[question.name] = LONGEST[question.type]
    job = form_job(form, answers)
    assert job.form is not None
    steps = [
        c.name for q in form.questions if q.name == form.settings.get("print::columns") for c in options_of(form, q)
    ]
    return replace(job, form=replace(job.form, columns=dict.fromkeys(steps, job.form.answers)))


def options_of(form: FormPackage, question: Question) -> tuple[Choice, ...]:
    return form.choices.get(question.choices or "", ())


@pytest.mark.parametrize("form_id", FORMS)
def test_nothing_of_a_form_is_cut_or_written_over_another_cell(form_id: str) -> None:
    form = package(form_id)
    blank = render(form_job(form, {}, Mode.BLANK))
    assert blank.missing == ()
    assert 1 <= blank.pages <= 2
    measure(longest(form))


@pytest.mark.parametrize("form_id", FORMS)
def test_nothing_is_cut_in_english_either(form_id: str) -> None:
    for job in (longest(package(form_id)), representative(form_id, Mode.FILLED)):
        assert job.form is not None
        measure(replace(job, form=replace(job.form, language="en")))


@pytest.mark.parametrize("form_id", FORMS)
def test_what_a_person_reads_is_12_points_and_what_is_written_into_or_ticked_5_mm(form_id: str) -> None:
    for mode in Mode:
        pdf = draw(representative(form_id, mode), load_fonts(), compress=False).pdf()
        small = {(char, size) for char, size in sizes(pdf) if size < SIZE}
        assert {char for char, _size in small} <= {"9"}  # the exponent of 10⁹
        sides = [side for side in squares(pdf) if side > QR_MODULE]
        assert sides
        assert min(sides) >= 5 * MILLIMETRE


@pytest.mark.parametrize("form_id", FORMS)
def test_for_a_printer_elsewhere_every_form_is_without_names_ids_and_phones(form_id: str) -> None:
    form = package(form_id)
    job = form_job(form, answers_for(form), name="李芳")
    assert job.form is not None
    sheet = replace(job.form, elsewhere=True)
    text = text_of_job(SheetJob(form=sheet))
    for value in ("李芳", "张建国", "9901**", "1224", "13900005678", "13900001234"):
        assert value not in text
    assert form.settings.get("print::neutral_title", sheet.title) in text
    assert "0012" in text or form.settings.get("print::subject") == "none"


def measure(job: SheetJob) -> None:
    sheet = draw(job, load_fonts(), compress=False)
    found = list(glyphs(sheet.pdf()))
    assert overlapping(sheet) == []
    assert astray(sheet, found) == []
