"""How screens word what services return: dates, ages, sexes, codes, in the language in use."""

from __future__ import annotations

from datetime import date, datetime

from villagefp.domain import codes
from villagefp.domain.ambient import CHINA
from villagefp.domain.records import Outcome
from villagefp.i18n import _, language, ngettext
from villagefp.services.pages import PersonLine


def code(list_name: str, value: str | None) -> str:
    """The word of a code, empty where there is none; an unknown code stands for itself."""
    if not value:
        return ""
    return codes.load(list_name).label(value, language()) or value


def relation(value: str | None) -> str:
    """A relation to the head; an order of birth is not said: a second son is a son."""
    entry = codes.load("relation").get(value) if value else None
    if entry is None:
        return value or ""
    if entry.hidden and value is not None and value[0] in "23":
        value = value[0] + "0"
    return code("relation", value)


def offered(list_name: str) -> list[tuple[str, str]]:
    """The codes of a list to choose from, with their words."""
    chinese = language() == "zh_CN"
    return [(entry.code, entry.zh if chinese else entry.en) for entry in codes.load(list_name).offered()]


def day(iso: str | None, today: date) -> str:
    """A day as it is said: 11月3日, with the year where it is not this one."""
    if not iso:
        return ""
    if len(iso) < 10:
        return partial_date(iso)
    told = date.fromisoformat(iso[:10])
    if told == today:
        return _("today")
    if told.year == today.year:
        return _("{month}/{day}").format(month=told.month, day=told.day)
    return _("{month}/{day}/{year}").format(month=told.month, day=told.day, year=told.year)


def partial_date(iso: str) -> str:
    """A birth date as exactly as it is known: 1990年, 1990年3月, 1990-03-12."""
    if len(iso) == 4:
        return _("year {year}").format(year=iso)
    if len(iso) == 7:
        return _("{month}/{year}").format(year=iso[:4], month=int(iso[5:]))
    return iso


def clock(now: datetime) -> str:
    """The time of day in the village: 09:41."""
    return now.astimezone(CHINA).strftime("%H:%M")


def heading_date(today: date) -> str:
    """Today as it stands at the top of a page: 11月22日 星期日."""
    weekdays = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return _("{weekday}, {month}/{day}").format(weekday=weekdays[today.weekday()], month=today.month, day=today.day)


def short_weekdays() -> tuple[str, ...]:
    """The heads of a calendar's columns, Monday first."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def month(year: int, number: int) -> str:
    """A month as a heading: 2026年11月."""
    return _("{month}/{year}").format(year=year, month=number)


def age(line: PersonLine, today: date) -> str:
    """An age in the unit that fits: 25天, 7月龄, 3岁; empty where the birth date is unknown."""
    if not line.birth_date or line.died_on:
        return ""
    if len(line.birth_date) < 10:
        return _("about {years} years").format(years=max(0, today.year - int(line.birth_date[:4])))
    born = date.fromisoformat(line.birth_date)
    days = (today - born).days
    if days < 0:
        return ""
    if days < 42:
        return ngettext("{days} day", "{days} days", days).format(days=days)
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 36:
        return ngettext("{months} month", "{months} months", months).format(months=months)
    return ngettext("{years} year", "{years} years", months // 12).format(years=months // 12)


def group(group_no: str | None) -> str:
    """A village group by its number or name."""
    if not group_no:
        return ""
    return _("Group {number}").format(number=group_no) if group_no.isdigit() else group_no


def family(head_name: str) -> str:
    """A household by its head: 李芳 家."""
    return _("{head}'s home").format(head=head_name) if head_name else _("Household without a head")


def name(line: PersonLine) -> str:
    """A person's name as lists show it."""
    return line.name or _("(no name yet)")


def outcome(ended: Outcome) -> str:
    """How a visit ended, in plain words; a declined offer is a normal ending."""
    return {
        Outcome.ACCEPTED: _("accepted"), Outcome.DONE: _("done"), Outcome.NOT_THIS_TIME: _("not this time"),
        Outcome.DECLINED: _("no more wished"), Outcome.POSTPONED: _("another day"),
        Outcome.WITHDRAWN: _("withdrawn"), Outcome.UNREACHABLE: _("not met"), Outcome.MOVED: _("moved"),
        Outcome.TRANSFERRED: _("served elsewhere"), Outcome.NOT_APPLICABLE: _("not applicable"),
        Outcome.DECEASED: _("has died"),
    }[ended]  # fmt: skip


def whose(code_told: str) -> str:
    """Whose phone it is."""
    known = {
        "self": _("own"), "household": _("of the household"), "spouse": _("the spouse's"), "child": _("a child's"),
        "neighbour": _("a neighbour's"),
    }  # fmt: skip
    return known.get(code_told, _("somebody else's"))
