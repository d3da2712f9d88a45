"""What earlier imports told, whatever a worker has made of it since: what a file tells again is no news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from villagefp.domain.records import Alias, Household, Membership, Person, Phone, Record, RecordId

Fields = Mapping[str, object]
_NONE: Fields = {}
_NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Before:
    """The records of imports as imports wrote them last, also those that a worker has changed or taken back."""

    fields: Mapping[RecordId, Fields] = field(default_factory=dict)  # of any record, in the order of telling
    persons: Mapping[RecordId, Fields] = field(default_factory=dict)
    homes: Mapping[RecordId, Fields] = field(default_factory=dict)  # by person, the stay that was told last
    numbers: Mapping[str, RecordId] = field(default_factory=dict)  # households by the number that they came with
    phones: Mapping[RecordId, frozenset[str]] = field(default_factory=dict)  # by person
    aliases: Mapping[RecordId, frozenset[str]] = field(default_factory=dict)  # by person
    books: frozenset[tuple[object, object]] = frozenset()  # person and hukou book

    def of(self, record: RecordId) -> Fields:
        """The fields of a record as imports told them; empty for one that no import has made or changed."""
        return self.fields.get(record, _NONE)

    def home(self, person: RecordId) -> Fields:
        """Household, relation and presence as told last."""
        return self.homes.get(person, _NONE)

    def numbers_of(self, person: RecordId) -> frozenset[str]:
        """The phone numbers that were told of a person, also those that a worker has removed."""
        return self.phones.get(person, _NO_WORDS)

    def aliases_of(self, person: RecordId) -> frozenset[str]:
        """The other names that were told of a person."""
        return self.aliases.get(person, _NO_WORDS)


def gather(told: Mapping[type[Record], Mapping[RecordId, Fields]]) -> Before:
    """What was told, by kind and record in the order of telling, as `Before`."""
    homes: dict[RecordId, Fields] = {}
    books: set[tuple[object, object]] = set()
    for stay in told.get(Membership, {}).values():
        person = stay.get("person")
        if stay.get("hukou_book") is not None:
            books.add((person, stay["hukou_book"]))
        elif isinstance(person, bytes) and stay.get("household") is not None and stay.get("left_on") is None:
            homes[person] = stay
    return Before(
        {record: fields for of_kind in told.values() for record, fields in of_kind.items()},
        told.get(Person, {}),
        homes,
        {
            number: record
            for record, fields in told.get(Household, {}).items()
            if isinstance(number := fields.get("household_no"), str)
        },
        _by_person(told.get(Phone, {}), "number"),
        _by_person(told.get(Alias, {}), "name"),
        frozenset(books),
    )


def _by_person(told: Mapping[RecordId, Fields], name: str) -> dict[RecordId, frozenset[str]]:
    found: dict[RecordId, frozenset[str]] = {}
    for fields in told.values():
        person, value = fields.get("person"), fields.get(name)
        if isinstance(person, bytes) and isinstance(value, str):
            found[person] = found.get(person, _NO_WORDS) | {value}
    return found
