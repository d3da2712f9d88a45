"""What stands below the number of a day in a calendar: its lunar day, or the festival people call it by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from villagefp.domain import lunar
from villagefp.i18n import _, language


class DayNote(NamedTuple):
    """The few words below a day; a festival's are shown stronger."""

    text: str
    festival: bool = False


def note_of(day: date) -> DayNote:
    """The festival of a day, else the solar term, else the lunar day; its month where a month begins."""
    told = lunar.of_day(day)
    if festival := _festival(day, told):
        return DayNote(festival, festival=True)
    if told is None:
        return DayNote("")
    if language() != "zh_CN":
        return DayNote(_lunar_number(told))
    if told.day == 1:
        return DayNote(told.month_told)
    return DayNote(told.term or told.day_told)


def lunar_words(day: date) -> str:
    """The whole lunar date, for a heading: 十月十四."""
    told = lunar.of_day(day)
    if told is None:
        return ""
    if language() == "zh_CN":
        return f"{told.month_told}{told.day_told}"
    return _("lunar {day}").format(day=_lunar_number(told))


def _lunar_number(told: lunar.LunarDay) -> str:
    month = _("leap {month}").format(month=told.month) if told.leap else str(told.month)
    return f"{month}/{told.day}"


def _festival(day: date, told: lunar.LunarDay | None) -> str:
    solar = {(1, 1): _("New Year"), (3, 8): _("Women's Day"), (5, 1): _("Labour Day"), (6, 1): _("Children's Day"),
             (10, 1): _("National Day")}  # fmt: skip
    if told is None or told.leap:
        return solar.get((day.month, day.day), "")
    moon = {
        (1, 1): _("Spring Festival"), (1, 15): _("Lantern Festival"), (5, 5): _("Dragon Boat Festival"),
        (7, 7): _("Qixi Festival"), (8, 15): _("Mid-Autumn Festival"), (9, 9): _("Double Ninth Festival"),
        (12, 8): _("Laba Festival"),
    }  # fmt: skip
    if told.term == "清明":
        return _("Qingming Festival")
    tomorrow = lunar.of_day(day + timedelta(days=1))
    if tomorrow is not None and (tomorrow.month, tomorrow.day) == (1, 1):
        return _("New Year's Eve")
    return moon.get((told.month, told.day)) or solar.get((day.month, day.day), "")
