"""A programme of follow-up visits as data: whom it is for, which day it counts from, when which point is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Join(StrEnum):
    """How a programme starts; nothing starts by a calendar alone."""

    OFFER = "offer"  # an entered fact makes one first offer due; only a yes opens the episode
    CONSENT_FIRST = "consent_first"  # nothing is shown before a yes
    OWN_TASK = "own_task"  # the worker's own promise


class Trigger(StrEnum):
    """Which entered fact a programme looks at."""

    EPISODE = "episode"  # a record that a yes, or the worker's own promise, has made
    BIRTH = "birth"  # the birth of the child that the programme is about
    DELIVERY = "delivery"  # that a woman has given birth
    REGISTER = "register"  # that a household is on the register


class About(StrEnum):
    """Whom a programme is about."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One visit of a programme. Either days after the anchor, or `at` with days before and after it.

    `at` speaks where the rule does: "42d", "3m", "4y" after the anchor (a month-end date falls on the last day of a
    shorter month), "ga84d" (from the first day of the last period), "lunar:08-15" and "solar:10-01" (the first one
    after the anchor), "value:next_on" and "value:edd+42d" (a day that the record holds by name), "year:1" (the whole
    of the calendar year after the anchor's). Points of one code are variants: the first that fits is taken.
    """

    code: str
    from_days: int | None = None
    to_days: int | None = None
    at: str = ""
    before: int = 0
    after: int = 0
    anchor: str = ""  # counts from this day alone, not from the programme's
    form: str = ""  # where it is not the programme's
    step: str = ""  # the answer by which its form says that this point was visited
    when: str = ""  # a condition, see `programme_values`
    track: str = ""  # points of another track do not follow on these
    label: Mapping[str, str] = field(default_factory=dict)  # language → words


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """A visit that comes again: every so many days, its window so many days wide, or on a fixed day of each year.

    Without an anchor of its own it goes on where the points end.
    """

    code: str
    every: int = 0
    to_plus: int = 0
    from_last: bool = False  # counts from the last visit that was done instead of from the anchor
    at: str = ""  # "lunar:08-15" or "solar:10-01": each year
    before: int = 0
    after: int = 0
    anchor: str = ""
    form: str = ""
    when: str = ""
    track: str = ""
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A programme as its file says it."""

    programme: str
    version: str
    join: Join
    trigger: Trigger
    about: About
    anchors: tuple[str, ...]  # names of days, the first that is known counts; "edd-280d" counts from before it
    points: tuple[Point, ...]
    form: str
    source: str  # of the rule, [K] where the county must confirm
    repeats: tuple[Repeat, ...] = ()
    first_form: str = ""  # of the first visit that is done, whichever point it falls to
    step: str = ""  # the question whose answer is a point's `step`
    begins_at: str = ""  # `at`: a visit or a refusal before that day is the programme's before it, with the same form
    ends_at: tuple[str, ...] = ()  # `at`, the first that is known: quietly no item after that day
    ends_with: str = ""  # "boxes=6": quietly no item once answers of this name add up to so much
    agreed_to: str = ""  # `at`: a later day agreed at a visit is the next programme's
    grace_days: int | None = 7  # None: never overdue
    fade_days: int | None = 30  # so long after its grace an unanswered item is still shown; None: until it is answered
    max_attempts: int = 2
    stop_on: frozenset[str] = frozenset()
    private: bool = False  # its name is shown nowhere but in its own form
    title: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)  # "why is this here", in plain words

    @property
    def visits(self) -> tuple[Point | Repeat, ...]:
        """Its points and what comes again."""
        return (*self.points, *self.repeats)
