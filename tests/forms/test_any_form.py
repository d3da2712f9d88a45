"""Any sheet at all: refused with a row, or run without a crash, its rules worked out as if all were computed anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.forms.compile import compile_sheet
from villagefp.forms.problems import FormError
from villagefp.forms.session import FormSession

from .conftest import table

AMBIENT = Ambient(now=lambda: datetime(2026, 11, 22, 1, tzinfo=UTC), random=lambda count: b"\x5a" * count)
CHOICES = (
    {"list_name": "l", "name": "1", "label": "一", "f": "x"},
    {"list_name": "l", "name": "2", "label": "${a}", "f": "y"},
)
ANSWERED = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "select_one l",
    "select_multiple l",
    "rank l",
    "hidden",
    "acknowledge",
)
RULES = (
    "${a} > 1", "${b} = ''", ". > 0", "count(${k})", "sum(${c})", "position(..)", "if(${a}, ${b}, ${c})", "yes",
    "instance('l')/root/item[name = ${a}]/f", "jr:choice-name(${a}, '${a}')", "indexed-repeat(${c}, ${k}, 1)",
    "once(${b})", "regex(${a}, 'a*')", "string-length(.)", "true()", "selected-at(${b}, ${c})", "${d}", "${e} = '1'",
    "count(${kk})", "join(' ', ${cc})", "sum(${c}) > 1", "${a} + 1", "${d} - ${e}",
    "coalesce(${cc}, ${d})", "../a", "//c",
    "nosuch(1)", "1 +", "count(${a} + 1)",
)  # fmt: skip
COLUMNS = (
    "relevant",
    "required",
    "constraint",
    "calculation",
    "read_only",
    "soft",
    "default",
    "repeat_count",
    "choice_filter",
)
LABELS = st.sampled_from(("x", "${a}", "${b} y", "${cc}"))


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """a and b, a repeat k of c with a repeat kk of cc in it, a group g of d and e; rules here and there."""
    made = []
    for kind, name in (("", "a"), ("", "b"), ("begin repeat", "k"), ("", "c"), ("begin repeat", "kk"), ("", "cc"),
                       ("end repeat", ""), ("end repeat", ""), ("begin group", "g"), ("", "d"), ("", "e"),
                       ("end group", "")):  # fmt: skip
        row = {"type": kind or draw(st.sampled_from(ANSWERED)), "name": name}
        if not kind.startswith("end"):
            row["label"] = draw(LABELS)
        made.append(row)
    for _rule in range(draw(st.integers(0, 5))):
        row = draw(st.sampled_from([row for row in made if row["name"]]))
        column, rule = draw(st.sampled_from(COLUMNS)), draw(st.sampled_from(RULES))
        itself = f"${{{row['name']}}}" in rule or rule in {". > 0", "string-length(.)", "../a", "//c"}
        if column != "calculation" or not itself:  # what is worked out from itself moves on each time
            row[column] = rule
    return made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sheet=rows(),
    typed=st.lists(st.tuples(st.integers(0, 99), st.sampled_from(("1", "2", "x", "", "2026-11-22"))), max_size=12),
)
def test_any_form_is_refused_or_runs(tmp_path: Path, sheet: list[dict[str, str]], typed: list[tuple[int, str]]) -> None:
    path = tmp_path / "form.md"
    path.write_text(table("survey", *sheet) + table("choices", *CHOICES), encoding="utf-8")
    try:
        form = FormSession(compile_sheet(path), ambient=AMBIENT)
    except FormError:
        return
    try:
        for place, value in typed:
            places = form.paths()
            form.set_answer(places[place % len(places)], value)
        views = {place: form.node(place) for place in form.paths()}
        answers = form.answers()
        form.problems()
        form._work.whole()
        assert {place: form.node(place) for place in form.paths()} == views
        assert form.answers() == answers
    except UserError:
        return  # a rule that is sound for no answer and senseless for some: said in a sentence


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=30)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.lists(HOSTILE, min_size=1, max_size=6), max_size=5))
def test_any_text_in_any_cell_is_a_form_or_a_sentence(tmp_path: Path, cells: list[list[str]]) -> None:
    path = tmp_path / "form.md"
    lines = ["| survey |", "| | type | name | label | relevant | calculation | appearance |"]
    lines += ["| | " + " | ".join(row) + " |" for row in cells]
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        compile_sheet(path)
    except UserError:
        return


@pytest.mark.parametrize("kind", ["text", "integer", "select_one l", "note", "begin group", "calculate"])
@pytest.mark.parametrize(
    "text", ["]]>", "&amp;", "<output value='/data'/>", "\x0b", "\x07", "${", "jr:itext('x')", "''", "🈚", "𠀀"]
)
def test_odd_text_in_labels_stays_text(tmp_path: Path, kind: str, text: str) -> None:
    sheet = [{"type": kind, "name": "a", "label": text, "calculation": "1" if kind == "calculate" else ""}]
    sheet += [{"type": "end group", "name": ""}] if kind == "begin group" else []
    path = tmp_path / "form.md"
    path.write_text(table("survey", *sheet) + table("choices", *CHOICES[:1]), encoding="utf-8")
    try:
        form = FormSession(compile_sheet(path), ambient=AMBIENT)
    except FormError:
        return
    if kind != "calculate":
        assert form.node("/data/a").label == (text.strip() or "a")
