from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.forms.reading import UnreadError, read


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("decimal", "36.8", "36.8"),
        ("decimal", "36。8", "36.8"),
        ("decimal", "３６．８", "36.8"),
        ("decimal", " 36.80 ", "36.8"),
        ("decimal", "36.8℃", "36.8"),
        ("decimal", 36.8, "36.8"),
        ("decimal", 3, "3"),
        ("decimal", "-0.0", "0"),
        ("decimal", ".5", "0.5"),
        ("decimal", "", ""),
        ("decimal", None, ""),
        ("integer", "１２", "12"),
        ("integer", 12.0, "12"),
        ("integer", "+7", "7"),
        ("date", "2026-3-2", "2026-03-02"),
        ("date", "2026年3月2日", "2026-03-02"),
        ("date", "２０２６．３．２", "2026-03-02"),
        ("date", date(2026, 3, 2), "2026-03-02"),
        ("time", "8：30", "08:30"),
        ("time", "08:30:00.000+08:00", "08:30"),
        ("dateTime", "2026-03-02T08:30", "2026-03-02T08:30:00+08:00"),
        ("select_one", "１", "1"),
        ("select_multiple", ["1", "3"], "1 3"),
        ("select_multiple", "1 3 1", "1 3"),
        ("select_multiple", [], ""),
        ("acknowledge", True, "OK"),
        ("acknowledge", "是", "OK"),
        ("acknowledge", False, ""),
        ("text", "  李 芳\n", "李 芳"),
        ("text", "第一行\n第二行", "第一行\n第二行"),
        ("text", "a\x00b", "ab"),
        ("text", 7, "7"),
    ],
)
def test_what_people_type_is_read(kind: str, typed: object, kept: str) -> None:
    assert read(kind, typed, label="体温", unit="℃") == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("decimal", "三十六"),
        ("decimal", "36.8.1"),
        ("decimal", "1e5"),
        ("decimal", "9" * 40),
        ("decimal", float("nan")),
        ("integer", "3.5"),
        ("integer", "x"),
        ("date", "2026-02-30"),
        ("date", "昨天"),
        ("date", "26-3-2"),
        ("date", "1026-3-2"),
        ("time", "25:00"),
        ("dateTime", "2026-03-02"),
        ("acknowledge", "maybe"),
        ("text", "x" * 10_001),
        ("text", ["a", "b"]),
        ("select_multiple", ["a b"]),
        ("select_one", {"a": 1}),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence_with_the_question(kind: str, typed: object) -> None:
    with pytest.raises(UnreadError, match="体温"):
        read(kind, typed, label="体温", unit="℃")


KINDS = st.sampled_from(("text", "decimal", "integer", "date", "time", "dateTime", "select_multiple", "acknowledge"))


@given(KINDS, st.one_of(st.text(), st.floats(), st.integers(), st.lists(st.text()), st.none(), st.booleans()))
def test_anything_typed_is_read_or_refused_and_reads_the_same_again(kind: str, typed: object) -> None:
    try:
        kept = read(kind, typed, label="q")
    except UnreadError:
        return
    assert read(kind, kept, label="q") == kept
