"""Whom a sheet is about: a person, a household or nobody; and whose language its words for paper are in."""

from __future__ import annotations

from dataclasses import replace

from tests.printing.reading import glyphs, plain, text_of_job
from tests.printing.samples import form_job, package
from villagefp.forms.compile import compile_sheet
from villagefp.paths import resources_dir
from villagefp.printing.fonts import load_fonts
from villagefp.printing.jobs import Identity, SheetJob
from villagefp.printing.render import draw

SOMEBODY = Identity(name="李芳", file_no="99010110010100021", household_no="0012", group_no="1")


def about(form_id: str, language: str = "zh") -> SheetJob:
    job = form_job(package(form_id), {})
    assert job.form is not None
    return replace(job, form=replace(job.form, identity=SOMEBODY, language=language))


def test_an_anonymous_survey_has_no_place_for_anybody() -> None:
    text = text_of_job(about("satisfaction_survey"))
    assert "服务态度" in text
    assert not [words for words in ("李芳", "0012", "户主", "户号", "编号") if words in text]


def test_a_household_sheet_has_no_file_number_on_any_page() -> None:
    job = about("member_change")
    assert job.form is not None
    changes = {f"/data/changed/changes[{number}]/change_note": "搬到镇上住" for number in range(1, 40)}
    text = text_of_job(replace(job, form=replace(job.form, answers=changes)))
    assert text.count("搬到镇上住") == 39
    assert "李芳" in text
    assert "编号" not in text


def test_words_meant_for_paper_are_those_of_the_default_language() -> None:
    form = compile_sheet(resources_dir() / "forms" / "repro_followup.md")
    told = next(question for question in form.questions if question.name == "how_detail")
    assert told.paper["label"] in text_of_job(about("repro_followup"))
    english = text_of_job(about("repro_followup", "en"))
    assert told.paper["label"] not in english
    assert plain(told.label["en"]) in plain(english)


def test_in_english_no_word_is_broken_in_the_head_of_ticks_and_the_identity_is_one_line() -> None:
    job = about("satisfaction_survey", "en")
    assert job.form is not None
    said = {box.text for box in draw(job, load_fonts()).boxes}
    form = job.form.package
    attitude = next(question for question in form.questions if question.name == "attitude")
    assert {choice.label["en"].split()[-1] for choice in form.choices[attitude.choices or ""]} <= {
        words for text in said for words in text.split()
    }
    job = about("need_record", "en")
    assert job.form is not None
    words = replace(
        job.form.words, name="Name", household="Household no.", group="Group", file_number="File no.", head="Head"
    )
    sheet = draw(replace(job, form=replace(job.form, words=words)), load_fonts())
    found = [glyph for glyph in glyphs(sheet.pdf()) if glyph.top > sheet.boxes[0].top]
    labels = [glyph.bottom for glyph in found if glyph.char in "NHG" and glyph.top < sheet.boxes[0].top + 25]
    assert len(labels) == 3
    assert max(labels) - min(labels) < 1
