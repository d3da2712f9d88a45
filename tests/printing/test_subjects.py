"""Whom a sheet is about: a person, a household or nobody; and whose language its words for paper are in."""

from __future__ import annotations

from dataclasses import replace

from tests.printing.reading import plain, text_of_job
from tests.printing.samples import form_job, package
from villagefp.forms.compile import compile_sheet
from villagefp.paths import resources_dir
from villagefp.printing.jobs import Identity, SheetJob

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
