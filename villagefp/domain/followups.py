"""What is due: a pure function of what was entered, the rules, and today. Nothing is counted, ranked or reported.

A programme is data (`programme_records`, read by `programme_file`). For each person its courses are found: an open
episode, or a birth after which it may be offered (`programme_courses`). Each course has windows, and each visit made or
tried belongs to one of them (`programme_windows` says to which); what was said about a window closes it, counts as an
attempt, or moves it to the day that the person chose (`programme_answers`). Days that are known by month or year alone
start nothing.

Two steps. `plan` reads facts and programmes and knows no today, so what it gives may be kept until the facts or the
rules change. `on_day` says where one planned visit stands on a day. `due_items` is both at once.

The county's program may not import this module: it cannot ask who has not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta

from villagefp.domain.followup_records import (
    Act,
    Again,
    DueItem,
    DueState,
    EpisodeFacts,
    Facts,
    PersonFacts,
    Planned,
    Reason,
)
from villagefp.domain.programme_answers import AGREED
from villagefp.domain.programme_courses import courses
from villagefp.domain.programme_plan import plan_course
from villagefp.domain.programme_windows import SHOWN_BEFORE, Window, begun_by, next_after, window_of
from villagefp.domain.programmes import Programme, Trigger
from villagefp.domain.records import Outcome, Presence
from villagefp.i18n import _, language

__all__ = [
    "FIRST_DAY",
    "READ_ANSWERS",
    "Act",
    "DueItem",
    "DueState",
    "EpisodeFacts",
    "Facts",
    "Params",
    "PersonFacts",
    "Planned",
    "Reason",
    "due_items",
    "on_day",
    "plan",
]

Params = Mapping[str, str]
"""What the county decides, by name: `newborn_second_visit` = "1" offers a second visit to newborns."""

FIRST_DAY = date(2025, 1, 1)
"""Nobody used the program before: a visit whose time was over by then is not planned, so old people cost nothing."""

READ_ANSWERS: Mapping[str, frozenset[str]] = {
    "child_1_8m": frozenset({"age_step"}),
    "child_12_30m": frozenset({"age_step"}),
    "child_3_6y": frozenset({"age_step"}),
    "folic_acid_supply": frozenset({"boxes", "lmp", "edd"}),
    "newborn_home_visit": frozenset({"birth_ga", "birth_weight_kg", "asphyxia"}),
    "prepregnancy_check_note": frozenset({"recheck_on"}),
    "prepregnancy_followup": frozenset({"recheck_on"}),
    "pregnancy_outcome_followup": frozenset({"ga_weeks", "birth_weight_kg", "infant_ok"}),
    "special_family_visit": frozenset({"wished_frequency"}),
}
"""The questions whose answers rules read, by form; `Act.answers` need hold no others."""


_SOON = SHOWN_BEFORE
_NOT_HERE = frozenset({Presence.AWAY, Presence.ELSEWHERE_HUKOU_HERE})
_WAITS = frozenset({DueState.SOON, DueState.DUE, DueState.OVERDUE})
_OLDEST = 8
"""Years of age from which on no programme looks at a person's birth any more; see `ends_at` of their files."""


def plan(
    facts: Facts, programmes: Mapping[str, Programme], params: Params, *, since: date = FIRST_DAY
) -> tuple[Planned, ...]:
    """Every visit that the rules foresee for one person or household, those over before `since` left out."""
    person = facts.person
    if person is not None and not _may_be_visited(person):
        return ()
    own = {each.programme for each in facts.episodes}
    asked = any(act.outcome is Outcome.ACCEPTED for act in facts.acts)
    young = person is not None and _is_young(person, since)
    if person is not None and not (own or asked or young or facts.children):
        return ()  # most of a village
    return tuple(
        planned
        for programme in programmes.values()
        if _concerns(programme, facts, own, asked=asked, young=young)
        for course in courses(facts, programme, since)
        for planned in plan_course(facts, programme, course, params, since)
    )


def on_day(planned: Planned, person: PersonFacts | None, today: date) -> DueItem | None:
    """Where a planned visit stands today; None when it is over, or was followed by the next one."""
    if person is not None and not _may_be_visited(person):
        return None
    current = _of_series(planned, today) if planned.series else planned
    if current is None or (current.shown_from is not None and today < current.shown_from):
        return None
    if current.ends_after is not None and today > current.ends_after:
        return None
    state = _state(current, today)
    if state in _WAITS and person is not None and person.presence in _NOT_HERE:
        state = DueState.AWAY
    spoken = "zh" if language() == "zh_CN" else "en"
    return DueItem(
        person=current.person,
        household=current.household,
        programme=current.programme,
        point=current.point,
        window_from=current.window_from,
        window_to=current.window_to,
        state=state,
        form=current.form,
        reason=Reason(
            rule=current.why.get(spoken, ""),
            source=current.source,
            counts_from=current.counts_from,
            counts_on=current.counts_on,
            clears=current.form,
        ),
        label=_("On the day agreed") if current.point == AGREED else current.label.get(spoken, ""),
        episode=current.episode,
        offer=current.offer,
        asked_back_on=current.asked_back_on,
        attempts=current.attempts,
        private=current.private,
    )


def due_items(
    facts: Facts, programmes: Mapping[str, Programme], today: date, params: Params, *, since: date = FIRST_DAY
) -> tuple[DueItem, ...]:
    """What may be done for one person or household today, and what is planned."""
    found = (on_day(each, facts.person, today) for each in plan(facts, programmes, params, since=since))
    return tuple(item for item in found if item is not None)


def _may_be_visited(person: PersonFacts) -> bool:
    return person.died_on is None and person.member


def _concerns(programme: Programme, facts: Facts, own: Collection[str], *, asked: bool, young: bool) -> bool:
    """Whether a programme can have anything to do with somebody."""
    if programme.trigger is Trigger.EPISODE:
        return asked or programme.programme in own
    if programme.trigger is Trigger.BIRTH:
        return young
    if programme.trigger is Trigger.DELIVERY:
        return bool(facts.children) or bool(own)
    return facts.person is None


def _is_young(person: PersonFacts, since: date) -> bool:
    born = person.birth_date
    return born is not None and len(born) == 10 and int(born[:4]) >= since.year - _OLDEST


def _state(planned: Planned, today: date) -> DueState:
    begins = planned.asked_back_on or planned.window_from
    if today < begins - _SOON:
        return DueState.PLANNED
    if planned.contact_closed:
        return DueState.CONTACT_CLOSED
    if today < begins:
        return DueState.SOON
    if planned.overdue_after is not None and today > planned.overdue_after:
        return DueState.OVERDUE
    return DueState.DUE


def _of_series(planned: Planned, today: date) -> Planned | None:
    """The visit of a series that a day is about: the one begun last, or the next one where that is over."""
    begun = [(start, each) for each in planned.series if (start := begun_by(each, today)) is not None]
    ahead = [(start, each) for each in planned.series if (start := next_after(each, today)) is not None]
    upcoming = min(ahead, key=_by_start, default=None)
    if begun:
        start, again = max(begun, key=_by_start)
        current = _as_item(planned, window_of(again, start), upcoming[0] if upcoming else None)
        if current.ends_after is None or today <= current.ends_after:
            return current
    if upcoming is None or (planned.ends_after is not None and upcoming[0] > planned.ends_after):
        return None
    return _as_item(planned, window_of(upcoming[1], upcoming[0]), None)


def _by_start(told: tuple[date, Again]) -> tuple[date, str]:
    return told[0], told[1].code


def _as_item(planned: Planned, window: Window, follows: date | None) -> Planned:
    grace = timedelta(days=planned.grace_days or 0)
    fades = None if planned.fade_days is None else window.last + grace + timedelta(days=planned.fade_days)
    ends = [day for day in (fades, follows and follows - timedelta(days=1), planned.ends_after) if day is not None]
    return replace(
        planned,
        point=window.code,
        form=window.form,
        window_from=window.first,
        window_to=window.last,
        overdue_after=None if planned.grace_days is None else window.last + grace,
        ends_after=min(ends, default=None),
        counts_from=window.counts_from,
        counts_on=window.counts_on,
        label=window.label,
    )
