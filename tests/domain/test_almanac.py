"""What stands below the number of a day in the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from villagefp import i18n
from villagefp.domain import almanac


@pytest.mark.parametrize(
    ("day", "text", "festival"),
    [
        ("2026-11-23", "十五", False),
        ("2026-11-22", "小雪", False),
        ("2026-02-17", "春节", True),
        ("2026-02-16", "除夕", True),
        ("2026-09-25", "中秋", True),
        ("2026-04-05", "清明", True),
        ("2026-10-01", "国庆", True),
        ("2025-07-25", "闰六月", False),
        ("2099-03-09", "", False),
        ("2099-10-01", "国庆", True),
    ],
)
def test_a_day_has_its_festival_its_term_or_its_lunar_day(day: str, text: str, festival: bool) -> None:
    i18n.set_language("zh_CN")
    assert almanac.note_of(date.fromisoformat(day)) == (text, festival)


def test_a_heading_has_the_whole_lunar_date_in_both_languages() -> None:
    day = date(2026, 11, 22)
    i18n.set_language("zh_CN")
    assert almanac.lunar_words(day) == "十月十四"
    i18n.set_language("en")
    assert almanac.lunar_words(day) == "lunar 10/14"
    assert almanac.note_of(date(2025, 7, 26)) == ("leap 6/2", False)
    assert almanac.lunar_words(date(2099, 3, 9)) == ""
