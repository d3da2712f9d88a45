"""Which phones an import makes and which it takes back: what earlier imports told is no news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from villagefp.domain.records import Phone, RecordId
from villagefp.domain.roster.known import Known
from villagefp.domain.roster.told import Roster, RosterPerson
from villagefp.domain.roster.writes import Making

_HEADS = frozenset(("01", "02"))


@dataclass(frozen=True, slots=True)
class PhoneNews:
    """The phones that are new, and the one that the only new one stands in the place of."""

    fresh: tuple[Phone, ...]
    old: Phone | None


class Phones:
    """The phones that a roster tells, as records."""

    def __init__(self, roster: Roster, known: Known, making: Making) -> None:
        self._known, self._making = known, making
        self._shared = Counter((person.household, phone.number) for person in roster.persons for phone in person.phones)

    def all(self, told: RosterPerson, person: RecordId) -> Iterator[Phone]:
        """Every number that is told of a person and not kept yet."""
        numbers = {phone.number for phone in self._known.phones.get(person, ())}
        for phone in told.phones:
            if phone.number not in numbers:
                numbers.add(phone.number)
                shared = self._shared[told.household, phone.number] > 1 and told.relation not in _HEADS
                whose = phone.whose or ("household" if shared else "self")
                yield Phone(id=self._making.new_id(), person=person, number=phone.number, whose=whose)

    def news(self, told: RosterPerson, person: RecordId) -> PhoneNews:
        """Numbers that no import has told yet; one that stands in the place of another is a phone of its own.

        A number that a worker has added or set right stays. What may be mentioned on a phone was said of that number.
        """
        before = self._known.before
        known = before.numbers_of(person)
        fresh = tuple(phone for phone in self.all(told, person) if phone.number not in known)
        here = {phone.number for phone in told.phones}
        stored = self._known.phones.get(person, ())
        came = [phone for phone in stored if before.of(phone.id).get("number") == phone.number]
        gone = [phone for phone in came if phone.number not in here]
        return PhoneNews(fresh, gone[0] if len(fresh) == len(gone) == 1 and len(came) == len(here) else None)
