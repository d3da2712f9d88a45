"""Sheets whose visits are columns: what stands in which of them, and that the head comes again on the next page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.printing.reading import plain, text_of, text_of_job
from tests.printing.samples import by_path, form_job, package
from villagefp.printing.fonts import load_fonts
from villagefp.printing.jobs import Mode, SheetJob
from villagefp.printing.page import TextBox
from villagefp.printing.render import draw, render

COLUMNS = {"anc_followup": 4, "child_1_8m": 4, "child_12_30m": 4, "child_3_6y": 4}


def visits(form_id: str, mode: Mode = Mode.FILLED, **columns: dict[str, str]) -> SheetJob:
    form = package(form_id)
    job = form_job(form, {}, mode)
    assert job.form is not None
    told = {step.removeprefix("at_"): by_path(form, answers) for step, answers in columns.items()}
    return replace(job, form=replace(job.form, columns=told))


def row(job: SheetJob, label: str) -> list[TextBox]:
    """The cells of the row that begins with this label."""
    boxes = draw(job, load_fonts()).boxes
    first = next(box for box in boxes if plain(box.text).startswith(label))
    return [box for box in boxes if (box.page, box.top, box.bottom) == (first.page, first.top, first.bottom)]


@pytest.mark.parametrize("form_id", COLUMNS)
@pytest.mark.parametrize("mode", [Mode.BLANK, Mode.HALF])
def test_a_sheet_for_work_on_paper_has_an_empty_column_for_every_visit(form_id: str, mode: Mode) -> None:
    form = package(form_id)
    step = next(q for q in form.questions if q.name == form.settings["print::columns"])
    job = visits(
        form_id, mode, **{f"at_{c.name}": {"visit_on": "2026-11-03"} for c in form.choices[step.choices or ""]}
    )
    assert len(row(job, plain(step.paper.get("label") or step.label["zh"]))) == 1 + COLUMNS[form_id]
    text = text_of_job(job)
    assert "2026" not in text
    assert ("李芳之女" in text) is (mode is Mode.HALF)
    assert render(job).pages <= 2


def test_each_visit_stands_in_its_own_column() -> None:
    job = visits("anc_followup", at_2={"weight_kg": "52.5"}, at_4={"weight_kg": "58"})
    assert [plain(box.text) for box in row(job, "体重（kg）")] == ["体重（kg）", "52.5", "", "58", ""]


def test_options_that_differ_by_visit_stand_in_the_column_they_belong_to() -> None:
    cells = [plain(box.text) for box in row(visits("anc_followup", at_3={"advice_v3": "5 6"}), "指导")]
    assert cells[0] == "指导"
    assert ["5自我监护" in cell for cell in cells[1:]] == [False, True, False, False]
    assert ["6分娩准备" in cell for cell in cells[1:]] == [False, False, True, True]
    assert cells[2].replace("/", "").rstrip().endswith("756") or "56" in cells[2].replace("/", "")


def test_options_of_all_visits_stand_once_beside_the_label() -> None:
    cells = [plain(box.text) for box in row(visits("child_1_8m", at_3={"skin": "2", "skin_detail": "湿疹"}), "皮肤")]
    assert cells == ["皮肤1未见异常2异常", "", "2湿疹", "", ""]


def test_what_is_not_asked_at_a_visit_has_no_place_there() -> None:
    assert [plain(box.text) for box in row(visits("child_1_8m"), "听力")] == ["听力1通过2未通过", "——", "——", "", "——"]
    assert plain(row(visits("child_1_8m"), "口腔")[1].text).startswith("1未见异常2异常")
    assert plain(row(visits("child_1_8m"), "口腔")[3].text) == "出牙颗"


def test_the_head_of_the_columns_comes_again_on_the_next_page() -> None:
    job = visits("child_1_8m")
    told = render(job)
    assert told.pages == 2
    assert plain(text_of(told.pdf)).count("6月龄") == 2


def test_in_english_the_columns_speak_english() -> None:
    job = visits("child_1_8m")
    assert job.form is not None
    text = text_of_job(replace(job, form=replace(job.form, language="en")))
    for words in ("Development", "Navel", "h/day", "Noreactiontoaloudnoise"):
        assert words in text
    assert "小时" not in text
