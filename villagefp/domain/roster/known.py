"""What the register knows already, arranged so that the rows of a roster can be found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from villagefp.domain.records import Alias, Household, HukouBook, Membership, Person, Phone, RecordId
from villagefp.domain.roster.before import Before

LEFT_BY_ROSTER = "roster"
"""Why a membership ended or began that an import ended or began."""


@dataclass(frozen=True)
class Known:
    """The register's persons and households; empty for a village that is founded by its first import."""

    persons: Mapping[RecordId, Person] = field(default_factory=dict)
    households: Mapping[RecordId, Household] = field(default_factory=dict)
    homes: Mapping[RecordId, Membership] = field(default_factory=dict)  # by person, the household they live in
    stays: Mapping[tuple[RecordId, RecordId], Membership] = field(default_factory=dict)  # by person and household
    books: Mapping[RecordId, Membership] = field(default_factory=dict)  # by person, their hukou book
    hukou_books: Mapping[str, HukouBook] = field(default_factory=dict)  # by number
    phones: Mapping[RecordId, tuple[Phone, ...]] = field(default_factory=dict)  # by person
    aliases: Mapping[RecordId, tuple[Alias, ...]] = field(default_factory=dict)  # by person

    left: frozenset[tuple[RecordId, RecordId]] = frozenset()  # person and household, ended by a worker
    before: Before = field(default_factory=Before)

    @property
    def by_number(self) -> dict[str, RecordId]:
        """Households by their number."""
        return {household.household_no: household.id for household in self.households.values()}


def arrange(
    *,
    persons: Iterable[Person],
    households: Iterable[Household],
    memberships: Iterable[Membership],
    books: Iterable[HukouBook],
    phones: Iterable[Phone],
    aliases: Iterable[Alias],
    before: Before,
) -> Known:
    """The register as `Known`."""
    homes: dict[RecordId, Membership] = {}
    stays: dict[tuple[RecordId, RecordId], Membership] = {}
    left: set[tuple[RecordId, RecordId]] = set()
    in_books: dict[RecordId, Membership] = {}
    for membership in memberships:
        if membership.left_on is None:
            (homes if membership.household is not None else in_books).setdefault(membership.person, membership)
            if membership.household is not None:
                stays.setdefault((membership.person, membership.household), membership)
        elif membership.household is not None and membership.left_why != LEFT_BY_ROSTER:
            left.add((membership.person, membership.household))
    of_person: dict[RecordId, list[Phone]] = {}
    for phone in phones:
        of_person.setdefault(phone.person, []).append(phone)
    called: dict[RecordId, list[Alias]] = {}
    for alias in aliases:
        called.setdefault(alias.person, []).append(alias)
    return Known(
        {person.id: person for person in persons},
        {household.id: household for household in households},
        homes,
        stays,
        in_books,
        {book.book_no: book for book in books if book.book_no},
        {person: tuple(those) for person, those in of_person.items()},
        {person: tuple(those) for person, those in called.items()},
        frozenset(left),
        before,
    )
