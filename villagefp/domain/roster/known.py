"""What the register knows already, arranged so that the rows of a roster can be found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from villagefp.domain.records import Alias, Household, HukouBook, Membership, Person, Phone, RecordId


@dataclass(frozen=True)
class Known:
    """The register's persons and households; empty for a village that is founded by its first import."""

    persons: Mapping[RecordId, Person] = field(default_factory=dict)
    households: Mapping[RecordId, Household] = field(default_factory=dict)
    homes: Mapping[RecordId, Membership] = field(default_factory=dict)  # by person, the household they live in
    books: Mapping[RecordId, Membership] = field(default_factory=dict)  # by person, their hukou book
    hukou_books: Mapping[str, HukouBook] = field(default_factory=dict)  # by number
    phones: Mapping[RecordId, tuple[Phone, ...]] = field(default_factory=dict)  # by person
    aliases: Mapping[RecordId, tuple[Alias, ...]] = field(default_factory=dict)  # by person

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
) -> Known:
    """The register as `Known`; memberships that have ended are left out."""
    homes: dict[RecordId, Membership] = {}
    in_books: dict[RecordId, Membership] = {}
    for membership in memberships:
        if membership.left_on is None:
            (homes if membership.household is not None else in_books).setdefault(membership.person, membership)
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
        in_books,
        {book.book_no: book for book in books if book.book_no},
        {person: tuple(those) for person, those in of_person.items()},
        {person: tuple(those) for person, those in called.items()},
    )
