"""What a visit is while it is filled in, kept, and refused: plain dataclasses for services and their callers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from villagefp.domain.records import Event, Outcome, RecordId
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import Check, Prompt, Violation
from villagefp.services.visit_inputs import Subject

WITH_ANSWERS = frozenset({Outcome.DONE, Outcome.ACCEPTED})
"""Endings that keep what was answered; every other one ends the form at once and keeps no answer."""


@dataclass(frozen=True)
class Visit:
    """A form being filled: about whom, since when, and its session; `revision_of` where it corrects a kept visit."""

    draft_id: RecordId
    form_id: str
    subject: Subject
    on: date
    started_at: str
    session: FormSession
    page: str = ""
    revision_of: RecordId | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Header:
    """What stands in an event's header besides the outcome (`place`: home, clinic, phone, outreach, other)."""

    place: str = "home"
    source: str | None = None
    signature: str | None = None
    next_offer_on: str | None = None  # the day the person wishes to be asked again, where no answer says it


@dataclass(frozen=True)
class SavedVisit:
    """A visit that is on the disk, the danger signs to be told, and the unusual answers to be looked at again."""

    event_id: RecordId
    prompts: tuple[Prompt, ...] = ()
    checks: tuple[Check, ...] = ()
    untold: bool = False  # a sign for today or at once is there that nobody confirmed as told

    def prompts_json(self) -> dict[str, Any]:
        """The prompts as scripts get them."""
        return {
            "prompts": [
                {
                    "urgency": each.urgency,
                    "sign": each.sign,
                    "message": each.label,
                    "source": each.source,
                    "unsigned": each.unsigned,
                }
                for each in self.prompts
            ]
        }

    def checks_json(self) -> dict[str, Any]:
        """The unusual answers as scripts get them."""
        return {"checks": [{"question": each.question, "message": each.message} for each in self.checks]}


@dataclass(frozen=True)
class KeptVisit:
    """A kept visit, opened to be read with the version of the form it was made with."""

    event: Event
    package: FormPackage
    session: FormSession


class VisitRefused(UserError):  # noqa: N818  the word that callers read is the one people use
    """A visit that cannot be kept as it is; every reason names its question."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("\n".join(violation.message for violation in violations))
        self.violations = tuple(violations)

    def to_json(self) -> dict[str, Any]:
        """The reasons as scripts get them."""
        return {"violations": [{"question": each.question, "message": each.message} for each in self.violations]}


class DraftBody(msgspec.Struct):
    """What a draft holds besides its columns; it is sealed, since any form's answers may be in it."""

    answers: dict[str, Any]
    revision_of: bytes | None = None
    reason: str | None = None
