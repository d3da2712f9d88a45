"""What was said about each window of a course: whether it is closed, tried, or asked for on another day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from villagefp.domain.followup_records import AGREED
from villagefp.domain.programme_courses import DatedAct
from villagefp.domain.programme_days import exact
from villagefp.domain.programme_records import Programme
from villagefp.domain.programme_series import SHOWN_BEFORE, Window
from villagefp.domain.programme_windows import Timeline
from villagefp.domain.records import Outcome

_ANSWERED = frozenset({Outcome.DONE, Outcome.NOT_THIS_TIME, Outcome.NOT_APPLICABLE})
_ASKS_BACK = frozenset({Outcome.DONE, Outcome.ACCEPTED, Outcome.POSTPONED})
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Wish:
    """The day on which the person wishes to be visited next."""

    said_on: date
    day: date
    form: str  # of the visit at which it was said
    postponed: bool


def _by_day(wish: Wish) -> tuple[date, date, bool, str]:
    return wish.said_on, wish.day, wish.postponed, wish.form


@dataclass(frozen=True)
class Entry:
    """One window with what was said about it."""

    window: Window
    closed: bool = False
    asked: date | None = None
    attempts: int = 0


def wish_of(acts: Sequence[DatedAct]) -> Wish | None:
    """The day agreed last, unless the person has answered since."""
    found: Wish | None = None
    for each in acts:
        day = exact(each.act.next_offer_on)
        if each.act.outcome in _ASKS_BACK and day is not None and day > each.on:
            wish = Wish(each.on, day, each.act.form, each.act.outcome is Outcome.POSTPONED)
            found = max((found, wish), key=_by_day) if found else wish
    if found is None:
        return None
    said = found.said_on
    for each in acts:
        if each.act.outcome in _ANSWERED and (each.on > said or (each.on == said and found.postponed)):
            return None
    return found


def entries_of(
    programme: Programme, line: Timeline, acts: Sequence[DatedAct], wish: Wish | None, agreed_to: date
) -> list[Entry]:
    """The windows of a line in order, and the day agreed where it falls to none of them.

    A day after `agreed_to` is that of the programme that follows.
    """
    last_done = max((place for place, laid in enumerate(line.acts) if _any(laid, Outcome.DONE)), default=-1)
    owner = None
    if wish is not None and line.windows:
        owner = line.owner_of(wish.day) or 0
    entries = [
        _entry(window, laid, wish, place=place, owner=owner, last_done=last_done)
        for place, (window, laid) in enumerate(zip(line.windows, line.acts, strict=True))
    ]
    if wish is not None and all(each.asked is None for each in entries) and wish.day <= agreed_to:
        entries.append(_agreed(programme, acts, wish))
    return sorted(entries, key=lambda each: (each.window.first, each.window.last, each.window.code))


def _entry(
    window: Window, acts: Sequence[DatedAct], wish: Wish | None, *, place: int, owner: int | None, last_done: int
) -> Entry:
    if not acts and place != owner:
        return Entry(window, closed=place <= last_done)
    answers = [each.on for each in acts if each.act.outcome in _ANSWERED]
    closed = place <= last_done or bool(answers)
    if wish is not None and wish.postponed and owner is not None:
        if place == owner and place > last_done and all(day < wish.said_on for day in answers):
            closed = False  # the person asked again after a "not this time"
        if place < owner and any(each.on == wish.said_on and _any([each], Outcome.POSTPONED) for each in acts):
            closed = True  # "not now, but then" is about the later point
    asked = wish is not None and place == owner and not closed
    since = wish.said_on if wish is not None and asked else date.min
    tried = sum(each.on > since and each.act.outcome is Outcome.UNREACHABLE for each in acts)
    return Entry(window, closed, wish.day if wish is not None and asked else None, tried)


def _any(acts: Sequence[DatedAct], outcome: Outcome) -> bool:
    return any(each.act.outcome is outcome for each in acts)


def _agreed(programme: Programme, acts: Sequence[DatedAct], wish: Wish) -> Entry:
    tried = sum(
        each.act.outcome is Outcome.UNREACHABLE and each.on > wish.said_on and each.on >= wish.day - SHOWN_BEFORE
        for each in acts
    )
    form = programme.form if wish.form == programme.first_form else wish.form
    window = Window(AGREED, wish.day, wish.day + _WEEK, form, "", {}, AGREED, wish.day)
    return Entry(window, asked=wish.day, attempts=tried)
