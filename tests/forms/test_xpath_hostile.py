"""Expressions and documents that are meant to hurt: an answer or an XPathError, within seconds, never anything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp.forms import xpath_document
from villagefp.forms.patterns import pattern_of
from villagefp.forms.xpath import XPathError, compiled, evaluate
from villagefp.forms.xpath_document import read_document
from villagefp.forms.xpath_engine import Focus, Scope

DEEP = 10_000
BOUNDLESS = f"<r><a>1</a><a>2</a><big>{'9' * 400}</big><big>-{'9' * 400}</big></r>"
WIDE = "<r>" + "<a>1</a>" * 20_000 + "</r>"


def outcome(call: Callable[[], object]) -> object:
    """The answer, or the error's class; and no longer than a clerk waits."""
    began = perf_counter()
    try:
        return call()
    except XPathError:
        return XPathError
    finally:
        assert perf_counter() - began < 60


@pytest.mark.parametrize(
    "expression",
    [
        "(" * DEEP + "1" + ")" * DEEP, "not(" * DEEP + "1" + ")" * DEEP, "a[" * DEEP + "1" + "]" * DEEP,
        "-(" * DEEP + "1",
        "(" * 101 + "1" + ")" * 101, "1" * 50_000, "'" + "x" * 50_000 + "'", "a" + "/a" * 30_000,
    ],
)  # fmt: skip
def test_what_is_nested_too_deeply_or_too_long_is_refused(expression: str) -> None:
    assert outcome(lambda: evaluate(expression, "<a/>")) is XPathError


def test_what_forms_really_write_is_not() -> None:
    nested = "if(a = 0, 'x', " * 90 + "'end'" + ")" * 90
    assert evaluate(nested, "<r><a>1</a></r>", "/r") == "end"
    assert evaluate("(" * 99 + "7" + ")" * 99, "<a/>") == 7.0
    assert evaluate("1" + " + 1" * 5_000, "<a/>") == 5_001.0
    assert evaluate(" or ".join(["selected(a, 'x')"] * 2_000), "<r><a/></r>", "/r") is False
    assert evaluate("-" * 20_000 + "1", "<a/>") == 1.0
    assert evaluate("a" + "[. > 0]" * 3_000 + " + 1", "<r><a>1</a></r>", "/r") == 2.0
    assert evaluate(".." + "/.." * 8_000, "<a/>") == []


def test_deep_documents() -> None:
    document = "<a>" * 5_000 + "x" + "</a>" * 5_000
    assert outcome(lambda: evaluate("string(/)", document)) == "x"
    assert outcome(lambda: evaluate("count(//a)", document)) == 5_000.0
    assert outcome(lambda: evaluate("count(//text()/ancestor::a)", document)) == 5_000.0
    assert outcome(lambda: len(evaluate("//a[last()]", document))) == 5_000  # type: ignore[arg-type]


def test_wide_documents() -> None:
    assert outcome(lambda: evaluate("count(/r/a[. = 1])", WIDE)) == 20_000.0
    assert outcome(lambda: evaluate("count(//a | //a/text() | /r)", WIDE)) == 40_001.0
    assert outcome(lambda: evaluate("string(/r/a[last()]/preceding-sibling::a[19999])", WIDE)) == "1"
    assert outcome(lambda: evaluate("position(/r/a[20000])", WIDE)) == 20_000.0
    assert outcome(lambda: evaluate("//a = //a/text()", WIDE)) is True
    assert outcome(lambda: evaluate("string-length(join('', randomize(//a, 7)))", WIDE)) == 20_000.0


def test_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    document = "<r>" + "<a/>" * 200_000 + "</r>"
    assert outcome(lambda: evaluate("count(//a)", document)) == 200_000.0
    monkeypatch.setattr(xpath_document, "_MAX_NODES", 10_000)
    assert outcome(lambda: evaluate("/", document)) is XPathError
    assert outcome(lambda: evaluate("/", "<r>" + "<a b='1' c='2'/>" * 4_000 + "</r>")) is XPathError
    assert outcome(lambda: evaluate("/", "<r>" + "x" * 20_000_000 + "</r>")) is XPathError


@pytest.mark.parametrize(
    "expression",
    [
        "count(//*[count(//*) > 0])", "count(/r/a[sum(/r/a) > 0])", "count(//a[following::a[following::a]])",
        "count(//a/preceding::a)", "count(//a[../a = //a/../a[position() > 1]])", "count(/r/a[max(../a) = 1])",
    ],
)  # fmt: skip
def test_expressions_that_would_take_hours_end(expression: str) -> None:
    document, _prefixes = read_document("<r>" + "<a>1</a>" * 1_000 + "</r>")
    focus = Focus(document, Scope(datetime(2026, 1, 1, tzinfo=UTC), patience=100_000))
    assert outcome(lambda: compiled(expression)(focus)) is XPathError


def test_two_large_sets_are_not_compared_one_by_one() -> None:
    left = "".join(f"<a>{number}</a>" for number in range(5_000))
    right = "".join(f"<b>{number + 5_000}</b>" for number in range(5_000))
    assert outcome(lambda: evaluate("//a = //b", f"<r>{left}{right}</r>")) is XPathError
    assert outcome(lambda: evaluate("//a < //b", f"<r>{left}{right}</r>")) in {True, XPathError}


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("(a+)+b", "a" * 4_000, False), ("(a|a)*b", "a" * 4_000, False), ("(a|aa)+$", "a" * 4_000 + "!", False),
        ("(a?){50}a{50}", "a" * 50, True), ("(.*,)*x", "a," * 2_000, False), ("(x+x+)+y", "x" * 4_000, False),
        ("([a-z]+)*[0-9]", "a" * 4_000, False), ("(.*)(.*)(.*)(.*)(.*)[0-9]", "a" * 4_000, False),
        ("(a*)*", "a" * 4_000, True),
        ("((a{0,5}){0,5}){0,5}b", "a" * 100, False), ("(?=(a+)+b)a*", "a" * 400, False), ("(()*)*x", "y", False),
        ("^(([a-zA-Z0-9])+\\.?)+@([a-z]+\\.)+[a-z]{2,}$", "a" * 3_000, False),
        ("\\s*\\s*\\s*\\s*\\s*x", " " * 4_000, False),
    ],
)  # fmt: skip
def test_patterns_that_stop_other_engines(pattern: str, text: str, fits: bool) -> None:
    assert outcome(lambda: evaluate(f"regex(/a, '{pattern}')", f"<a>{text}</a>")) is fits


@pytest.mark.parametrize("pattern", ["(((a{99}){99}){99})", "a{9999}", "(" * 60 + "a" + ")" * 60, "a" * 1_001])
def test_patterns_that_grow_too_large_are_refused(pattern: str) -> None:
    with pytest.raises(XPathError):
        pattern_of(pattern)


def test_no_answer_is_long_enough_to_hurt() -> None:
    assert outcome(lambda: evaluate("regex(/a, 'a*')", f"<a>{'a' * 5_001}</a>")) is False


@given(st.text(alphabet="ab|()*+?{1,}[]^$\\.d-", max_size=14), st.text(alphabet="ab1-", max_size=12))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_pattern_or_an_error(pattern: str, text: str) -> None:
    try:
        assert pattern_of(pattern).fits(text) in {True, False}
    except XPathError:
        return


@pytest.mark.parametrize(
    "expression",
    [
        "9" * 400, "1e999", "pow(10, 308) * 10", "exp(99999)", "exp10(99999)", "-pow(10, 400)",
        "int(pow(10, 400))", "round(1e300)",
        "round(1e300, 20)", "round(1.5, 1e10)", "floor(1e300)", "string(1e300)", "string(1 div 1e300)",
        "date(1e300)", "date(-1e9)",
        "date-time(1e15)", "date(9999999)", "date('9999-12-31') + 1", "date(date('9999-12-31') + 1)",
        "decimal-date-time(1e300)",
        "decimal-time(1e300)", "format-date(1e300, '%Y')", "format-date('9999-12-31T23:59:59-12:00', '%Y')",
        "substr('abc', 1e300)",
        "substr('abc', -1e300, 1 div 0)", "substring('abc', -1e300, 1e300)", "selected-at('a b', 1e300)",
        "uuid(1e300)", "uuid(1001)",
        "1 mod 1e-300", "sqrt(-1e300)", "log(1e-320)", "atan2(1e300, -1e300)", "tan(1e300)", "a[1e300]",
        "randomize(a, 1e300)",
        "string-length(join('', a))", "translate('a', 'a', a)", "date('0001-01-01') - 1",
        "date('0001-01-01T00:00:00+14:00')",
        "'0000-00-00' > today()", "date('2026-13-45')", "today() + 1e300", "now() - 1e300",
        "indexed-repeat(a, a, 1e300)",
        "sum(a | big)", "sum(big)", "max(big)",
    ],
)  # fmt: skip
def test_numbers_and_days_out_of_all_bounds(expression: str) -> None:
    found = outcome(lambda: evaluate(expression, BOUNDLESS, "/r"))
    assert found is XPathError or isinstance(found, (str, float, bool, list))


PIECES = st.sampled_from(
    ["/", "//", "a", "*", "@", "..", ".", "[", "]", "(", ")", "1", "'x'", "-", "+", "=", "<", "|", "and", "or",
    "div", "mod", ",", "::",
     "child", "namespace", "if(", "not(", "count(", "$", "text()", "node()", "last()", ":", "&lt;", " ", "!", "e5",
     "today()", "randomize("]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_heap_of_pieces_is_an_expression_or_an_error(expression: str) -> None:
    found = outcome(lambda: evaluate(expression, "<a b='1'><a>2</a><!--c--></a>"))
    assert found is XPathError or isinstance(found, (str, float, bool, list))


@given(st.text(alphabet="<>/a!-?&;'\"= []x:", max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_document_or_an_error(text: str) -> None:
    found = outcome(lambda: evaluate("count(//node()) + count(//@*/namespace::*)", f"<a>{text}</a>"))
    assert found is XPathError or isinstance(found, float)
