"""What earlier imports told, whatever a worker has made of it since: what a file tells again is no news."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from villagefp.domain.records import Alias, Household, Membership, NameStatus, Person, Phone, Record, RecordId
from villagefp.domain.roster.told import RosterPerson

Fields = Mapping[str, object]
Heard = Mapping[str, object]
"""What a roster told of a person whom the register had already: fields, `home`, and `phones`, each as plain values."""
_NONE: Fields = {}
_NO_WORDS: frozenset[str] = frozenset()
_OF_PERSON = ("sex", "birth_date", "birth_precision", "ethnic", "education", "marital", "occupation")
_OF_HOME = ("relation", "presence")


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

    def news(self, person: RecordId, household: RecordId, told: RosterPerson) -> Heard | None:
        """All that a roster tells, where anything of it was told otherwise or not at all; None where nothing was.

        Also what the register knows already is worth remembering: a worker may set it right later.
        """
        fields = {**dict(_plain(told, _OF_PERSON)), "name_status": told.name_status.value}
        if told.name_status is not NameStatus.MISSING:
            fields["name"] = told.name
        if told.id_no is not None:
            fields |= {"id_no": told.id_no, "id_status": told.id_status.value}
        home = {"household": household, **dict(_plain(told, _OF_HOME))}
        numbers = sorted({phone.number for phone in told.phones})
        known = (
            _holds(self.of(person), fields)
            and _holds(self.home(person), home)
            and self.numbers_of(person).issuperset(numbers)
        )
        return None if known else {"fields": fields, "home": home, "phones": numbers}


def gather(told: Mapping[type[Record], Mapping[RecordId, Fields]], heard: Mapping[RecordId, Heard]) -> Before:
    """What was told, by kind and record in the order of telling, and what was heard since, as `Before`."""
    homes: dict[RecordId, Fields] = {}
    books: set[tuple[object, object]] = set()
    for stay in told.get(Membership, {}).values():
        person = stay.get("person")
        if stay.get("hukou_book") is not None:
            books.add((person, stay["hukou_book"]))
        elif isinstance(person, bytes) and stay.get("household") is not None and stay.get("left_on") is None:
            homes[person] = stay
    persons, phones = dict(told.get(Person, {})), _by_person(told.get(Phone, {}), "number")
    for person, words in heard.items():
        fields, home, numbers = words["fields"], words["home"], words["phones"]
        if isinstance(fields, Mapping) and isinstance(home, Mapping) and isinstance(numbers, list):
            persons[person] = {**persons.get(person, {}), **fields}
            homes[person] = {**homes.get(person, {}), **home}
            phones[person] = phones.get(person, _NO_WORDS) | set(numbers)
    return Before(
        {record: fields for of_kind in (*told.values(), persons) for record, fields in of_kind.items()},
        persons,
        homes,
        {
            number: record
            for record, fields in told.get(Household, {}).items()
            if isinstance(number := fields.get("household_no"), str)
        },
        phones,
        _by_person(told.get(Alias, {}), "name"),
        frozenset(books),
    )


def _plain(told: RosterPerson, names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """These fields, as far as they are told, as plain text."""
    return ((name, str(value)) for name in names if (value := getattr(told, name)) is not None)


def _holds(known: Fields, told: Fields) -> bool:
    return all(known.get(name) == value for name, value in told.items())


def _by_person(told: Mapping[RecordId, Fields], name: str) -> dict[RecordId, frozenset[str]]:
    found: dict[RecordId, frozenset[str]] = {}
    for fields in told.values():
        person, value = fields.get("person"), fields.get(name)
        if isinstance(person, bytes) and isinstance(value, str):
            found[person] = found.get(person, _NO_WORDS) | {value}
    return found
