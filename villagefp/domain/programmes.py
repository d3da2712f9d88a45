"""A programme of follow-up visits as data: whom it is for, which day it counts from, when which point is due.

One file a programme in `resources/programmes`; the county can publish a changed one with a first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Join(StrEnum):
    """How a programme starts; nothing starts by a calendar alone."""

    OFFER = "offer"  # an entered fact makes one first offer due; only a yes opens the episode
    CONSENT_FIRST = "consent_first"  # nothing is shown before a yes
    OWN_TASK = "own_task"  # the worker's own promise


class About(StrEnum):
    """Whom a programme is about."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One visit of a programme. Either days after the anchor, or `at` with days before and after it.

    `at` speaks where the rule does: "3m", "4y" (a month-end date falls on the last day of a shorter month),
    "ga84d" (from the first day of the last period), "lunar:08-15", "solar:10-01", "value:next_on" (a day that the
    episode holds by name).
    """

    code: str
    from_days: int | None = None
    to_days: int | None = None
    at: str = ""
    before: int = 0
    after: int = 0
    label: Mapping[str, str] = field(default_factory=dict)  # language → words


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """The last point again and again: every so many days after the anchor, its window so many days wide."""

    every: int
    to_plus: int
    from_last: bool = False  # counts from the last visit that was done instead of from the anchor


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A programme as its file says it."""

    programme: str
    version: str
    join: Join
    about: About
    anchors: tuple[str, ...]  # names of days, the first that is known counts
    points: tuple[Point, ...]
    form: str
    source: str  # of the rule, [K] where the county must confirm
    grace_days: int | None = 7  # None: never overdue
    max_attempts: int = 2
    stop_on: frozenset[str] = frozenset()
    repeat: Repeat | None = None
    private: bool = False  # its name is shown nowhere but in its own form
    title: Mapping[str, str] = field(default_factory=dict)
    wording: Mapping[str, str] = field(default_factory=dict)  # "why is this here", in plain words
