"""Phone numbers as they stand in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.domain import phones
from villagefp.domain.phones import PhoneReading, read


@pytest.mark.parametrize(
    "told",
    [
        "13912345678",
        "139 1234 5678",
        "139-1234-5678",
        "+86 139 1234 5678",
        "86-13912345678",
        "0086 13912345678",
        "１３９１２３４５６７８",
        13912345678.0,
        13912345678,
        "13912345678\n",
    ],
)
def test_a_mobile_number_however_it_is_written(told: str | float) -> None:
    assert read(told) == (PhoneReading("13912345678"),)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("0731-88888888", [("073188888888", None)]),
        ("座机：0731-8888888", [("07318888888", "household")]),
        ("13912345678/13812345678", [("13912345678", None), ("13812345678", None)]),
        ("13912345678、13812345678（儿子）", [("13912345678", None), ("13812345678", "child")]),
        ("13912345678 13812345678", [("13912345678", None), ("13812345678", None)]),
        ("13912345678(邻居)", [("13912345678", "neighbour")]),
        ("丈夫13912345678", [("13912345678", "spouse")]),
        ("本人：13912345678；家里：88888888", [("13912345678", "self"), ("88888888", "household")]),
        ("13912345678(村长)", [("13912345678", "other")]),
    ],
)  # fmt: skip
def test_several_numbers_and_whose_they_are(told: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(one.number, one.whose) for one in read(told)] == expected
    assert all(one.plausible for one in read(told))


@pytest.mark.parametrize("told", ["123456", "12345678901234", 123.0])
def test_what_can_be_no_number_says_so(told: str | float) -> None:
    assert [one.plausible for one in read(told)] == [False]


@pytest.mark.parametrize("told", ["", "无", "abc"])
def test_no_number_at_all(told: str) -> None:
    assert read(told) == ()


def test_masked() -> None:
    assert phones.mask("13912345465") == "139****5465"
    assert phones.mask("12345") == "*****"
    assert phones.is_mobile("13912345678")
    assert not phones.is_mobile("073188888888")


@given(st.text(max_size=40))
def test_nothing_crashes_it(told: str) -> None:
    assert all(one.number.isdecimal() for one in read(told))
