"""By what people of a roster and of the register are held against each other.

A key of somebody in a roster is None where there is nothing to go by; somebody in the register may have several: as
the register has it now, as imports told it, and as it was before a worker renamed or moved the person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import product

from villagefp.domain.records import NameStatus, Person, RecordId
from villagefp.domain.roster.before import Fields
from villagefp.domain.roster.known import Known
from villagefp.domain.roster.told import Roster, RosterPerson

_Key = Hashable | None
_Told = Callable[[RosterPerson], _Key]
_Stored = Callable[[Person], Iterable[_Key]]
_FORMER = ("former", "provisional")
_NOTHING = (None, "")
_WHOLE_DATE = len("1974-01-05")


class Keys:
    """The keys of one roster and one register; `households` grows while households are found."""

    def __init__(self, roster: Roster, known: Known, households: Sequence[RecordId | None]) -> None:
        self._roster, self._known, self._households = roster, known, households
        self._left: dict[RecordId, list[RecordId]] = {}
        for person, household in known.left:
            self._left.setdefault(person, []).append(household)

    def home(self, person: RecordId) -> RecordId | None:
        """The household that a person came with, or lives in where no import told one."""
        told = self._known.before.home(person).get("household")
        if isinstance(told, bytes) and told in self._known.households:
            return told
        home = self._known.homes.get(person)
        return None if home is None else home.household

    def all_told_at_home(self, person: RosterPerson) -> _Key:
        """Household and all that a roster tells to know a person by."""
        household = self._households[person.household]
        return None if household is None else (household, *_all_told(person))

    def all_known_at_home(self, person: Person) -> tuple[_Key]:
        """The same, as imports told it last."""
        told = self._known.before.persons.get(person.id)
        household = self._known.before.home(person.id).get("household")
        return (None if told is None or household is None else (household, *self._all_known(person.id, told)),)

    def all_told(self, person: RosterPerson) -> _Key:
        """All that a roster tells, with group and address; None where its household is known already."""
        household = self._roster.households[person.household]
        if household.number is not None or self._households[person.household] is not None:
            return None
        return household.group, household.address, *_all_told(person)

    def all_known(self, person: Person) -> tuple[_Key]:
        """The same, as imports told it last."""
        told = self._known.before.persons.get(person.id)
        household = self._known.before.home(person.id).get("household")
        if told is None or not isinstance(household, bytes):
            return (None,)
        where = self._known.before.of(household)
        return ((where.get("group_no"), where.get("address"), *self._all_known(person.id, told)),)

    def rough_told(self, person: RosterPerson) -> _Key:
        """Group, name and birth date, be it only a year: enough only in a list without household numbers."""
        household = self._roster.households[person.household]
        if household.number is not None or person.birth_date is None:
            return None
        return household.group, _name_told(person), person.birth_date

    def rough_known(self, person: Person) -> tuple[_Key]:
        """The same, as imports told it last."""
        told, group = self._in_group(person)
        return (None if told.get("birth_date") is None else (group, _name_before(told), told.get("birth_date")),)

    def bare_name_told(self, person: RosterPerson) -> _Key:
        """Group and name alone: enough only in a list without household numbers."""
        household = self._roster.households[person.household]
        if household.number is not None or person.name_status is NameStatus.MISSING:
            return None
        return household.group, person.name

    def bare_name_known(self, person: Person) -> tuple[_Key]:
        """The same, of somebody of whom a list without birth dates and ID numbers told."""
        told, group = self._in_group(person)
        bare = bool(told) and told.get("birth_date") is None and told.get("id_no") is None
        return ((group, told.get("name")) if bare else None,)

    def nameless_told(self, person: RosterPerson) -> _Key:
        """Household and sex of somebody who has no name in the roster."""
        household = self._households[person.household]
        return None if household is None or person.name_status is not NameStatus.MISSING else (household, person.sex)

    def nameless_known(self, person: Person) -> tuple[_Key]:
        """The same, as imports told it last."""
        told = self._known.before.of(person.id)
        nameless = told.get("name_status") == NameStatus.MISSING
        return ((self._known.before.home(person.id).get("household"), told.get("sex")) if nameless else None,)

    def told(self, *fields: str) -> _Told:
        """Household and these fields, as the roster tells; None where one is not told."""

        def key(person: RosterPerson) -> _Key:
            values = [getattr(person, name) for name in fields]
            household = self._households[person.household]
            nameless = "name" in fields and person.name_status is NameStatus.MISSING
            return None if household is None or nameless or None in values or "" in values else (household, *values)

        return key

    def stored(self, *fields: str) -> _Stored:
        """The same, as the register has it now."""

        def key(person: Person) -> tuple[_Key]:
            home = self._known.homes.get(person.id)
            if home is None or ("name" in fields and person.name_status is NameStatus.MISSING):
                return (None,)
            values = [home.relation if name == "relation" else getattr(person, name) for name in fields]
            return (None if None in values or "" in values else (home.household, *values),)

        return key

    def ever(self, *fields: str) -> _Stored:
        """The same, as it is, as imports told it, and as it was before a worker renamed or moved the person."""

        def keys(person: Person) -> Iterable[_Key]:
            told = self._known.before.of(person.id)
            values = [
                self._names(person) if name == "name" else {getattr(person, name), told.get(name)} - set(_NOTHING)
                for name in fields
            ]
            return set(product(self._homes(person.id), *values))

        return keys

    def name_and_birth_told(self, person: RosterPerson) -> _Key:
        """Name and whole birth date, wherever somebody lives."""
        return (person.name, person.birth_date) if _is_own(person) else None

    def name_and_birth_known(self, person: Person) -> Iterable[_Key]:
        """The same, under each name that a person has or had."""
        if person.name_status is not NameStatus.GIVEN or not _is_whole(person.birth_date):
            return ()
        return [(name, person.birth_date) for name in self._names(person)]

    def id_before(self, person: Person) -> tuple[_Key]:
        """The ID number that was told, where a worker has set it right since."""
        told = self._known.before.of(person.id).get("id_no")
        return (told if isinstance(told, str) else None,)

    def _in_group(self, person: Person) -> tuple[Fields, object]:
        """What imports told last of a person, and the group of the household that they told."""
        told = self._known.before.of(person.id)
        household = self._known.before.home(person.id).get("household")
        return (told, self._known.before.of(household).get("group_no")) if isinstance(household, bytes) else ({}, None)

    def _names(self, person: Person) -> set[str]:
        names = {alias.name for alias in self._known.aliases.get(person.id, ()) if alias.sort in _FORMER}
        if person.name_status is not NameStatus.MISSING:
            names.add(person.name)
        told = self._known.before.of(person.id)
        name = told.get("name")
        if isinstance(name, str) and told.get("name_status") != NameStatus.MISSING:
            names.add(name)
        return names

    def _homes(self, person: RecordId) -> set[RecordId]:
        homes = set(self._left.get(person, ()))
        home, told = self._known.homes.get(person), self._known.before.home(person).get("household")
        if home is not None and home.household is not None:
            homes.add(home.household)
        if isinstance(told, bytes):
            homes.add(told)
        return homes

    def _all_known(self, person: RecordId, told: Fields) -> tuple[_Key, ...]:
        return (
            _name_before(told),
            told.get("sex"),
            told.get("birth_date"),
            told.get("id_no"),
            self._known.before.home(person).get("relation"),
            self._known.before.numbers_of(person),
        )


def _all_told(person: RosterPerson) -> tuple[_Key, ...]:
    return (
        _name_told(person),
        person.sex,
        person.birth_date,
        person.id_no,
        person.relation,
        frozenset(phone.number for phone in person.phones),
    )


def _name_told(person: RosterPerson) -> str:
    return "" if person.name_status is NameStatus.MISSING else person.name


def _name_before(told: Fields) -> object:
    return "" if told.get("name_status") == NameStatus.MISSING else told.get("name")


def _is_own(person: RosterPerson) -> bool:
    return person.name_status is NameStatus.GIVEN and _is_whole(person.birth_date)


def _is_whole(birth_date: str | None) -> bool:
    return birth_date is not None and len(birth_date) == _WHOLE_DATE
