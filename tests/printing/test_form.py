from __future__ import annotations

from dataclasses import replace

import pytest

from tests.printing.measure import astray, overlapping
from tests.printing.reading import glyphs, plain, text_of, text_of_job
from tests.printing.representative import representative
from tests.printing.samples import NEWBORN, form_job, newborn, newborn_long, package, paper_words
from villagefp.forms.package import Choice, FormPackage, Question
from villagefp.printing.asking import Asking
from villagefp.printing.cells import CellSetter
from villagefp.printing.fonts import load_fonts
from villagefp.printing.inline import Kind, Setter
from villagefp.printing.jobs import FormSheet, Mode, SheetJob
from villagefp.printing.render import draw, render
from villagefp.printing.values import Paper


def question(name: str, kind: str, label: str, path: str = "", **told: object) -> Question:
    paper = {key.removeprefix("print_"): str(value) for key, value in told.items() if key.startswith("print_")}
    return Question(
        path=path or f"/data/{name}",
        name=name,
        type=kind,
        number=None,
        label={"zh": label},
        hint={},
        guidance={},
        appearance="",
        choices=told.get("choices"),  # type: ignore[arg-type]
        row=1,
        urgency=str(told.get("urgency", "")),
        unit=str(told.get("unit", "")),
        paper=paper,
    )


def a_form(*questions: Question, **lists: tuple[tuple[str, str], ...]) -> FormPackage:
    return FormPackage(
        form_id="tried",
        version="1",
        title={"zh": "试用表"},
        languages=("zh",),
        xform="",
        questions=questions,
        choices={name: tuple(Choice(code, {"zh": label}) for code, label in rows) for name, rows in lists.items()},
        settings={},
        source_hash="",
    )


def filled(form: FormPackage, answers: dict[str, str]) -> SheetJob:
    job = form_job(form, {})
    assert job.form is not None
    return replace(job, form=replace(job.form, answers=answers))


def pages(job: SheetJob) -> int:
    return render(job).pages


@pytest.mark.parametrize("mode", list(Mode))
def test_the_newborn_form_is_one_page_when_answers_are_short(mode: Mode) -> None:
    assert pages(newborn(mode)) == 1


def test_the_same_sheet_gives_the_same_bytes() -> None:
    first, second = render(newborn()).pdf, render(newborn()).pdf
    assert first == second
    assert b"D:2000" in draw(newborn(), load_fonts(), compress=False).pdf()  # reportlab's fixed date


def test_a_filled_sheet_says_what_was_answered_and_masks_the_id_number() -> None:
    text = text_of_job(newborn())
    for words in ("李芳之女", "姓名张建国", "出生日期2026年10月9日", "贫血", "36.8℃", "躯干黄染", "9901**********2126"):
        assert plain(words) in text
    assert "990101202610092126" not in text


def test_a_half_filled_sheet_says_who_it_is_about_and_nothing_of_a_visit() -> None:
    text = text_of_job(newborn(Mode.HALF))
    assert "李芳之女" in text
    assert "张建国" in text
    assert "贫血" not in text
    assert "36.8" not in text
    assert "2026年11月3日" not in text


def test_a_blank_sheet_names_nobody() -> None:
    text = text_of_job(newborn(Mode.BLANK))
    assert "1未见异常2异常" in text
    for value in ("李芳", "张建国", "0012", "13900001234", "36.8"):
        assert value not in text


def test_a_sheet_for_a_printer_elsewhere_has_numbers_and_no_name_id_or_phone() -> None:
    text = text_of_job(newborn(elsewhere=True))
    for value in ("李芳", "张建国", "9901", "2126", "13900001234", "13900005678", "柳树湾村", "新生儿家庭访视记录表"):
        assert value not in text
    for value in ("0012", "一组", "家庭访视记录表", "36.8"):
        assert value in text


def test_danger_notes_are_never_printed() -> None:
    text = text_of_job(newborn(temp="34.0"))
    assert "建议立即送医院" not in text
    assert "发黄" not in text


def test_every_word_of_long_answers_is_on_paper_inside_its_cell() -> None:
    job = newborn_long()
    sheet = draw(job, load_fonts(), compress=False)
    pdf = sheet.pdf()
    assert sheet.pages > 1
    assert overlapping(sheet) == []
    assert astray(sheet, glyphs(pdf)) == []
    text = plain(text_of(pdf))
    assert job.form is not None
    # answers that go on on the next page, or beside another cell's text, come back in pieces: count their endings
    long = [value for value in job.form.answers.values() if value.endswith("完")]
    assert text.count("完") == len(long)
    assert sum(text.count(char) for char in "直") == sum(value.count("直") for value in long)


def test_a_person_reads_nothing_smaller_than_twelve_points() -> None:
    sheet = draw(newborn(), load_fonts(), compress=False)
    tall = {round(g.top - g.bottom, 1) for g in glyphs(sheet.pdf()) if g.char == "患"}
    assert tall
    assert min(tall) > 10.5  # the ink of a 12 point character


def test_retired_options_and_numbers_out_of_range_are_printed_as_they_were_kept() -> None:
    old = replace(package("newborn_home_visit"), version="0")
    text = text_of_job(form_job(old, {**NEWBORN, "complexion": "9", "temp": "33"}))
    assert "版本0" in text
    assert "33℃" in text
    assert "9" in text


def test_a_repeat_is_a_table_whose_head_comes_again_on_the_next_page() -> None:
    form = a_form(
        question("kids", "repeat", "孩子", print_style="table", print_lines=4),
        question("kid", "text", "孩子姓名", "/data/kids/kid", print_span=6),
        question("sex", "select_one", "性别", "/data/kids/sex", choices="sex"),
        sex=(("1", "男"), ("2", "女")),
    )
    answers = {}
    for number in range(1, 61):
        answers[f"/data/kids[{number}]/kid"] = f"孩子{number}号"
        answers[f"/data/kids[{number}]/sex"] = "1"
    told = render(filled(form, answers))
    text = plain(text_of(told.pdf))
    assert told.pages > 1
    assert text.count("孩子姓名") == told.pages
    assert all(f"孩子{number}号" in text for number in range(1, 61))
    blank = form_job(form, {}, Mode.BLANK)
    assert text_of_job(blank).count("1男2女") == 4


def test_questions_with_the_same_options_are_a_table_of_ticks() -> None:
    form = a_form(
        question("a", "select_one", "第一项", choices="need", print_style="matrix"),
        question("b", "select_one", "第二项", choices="need", print_style="matrix"),
        need=(("1", "需要"), ("2", "不需要")),
    )
    text = text_of_job(filled(form, {"/data/a": "1"}))
    assert text.count("不需要") == 1
    assert "第一项" in text
    assert "第二项" in text


def test_options_that_are_words_get_ticks_and_long_lists_only_what_was_chosen() -> None:
    form = a_form(
        question("when", "select_one", "何时", choices="when"),
        question("ethnic", "select_one", "民族", choices="ethnic"),
        when=(("now", "现在"), ("later", "以后")),
        ethnic=tuple((f"{code:02}", f"第{code}族") for code in range(1, 57)),
    )
    text = text_of_job(filled(form, {"/data/when": "now", "/data/ethnic": "07"}))
    assert "现在以后" in text
    assert "第7族" in text
    assert "第8族" not in text


def test_a_row_stands_where_its_last_question_does_and_sections_head_their_questions() -> None:
    form = a_form(
        question("day", "date", "日期", print_row="end"),
        question("g", "group", "检查结果"),
        question("temp", "decimal", "体温", "/data/g/temp", unit="℃"),
        question("sign", "text", "签名", print_row="end", print_style="sign"),
        question("h", "group", "空的一节"),
        question("note", "note", "给工作人员的说明", "/data/h/note"),
        question("told", "note", "给家里人的说明", print_style="text"),
        question("calc", "calculate", "算出来的"),
    )
    text = text_of_job(filled(form, {"/data/day": "2026-01-05", "/data/g/temp": "36.5", "/data/calc": "7"}))
    assert text.index("检查结果") < text.index("36.5℃") < text.index("日期") < text.index("签名")
    assert "给家里人的说明" in text
    for unseen in ("空的一节", "给工作人员的说明", "算出来的"):
        assert unseen not in text


def test_a_ranking_says_which_place_each_option_has() -> None:
    form = a_form(
        question("words", "rank", "请排先后", choices="words"),
        question("codes", "rank", "再排一次", choices="codes"),
        words=(("x", "吃饭"), ("y", "吃药"), ("z", "睡觉")),
        codes=(("1", "走路"), ("2", "坐车"), ("3", "骑马")),
    )
    text = text_of_job(filled(form, {"/data/words": "z x y", "/data/codes": "3 1 2"}))
    assert "2吃饭3吃药1睡觉" in text
    assert "3/1/2" in text
    blank = text_of_job(filled(form, {}))
    assert "吃饭吃药睡觉" in blank


def test_the_time_of_a_day_and_time_is_on_paper() -> None:
    form = a_form(question("both", "dateTime", "何日何时"), question("met", "datetime", "又何时"))
    told = {"/data/both": "2026-11-20T09:30:00.000+08:00", "/data/met": "2026-11-21T17:05"}
    text = text_of_job(filled(form, told))
    assert "2026年11月20日09:30" in text
    assert "2026年11月21日17:05" in text


def test_digit_boxes_hold_what_fits_and_words_stand_where_it_does_not() -> None:
    form = a_form(
        question("born", "date", "出生日期", print_style="boxes", print_boxes="4-2-2"),
        question("tail", "text", "编号", print_style="boxes", print_boxes="3-5"),
    )
    text = text_of_job(filled(form, {"/data/born": "1990-05", "/data/tail": "没有编号的人1234567890"}))
    assert "199005" in text
    assert "没有编号的人1234567890" in text


def test_a_label_as_long_as_a_sentence_stands_above_its_answer() -> None:
    label = "您家里有没有七十岁以上、一个人住、行动不方便、需要每个月上门看一看的老人"
    text = text_of_job(filled(a_form(question("old", "text", label)), {"/data/old": "有一位"}))
    assert label in text
    assert "有一位" in text


def test_the_measure_would_see_a_character_outside_its_cell() -> None:
    sheet = draw(newborn(), load_fonts(), compress=False)
    found = list(glyphs(sheet.pdf()))
    assert astray(sheet, found) == []
    sheet.boxes.pop(5)
    assert astray(sheet, found) != []
    sheet.boxes.append(sheet.boxes[0])
    assert overlapping(sheet) != []


def test_what_is_chosen_from_a_long_list_has_a_writing_line_where_it_shares_a_cell() -> None:
    form = a_form(
        question("town", "select_one", "乡镇", choices="towns", print_style="choice"),
        question("village", "select_one", "村", choices="towns", print_style="choice", print_with="town"),
        towns=(("1", "一乡"), ("2", "二乡")),
    )
    paper = Paper(FormSheet(form, paper_words(), Mode.BLANK))
    asked = next(Asking(paper).asked())
    lines = CellSetter(paper, Setter(load_fonts())).lines(asked, 300)
    drawn = [piece for line in lines for _, piece in line.pieces if piece.kind is Kind.LINED]
    assert len(drawn) == 2
    assert min(piece.width for piece in drawn) > 15


@pytest.mark.parametrize("place", ["unit", "option", "label", "caption", "answer"])
def test_a_character_that_no_font_has_is_told_wherever_it_stands(place: str) -> None:
    def rare(where: str, else_: str) -> str:
        return "\U000212fe" if where == place else else_

    form = a_form(
        question("weight", "integer", rare("label", "体重"), unit=rare("unit", "公斤")),
        question("kind", "select_one", "种类", choices="kinds"),
        question("more", "text", "说明", print_with="kind", print_caption=rare("caption", "说明")),
        kinds=(("1", rare("option", "一")),),
    )
    assert render(filled(form, {"/data/more": rare("answer", "没有")})).missing == ("\U000212fe",)


def test_a_repeat_inside_a_repeat_stands_below_the_round_it_belongs_to() -> None:
    form = a_form(
        question("homes", "repeat", "住户"),
        question("door", "text", "门牌", "/data/homes/door"),
        question("kids", "repeat", "孩子", "/data/homes/kids", print_lines=2),
        question("kid", "text", "孩子姓名", "/data/homes/kids/kid"),
    )
    answers = {
        "/data/homes[1]/door": "一号",
        "/data/homes[1]/kids[1]/kid": "小明",
        "/data/homes[1]/kids[2]/kid": "小红",
        "/data/homes[2]/door": "二号",
        "/data/homes[2]/kids[1]/kid": "小军",
    }
    text = text_of_job(filled(form, answers))
    places = [text.index(words) for words in ("住户1", "一号", "小明", "小红", "住户2", "二号", "小军")]
    assert places == sorted(places)
    assert text.count("孩子姓名") == 2
    job = form_job(form, {}, Mode.BLANK)
    assert text_of_job(job).count("孩子姓名") == 3


def test_two_numbers_of_one_unit_say_it_once() -> None:
    form = a_form(
        question("sbp", "integer", "血压", unit="mmHg"),
        question("dbp", "integer", "舒张压", unit="mmHg", print_with="sbp", print_caption="/"),
    )
    assert "120/80mmHg" in text_of_job(filled(form, {"/data/sbp": "120", "/data/dbp": "80"}))


def test_a_long_sheet_is_parted_where_a_section_begins() -> None:
    form = package("anc_first")
    usual = representative("anc_first", Mode.FILLED)
    assert pages(usual) == 1
    everything = {
        question.name: "2" if question.choices and question.type == "select_one" else "轻度异常，已好转"
        for question in form.questions
        if question.type in ("select_one", "text")
    }
    sheet = draw(form_job(form, everything), load_fonts(), compress=False)
    assert sheet.pages == 2
    assert next(box.text for box in sheet.boxes if box.page == 2) == "辅助检查"
