"""What is due: a pure function of what was entered, the rules, and today. Nothing is counted, ranked or reported.

Two steps. `plan` reads facts and programmes and knows no today, so what it gives may be kept until the facts or the
rules change. `on_day` says where one planned visit stands on a day. `due_items` is both at once.

The county's program may not import this module: it cannot ask who has not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

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
from villagefp.domain.programmes import Programme

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
    "anc_followup": frozenset({"visit_no"}),
    "child_1_8m": frozenset({"age_step"}),
    "child_12_30m": frozenset({"age_step"}),
    "child_3_6y": frozenset({"age_step"}),
    "folic_acid_supply": frozenset({"boxes", "lmp", "edd"}),
    "newborn_home_visit": frozenset({"ga_weeks", "birth_weight_kg"}),
    "prepregnancy_check_note": frozenset({"recheck_on"}),
    "prepregnancy_followup": frozenset({"recheck_on"}),
    "pregnancy_outcome_followup": frozenset({"ga_weeks"}),
    "special_family_visit": frozenset({"wished_frequency"}),
}
"""The questions whose answers rules read, by form; `Act.answers` need hold no others."""


def plan(
    facts: Facts, programmes: Mapping[str, Programme], params: Params, *, since: date = FIRST_DAY
) -> tuple[Planned, ...]:
    """Every visit that the rules foresee for one person or household, those over before `since` left out."""
    raise NotImplementedError


def on_day(planned: Planned, person: PersonFacts | None, today: date) -> DueItem | None:
    """Where a planned visit stands today; None when it is over, or was followed by the next one."""
    raise NotImplementedError


def due_items(
    facts: Facts, programmes: Mapping[str, Programme], today: date, params: Params, *, since: date = FIRST_DAY
) -> tuple[DueItem, ...]:
    """What may be done for one person or household today, and what is planned."""
    found = (on_day(each, facts.person, today) for each in plan(facts, programmes, params, since=since))
    return tuple(item for item in found if item is not None)
