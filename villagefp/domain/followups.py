"""What is due: a pure function of what was entered, the rules, and today. Nothing is counted, ranked or reported.

The county's program may not import this module: it cannot ask who has not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from villagefp.domain.records import Outcome, Presence, RecordId


class DueState(StrEnum):
    """Where an item stands on a day."""

    PLANNED = "planned"
    SOON = "soon"  # its window begins within 7 days
    DUE = "due"
    OVERDUE = "overdue"  # may be asked once more; never locks anything
    AWAY = "away"  # waits until the person is back in the village
    CONTACT_CLOSED = "contact_closed"  # two attempts were made: no further one for this point


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What rules ask about a person; days are ISO dates, as exact as they are known."""

    id: RecordId
    birth_date: str | None = None
    died_on: str | None = None
    mother: RecordId | None = None
    member: bool = True  # lives or stays in a household of the village, or is only away for a time
    presence: Presence | None = None
    expected_back: str | None = None


@dataclass(frozen=True, kw_only=True)
class EpisodeFacts:
    """A person's time in a programme, private ones unsealed."""

    id: RecordId
    programme: str
    opened_on: str
    closed_on: str | None = None
    closed_why: str | None = None
    days: Mapping[str, str] = field(default_factory=dict)  # lmp, placed_on, run_out_on … and other values by name


@dataclass(frozen=True, kw_only=True)
class Act:
    """A visit or an attempt at one, in its latest revision."""

    id: RecordId
    form: str
    occurred_on: str
    outcome: Outcome
    next_offer_on: str | None = None  # the day the person wishes to be asked again
    answers: Mapping[str, str] = field(default_factory=dict)  # of the few questions that rules read, by name


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that the rules look at for one person or one household."""

    person: PersonFacts | None = None
    household: RecordId | None = None
    episodes: tuple[EpisodeFacts, ...] = ()
    acts: tuple[Act, ...] = ()
    children: tuple[PersonFacts, ...] = ()  # of a mother, the dead ones too
    birth: Mapping[str, str] = field(default_factory=dict)  # of a child: delivered_on, discharged_on, risk as entered
    joined_on: str | None = None  # of a household: since when it is on the register


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an item is there: rule, source, the day it counts from, and what takes it away."""

    rule: str  # in the words of the programme
    source: str
    counts_from: str  # name of the day: birth_date, lmp, placed_on …
    counts_on: date
    clears: str  # code of what takes it away: any outcome of `form`


@dataclass(frozen=True, kw_only=True)
class DueItem:
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
    episode: RecordId | None = None
    offer: bool = False  # a first offer: a yes opens the episode
    asked_back_on: date | None = None  # the person asked to be visited on this day
    attempts: int = 0
    private: bool = False
