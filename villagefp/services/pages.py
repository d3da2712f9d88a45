"""What a screen or a command shows of households and persons: plain dataclasses, ready to print."""

from __future__ import annotations

from msgspec import Struct

from villagefp.domain.records import Alias, Event, Household, HukouBook, Membership, Person, Phone
from villagefp.storage.lines import HouseholdLine, PersonLine
from villagefp.storage.marks import Mark

__all__ = ["HouseholdLine", "HouseholdPage", "Mark", "PersonLine", "PersonPage", "TimelineEntry"]


class TimelineEntry(Struct, frozen=True):
    """One event as in a timeline; `superseded` ones were corrected by a later event."""

    event: Event
    form_title: str
    author_name: str
    person_name: str  # in the village's latest events the number of a household, where it is about one
    superseded: bool


class HouseholdPage(Struct, frozen=True):
    """All that the household page shows."""

    household: Household
    members: tuple[tuple[PersonLine, Membership], ...]
    former: tuple[tuple[PersonLine, Membership], ...]
    timeline: tuple[TimelineEntry, ...]
    marks: tuple[Mark, ...]


class PersonPage(Struct, frozen=True):
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
