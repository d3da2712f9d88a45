"""A new version of a form: names keep numbers and types, options are retired and never lost, whatever is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forms.conftest import table
from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.forms.library import version_key
from villagefp.forms.package import FormPackage
from villagefp.forms.problems import FormError
from villagefp.forms.session import FormSession
from villagefp.forms.succession import compile_successor, form_id_of, numbers_of, options_missing

Rows = tuple[dict[str, str], ...]
Make = Callable[..., FormPackage]
SIZES = (("1", "小"), ("2", "中"), ("3", "大"))


def q(kind: str, name: str = "", **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label::Chinese (zh)": more.pop("label", name)} | more


def options(*told: tuple[str, str], list_name: str = "size", **more: str) -> Rows:
    return tuple({"list_name": list_name, "name": code, "label::Chinese (zh)": label} | more for code, label in told)


SIZE_ROWS = options(*SIZES)
ASKED = (q("text", "said"), q("select_one size", "how_big"), q("integer", "count"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def made(*survey: dict[str, str], choices: Rows = SIZE_ROWS, version: str = "1", **settings: str) -> Path:
        told = {"form_id": "wishes", "form_title": "愿望", "version": version} | settings
        path = tmp_path / f"sheet-{version}.md"
        text = table("survey", *survey) + table("choices", *choices) + table("settings", told)
        path.write_text(text, encoding="utf-8")
        return path

    return made


@pytest.fixture
def first(write: Callable[..., Path]) -> FormPackage:
    return compile_successor(write(*ASKED), []).package


def numbers(package: FormPackage) -> dict[str, int | None]:
    return {question.name: question.number for question in package.questions}


def problems(path: Path, *earlier: FormPackage) -> dict[str, str]:
    """What is wrong, by column."""
    with pytest.raises(FormError) as refused:
        compile_successor(path, earlier)
    return {problem.column: problem.message for problem in refused.value.problems}


def test_a_first_version_numbers_its_questions_in_their_order(first: FormPackage) -> None:
    assert numbers(first) == {"said": 1, "how_big": 2, "count": 3}


def test_names_keep_their_numbers_and_new_ones_get_the_next(write: Callable[..., Path], first: FormPackage) -> None:
    path = write(q("date", "when"), *reversed(ASKED), version="2")
    assert numbers(compile_successor(path, [first]).package) == {"when": 4, "count": 3, "how_big": 2, "said": 1}


def test_a_number_that_was_given_up_is_never_given_again(write: Callable[..., Path], first: FormPackage) -> None:
    second = compile_successor(write(*ASKED[:2], version="2"), [first]).package
    third = compile_successor(write(*ASKED[:2], q("text", "more"), version="3"), [first, second]).package
    assert numbers(third)["more"] == 4
    fourth = compile_successor(write(*ASKED, version="4"), [first, second, third]).package
    assert numbers(fourth)["count"] == 3, "the old name takes its old number"


def test_open_numbers_of_a_numbered_sheet_are_filled(write: Callable[..., Path], first: FormPackage) -> None:
    survey = (ASKED[0] | {"number": "1"}, ASKED[1], q("text", "more"), q("text", "kept", number="9"), q("note", "hint"))
    made = compile_successor(write(*survey, version="2"), [first]).package
    assert numbers(made) == {"said": 1, "how_big": 2, "more": 10, "kept": 9, "hint": None}


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        (q("integer", "said"), "type", "text"),
        (q("select_multiple size", "how_big"), "type", "select_one"),
        (q("text", "said", number="5"), "number", "1"),
        (q("text", "new", number="2"), "number", "how_big"),
        (q("text", "new", number="two"), "number", "two"),
    ],
)
def test_another_type_or_number_is_refused(
    write: Callable[..., Path], first: FormPackage, row: dict[str, str], column: str, word: str
) -> None:
    assert word in problems(write(row, version="2"), first)[column]


def test_what_was_private_stays_private(write: Callable[..., Path], first: FormPackage) -> None:
    neutral = {"print::neutral_title": "服务记录"}
    sealed = compile_successor(write(ASKED[0] | {"sealed": "yes"}, version="2", **neutral), [first]).package
    assert "said" in problems(write(ASKED[0], version="3", **neutral), first, sealed)["sealed"]


def test_a_private_form_says_what_lists_may_call_it(write: Callable[..., Path]) -> None:
    assert "print::neutral_title" in problems(write(ASKED[0] | {"sealed": "yes"}))
    assert "print::neutral_title" in problems(write(ASKED[0], **{"print::sealed": "all"}))


@pytest.mark.parametrize(
    ("settings", "column"),
    [
        ({"version": "1"}, "version"),
        ({"version": "0.9"}, "version"),
        ({"version": "zwei+3"}, "version"),
        ({"version": "2", "form_id": "../etc"}, "form_id"),
        ({"version": "2", "print::subject": "household"}, "print::subject"),
        ({"version": "2", "print::subject": "cow"}, "print::subject"),
    ],
)
def test_settings_that_break_the_line_of_versions_are_refused(
    write: Callable[..., Path], first: FormPackage, settings: dict[str, str], column: str
) -> None:
    assert column in problems(write(*ASKED, **settings), first)


def test_all_that_is_wrong_is_said_at_once(write: Callable[..., Path], first: FormPackage) -> None:
    path = write(q("integer", "said"), q("text", "how_big"), version="1")
    with pytest.raises(FormError) as refused:
        compile_successor(path, [first])
    assert len(refused.value.problems) == 3
    path = write(q("geopoint", "where"), q("nosuch", "what"), version="2")
    with pytest.raises(FormError) as refused:
        compile_successor(path, [first])
    assert [problem.row for problem in refused.value.problems] == [2, 3]


def test_an_option_that_is_left_out_is_retired(
    write: Callable[..., Path], first: FormPackage, ambient: Ambient
) -> None:
    made = compile_successor(write(*ASKED, choices=options(*SIZES[:2], ("4", "很大")), version="2"), [first])
    assert [(each.question, each.code, each.label) for each in made.retired] == [("how_big", "3", {"zh": "大"})]
    assert [(choice.name, choice.retired) for choice in made.package.choices["size"]] == [
        ("1", False), ("2", False), ("4", False), ("3", True),
    ]  # fmt: skip
    fresh = FormSession(made.package, ambient=ambient)
    assert [choice.code for choice in fresh.node("/data/how_big").choices] == ["1", "2", "4"]
    kept = FormSession(made.package, ambient=ambient, answers={"how_big": "3"})
    shown = kept.node("/data/how_big").choices
    assert [(choice.code, choice.label, choice.retired) for choice in shown][-1] == ("3", "大", True)
    assert kept.problems() == []


def test_a_retired_option_stays_so_without_being_told_again(write: Callable[..., Path], first: FormPackage) -> None:
    second = compile_successor(write(*ASKED, choices=options(*SIZES[:2]), version="2"), [first]).package
    third = compile_successor(write(*ASKED, choices=options(*SIZES[:2]), version="3"), [first, second])
    assert third.retired == ()
    assert [choice.name for choice in third.package.choices["size"] if choice.retired] == ["3"]
    back = compile_successor(write(*ASKED, version="4"), [first, second, third.package])
    assert not any(choice.retired for choice in back.package.choices["size"]), "the county may offer it again"


def test_options_follow_a_question_to_a_list_of_another_name(write: Callable[..., Path], first: FormPackage) -> None:
    choices = options(("1", "小"), list_name="size2")
    made = compile_successor(write(q("select_one size2", "how_big"), choices=choices, version="2"), [first])
    assert [(each.code, each.label["zh"]) for each in made.retired] == [("2", "中"), ("3", "大")]
    assert [choice.name for choice in made.package.choices["size2"]] == ["1", "2", "3"]


def test_the_option_that_or_other_adds_is_not_retired(write: Callable[..., Path], ambient: Ambient) -> None:
    survey = (q("select_one size or_other", "how_big"),)
    before = compile_successor(write(*survey), []).package
    made = compile_successor(write(*survey, version="2"), [before])
    assert made.retired == ()
    assert numbers(made.package) == numbers(before) == {"how_big": 1, "how_big_other": 2}
    shown = FormSession(made.package, ambient=ambient).node("/data/how_big").choices
    assert "other" in [choice.code for choice in shown]
    plain = compile_successor(write(q("select_one size", "how_big"), version="3"), [before, made.package])
    assert not any(choice.name == "other" and not choice.retired for choice in plain.package.choices["size"])


def test_another_spelling_of_the_sheet_is_the_same_form(first: FormPackage, tmp_path: Path) -> None:
    path = tmp_path / "spelled.md"
    text = table("survey", {"Type": "select one from size", "Name": "how_big", "Label::Chinese (zh)": "多大"})
    text += table("choices", {"List Name": "size", "Value": "1", "Label::Chinese (zh)": "小"})
    text += table("settings", {"Form ID": "wishes", "Form Title": "愿望", "Version": "2"})
    path.write_text(text, encoding="utf-8")
    assert form_id_of(path) == "wishes"
    made = compile_successor(path, [first])
    assert numbers(made.package) == {"how_big": 2}
    assert [(choice.name, choice.label["zh"], choice.retired) for choice in made.package.choices["size"]] == [
        ("1", "小", False), ("2", "中", True), ("3", "大", True),
    ]  # fmt: skip


def test_a_question_that_is_gone_asks_for_none_of_its_options(write: Callable[..., Path], first: FormPackage) -> None:
    made = compile_successor(write(ASKED[0], choices=options(("1", "小")), version="2"), [first])
    assert made.retired == ()


def test_a_retired_option_cannot_be_given_anew(
    write: Callable[..., Path], first: FormPackage, ambient: Ambient
) -> None:
    made = compile_successor(write(*ASKED, choices=options(*SIZES[:2]), version="2"), [first]).package
    session = FormSession(made, ambient=ambient)
    (fault,) = session.fill({"how_big": "3"})
    assert fault.question == "how_big"
    assert "how_big" not in session.answers()
    kept = FormSession(made, ambient=ambient, answers={"how_big": "3"})
    assert kept.fill({"how_big": "3"}) == []


def test_filtered_options_keep_what_they_are_filtered_by(write: Callable[..., Path], ambient: Ambient) -> None:
    survey = (q("text", "where"), q("select_one size", "how_big", choice_filter="place = ${where}"))
    before = compile_successor(write(*survey, choices=options(*SIZES, place="here")), []).package
    choices = options(*SIZES[:2], place="here")
    made = compile_successor(write(*survey, choices=choices, version="2"), [before]).package
    kept = FormSession(made, ambient=ambient, answers={"where": "here", "how_big": "3"})
    assert kept.node("/data/how_big").choices[-1].label == "大"


def test_lost_options_of_a_package_are_found(write: Callable[..., Path], first: FormPackage) -> None:
    other = compile_successor(write(*ASKED, choices=options(*SIZES[:1]), version="2"), []).package
    assert [(each.question, each.code) for each in options_missing(other, [first])] == [
        ("how_big", "2"), ("how_big", "3"),
    ]  # fmt: skip
    assert options_missing(first, [first]) == []


def test_versions_sort_as_people_count() -> None:
    ordered = ["0.9", "1", "1.9", "1.10", "2", "2026", "2026.1"]
    assert sorted(set(ordered), key=version_key) == ordered


def test_every_shipped_form_could_be_followed_by_itself(tmp_path: Path) -> None:
    """A county takes a shipped sheet, raises its version and publishes it: nothing stands against that."""
    folder = paths.resources_dir() / "forms"
    for name in ("need_record", "household_visit", "iud_followup", "pregnancy_outcome_followup"):
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
        shipped = compile_successor(folder / f"{name}.md", []).package
        assert f"| {name} | 1 |" in text
        path = tmp_path / f"{name}.md"
        path.write_text(text.replace(f"| {name} | 1 |", f"| {name} | 2 |"), encoding="utf-8")
        assert form_id_of(path) == name
        made = compile_successor(path, [shipped])
        assert (made.package.version, made.retired) == ("2", ())
        assert numbers_of([made.package]) == numbers_of([shipped])
