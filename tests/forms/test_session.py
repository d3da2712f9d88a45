from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from villagefp.domain.ambient import Ambient
from villagefp.forms.compile import compile_sheet
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

from .conftest import table

Fill = Callable[..., FormSession]
ZH = "label::Chinese (zh)"
EN = "label::English (en)"


def q(kind: str, name: str = "", label: str = "", **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": label or name, **more}


def test_a_question_is_asked_only_while_its_condition_holds_and_keeps_what_was_typed(fill: Fill) -> None:
    form = fill(q("integer", "n"), q("text", "why", relevant="${n} > 3"), q("text", "more", relevant="${why} != ''"))
    form.set_answer("/data/n", "5")
    form.set_answer("/data/why", "because")
    assert form.node("/data/more").relevant
    changed = form.set_answer("/data/n", "2")
    assert {"/data/why", "/data/more"} <= changed
    assert not form.node("/data/why").relevant
    assert not form.node("/data/more").relevant, "a question that is not asked counts as empty for the others"
    assert form.answers() == {"n": 2}
    form.set_answer("/data/n", "4")
    assert form.answers() == {"n": 4, "why": "because"}


def test_a_group_that_is_not_asked_takes_all_within_along(fill: Fill) -> None:
    form = fill(
        q("select_one yn", "ill"),
        q("begin group", "g", relevant="${ill} = 'y'"),
        q("text", "what"),
        q("calculate", "length", calculation="string-length(${what})"),
        q("end group"),
        q("note", "told", "长度 ${length}", relevant="${length} > 2"),
        choices=({"list_name": "yn", "name": "y", "label": "是"}, {"list_name": "yn", "name": "n", "label": "否"}),
    )
    form.set_answer("/data/ill", "y")
    form.set_answer("/data/g/what", "发热咳嗽")
    assert form.node("/data/told").label == "长度 4"
    assert form.node("/data/told").relevant
    form.set_answer("/data/ill", "n")
    assert form.answers() == {"ill": "n"}
    assert not form.node("/data/told").relevant


def test_only_what_hangs_on_an_answer_is_shown_anew(fill: Fill) -> None:
    form = fill(q("integer", "a"), q("integer", "b"), q("calculate", "s", calculation="${a} + ${b}"), q("text", "c"),
                q("note", "n", "和 ${s}"))  # fmt: skip
    assert form.set_answer("/data/c", "x") == {"/data/c"}
    form.set_answer("/data/a", "1")
    assert form.set_answer("/data/b", "2") == {"/data/b", "/data/s", "/data/n"}
    assert form.set_answer("/data/b", "2") == {"/data/b"}


def test_required_and_constraint_say_so_in_the_forms_own_words(fill: Fill) -> None:
    form = fill(
        q("integer", "age", "年龄", required="yes", constraint=". >= 0 and . < 130"),
        q("integer", "weight", "体重", constraint=". < 500", constraint_message="体重太大"),
        q("text", "name", "姓名", required="${age} > 3", required_message="要写姓名"),
    )
    assert [problem.question for problem in form.problems()] == ["age"]
    form.set_answer("/data/age", "200")
    form.set_answer("/data/weight", "600")
    messages = {problem.question: problem.message for problem in form.problems()}
    assert "年龄" in messages["age"]
    assert "200" in messages["age"]
    assert messages["weight"] == "Please correct “600”. 体重太大"
    assert messages["name"] == "要写姓名"
    assert form.node("/data/weight").error == messages["weight"]
    assert form.node("/data/name").error == "", "nobody is told off for a question not yet reached"
    form.set_answer("/data/age", "")
    assert not form.node("/data/name").required


def test_a_refusal_names_what_was_entered_and_what_to_do(fill: Fill) -> None:
    options = [("yn", "1", "是"), ("yn", "2", "否"), *(("many", str(code), f"第{code}") for code in range(1, 31))]
    form = fill(
        q(
            "decimal",
            "temp",
            "体温",
            constraint=". >= 25 and . <= 45",
            constraint_message="体温要在 25 到 45 ℃之间。",
            unit="℃",
        ),
        q("select_multiple yn", "both", "选一", constraint="count-selected(.) < 2", constraint_message="只选一项。"),
        q("text", "number", "证号", constraint="false()", constraint_message="不对。"),
        q("select_one yn", "yes", "愿意吗"),
        q("select_one many", "place", "哪里"),
        choices=tuple({"list_name": listed, "name": code, "label": label} for listed, code, label in options),
    )
    form.fill({"temp": "338", "both": ["1", "2"], "number": "990101197012010015", "yes": "9", "place": "99"})
    said = {problem.question: problem.message for problem in form.problems()}
    assert said["temp"] == "Please correct “338 ℃”. 体温要在 25 到 45 ℃之间。"
    assert said["both"] == "Please correct “是, 否”. 只选一项。"
    assert said["number"] == "Please correct “9901**********0015”. 不对。"
    assert said["yes"] == "“愿意吗”: “9” is none of the options. Choose one of these: 1 是, 2 否."
    assert said["place"].endswith("Choose one of these: " + "".join(f"{n} 第{n}, " for n in range(1, 13)) + "….")


def test_a_name_that_the_form_does_not_have_is_told_with_those_like_it(fill: Fill) -> None:
    form = fill(*(q("integer", name, name) for name in ("temperature", "weight", "height", "pulse", "note_on")))
    (violation,) = form.fill({"temprature": 37})
    assert violation.message.startswith(
        "The form has no question “temprature”. Leave it out, or take one that is there"
    )
    assert "such as: temperature, " in violation.message


def test_a_question_that_is_not_asked_is_never_wrong(fill: Fill) -> None:
    form = fill(q("integer", "n"), q("text", "why", required="yes", relevant="${n} > 3"))
    assert form.problems() == []


def test_what_cannot_be_read_stays_as_typed_and_is_no_answer(fill: Fill) -> None:
    form = fill(q("decimal", "temp", "体温", unit="℃"))
    form.set_answer("/data/temp", "三十七")
    assert form.node("/data/temp").value == "三十七"
    assert "三十七" in form.node("/data/temp").error
    assert form.answers() == {}
    assert [problem.question for problem in form.problems()] == ["temp"]
    form.set_answer("/data/temp", "３６。8 ℃")
    assert form.answers() == {"temp": 36.8}
    assert form.problems() == []


def test_an_unusual_value_is_asked_about_once(fill: Fill) -> None:
    form = fill(q("decimal", "temp", "体温", soft=". >= 34 and . <= 42", unit="℃"))
    form.set_answer("/data/temp", "33")
    assert "33" in form.node("/data/temp").soft_warning
    assert form.problems() == []
    form.confirm("/data/temp")
    assert form.node("/data/temp").soft_warning == ""
    form.set_answer("/data/temp", "32")
    assert form.node("/data/temp").soft_warning != ""
    form.set_answer("/data/temp", "36.8")
    assert form.node("/data/temp").soft_warning == ""


def test_repeats_grow_and_shrink_and_count_themselves(fill: Fill) -> None:
    form = fill(
        q("begin repeat", "kids", "孩子"),
        q("text", "kname"),
        q("calculate", "place", calculation="position(..)"),
        q("note", "hello", "第${place}个：${kname}"),
        q("end repeat"),
        q("calculate", "many", calculation="count(${kids})"),
        q("calculate", "all", calculation="join('、', ${kname})"),
    )
    first = form.node("/data/kids").children[0]
    form.set_answer(f"{first}/kname", "大宝")
    second = form.add_repeat("/data/kids")
    assert second == "/data/kids[2]"
    form.set_answer(f"{second}/kname", "小宝")
    assert form.node("/data/kids[2]/hello").label == "第2个：小宝"
    assert form.answers()["all"] == "大宝、小宝"
    assert form.answers()["kids"] == [{"kname": "大宝", "place": "1"}, {"kname": "小宝", "place": "2"}]
    changed = form.remove_repeat(first)
    assert "/data/kids" in changed
    assert form.node("/data/kids[1]/hello").label == "第1个：小宝"
    assert form.answers()["many"] == "1"


def test_a_repeat_count_makes_the_instances(fill: Fill) -> None:
    form = fill(
        q("integer", "n"),
        q("begin repeat", "kids", repeat_count="${n}"),
        q("text", "kname"),
        q("begin repeat", "toys"),
        q("text", "toy"),
        q("end repeat"),
        q("end repeat"),
        q("calculate", "toys_all", calculation="count(${toys})"),
    )
    assert form.node("/data/kids").children == ()
    form.set_answer("/data/n", "2")
    assert form.node("/data/kids").children == ("/data/kids[1]", "/data/kids[2]")
    assert not form.node("/data/kids").can_add
    form.add_repeat("/data/kids[2]/toys")
    form.set_answer("/data/kids[2]/toys[2]/toy", "球")
    assert form.answers()["toys_all"] == "3"
    form.set_answer("/data/n", "1")
    assert form.answers()["toys_all"] == "1"
    with pytest.raises(KeyError):
        form.node("/data/kids[2]")


def test_within_a_repeat_a_question_sees_its_own_instance(fill: Fill) -> None:
    form = fill(
        q("begin repeat", "kids"),
        q("integer", "age"),
        q("text", "school", relevant="${age} > 6"),
        q("end repeat"),
        q("calculate", "oldest", calculation="max(${age})"),
    )
    form.add_repeat("/data/kids")
    form.set_answer("/data/kids[1]/age", "3")
    assert form.set_answer("/data/kids[2]/age", "9") == {"/data/kids[2]/age", "/data/kids[2]/school", "/data/oldest"}
    assert not form.node("/data/kids[1]/school").relevant
    assert form.node("/data/kids[2]/school").relevant
    assert form.answers()["oldest"] == "9"


CITIES = (
    {"list_name": "county", "name": "a", "label": "甲县"},
    {"list_name": "county", "name": "b", "label": "乙县"},
    {"list_name": "town", "name": "a1", "label": "甲一镇", "of": "a"},
    {"list_name": "town", "name": "a2", "label": "甲二镇", "of": "a"},
    {"list_name": "town", "name": "b1", "label": "乙一镇", "of": "b"},
)


def test_options_depend_on_other_answers(fill: Fill) -> None:
    form = fill(
        q("select_one county", "county"),
        q("select_one town", "town", choice_filter="of = ${county}"),
        q("note", "said", "去${name_of}"),
        q("calculate", "name_of", calculation="jr:choice-name(${town}, '${town}')"),
        choices=CITIES,
    )
    assert form.node("/data/town").choices == ()
    assert "/data/town" in form.set_answer("/data/county", "a")
    assert [choice.label for choice in form.node("/data/town").choices] == ["甲一镇", "甲二镇"]
    form.set_answer("/data/town", "a2")
    assert form.node("/data/said").label == "去甲二镇"
    form.set_answer("/data/county", "b")
    assert [problem.question for problem in form.problems()] == ["town"]
    assert [choice.code for choice in form.node("/data/town").choices if choice.retired] == ["a2"]


def test_several_choices_are_a_list_and_unknown_codes_are_named(fill: Fill) -> None:
    form = fill(q("select_multiple county", "where", "去过"), choices=CITIES)
    form.set_answer("/data/where", ["a", "b"])
    assert form.answers() == {"where": ["a", "b"]}
    form.set_answer("/data/where", ["a", "zz"])
    assert "zz" in form.problems()[0].message


def test_what_is_known_is_filled_in_once_and_can_be_cleared(fill: Fill) -> None:
    known = FormInputs(person={"name": "李芳", "age_days": "12"}, previous={"weight": "3.1"})
    rows = (
        q("text", "name", default="instance('person')/root/name"),
        q("text", "phone", default="instance('person')/root/phone"),
        q("decimal", "before", calculation="instance('previous')/root/weight", read_only="yes"),
        q("hidden", "kind", default="home"),
    )
    form = fill(*rows, inputs=known)
    assert form.answers() == {"name": "李芳", "before": 3.1, "kind": "home"}
    assert form.node("/data/before").read_only
    form.set_answer("/data/name", "")
    again = FormSession(form.package, ambient=form._ambient, inputs=known, answers=form.answers())
    assert "name" not in again.answers()


def test_lists_from_outside_are_offered(fill: Fill) -> None:
    members = [{"name": "p1", "label": "户主 张三"}, {"name": "p2", "label": "配偶 李芳"}]
    form = fill(q("select_multiple_from_file members.csv", "who"), inputs=FormInputs(tables={"members": members}))
    assert [choice.label for choice in form.node("/data/who").choices] == ["户主 张三", "配偶 李芳"]
    form.set_answer("/data/who", ["p2"])
    assert form.problems() == []
    empty = fill(q("select_one_from_file members.csv", "who"))
    assert empty.node("/data/who").choices == ()


def test_a_trigger_sets_a_value_when_an_answer_changes(fill: Fill) -> None:
    form = fill(q("text", "a"), q("calculate", "when", calculation="today()", trigger="${a}"))
    assert form.answers() == {}
    form.set_answer("/data/a", "x")
    assert form.answers()["when"] == "2026-11-22"


def test_once_is_computed_once(fill: Fill) -> None:
    form = fill(q("text", "a"), q("calculate", "id", calculation="once(concat(${a}, uuid()))"))
    first = form.answers()["id"]
    form.set_answer("/data/a", "x")
    assert form.answers()["id"] == first


def test_labels_are_in_the_wanted_language_and_fall_back_to_the_first(fill: Fill) -> None:
    rows = (
        {"type": "text", "name": "a", ZH: "姓名", EN: "Name", "guidance_hint::Chinese (zh)": "写全名"},
        {"type": "text", "name": "b", ZH: "小名", EN: ""},
    )
    form = fill(*rows, settings={"default_language": "Chinese (zh)", "form_id": "f"})
    assert form.node("/data/a").label == "姓名"
    assert form.node("/data/a").guidance == "写全名"
    english = FormSession(form.package, ambient=form._ambient, language="en")
    assert english.node("/data/a").label == "Name"
    assert english.node("/data/b").label == "小名"
    assert FormSession(form.package, ambient=form._ambient, language="zh_CN").node("/data/a").label == "姓名"


def test_pages_are_the_groups_at_the_top(fill: Fill) -> None:
    form = fill(q("begin group", "one"), q("text", "a"), q("end group"), q("begin repeat", "two"), q("text", "b"),
                q("end repeat"), q("calculate", "c", calculation="1"))  # fmt: skip
    assert form.pages == ("/data/one", "/data/two")
    assert fill(q("text", "a"), q("begin group", "g"), q("text", "b"), q("end group")).pages == ("/data",)


def test_files_have_a_place_that_says_they_are_not_kept(fill: Fill) -> None:
    form = fill(q("image", "photo"), q("barcode", "code"), q("rank county", "order"), q("range", "pain",
                parameters="start=0 end=10 step=1"), q("time", "at"), q("dateTime", "moment"),
                choices=CITIES)  # fmt: skip
    assert form.node("/data/photo").read_only
    assert form.node("/data/photo").hint
    assert form.node("/data/pain").range == ("0", "10", "1")
    for path, told in (("code", "690123"), ("order", ["b", "a"]), ("pain", "3"), ("at", "8:30"),
                       ("moment", "2026-11-22 08:30")):  # fmt: skip
        form.set_answer(f"/data/{path}", told)
    assert form.problems() == []
    assert form.answers() == {"code": "690123", "order": ["b", "a"], "pain": 3, "at": "08:30",
                              "moment": "2026-11-22T08:30:00+08:00"}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"nosuch": 1}, "nosuch"), ({"kids": "x"}, "kids"), ({"kids": [{"toy": 1}]}, "toy"), ({"s": "9"}, "s"),
        ({"a": {"b": 1}}, "a"), ({"told": "x"}, "told"),
    ],
)  # fmt: skip
def test_answers_from_a_file_that_do_not_belong_are_named(fill: Fill, answers: dict[str, Any], named: str) -> None:
    form = fill(q("text", "a"), q("calculate", "s", calculation="1 + 1"), q("note", "told"), q("begin repeat", "kids"),
                q("text", "kname"), q("end repeat"))  # fmt: skip
    assert [violation.question for violation in form.fill(answers)] == [named]


def test_a_file_fills_repeats_as_lists_of_objects(fill: Fill) -> None:
    form = fill(q("begin repeat", "kids"), q("text", "kname"), q("end repeat"))
    assert form.fill({"kids": [{"kname": "a"}, {"kname": "b"}, {"kname": "c"}]}) == []
    assert form.answers() == {"kids": [{"kname": "a"}, {"kname": "b"}, {"kname": "c"}]}


def test_or_other_opens_a_line_of_its_own(fill: Fill) -> None:
    form = fill(q("select_one county or_other", "where", "去哪"), choices=CITIES)
    assert not form.node("/data/where_other").relevant
    form.set_answer("/data/where", "other")
    form.set_answer("/data/where_other", "丙县")
    assert form.problems() == []
    assert form.answers() == {"where": "other", "where_other": "丙县"}
    assert form.answers_by_number().open == {1: "other", 2: "丙县"}


def test_a_repeat_that_is_not_asked_says_so_even_when_empty(fill: Fill) -> None:
    form = fill(q("integer", "n"), q("begin repeat", "kids", relevant="${n} > 0"), q("text", "kname"), q("end repeat"))
    form.set_answer("/data/n", "1")
    form.remove_repeat("/data/kids[1]")
    assert form.node("/data/kids").relevant
    form.set_answer("/data/n", "0")
    assert not form.node("/data/kids").relevant


def test_a_filling_has_a_name_where_the_form_gives_one(fill: Fill) -> None:
    form = fill(q("text", "who"), settings={"form_id": "f", "instance_name": "concat('走访 ', ${who})"})
    form.set_answer("/data/who", "李芳")
    assert form.name == "走访 李芳"


def test_a_retired_option_is_offered_only_to_those_who_chose_it(fill: Fill) -> None:
    options = (
        {"list_name": "l", "name": "1", "label": "一"},
        {"list_name": "l", "name": "2", "label": "二", "retired": "yes"},
    )
    form = fill(q("select_one l", "a"), choices=options)
    assert [choice.code for choice in form.node("/data/a").choices] == ["1"]
    again = FormSession(form.package, ambient=form._ambient, answers={"a": "2"})
    assert [(choice.label, choice.retired) for choice in again.node("/data/a").choices] == [("一", False), ("二", True)]
    assert again.problems() == []


def test_a_form_says_what_it_writes_to_other_records(sheet: Callable[..., Any], ambient: Ambient) -> None:
    path = sheet(
        q("text", "who", save_to="full_name"), q("begin group", "more"), q("date", "due", save_to="due"),
        q("end group"), q("text", "secret", relevant="${who} = 'x'", save_to="secret"),
        settings={"form_id": "f", "version": "1"},
    )  # fmt: skip
    entities = {"dataset": "episode", "label": "concat('孕期 ', ${who})", "create_if": "${who} != ''"}
    path.write_text(path.read_text(encoding="utf-8") + table("entities", entities), encoding="utf-8")
    form = FormSession(compile_sheet(path), ambient=ambient)
    assert form.entities() == []
    form.set_answer("/data/who", "李芳")
    form.set_answer("/data/more/due", "2027-05-01")
    (write,) = form.entities()
    assert (write.dataset, write.create, write.update, write.id) == ("episode", True, False, "")
    assert (write.label, write.properties) == ("孕期 李芳", {"full_name": "李芳", "due": "2027-05-01"})


def test_a_range_takes_what_lies_in_it(fill: Fill) -> None:
    form = fill(q("range", "pain", "疼痛", parameters="start=0 end=10 step=1"))
    form.set_answer("/data/pain", "10")
    assert form.problems() == []
    form.set_answer("/data/pain", "11")
    assert "疼痛" in form.problems()[0].message


def test_shuffled_options_keep_their_order_while_the_form_is_open(fill: Fill) -> None:
    options = tuple({"list_name": "l", "name": str(number), "label": str(number)} for number in range(30))
    form = fill(q("select_one l", "a", parameters="randomize=true"), q("text", "b"), choices=options)
    before = form.node("/data/a").choices
    form.set_answer("/data/b", "x")
    assert form.node("/data/a").choices == before
    assert [choice.code for choice in before] != [option["name"] for option in options]


def test_a_count_beyond_reason_is_said_and_not_followed(fill: Fill) -> None:
    form = fill(q("integer", "n"), q("begin repeat", "kids", repeat_count="${n}"), q("text", "kname"), q("end repeat"))
    form.set_answer("/data/n", "100000")
    assert len(form.node("/data/kids").children) == 200
    assert [problem.question for problem in form.problems()] == ["kids"]
    form.set_answer("/data/n", "2")
    assert form.problems() == []
