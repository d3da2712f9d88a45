from __future__ import annotations

from tests.printing.reading import glyphs, text_of_job
from tests.printing.samples import household, package
from villagefp.printing.fonts import load_fonts
from villagefp.printing.jobs import Mode
from villagefp.printing.page import HEIGHT, MARGIN, WIDTH
from villagefp.printing.render import draw, render
from villagefp.printing.words import household_words, paper_words


def test_the_sheet_is_one_page_in_every_mode() -> None:
    for mode in Mode:
        assert render(household(mode=mode)).pages == 1


def test_it_says_who_came_whom_they_met_and_what_was_wished() -> None:
    text = text_of_job(household())
    for words in ("柳树湾村", "户号0012", "李芳家：", "村医王秀兰", "13900007777", "走访日期2026年11月3日"):
        assert words in text
    for words in ("户主李芳", "丈夫张建国", "健康档案更新", "不需要", "想借一副拐杖", "免费", "拒绝", "未签", "12345"):
        assert words in text


def test_long_words_go_on_on_a_second_page_and_none_is_lost() -> None:
    words = "孩子的预防接种本在哪里补办？"
    job = household(questions=words * 100)
    told = render(job)
    assert told.pages == 2
    assert text_of_job(job).count(words) >= 100 - told.pages  # one may be cut in two by the turn of the page
    sheet = draw(job, load_fonts(), compress=False)
    for glyph in glyphs(sheet.pdf()):
        assert glyph.bottom >= MARGIN - 3
        assert glyph.top <= HEIGHT - MARGIN + 1
        assert glyph.left >= MARGIN
        assert glyph.right <= WIDTH - MARGIN


def test_for_a_printer_elsewhere_there_is_no_name_of_the_family_and_no_phone() -> None:
    text = text_of_job(household(elsewhere=True))
    for value in ("李芳", "张建国", "陈桂英", "13900007777"):
        assert value not in text
    assert "户号0012" in text


def test_a_half_filled_sheet_knows_the_worker_and_the_household_only() -> None:
    text = text_of_job(household(mode=Mode.HALF))
    assert "李芳家：" in text
    assert "王秀兰" in text
    for value in ("张建国", "2026", "拐杖", "接种本"):
        assert value not in text


def test_a_blank_sheet_names_nobody() -> None:
    text = text_of_job(household(mode=Mode.BLANK))
    for value in ("李芳", "王秀兰", "13900007777", "0012", "2026"):
        assert value not in text


def test_in_english_it_is_one_page_too_and_nothing_overlaps_the_title() -> None:
    form = package("household_visit")
    job = household(words=paper_words(), texts=household_words(form, "en"), village="柳树湾村民委员会卫生室")
    assert render(job).pages == 1
    boxes = draw(job, load_fonts(), compress=False)
    title = [glyph for glyph in glyphs(boxes.pdf()) if glyph.top > HEIGHT - MARGIN - 26]
    assert "".join(glyph.char for glyph in title) == "Householdvisit"
