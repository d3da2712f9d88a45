"""Finding the people of a roster in the register: by what was told of them, by ID number, by household and name.

Never by their row alone: rows count only among people of whom a roster tells the very same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from villagefp.domain.dates import agrees
from villagefp.domain.records import IdStatus, NameStatus, Person, RecordId
from villagefp.domain.roster.known import Known
from villagefp.domain.roster.match_keys import Keys
from villagefp.domain.roster.told import Roster, RosterPerson

_May = Callable[[RosterPerson, Person], bool]
_Key = Hashable | None


class Matching:
    """Who in the register is meant by each person of a roster; each person is found at most once."""

    def __init__(self, roster: Roster, known: Known) -> None:
        self._roster = roster
        self._known = known
        self.persons: list[RecordId | None] = [None] * len(roster.persons)
        self.households: list[RecordId | None] = [None] * len(roster.households)
        self._open = list(range(len(roster.persons)))
        order = {person: place for place, person in enumerate(known.before.persons)}
        self._left = {
            person: known.persons[person]
            for person in sorted(known.persons, key=lambda one: (order.get(one, len(order)), one))
        }
        self._keys = Keys(roster, known, self.households)
        if known.persons or known.households:
            self._run()

    def _run(self) -> None:
        self._households_by_number()
        keys = self._keys
        self._pair(keys.all_told_at_home, keys.all_known_at_home, in_order=True)
        self._pair(_id_told, _id_stored, self._not_contradicted)
        self._pair(keys.all_told, keys.all_known)
        self._households_by_members()
        self._pair(keys.all_told_at_home, keys.all_known_at_home, in_order=True)
        self._pair(keys.all_told, keys.all_known, in_order=True)
        self._households_by_members()
        self._pair(keys.told("name", "birth_date"), keys.stored("name", "birth_date"))
        self._pair(keys.told("name"), keys.stored("name"))
        self._pair(keys.told("name", "birth_date"), keys.ever("name", "birth_date"), self._same_id_or_none)
        self._pair(keys.told("name"), keys.ever("name"), self._agree)
        self._pair(keys.name_and_birth_told, keys.name_and_birth_known, self._same_id_or_none)
        self._pair(_id_told, keys.id_before, self._not_contradicted)
        self._households_by_members()
        self._pair(keys.told("relation", "birth_date"), keys.stored("relation", "birth_date"), self._same_id_or_none)
        self._pair(keys.told("relation"), keys.stored("relation"), self._stands_for)
        self._pair_what_stands_twice()

    def _pair_what_stands_twice(self) -> None:
        """The rest, of whom a file tells the same several times, in its order."""
        keys = self._keys
        self._pair(
            keys.told("name", "birth_date"), keys.stored("name", "birth_date"), self._same_id_or_none, in_order=True
        )
        self._pair(keys.told("name"), keys.stored("name"), self._agree, in_order=True)
        relation_and_birth = keys.told("relation", "birth_date"), keys.stored("relation", "birth_date")
        self._pair(*relation_and_birth, self._one_without_own_name, in_order=True)
        self._pair(keys.told("relation"), keys.stored("relation"), self._stands_for, in_order=True)
        self._pair(keys.nameless_told, keys.nameless_known, self._agree, in_order=True)
        self._pair(keys.rough_told, keys.rough_known, self._agree, in_order=True)
        self._pair(keys.bare_name_told, keys.bare_name_known, self._agree, in_order=True)
        self._households_by_members()

    def _pair(
        self,
        told_key: Callable[[RosterPerson], _Key],
        stored_keys: Callable[[Person], Iterable[_Key]],
        may: _May | None = None,
        *,
        in_order: bool = False,
    ) -> None:
        """Pair those whose key is the same and who are alone with it on both sides; or else all of them in order."""
        told: dict[_Key, list[int]] = {}
        for place in self._open:
            key = told_key(self._roster.persons[place])
            if key is not None:
                told.setdefault(key, []).append(place)
        if not told:
            return
        stored: dict[_Key, list[RecordId]] = {}
        for person in self._left.values():
            for key in stored_keys(person):
                if key in told:
                    stored.setdefault(key, []).append(person.id)
        for key, those in stored.items():
            if in_order or len(those) == len(told[key]) == 1:
                self._pair_these(told[key], those, may)
        self._open = [place for place in self._open if self.persons[place] is None]

    def _pair_these(self, places: Iterable[int], those: Iterable[RecordId], may: _May | None) -> None:
        free = [one for one in those if one in self._left]
        for place in places:
            if self.persons[place] is not None:
                continue
            told = self._roster.persons[place]
            found = next((one for one in free if may is None or may(told, self._left[one])), None)
            if found is not None:
                self.persons[place] = found
                del self._left[found]
                free.remove(found)

    def _households_by_number(self) -> None:
        """By their number here; or by the number that they came with, where a worker has changed it since."""
        now, before = self._known.by_number, self._known.before.numbers
        for place, household in enumerate(self._roster.households):
            if household.number is not None:
                self.households[place] = now.get(household.number)
        taken = set(self.households)
        for place, household in enumerate(self._roster.households):
            if self.households[place] is None and household.number is not None:
                found = before.get(household.number)
                if found in self._known.households and found not in taken:
                    self.households[place] = found
                    taken.add(found)

    def _households_by_members(self) -> None:
        """A household that the roster gives no number, or a new one, is the one that most of its people came with."""
        if None not in self.households:
            return
        votes: dict[int, Counter[RecordId]] = {}
        for place, found in enumerate(self.persons):
            household = self._roster.persons[place].household
            home = self._keys.home(found) if found is not None else None
            if self.households[household] is None and home is not None:
                votes.setdefault(household, Counter())[home] += 1
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

    def _agree(self, told: RosterPerson, stored: Person) -> bool:
        """Whether neither ID number nor birth date says somebody else."""
        return self._same_id_or_none(told, stored) and _births_agree(told, stored)

    def _one_without_own_name(self, told: RosterPerson, stored: Person) -> bool:
        given = told.name_status is NameStatus.GIVEN and stored.name_status is NameStatus.GIVEN
        return not given and self._same_id_or_none(told, stored)

    def _stands_for(self, told: RosterPerson, stored: Person) -> bool:
        """Whether one has no name, and can be the other."""
        if stored.name_status is not NameStatus.GIVEN:
            return True
        return told.name_status is NameStatus.MISSING and self._agree(told, stored)


def _births_agree(told: RosterPerson, stored: Person) -> bool:
    if told.birth_date is None or stored.birth_date is None:
        return True
    return agrees(told.birth_date, stored.birth_date)


def _id_told(person: RosterPerson) -> _Key:
    return person.id_no


def _id_stored(person: Person) -> tuple[_Key]:
    return (person.id_no,)
