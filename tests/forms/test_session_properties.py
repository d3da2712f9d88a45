"""Whatever is typed in whatever order: computing what hangs on each answer ends where computing everything does."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.forms.compile import compile_sheet
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs, NodeView

from .conftest import table

ROWS = (
    {"type": "integer", "name": "n", "label": "n"},
    {"type": "integer", "name": "a", "label": "a", "relevant": "${n} > 1", "constraint": ". != 4"},
    {"type": "select_multiple l", "name": "m", "label": "m ${a}", "relevant": "${a} > 1 or ${n} = 3"},
    {"type": "begin group", "name": "g", "label": "g", "relevant": "selected(${m}, 'x')"},
    {"type": "text", "name": "t", "label": "t", "required": "${n} > 2"},
    {"type": "calculate", "name": "c", "calculation": "concat(${t}, '-', ${a}, '-', ${sum})"},
    {"type": "end group"},
    {"type": "begin repeat", "name": "kids", "label": "kid", "repeat_count": "${n}"},
    {"type": "integer", "name": "age", "label": "age ${place}", "read_only": "${n} = 2"},
    {"type": "calculate", "name": "place", "calculation": "position(..) + ${a}"},
    {"type": "text", "name": "school", "label": "s", "relevant": "${age} > 2 and ${c} != ''"},
    {"type": "begin repeat", "name": "toys", "label": "toy"},
    {"type": "text", "name": "toy", "label": "toy", "relevant": "${age} < 3"},
    {"type": "end repeat"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "sum", "calculation": "sum(${age})"},
    {"type": "calculate", "name": "schools", "calculation": "join('', ${school})"},
    {"type": "note", "name": "note", "label": "${sum} ${schools}", "relevant": "count(${toys}) > 2 or ${sum} > 5"},
)
CHOICES = ({"list_name": "l", "name": "x", "label": "x"}, {"list_name": "l", "name": "y", "label": "y"})
AMBIENT = Ambient(now=lambda: datetime(2026, 11, 22, 1, tzinfo=UTC), random=random.Random(1).randbytes)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> FormPackage:
    path = tmp_path_factory.mktemp("form") / "form.md"
    path.write_text(table("survey", *ROWS) + table("choices", *CHOICES), encoding="utf-8")
    return compile_sheet(path)


NAMES = ("n", "a", "m", "g/t", "kids[1]/age", "kids[2]/age", "kids[1]/school", "kids[2]/toys[1]/toy", "+", "-")
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(("", "0", "1", "2", "3", "4", "7", "x", "x y"))))


def act(session: FormSession, name: str, value: str) -> None:
    """One thing somebody does; what is not there cannot be answered."""
    try:
        if name == "+":
            session.add_repeat("/data/kids[1]/toys")
        elif name == "-":
            session.remove_repeat("/data/kids[1]/toys[1]")
        else:
            session.set_answer(f"/data/{name}", value)
    except KeyError:
        return


def state(session: FormSession) -> dict[str, NodeView]:
    return {path: session.node(path) for path in session.paths()}


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_incremental_equals_whole(form: FormPackage, steps: list[tuple[str, str]]) -> None:
    session = FormSession(form, ambient=AMBIENT)
    for name, value in steps:
        act(session, name, value)
    incremental, answers = state(session), session.answers()
    session._work.whole()
    assert state(session) == incremental
    assert session.answers() == answers


@settings(max_examples=100, deadline=None)
@given(values=st.fixed_dictionaries({name: st.sampled_from(("", "1", "2", "3", "x")) for name in NAMES[:4]}),
       order=st.permutations(NAMES[:4]))  # fmt: skip
def test_the_order_of_answers_does_not_matter(form: FormPackage, values: dict[str, str], order: list[str]) -> None:
    one, other = FormSession(form, ambient=AMBIENT), FormSession(form, ambient=AMBIENT)
    for name in NAMES[:4]:
        act(one, name, values[name])
    for name in order:
        act(other, name, values[name])
    assert state(one) == state(other)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_what_was_answered_can_be_taken_up_again(form: FormPackage, steps: list[tuple[str, str]]) -> None:
    session = FormSession(form, ambient=AMBIENT)
    for name, value in steps:
        act(session, name, value)
    answers = session.answers()
    assert FormSession(form, ambient=AMBIENT, answers=answers).answers() == answers


def newborn_steps() -> st.SearchStrategy[list[tuple[int, str]]]:
    return st.lists(st.tuples(st.integers(0, 200), st.sampled_from(("", "1", "2", "3", "33", "3.2", "2.5", "fit"))),
                    max_size=25)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(steps=newborn_steps())
def test_incremental_equals_whole_in_the_newborn_form(steps: list[tuple[int, str]]) -> None:
    session = FormSession(NEWBORN(), ambient=AMBIENT, inputs=FormInputs(person={"birth_date": "2026-11-10"},
                                                                        visit={"on": "2026-11-22"}))  # fmt: skip
    places = session.paths()
    for place, value in steps:
        session.set_answer(places[place % len(places)], value)
    incremental = state(session)
    session._work.whole()
    assert state(session) == incremental


_cache: dict[str, Any] = {}


def NEWBORN() -> FormPackage:  # noqa: N802  reads as the constant it is; compiled when first needed
    if "newborn" not in _cache:
        _cache["newborn"] = compile_sheet(paths.resources_dir() / "forms" / "newborn_home_visit.md")
    package: FormPackage = _cache["newborn"]
    return package
