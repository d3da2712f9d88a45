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
from datetime import date

from villagefp.domain.followup_days import may_be_visited, on_day
from villagefp.domain.followup_records import (
    Act,
    DueItem,
    DueState,
    EpisodeFacts,
    Facts,
    PersonFacts,
    Planned,
    Reason,
)
from villagefp.domain.programme_courses import courses
from villagefp.domain.programme_plan import plan_course
from villagefp.domain.programmes import Programme, Trigger
from villagefp.domain.records import Outcome

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


_OLDEST = 8
"""Years of age from which on no programme looks at a person's birth any more; see `ends_at` of their files."""


def plan(
    facts: Facts, programmes: Mapping[str, Programme], params: Params, *, since: date = FIRST_DAY
) -> tuple[Planned, ...]:
    """Every visit that the rules foresee for one person or household, those over before `since` left out."""
    person = facts.person
    if person is not None and not may_be_visited(person):
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


def due_items(
    facts: Facts, programmes: Mapping[str, Programme], today: date, params: Params, *, since: date = FIRST_DAY
) -> tuple[DueItem, ...]:
    """What may be done for one person or household today, and what is planned."""
    found = (on_day(each, facts.person, today) for each in plan(facts, programmes, params, since=since))
    return tuple(item for item in found if item is not None)


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
