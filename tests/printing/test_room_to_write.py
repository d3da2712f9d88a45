"""Paper that is written on by hand: lines long enough to write on, room to sign, pages that say whom they are about."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2

from tests.printing.reading import plain, text_of
from tests.printing.representative import representative
from tests.printing.samples import form_job, household, package, paper_words
from tests.printing.test_form import a_form, filled, question
from villagefp.forms.package import FormPackage
from villagefp.printing.asking import Asking
from villagefp.printing.cells import CellSetter
from villagefp.printing.fonts import load_fonts
from villagefp.printing.inline import Kind, Line, Setter
from villagefp.printing.jobs import FormSheet, Mode
from villagefp.printing.page import HEIGHT
from villagefp.printing.render import draw, render
from villagefp.printing.values import Paper


def cell(form: FormPackage, width: float, *, roomy: bool = False) -> tuple[Line, ...]:
    """The lines of the first question's cell, on blank paper."""
    paper = Paper(FormSheet(form, paper_words(), Mode.BLANK))
    return CellSetter(paper, Setter(load_fonts()), roomy=roomy).lines(next(Asking(paper).asked()), width)


def said(line: Line) -> str:
    return "".join(piece.text for _, piece in line.pieces)


ILLNESS = (("1", "无"), ("2", "心脏病"), ("3", "肾脏疾病"), ("4", "其他"))


def test_the_line_behind_an_option_goes_with_it_to_the_next_line_and_is_long_enough() -> None:
    form = a_form(
        question("ill", "select_multiple", "病史", choices="ill"),
        question("ill_detail", "text", "其他"),
        ill=ILLNESS,
    )
    for width in range(150, 320, 10):
        lines = cell(form, width)
        (held,) = [line for line in lines if any(piece.kind is Kind.LINED for _, piece in line.pieces)]
        assert "4 其他" in said(held)
        blank = next(piece for _, piece in held.pieces if piece.kind is Kind.LINED)
        if len(lines) > 1:  # there was room below
            assert blank.width >= 40


def test_short_lines_are_taken_only_where_they_save_a_page() -> None:
    form = a_form(
        question("ill", "select_one", "病史", choices="ill"),
        question("ill_detail", "text", "其他"),
        ill=ILLNESS,
    )
    lines = {(len(cell(form, width)), len(cell(form, width, roomy=True))) for width in range(200, 300, 4)}
    assert lines == {(1, 1), (1, 2), (2, 2)}


def test_there_are_30_mm_to_sign_beside_what_may_be_ticked_or_a_line_above_it() -> None:
    form = a_form(
        question("signed", "select_one", "本人签名", choices="signed", print_style="sign"),
        signed=(("1", "已签"), ("2", "未签"), ("3", "按手印"), ("4", "口头同意")),
    )
    wide, narrow = cell(form, 330), cell(form, 230)
    assert len(wide) == 1
    assert min(x for x, piece in wide[0].pieces if piece.kind is Kind.TICK) >= 85
    assert not narrow[0].pieces
    assert narrow[0].height >= 24
    assert "未签按手印口头同意" in said(narrow[1])


def test_a_code_is_told_apart_from_an_option_that_begins_with_a_digit() -> None:
    form = a_form(question("when", "select_one", "何时", choices="when"), when=(("1", "3个月内"), ("2", "以后")))
    text = text_of(render(filled(form, {})).pdf)
    assert "1. 3个月内" in text
    assert "2. 以后" in text


def test_a_further_page_says_whom_it_is_about() -> None:
    job = representative("child_1_8m", Mode.FILLED)
    assert job.form is not None
    second = [page_text(render(replace(job, form=replace(job.form, elsewhere=away))).pdf, 2) for away in (False, True)]
    assert "李芳户号0012" in second[0]
    assert "李芳" not in second[1]
    assert "户号0012" in second[1]
    assert "李芳" not in page_text(render(representative("child_1_8m", Mode.BLANK)).pdf, 2)


def page_text(pdf: bytes, number: int) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return plain(document[number - 1].get_textpage().get_text_range())
    finally:
        document.close()


def test_the_household_sheet_goes_on_under_its_own_head() -> None:
    told = render(household(questions="孩子的预防接种本在哪里补办？" * 60)).pdf
    assert page_text(told, 2).startswith("家庭走访单·李芳·户号0012")
    assert "（续）" in page_text(told, 2)
    away = render(household(questions="孩子的预防接种本在哪里补办？" * 60, elsewhere=True)).pdf
    assert "李芳" not in page_text(away, 2)


def test_a_second_page_is_not_left_all_but_empty() -> None:
    for form_id in ("child_3_6y", "child_12_30m"):
        sheet = draw(representative(form_id, Mode.BLANK), load_fonts())
        lowest = min(box.bottom for box in sheet.boxes if box.page == 2)
        assert lowest < HEIGHT * 0.62


def test_a_long_title_does_not_reach_the_qr_code() -> None:
    form = replace(
        package("referral_slip"), settings={"print::title": "居民健康服务转诊与回执登记表（县、乡、村三级通用）" * 2}
    )
    job = form_job(form, {})
    sheet = draw(job, load_fonts(), compress=False)
    assert sheet.pages == 1
    assert plain(form.settings["print::title"]) in plain(text_of(sheet.pdf()))


def test_english_paper_has_english_units() -> None:
    for form_id, words in (("newborn_home_visit", ("/min", "weeks")), ("folic_acid_supply", ("bottles",))):
        job = representative(form_id, Mode.FILLED)
        assert job.form is not None
        text = text_of(render(replace(job, form=replace(job.form, language="en"))).pdf)
        for word in words:
            assert word in text
        for unit in ("次/分", "周 ", "瓶"):
            assert unit not in text
