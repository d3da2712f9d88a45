"""What a roster tells, free of its layout: households, persons and what is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from villagefp.domain.checks import CheckKind
from villagefp.domain.phones import PhoneReading
from villagefp.domain.records import IdStatus, NameStatus, Precision, Presence


class RosterPerson(NamedTuple):
    """One person as a roster tells; a named tuple, since thousands are made while somebody waits."""

    sheet: str
    row: int  # from 1
    household: int  # place in `Roster.households`
    name: str
    name_status: NameStatus
    relation: str | None
    sex: str | None
    birth_date: str | None
    birth_precision: Precision | None
    birth_told: str | None
    id_no: str | None
    id_status: IdStatus
    ethnic: str | None
    education: str | None
    marital: str | None
    occupation: str | None
    phones: tuple[PhoneReading, ...]
    presence: Presence | None
    method: str | None
    alias: str | None
    mother: str | None
    hukou_book: str | None
    relation_told: str
    more_aliases: tuple[str, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        """Every other name, each once."""
        return tuple(dict.fromkeys((self.alias, *self.more_aliases))) if self.alias else ()


@dataclass(slots=True)
class RosterHousehold:
    """One household as a roster tells; filled while its rows are read."""

    number: str | None  # as in its column; None where the roster has no number for it
    group: str | None
    address: str | None
    sheet: str
    row: int
    has_head: bool = False


@dataclass(frozen=True, slots=True)
class RosterIssue:
    """Something in the workbook that somebody should look at; the row was kept wherever there was one to keep."""

    sheet: str
    row: int
    column: str
    kind: CheckKind
    message: str
    value: str = ""
    person: int | None = None  # place in `Roster.persons`


@dataclass(frozen=True, slots=True)
class Roster:
    """All that a workbook tells."""

    households: tuple[RosterHousehold, ...]
    persons: tuple[RosterPerson, ...]
    issues: tuple[RosterIssue, ...]
