"""What an import needs to make records, and what it will write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from villagefp.domain.records import Phone, Record, RecordId
from villagefp.domain.roster.before import Heard
from villagefp.domain.roster.merging import FieldChange
from villagefp.domain.roster.told import RosterIssue


@dataclass(frozen=True)
class Making:
    """What it takes to make records: new ids, today's date, and the key of sealed fields."""

    new_id: Callable[[], RecordId]
    today: str
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]


@dataclass(frozen=True)
class Writes:
    """What an import will write, and who is who."""

    new: tuple[Record, ...]
    changed: tuple[Record, ...]
    withdrawn: tuple[Phone, ...]  # numbers in whose place the roster tells others
    heard: Mapping[RecordId, Heard]  # what is to be remembered of people whom the register had already
    persons: tuple[RecordId, ...]  # the record of each person of the roster
    created: int
    updated: int
    unchanged: int
    not_in_file: int
    changes: tuple[FieldChange, ...]
    issues: tuple[RosterIssue, ...]
