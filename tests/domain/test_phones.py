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
        "139 12345678",
        "13912345678 ",
        "1391234 5678",
        "139  1234  5678",
        "139.1234.5678",
        "１３９　１２３４　５６７８",
        "(+86)13912345678",
        "(13912345678)",
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
        ("13912345678(2组)", [("13912345678", "other")]),
        ("138 0000 1111 139 0000 2222", [("13800001111", None), ("13900002222", None)]),
        ("138 0000 1111(儿子) 0851-8765432", [("13800001111", "child"), ("08518765432", None)]),
        ("本人 138 0000 1111 女儿 139 0000 2222", [("13800001111", "self"), ("13900002222", "child")]),
        ("邻居(13912345678)", [("13912345678", "neighbour")]),
    ],
)  # fmt: skip
def test_several_numbers_and_whose_they_are(told: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(one.number, one.whose) for one in read(told)] == expected
    assert all(one.plausible for one in read(told))


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("138 0000 1111", "13800001111"),
        ("(0851)8765 4321", "085187654321"),
        ("（0851）87654321", "085187654321"),
        ("(0851) 8765432", "08518765432"),
        ("[010]8765 4321", "01087654321"),
        ("0851 8765 4321", "085187654321"),
        ("0851-876 5432", "08518765432"),
        ("8765 4321", "87654321"),
        ("400-800-1234", "4008001234"),
        ("8613 1234", "86131234"),
    ],
)
def test_spaces_and_brackets_take_no_digit_away(told: str, number: str) -> None:
    assert read(told) == (PhoneReading(number),)


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("0851-1234567转8", "08511234567转8"),
        ("0851-87654321 转 802", "085187654321转802"),
        ("(0851)8765 4321分机12", "085187654321转12"),
        ("0851-87654321-8", "085187654321转8"),
        ("87654321-802", "87654321转802"),
        ("0851-87654321转", "085187654321"),
    ],
)
def test_an_extension_is_kept_apart(told: str, number: str) -> None:
    assert [(one.number, one.plausible) for one in read(told)] == [(number, True)]


def test_whose_a_number_with_an_extension_is() -> None:
    assert read("村办0851-87654321转8(家)") == (PhoneReading("085187654321转8", "household"),)
    assert phones.mask("085187654321转8") == "085*****4321转8"


@pytest.mark.parametrize(
    "told", ["123456", "12345678901234", 123.0, "1391234567", "139123456781", "138 0000 111", 1391234567, "(0851)1234"]
)
def test_what_can_be_no_number_says_so(told: str | float) -> None:
    assert not any(one.plausible for one in read(told))
    assert read(told)


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
    for one in read(told):
        number, _sign, extension = one.number.partition("转")
        assert number.isascii()
        assert number.isdecimal()
        assert extension in told


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.lists(st.sampled_from(["", " ", "-", "  ", "　", "."]), min_size=10, max_size=10),
    st.sampled_from(["", "本人", "(儿子)", "＋86 "]),
)
def test_a_mobile_number_is_never_another(number: str, gaps: list[str], before: str) -> None:
    told = before + "".join(digit + gap for digit, gap in zip(number, [*gaps, ""], strict=True))
    assert [one.number for one in read(told)] == [number]
