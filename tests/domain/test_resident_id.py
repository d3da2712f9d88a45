"""Resident ID numbers: what people write, by table; right ones read and wrong ones say so, by property."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.domain import resident_id
from villagefp.domain.resident_id import IdFault, IdReading, check_digit, mask, normalise, read

RIGHT = "11010519491231002X"
numbers = st.builds(
    lambda area, born, tail: (first := f"{area:06}{born:%Y%m%d}{tail:03}") + check_digit(first),
    st.integers(0, 999999),
    st.dates(date(1900, 1, 1), date(2026, 11, 22)),
    st.integers(0, 999),
)


@pytest.mark.parametrize(
    "told",
    [
        RIGHT,
        "11010519491231002x",
        "'11010519491231002X",
        "110105 19491231 002X",
        " 11010519491231002X\n",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
        "\u200b11010519491231002X\ufeff",
        "110105-19491231-002X",
    ],
)
def test_dirt_of_typing_does_not_matter(told: str) -> None:
    assert read(told) == IdReading(RIGHT, None, "1949-12-31", "2")


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("110105194912310021", IdFault.CHECKSUM),
        ("990101196808175981", IdFault.CHECKSUM),
        ("110105194913310020", IdFault.DATE),
        ("110105190002290020", IdFault.DATE),
        ("110105194902300020", IdFault.DATE),
        ("12345", IdFault.STRUCTURE),
        ("无", IdFault.STRUCTURE),
        ("1101051949123100", IdFault.STRUCTURE),
        ("11010519491231002Y", IdFault.STRUCTURE),
        ("9.90101194581E+17", IdFault.DIGITS_LOST),
        ("990101194501010000", IdFault.DIGITS_LOST),
        (9.90101194581e17, IdFault.DIGITS_LOST),
        (9.90101194501010e17, IdFault.DIGITS_LOST),
        (12345, IdFault.STRUCTURE),
    ],
)
def test_what_cannot_be_right_is_kept_and_says_why(told: str | float, fault: IdFault) -> None:
    reading = read(told)
    assert reading.fault is fault
    assert reading.number
    assert reading.sex is None


def test_a_lost_number_keeps_what_the_spreadsheet_shows() -> None:
    assert read(9.90101194501010e17) == IdReading("990101194501010000", IdFault.DIGITS_LOST, "1945-01-01")


def test_an_old_number_of_15_digits_is_accepted() -> None:
    assert read("110105491231002") == IdReading("110105491231002", None, "1949-12-31", "2", old=True)
    assert read(110105491231003.0) == IdReading("110105491231003", None, "1949-12-31", "1", old=True)
    assert read("110105491331002").fault is IdFault.DATE


@pytest.mark.parametrize("area", ["341282", "460400", "411881", "990101", "000000"])
def test_no_region_is_refused(area: str) -> None:
    first = area + "19900101001"
    assert read(first + check_digit(first)).fault is None


def test_the_region_is_a_hint() -> None:
    assert resident_id.province_hint("43" + "0" * 16) == "湖南省"
    assert resident_id.province_hint("43" + "0" * 16, "en") == "Hunan"
    assert resident_id.province_hint("99" + "0" * 16) is None


def test_a_masked_number_shows_neither_birth_date_nor_county() -> None:
    assert mask(RIGHT) == "1101**********002X"
    assert mask("1234") == "****"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("无", "none"), ("无证", "none"), ("没有", "none"), ("没有证", "none"), ("无身份证", "none"),
        ("无证件", "none"), ("没身份证", "none"), (" 无 号 ", "none"), ("（无）", "none"),
        ("待办", "not_yet"), ("未办", "not_yet"), ("未办理", "not_yet"), ("还没办", "not_yet"), ("没有办", "not_yet"),
        ("尚未办理身份证", "not_yet"), ("办理中", "not_yet"), ("正在办理", "not_yet"), ("补办中", "not_yet"),
        ("未上户", "not_yet"), ("未上户口", "not_yet"), ("待落户", "not_yet"), ("暂无", "not_yet"),
        ("新生儿未办", "not_yet"), ("新生儿", "not_yet"), ("没办。", "not_yet"), ("无（未办）", "not_yet"),
        ("暂未办证", "not_yet"), ("未领证", "not_yet"),
        ("不详", "not_told"), ("待查", "not_told"), ("待核实", "not_told"), ("空", "not_told"), ("-", "not_told"),
        ("未带", "not_told"), ("未提供", "not_told"), ("N/A", "not_told"),
        (RIGHT, None), ("12345", None), ("遗失", None), ("张三", None), ("", None), ("无12345", None),
    ],
)  # fmt: skip
def test_words_in_place_of_a_number_say_that_there_is_none(told: str, status: str | None) -> None:
    assert resident_id.absent(told) == status


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("遗失", "遗失"),
        ("见户口本第3页", "见户口本第3页"),
        (RIGHT, "1101**********002X"),
        ("11010519491231", "1101******1231"),
        ("12345", "*****"),
        ("旧证110105491231002", "旧证***************"),
        ("身份证：1234", "身份证：****"),
        ("1" * 6000, "1111**********…1111"),
        ("遗失，" * 200, "遗失，" * 6 + "遗失…"),
        ("8.5.3.9", "*******"),
    ],
)
def test_what_looks_like_part_of_a_number_is_masked_and_words_are_shown(told: str, expected: str) -> None:
    assert resident_id.shown(told) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("990101197201010015", "9901**********0015"),
        ("990101 1972 0101 0015", "9901**********0015"),
        ("９９０１０１１９７２０１０１００１５", "9901**********0015"),
        ("电话990101720101001", "电话9901*******1001"),
        ("9" * 6000, "9999**********…9999"),
        ("1391234567", "1391234567"),
        ("05/06/1990", "05/06/1990"),
        ("139-1234-567、138 0000 111", "139-1234-567、138 0000 111"),
        ("很" * 100, "很" * 40 + "…"),
    ],
)
def test_a_cell_is_named_short_and_without_an_id_number(told: str, expected: str) -> None:
    assert resident_id.quoted(told) == expected


@given(numbers, st.sampled_from(["", "旧", "号：", "Y", " "]), st.sampled_from(["", "（旧）", "张"]))
def test_no_birth_date_is_ever_shown(number: str, before: str, behind: str) -> None:
    assert number[6:14] not in resident_id.shown(before + number + behind)


@given(numbers)
def test_every_right_number_reads(number: str) -> None:
    reading = read(number)
    assert reading.fault is None
    assert reading.birth == f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    assert reading.sex == ("1" if int(number[16]) % 2 else "2")


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    digit = str((int(number[place]) + shift) % 10)
    wrong = number[:place] + digit + number[place + 1 :]
    assert read(wrong).fault is not None


@given(numbers, st.integers(0, 15))
def test_two_swapped_digits_are_always_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or read(swapped).fault is not None


@given(st.text(max_size=40) | st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e30))
def test_nothing_crashes_it_and_nothing_is_lost(told: str | float) -> None:
    reading = read(told)
    assert reading.fault is not None or reading.birth is not None
    if isinstance(told, str):
        assert normalise(reading.number) == reading.number or reading.fault is IdFault.DIGITS_LOST
