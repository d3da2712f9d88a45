"""What a screen or a command shows of households and persons: plain dataclasses, ready to print."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.domain.records import Alias, Event, Household, HukouBook, Membership, Person, Phone, RecordId


@dataclass(frozen=True)
class PersonLine:
    """One person as in a list: who, where, how to reach."""

    id: RecordId
    household_id: RecordId | None
    household_no: str
    group_no: str
    name: str  # own name, or the provisional one
    sex: str | None
    birth_date: str | None
    birth_precision: str | None
    id_no: str | None  # unmasked; callers mask it unless revealing is asked for
    id_status: str
    relation: str | None
    ethnic: str | None
    education: str | None
    marital: str | None
    phone: str | None
    presence: str | None
    died_on: str | None = None


@dataclass(frozen=True)
class HouseholdLine:
    """One household as in a list."""

    id: RecordId
    household_no: str
    group_no: str
    head_name: str
    address: str
    resident: int
    away: int
    last_visit_on: str | None


@dataclass(frozen=True)
class TimelineEntry:
    """One event as in a timeline; `superseded` ones were corrected by a later event."""

    event: Event
    form_title: str
    author_name: str
    person_name: str
    superseded: bool


@dataclass(frozen=True)
class Mark:
    """Something about a record that somebody should look at: an ID number that cannot be right, a missing name."""

    id: RecordId
    person_id: RecordId | None
    kind: str
    message: str
    where: str  # sheet and row of the roster it came from, or empty


@dataclass(frozen=True)
class HouseholdPage:
    """All that the household page shows."""

    household: Household
    members: tuple[tuple[PersonLine, Membership], ...]
    former: tuple[tuple[PersonLine, Membership], ...]
    timeline: tuple[TimelineEntry, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class PersonPage:
    """All that the person page shows; sealed answers are not in it."""

    person: Person
    line: PersonLine
    aliases: tuple[Alias, ...]
    phones: tuple[Phone, ...]
    household: Household | None
    memberships: tuple[Membership, ...]
    hukou_books: tuple[HukouBook, ...]
    mother: PersonLine | None
    children: tuple[PersonLine, ...]
    timeline: tuple[TimelineEntry, ...]
    marks: tuple[Mark, ...]
