"""Answers as they leave a form: by name for people and scripts, by permanent number for keeping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from villagefp.forms.package import FormPackage, Question
from villagefp.forms.xpath_values import days, from_days, number_text, to_moment

Answers = dict[str, Any]
"""By question name: text, int, float, list of codes; a repeat is a list of the same."""

Numbered = dict[int, Any]
"""By permanent number, written small: a day as days since 1970-01-01, a decimal as its digits, an id as its 16 bytes;
a repeat is a list of the same."""

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class NumberedAnswers:
    """What is kept of a visit: readable by the county, and under the village's own key."""

    open: Numbered = field(default_factory=dict)
    sealed: Numbered = field(default_factory=dict)


def to_numbers(package: FormPackage, answers: Mapping[str, Any]) -> NumberedAnswers:
    """Answers by name as they are kept; what has no number (taken from the register) is left out."""
    plain: Numbered = {}
    sealed: Numbered = {}
    for question in top_questions(package):
        if question.number is None or question.name not in answers:
            continue
        value = answers[question.name]
        if question.type == "repeat":
            parts = [to_numbers(below(package, question), row) for row in value]
            if any(part.open for part in parts):
                plain[question.number] = [part.open for part in parts]
            if any(part.sealed for part in parts):
                sealed[question.number] = [part.sealed for part in parts]
        else:
            (sealed if question.sealed else plain)[question.number] = _packed(question.type, value)
    return NumberedAnswers(plain, sealed)


def from_numbers(package: FormPackage, kept: NumberedAnswers) -> Answers:
    """Kept answers by name, retired options as they are; a number this version does not know stays under "#number"."""
    answers: Answers = {}
    questions = {question.number: question for question in top_questions(package) if question.number is not None}
    for numbered in (kept.open, kept.sealed):
        for number, value in numbered.items():
            question = questions.get(number)
            if question is None:
                answers[f"#{number}"] = _unpacked("", value)
            elif question.type == "repeat":
                inner = below(package, question)
                rows = answers.setdefault(question.name, [])
                for place, row in enumerate(value):
                    if place == len(rows):
                        rows.append({})
                    rows[place].update(from_numbers(inner, NumberedAnswers(row)))
            else:
                answers[question.name] = _unpacked(question.type, value)
    return answers


def top_questions(package: FormPackage) -> Iterator[Question]:
    """Questions outside repeats, and the repeats themselves."""
    inside = ""
    for question in package.questions:
        if inside and question.path.startswith(inside):
            continue
        if question.type == "repeat":
            inside = f"{question.path}/"
        yield question


def below(package: FormPackage, repeat: Question) -> FormPackage:
    """The part of a form inside a repeat, to be read like a form."""
    inside = tuple(question for question in package.questions if question.path.startswith(f"{repeat.path}/"))
    return FormPackage(
        form_id=package.form_id,
        version=package.version,
        title=package.title,
        languages=package.languages,
        xform="",
        questions=inside,
        choices=package.choices,
        settings=package.settings,
        source_hash=package.source_hash,
    )


def read_number(text: str) -> int | float | str:
    """A kept decimal as a number; whole ones without a point, text that is none as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _packed(kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_packed("", part) for part in value]
    if kind == "date" and isinstance(value, str):
        moment = to_moment(value)
        return value if moment is None else int(days(moment))
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, str) and _ID.fullmatch(value):
        return bytes.fromhex(value)
    return value


def _unpacked(kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked("", part) for part in value]
    if kind == "date" and isinstance(value, int):
        return from_days(value).isoformat()
    if kind in {"decimal", "range"} and isinstance(value, str):
        return read_number(value)
    if isinstance(value, bytes):
        return value.hex()
    return value
