"""Kept answers: by permanent number, small, and the same again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp.domain.ambient import Ambient
from villagefp.forms.answers import NumberedAnswers, from_numbers, to_numbers
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession

ROWS = (
    {"type": "date", "name": "day", "number": "1", "label": "d"},
    {"type": "decimal", "name": "kg", "number": "7", "label": "kg"},
    {"type": "integer", "name": "n", "number": "3", "label": "n"},
    {"type": "select_multiple l", "name": "m", "number": "4", "label": "m"},
    {"type": "text", "name": "secret", "number": "5", "label": "s", "sealed": "yes"},
    {"type": "calculate", "name": "known", "number": "", "label": "", "calculation": "1 + 1"},
    {"type": "begin repeat", "name": "kids", "number": "6", "label": "kid"},
    {"type": "text", "name": "kname", "number": "8", "label": "name"},
    {"type": "text", "name": "kept", "number": "9", "label": "kept", "sealed": "yes"},
    {"type": "end repeat"},
)
CHOICES = ({"list_name": "l", "name": "1", "label": "一"}, {"list_name": "l", "name": "2", "label": "二"})


def test_answers_come_back_as_they_were(sheet: Callable[..., Path]) -> None:
    package = compile_sheet(sheet(*ROWS, choices=CHOICES))
    answers = {
        "day": "2026-11-20", "kg": 3.25, "n": 4, "m": ["1", "2"], "secret": "x", "known": "2",
        "kids": [{"kname": "a", "kept": "y"}, {"kname": "b"}],
    }  # fmt: skip
    kept = to_numbers(package, answers)
    assert kept.sealed == {5: "x", 6: [{9: "y"}, {}]}
    assert kept.open[1] == 20777, "a day takes three bytes, not eleven"
    again = NumberedAnswers(
        *(msgspec.msgpack.decode(msgspec.msgpack.encode(part)) for part in (kept.open, kept.sealed))
    )
    answers.pop("known")
    assert from_numbers(package, again) == answers


def test_a_retired_option_and_a_retired_question_stay_readable(sheet: Callable[..., Path], ambient: Ambient) -> None:
    package = compile_sheet(sheet(*ROWS, choices=CHOICES))
    kept = to_numbers(package, {"m": ["1", "9"], "n": 3})
    later = replace(package, questions=tuple(question for question in package.questions if question.name != "n"))
    assert from_numbers(later, kept) == {"m": ["1", "9"], "#3": 3}
    form = FormSession(package, ambient=ambient, answers=from_numbers(package, kept))
    assert form.answers()["m"] == ["1", "9"]
    assert [(choice.code, choice.retired) for choice in form.node("/data/m").choices] == [
        ("1", False), ("2", False), ("9", True)]  # fmt: skip


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(deadline=None)
@given(weight=st.decimals(min_value="0.2", max_value="9.9", places=3), name=TEXTS, day=st.dates())
def test_any_newborn_answers_come_back(newborn_form: FormPackage, weight: object, name: str, day: object) -> None:
    told = {"birth_weight_kg": float(str(weight)), "father_name": name, "next_on": str(day)}
    kept = to_numbers(newborn_form, told)
    packed = msgspec.msgpack.decode(msgspec.msgpack.encode(kept.open))
    assert from_numbers(newborn_form, NumberedAnswers(packed)) == told
