"""What an exchange tells while it runs and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from villagefp.errors import UserError
from villagefp.sync.road import Why


class Patience(Protocol):
    """How an exchange waits; the machine's clock and sleep come in through it."""

    def wait(self, seconds: float) -> None:
        """Come back after so many seconds, or at once where somebody cancelled."""


class Step(StrEnum):
    """What an exchange is doing."""

    ASKING = "asking"
    TAKING_IN = "taking_in"
    WAITING = "waiting"


@dataclass(frozen=True)
class Progress:
    """How far an exchange has come; bytes are those of all its requests."""

    step: Step
    requests: int
    bytes_up: int
    bytes_down: int
    left_up: int = 0  # bytes of the present request that have not been given to the line
    wait: float = 0.0  # seconds until the next try


class Note(StrEnum):
    """Something to be told beside an exchange that went well."""

    CLOCK = "clock"  # far from the county's
    REVOKED = "revoked"  # the county takes what was written and gives nothing any more
    NEW_IDENTITY = "new_identity"  # this laptop was a copy, or an older state, of itself
    DIFFERS = "differs"  # the digests differed, and a stream was read again
    NOT_FOLLOWED = "not_followed"  # something that the county sent does not hold; kept as evidence
    COUNTY_PUT_BACK = "county_put_back"  # it was restored, and what it lost was sent again
    INCOMPLETE = "incomplete"  # history is still to come


@dataclass(frozen=True)
class Outcome:
    """What an exchange did, whole or not."""

    sent: int = 0  # own changes that a receipt confirms now and did not before
    received: int = 0  # changes of others, and records of a seed, that were not here before
    statements: int = 0  # forms, programmes and parameters that came; to be published by whoever called
    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    notes: frozenset[Note] = frozenset()
    clock_ahead: int = 0  # seconds that this laptop's clock is ahead of the county's; below zero: behind


class Stopped(UserError):  # noqa: N818  as `Refused`
    """An exchange that ended before everything was through; what came through is kept.

    `why` is none where somebody cancelled or something in the store refused.
    """

    def __init__(self, sentence: str, outcome: Outcome, why: Why | None = None) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.why = why


Telling = Callable[[Progress], None]
Cancelled = Callable[[], bool]
