"""Days as people type them at a desk: without a year, by a word, by the moon."""

from __future__ import annotations

from datetime import date

import pytest

from villagefp.domain import near_days

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ("昨天", ["2026-11-21"]),
        ("前天", ["2026-11-20"]),
        ("明天", ["2026-11-23"]),
        ("3.12", ["2026-03-12", "2027-03-12"]),
        ("3月12日", ["2026-03-12", "2027-03-12"]),
        ("３．１２", ["2026-03-12", "2027-03-12"]),
        ("11-22", ["2026-11-22", "2027-11-22"]),
        ("12", ["2026-11-12", "2026-12-12"]),
        ("30号", ["2026-10-30", "2026-11-30"]),
        ("农历八月十五", ["2026-09-25", "2027-09-15"]),
        ("八月初二", ["2026-09-12", "2027-09-02"]),
        ("腊月廿三", ["2026-02-10", "2027-01-30"]),
        ("2.29", ["2024-02-29", "2028-02-29"]),
        ("2.30", []),
        ("2026-03-12", []),
        ("不知道", []),
        ("农历", []),
    ],
)
def test_a_short_day_is_the_last_one_and_the_next_one(told: str, days: list[str]) -> None:
    assert [day.isoformat() for day in near_days.near(told, TODAY)] == days


@pytest.mark.parametrize(
    ("told", "ahead", "day"),
    [
        ("3.12", False, "2026-03-12"),
        ("3.12", True, "2027-03-12"),
        ("今天", True, "2026-11-22"),
        ("后天", True, "2026-11-24"),
        ("昨天", False, "2026-11-21"),
        ("2026-12-01", True, "2026-12-01"),
        ("农历1974年八月十五", False, "1974-09-30"),
    ],
)
def test_a_field_reads_it_as_a_day_before_or_ahead(told: str, ahead: bool, day: str) -> None:
    assert near_days.read(told, TODAY, ahead=ahead).value == day


def test_a_day_ahead_is_none_for_a_field_of_the_past() -> None:
    assert near_days.read("明天", TODAY).fault is not None
    assert near_days.read("2026-12-01", TODAY).fault is not None
