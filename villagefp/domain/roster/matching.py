"""Finding the people of a roster in the register: by ID number, by household and name, never by their row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from villagefp.domain.records import IdStatus, NameStatus, Person, RecordId
from villagefp.domain.roster.known import Known
from villagefp.domain.roster.told import Roster, RosterPerson

_Value = TypeVar("_Value")
_Key = Hashable | None
_Told = Callable[[RosterPerson], _Key]
_Stored = Callable[[Person], _Key]


class Matching:
    """Who in the register is meant by each person of a roster; each person is found at most once."""

    def __init__(self, roster: Roster, known: Known) -> None:
        self._roster = roster
        self._known = known
        self.persons: list[RecordId | None] = [None] * len(roster.persons)
        self.households: list[RecordId | None] = [None] * len(roster.households)
        self._left = dict(known.persons)
        if known.persons or known.households:
            self._run()

    def _run(self) -> None:
        by_number = self._known.by_number
        for place, household in enumerate(self._roster.households):
            if household.number is not None:
                self.households[place] = by_number.get(household.number)
        self._pair(_id_told, _id_stored, self._not_contradicted)
        self._households_by_members()
        self._pair(self._told("name", "birth_date"), self._stored("name", "birth_date"))
        self._pair(self._told("name"), self._stored("name"))
        self._pair(_name_and_birth, _name_and_birth, self._same_id_or_none)
        self._households_by_members()
        self._pair(self._told("relation", "birth_date"), self._stored("relation", "birth_date"), self._same_id_or_none)
        self._pair(self._told("relation"), self._stored("relation"), _one_is_nameless)

    def _pair(
        self, told_key: _Told, stored_key: _Stored, may: Callable[[RosterPerson, Person], bool] | None = None
    ) -> None:
        """Pair those whose key is the same and who are alone with it on both sides."""
        stored = _alone((stored_key(person), person.id) for person in self._left.values())
        told = _alone(
            (told_key(person), place)
            for place, person in enumerate(self._roster.persons)
            if self.persons[place] is None
        )
        for key, place in told.items():
            found = stored.get(key)
            if found is None or (may and not may(self._roster.persons[place], self._left[found])):
                continue
            self.persons[place] = found
            del self._left[found]

    def _told(self, *fields: str) -> _Told:
        """Household and these fields as a key, as the roster tells; None where one is not told."""

        def key(person: RosterPerson) -> _Key:
            values = [getattr(person, name) for name in fields]
            household = self.households[person.household]
            nameless = "name" in fields and person.name_status is NameStatus.MISSING
            return None if household is None or nameless or None in values or "" in values else (household, *values)

        return key

    def _stored(self, *fields: str) -> _Stored:
        """The same key, as the register has it."""

        def key(person: Person) -> _Key:
            home = self._known.homes.get(person.id)
            if home is None or ("name" in fields and person.name_status is NameStatus.MISSING):
                return None
            values = [home.relation if name == "relation" else getattr(person, name) for name in fields]
            return None if None in values or "" in values else (home.household, *values)

        return key

    def _households_by_members(self) -> None:
        """A household that the roster gives no number, or a new one, is the one where most of its people live."""
        votes: dict[int, Counter[RecordId]] = {}
        for place, found in enumerate(self.persons):
            household = self._roster.persons[place].household
            home = self._known.homes.get(found) if found is not None else None
            if self.households[household] is None and home is not None and home.household is not None:
                votes.setdefault(household, Counter())[home.household] += 1
        taken = {household for household in self.households if household is not None}
        for household, counted in votes.items():
            best = counted.most_common(1)[0][0]
            if self._roster.households[household].number is None and best not in taken:
                self.households[household] = best
                taken.add(best)

    def _not_contradicted(self, told: RosterPerson, stored: Person) -> bool:
        """An ID number alone is not enough where name, birth date and household all say somebody else."""
        home = self._known.homes.get(stored.id)
        return (
            told.name_status is NameStatus.MISSING
            or stored.name_status is not NameStatus.GIVEN
            or told.name == stored.name
            or told.birth_date == stored.birth_date
            or (home is not None and home.household == self.households[told.household])
        )

    def _same_id_or_none(self, told: RosterPerson, stored: Person) -> bool:
        sound = told.id_status is IdStatus.PRESENT and stored.id_status is IdStatus.PRESENT
        return not sound or told.id_no == stored.id_no


def _alone(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, _Value]:
    """By key, what is the only one with it."""
    found: dict[_Key, _Value] = {}
    twice: set[_Key] = {None}
    for key, value in pairs:
        if key in found:
            twice.add(key)
        found[key] = value
    for key in twice:
        found.pop(key, None)
    return found


def _id_told(person: RosterPerson) -> _Key:
    return person.id_no


def _id_stored(person: Person) -> _Key:
    return person.id_no


def _name_and_birth(person: RosterPerson | Person) -> _Key:
    given = person.name_status is NameStatus.GIVEN and person.birth_date is not None and len(person.birth_date) == 10
    return (person.name, person.birth_date) if given else None


def _one_is_nameless(told: RosterPerson, stored: Person) -> bool:
    return told.name_status is NameStatus.MISSING or stored.name_status is not NameStatus.GIVEN
