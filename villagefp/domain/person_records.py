"""What is kept of who is one and the same, and of who moves to another village, as `records.py` keeps people."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from villagefp.domain.records import Record, RecordId


class TransferState(StrEnum):
    """How far a move has come."""

    ASKED = "asked"
    DECIDED = "decided"  # by the county
    ARRIVED = "arrived"  # the person's record is in the other village


class SameAs(Record, frozen=True, kw_only=True, gc=False):
    """Whether two records are about one person, or one household. Its id is `same.pair_id` of the two."""

    KIND: ClassVar[str] = "same_as"
    sort: str = "person"  # person, household
    first: RecordId  # the smaller id
    second: RecordId
    same: bool = True  # no: somebody looked, and they are two


class Transfer(Record, frozen=True, kw_only=True, gc=False):
    """A person's wish to be served in another village, her consent, and how far it has come."""

    KIND: ClassVar[str] = "transfer"
    person: RecordId
    from_village: str  # 12 digits
    to_village: str
    asked_on: str
    reason: str | None = None  # of `transfer_reason`
    consent_on: str | None = None
    consent_how: str | None = None  # signed, thumb, spoken
    state: TransferState = TransferState.ASKED
    agreed: bool | None = None
    state_on: str | None = None
