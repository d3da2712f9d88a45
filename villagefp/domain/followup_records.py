"""What rules of follow-ups look at, what they plan, and what is due: plain values without a rule in them.

Structs, not dataclasses: eight of those take 4 ms of the way to the first page.

Other modules take these names from `domain.followups`, or those of what is due from `domain.followup_days`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct, field

from villagefp.domain.records import Outcome, Presence, RecordId

AGREED = "agreed"
"""The point of a visit that was agreed for a day on which the programme itself has none."""


class DueState(StrEnum):
    """Where an item stands on a day."""

    PLANNED = "planned"
    SOON = "soon"  # its window begins within 7 days
    DUE = "due"
    OVERDUE = "overdue"  # may be asked once more; never locks anything
    AWAY = "away"  # waits until the person is back in the village
    CONTACT_CLOSED = "contact_closed"  # as many attempts were made as the programme allows: no further one here


class PersonFacts(Struct, frozen=True, kw_only=True):
    """What rules ask about a person; days are ISO dates, as exact as they are known."""

    id: RecordId
    birth_date: str | None = None
    died_on: str | None = None
    mother: RecordId | None = None
    member: bool = True  # lives or stays in a household of the village, or is only away for a time
    presence: Presence | None = None
    expected_back: str | None = None


class EpisodeFacts(Struct, frozen=True, kw_only=True):
    """A person's time in a programme, private ones unsealed."""

    id: RecordId
    programme: str
    opened_on: str
    closed_on: str | None = None
    closed_why: str | None = None
    days: Mapping[str, str] = field(default_factory=dict)  # lmp, placed_on, run_out_on … and other values by name


class Act(Struct, frozen=True, kw_only=True):
    """A visit or an attempt at one, in its latest revision."""

    id: RecordId
    form: str
    occurred_on: str
    outcome: Outcome
    next_offer_on: str | None = None  # the day the person wishes to be asked again, or agreed with a doctor
    answers: Mapping[str, str] = field(default_factory=dict)  # of the few questions that rules read, by name


class Facts(Struct, frozen=True, kw_only=True):
    """All that the rules look at for one person or one household."""

    person: PersonFacts | None = None
    household: RecordId | None = None
    episodes: tuple[EpisodeFacts, ...] = ()
    acts: tuple[Act, ...] = ()
    children: tuple[PersonFacts, ...] = ()  # of a mother, the dead ones too
    birth: Mapping[str, str] = field(default_factory=dict)  # of a child: what its mother's record tells of its birth
    joined_on: str | None = None  # of a household: since when it is on the register


class Again(Struct, frozen=True, kw_only=True):
    """A visit that comes again without end: every so many days after `base`, or on one day of each year."""

    code: str
    form: str
    label: Mapping[str, str]
    counts_from: str
    base: date
    later_than: date  # only windows that begin after this day
    every: int = 0
    at: str = ""  # "lunar:08-15" or "solar:10-01"
    before: int = 0  # days of the window before and after that day
    after: int = 0


class Planned(Struct, frozen=True, kw_only=True):
    """A visit that rules foresee; it does not depend on today, so it may be kept until the facts change.

    With a `series` point and window are those of its first visit; `on_day` finds the visit that a day is about.
    """

    person: bytes | None
    household: bytes | None
    programme: str
    point: str
    form: str
    window_from: date
    window_to: date  # the window's last day
    overdue_after: date | None  # None: never overdue
    ends_after: date | None  # the last day on which it is shown; None: until somebody answers
    shown_from: date | None  # None: shown as planned long before; a first offer waits for the one before it
    counts_from: str  # name of the day: birth_date, lmp, placed_on …
    counts_on: date
    source: str
    why: Mapping[str, str]  # language → words
    label: Mapping[str, str]  # of the point
    episode: bytes | None = None
    offer: bool = False
    asked_back_on: date | None = None
    attempts: int = 0
    contact_closed: bool = False
    private: bool = False
    grace_days: int | None = None
    fade_days: int | None = None
    series: tuple[Again, ...] = ()


class Reason(Struct, frozen=True, kw_only=True):
    """Why an item is there: rule, source, the day it counts from, and what takes it away."""

    rule: str  # in the words of the programme
    source: str
    counts_from: str  # name of the day: birth_date, lmp, placed_on …
    counts_on: date
    clears: str  # the form: any outcome of it takes the item away or moves it


class DueItem(Struct, frozen=True, kw_only=True):
    """One visit that may be made, with its window (both days included) and the reason why it is there."""

    person: RecordId | None
    household: RecordId | None
    programme: str
    point: str
    window_from: date
    window_to: date
    state: DueState
    form: str
    reason: Reason
    label: str = ""  # of the point, in words
    episode: RecordId | None = None
    offer: bool = False  # a first offer: a yes opens the episode
    asked_back_on: date | None = None  # the person asked to be visited on this day
    attempts: int = 0
    private: bool = False
