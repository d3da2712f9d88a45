"""Dates: every way in which villages write them, each with the precision it was told in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from borax.calendars.lunardate import LunarDate
from hypothesis import given
from hypothesis import strategies as st

from villagefp.domain import dates, lunar
from villagefp.domain.dates import DateFault, DateReading, read
from villagefp.domain.records import Precision

TODAY = date(2026, 11, 22)
DAY, MONTH, YEAR, ESTIMATED = Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.ESTIMATED
days = st.dates(date(1900, 1, 1), TODAY)


@pytest.mark.parametrize(
    "told",
    [
        "1974-01-05",
        "1974/1/5",
        "1974.1.5",
        "1974年1月5日",
        "19740105",
        19740105.0,
        19740105,
        " 1974-1-5 ",
        date(1974, 1, 5),
        datetime(1974, 1, 5, 8, 30, tzinfo=UTC),
        "1974-01-05 00:00:00",
        "1974-01-05T00:00:00",
        "1974 1 5",
        "１９７４年１月５日",
        "1974年01月05日",
        "1974。1。5",
        "1974、1、5",
        "公历1974年1月5日",
        "1974年1月5日出生",
        "1974年1月5号",
        "一九七四年一月五日",
        "'1974-01-05",
        27034.0,
        "27034",
        "1974年1月5日\n",
    ],
)
def test_a_day_in_all_its_ways(told: object) -> None:
    assert read(told, TODAY) == DateReading("1974-01-05", DAY)


@pytest.mark.parametrize(
    ("told", "value", "precision"),
    [
        ("1990年5月", "1990-05", MONTH),
        ("1990.10", "1990-10", MONTH),
        ("1990-5", "1990-05", MONTH),
        ("199005", "1990-05", MONTH),
        (199005.0, "1990-05", MONTH),
        (1990.5, "1990-05", MONTH),
        (1990.12, "1990-12", MONTH),
        ("1990年", "1990", YEAR),
        ("1990", "1990", YEAR),
        (1990.0, "1990", YEAR),
        ("二〇〇一年三月", "2001-03", MONTH),
        ("一九九〇年", "1990", YEAR),
        ("昨天", "2026-11-21", DAY),
        ("前天", "2026-11-20", DAY),
        ("大前天", "2026-11-19", DAY),
        ("今天", "2026-11-22", DAY),
    ],
)
def test_what_is_told_roughly_is_kept_roughly(told: object, value: str, precision: Precision) -> None:
    reading = read(told, TODAY)
    assert (reading.value, reading.precision, reading.fault) == (value, precision, None)


def test_a_number_cell_cannot_tell_january_from_october() -> None:
    assert read(1990.1, TODAY) == DateReading("1990", YEAR, told="1990.1")


@pytest.mark.parametrize(
    ("told", "solar"),
    [
        ("农历1974年八月十五", "1974-09-30"),
        ("阴历1974年8月15日", "1974-09-30"),
        ("1974年1月5日(农历)", "1974-01-27"),
        ("二〇〇一年三月初五", "2001-03-29"),
        ("2001年闰四月初五", "2001-05-27"),
        ("2001年四月初五", "2001-04-27"),
        ("1965年腊月廿三", "1966-01-14"),
        ("农历二零零一年腊月卅", "2002-02-11"),
        ("1988年正月初一", "1988-02-17"),
        ("1988年冬月二十", "1988-12-28"),
        ("农历1974-8-15", "1974-09-30"),
        ("旧历1974年八月十五生", "1974-09-30"),
    ],
)
def test_lunar_dates_become_solar_ones_and_the_words_are_kept(told: str, solar: str) -> None:
    assert read(told, TODAY) == DateReading(solar, DAY, told=told)


@pytest.mark.parametrize(
    ("told", "year"),
    [
        ("虚岁36", "1991"),
        ("36岁", "1990"),
        ("周岁36", "1990"),
        ("虚岁36属马", "1990"),
        ("属马36岁", "1990"),
        ("属羊 36岁", "1991"),
        ("3岁", "2023"),
        ("虚岁1", "2026"),
    ],
)
def test_an_age_gives_an_estimated_year(told: str, year: str) -> None:
    assert read(told, TODAY) == DateReading(year, ESTIMATED, told=told)


def test_nominal_age_is_counted_from_lunar_new_year() -> None:
    """On 2026-02-01 it was still the lunar year 2025: a child of nominal age 1 was born in that year."""
    assert read("虚岁1", date(2026, 2, 1)).value == "2025"
    assert read("虚岁1", date(2026, 3, 1)).value == "2026"


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("05/06/1990", DateFault.YEAR_LAST),
        ("5-6-1990", DateFault.YEAR_LAST),
        ("12.05.1990", DateFault.YEAR_LAST),
        ("05/06/1990 00:00:00", DateFault.YEAR_LAST),
        ("31/02/1990", DateFault.NO_SUCH_DAY),
        ("25/13/1990", DateFault.NO_SUCH_DAY),
        ("25/12/2026", DateFault.FUTURE),
        ("05/06/90", DateFault.TWO_DIGIT_YEAR),
        ("74.1.5", DateFault.TWO_DIGIT_YEAR),
        ("74-01-05", DateFault.TWO_DIGIT_YEAR),
        ("740105", DateFault.TWO_DIGIT_YEAR),
        (740105.0, DateFault.TWO_DIGIT_YEAR),
        ("85年5月", DateFault.TWO_DIGIT_YEAR),
        ("85年", DateFault.TWO_DIGIT_YEAR),
        ("农历八月十五", DateFault.NO_YEAR),
        ("8月15日", DateFault.NO_YEAR),
        ("属马", DateFault.ANIMAL_ALONE),
        ("属猫", DateFault.UNREADABLE),
        ("1974-02-30", DateFault.NO_SUCH_DAY),
        ("19741301", DateFault.NO_SUCH_DAY),
        ("2002年闰四月初五", DateFault.NO_SUCH_DAY),
        ("1990年13月", DateFault.NO_SUCH_DAY),
        ("2027-01-01", DateFault.FUTURE),
        ("20270101", DateFault.FUTURE),
        ("1899-12-31", DateFault.TOO_EARLY),
        ("abc", DateFault.UNREADABLE),
        (5.0, DateFault.UNREADABLE),
        (True, DateFault.UNREADABLE),
    ],
)
def test_what_is_no_date_says_why_and_keeps_the_words(told: object, fault: DateFault) -> None:
    reading = read(told, TODAY)
    assert reading.fault is fault
    assert reading.value is None
    assert reading.told
    assert str(told) in dates.sentence(reading, told)


@pytest.mark.parametrize(
    ("told", "value"), [("25/06/1990", "1990-06-25"), ("06.25.1990", "1990-06-25"), ("06/06/1990", "1990-06-06")]
)
def test_a_year_at_the_end_does_no_harm_where_only_one_number_can_be_the_month(told: str, value: str) -> None:
    assert read(told, TODAY) == DateReading(value, DAY)


def test_a_sentence_says_truly_why_month_and_day_are_not_known() -> None:
    said = dates.sentence(read("05/06/1990", TODAY), "05/06/1990")
    assert said.startswith("In “05/06/1990” the year stands last, so it cannot be told")


def test_an_id_number_in_the_column_of_dates_is_not_said_in_full() -> None:
    said = dates.sentence(read("990101197201010015", TODAY), "990101197201010015")
    assert "“9901**********0015”" in said


@pytest.mark.parametrize("told", ["", None, "不详", "-", "  ", "无"])
def test_nothing_told_is_no_fault(told: object) -> None:
    assert read(told, TODAY) == DateReading(None)


def test_a_workbook_is_not_read_relative_to_the_day_of_its_import() -> None:
    assert read("昨天", TODAY, relative=False).fault is DateFault.UNREADABLE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("1990", "1990-05-06", True), ("1990-05", "1990-06-01", False), ("1990-05-06", "1990-05", True)],
)
def test_a_coarse_date_agrees_with_a_fine_one(one: str, other: str, same: bool) -> None:
    assert dates.agrees(one, other) is same


@given(
    days,
    st.sampled_from(
        ["{y}-{m}-{d}", "{y}年{m}月{d}日", "{y}.{m}.{d}", "{y}/{m:02}/{d:02}", "{y}{m:02}{d:02}", " {y}-{m:02}-{d:02} "]
    ),
)
def test_every_day_reads_in_every_way(day: date, way: str) -> None:
    assert read(way.format(y=day.year, m=day.month, d=day.day), TODAY) == DateReading(day.isoformat(), DAY)


@given(st.dates(date(1901, 3, 1), date(2026, 11, 1)))
def test_every_lunar_day_comes_back(day: date) -> None:
    told = LunarDate.from_solar_date(day.year, day.month, day.day)
    assert lunar.to_solar(told.year, told.month, told.day, bool(told.leap)) == day
    words = f"农历{told.year}年{'闰' if told.leap else ''}{told.month}月{told.day}日"
    assert read(words, TODAY) == DateReading(day.isoformat(), DAY, told=words)


@given(st.integers(1900, 2026))
def test_the_animal_of_a_year_leads_back_to_it(year: int) -> None:
    assert lunar.nearest_year_of(lunar.animal_of(year), year) == year
    assert lunar.nearest_year_of("猫", year) is None


@given(st.text(max_size=24) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12))
def test_nothing_crashes_it(told: object) -> None:
    reading = read(told, TODAY)
    assert (reading.value is None) or (1900 <= int(reading.value[:4]) <= 2026)
    assert reading.value is None or reading.fault is None
