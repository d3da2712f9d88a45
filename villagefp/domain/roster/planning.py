"""From what a roster tells and what the register knows to the records that an import makes and changes."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from villagefp.domain import codes
from villagefp.domain.checks import CheckKind, id_shared_by
from villagefp.domain.records import (
    Alias,
    Household,
    HukouBook,
    IdStatus,
    Membership,
    NameStatus,
    Person,
    Phone,
    Record,
    RecordId,
)
from villagefp.domain.roster.before import Heard
from villagefp.domain.roster.known import LEFT_BY_ROSTER, Known
from villagefp.domain.roster.matching import Matching
from villagefp.domain.roster.merging import (
    FieldChange,
    differences,
    merge_household,
    merge_id,
    merge_membership,
    merge_person,
    without_old_news,
)
from villagefp.domain.roster.phone_news import Phones
from villagefp.domain.roster.told import Roster, RosterIssue, RosterPerson
from villagefp.domain.roster.writes import Making, Writes

_HEADS = frozenset(("01", "02"))
_UNVERIFIED = "unverified"
_R = TypeVar("_R", Person, Membership, Household)


class Planner:
    """Plans one import; nothing is written by it."""

    def __init__(self, roster: Roster, known: Known, making: Making) -> None:
        self._roster, self._known, self._making = roster, known, making
        self._found = Matching(roster, known)
        self._new: list[Record] = []
        self._changed: list[Record] = []
        self._withdrawn: list[Phone] = []
        self._heard: dict[RecordId, Heard] = {}
        self._changes: list[FieldChange] = []
        self._touched: set[RecordId] = set()
        self._persons = [found or making.new_id() for found in self._found.persons]
        self._households = [found or making.new_id() for found in self._found.households]
        self._numbers = self._household_numbers()
        self._phones = Phones(roster, known, making)
        self._by_name = {
            (person.household, person.name): record
            for person, record in zip(roster.persons, self._persons, strict=True)
            if person.name
        }
        self._owners = self._id_owners()
        self._issues = list(roster.issues)

    def plan(self) -> Writes:
        """All that is to be written."""
        self._plan_households()
        self._plan_books()
        for place, told in enumerate(self._roster.persons):
            found = self._found.persons[place]
            if found is None:
                self._create(place, told)
            else:
                self._update(told, self._known.persons[found])
        matched = sum(1 for found in self._found.persons if found is not None)
        return Writes(
            tuple(self._new),
            tuple(self._changed),
            tuple(self._withdrawn),
            self._heard,
            tuple(self._persons),
            len(self._persons) - matched,
            len(self._touched),
            matched - len(self._touched),
            len(self._known.persons) - matched,
            tuple(self._changes),
            tuple(self._issues),
        )

    def _id_owners(self) -> dict[str, set[RecordId]]:
        """Who has which ID number when this import is done, as far as the register knows them already."""
        told = {
            found: person
            for found, person in zip(self._found.persons, self._roster.persons, strict=True)
            if found is not None
        }
        owners: dict[str, set[RecordId]] = {}
        for stored in self._known.persons.values():
            merged = merge_id(stored, told[stored.id]) if stored.id in told else stored
            number = self._new_only(stored, merged).id_no
            if number is not None:
                owners.setdefault(number, set()).add(stored.id)
        return owners

    def _household_numbers(self) -> list[str]:
        """The number of every household; one without gets the number it has here, or the next free one."""
        taken = {household.household_no for household in self._known.households.values()}
        taken.update(household.number for household in self._roster.households if household.number is not None)
        free = max((int(number) for number in taken if number.isdecimal() and len(number) <= 6), default=0)
        numbers = []
        for household, found in zip(self._roster.households, self._found.households, strict=True):
            number = household.number or (self._known.households[found].household_no if found else None)
            if number is None:
                free += 1
                number = f"{free:04}"
            numbers.append(number)
        return numbers

    def _plan_households(self) -> None:
        heads: dict[int, RecordId] = {}
        for told, record in zip(self._roster.persons, self._persons, strict=True):
            if told.relation in _HEADS:
                heads.setdefault(told.household, record)
        for place, household in enumerate(self._roster.households):
            found, head = self._found.households[place], heads.get(place)
            if found is None:
                self._new.append(
                    Household(
                        id=self._households[place],
                        household_no=self._numbers[place],
                        group_no=household.group,
                        address=household.address,
                        head=head,
                    )
                )
                continue
            stored = self._known.households[found]
            merged = self._new_only(stored, merge_household(stored, household, head))
            if merged is not stored:
                self._changed.append(merged)

    def _plan_books(self) -> None:
        """Books are made only where the roster has a column for them; none is invented."""
        self._books = {number: book.id for number, book in self._known.hukou_books.items()}
        for told in self._roster.persons:
            if told.hukou_book and told.hukou_book not in self._books:
                book = HukouBook(id=self._making.new_id(), book_no=told.hukou_book)
                self._books[told.hukou_book] = book.id
                self._new.append(book)

    def _create(self, place: int, told: RosterPerson) -> None:
        record = self._persons[place]
        sealed = self._making.seal(told.method.encode()) if told.method else None
        self._new.append(
            Person(
                id=record,
                name=told.name or self._stand_in(told),
                name_status=told.name_status,
                sex=told.sex,
                birth_date=told.birth_date,
                birth_precision=told.birth_precision,
                birth_told=told.birth_told,
                id_no=told.id_no,
                id_status=self._id_status(place, told),
                mother=self._mother(told),
                ethnic=told.ethnic,
                education=told.education,
                marital=told.marital,
                occupation=told.occupation,
                legacy_method=sealed,
                legacy_method_status=_UNVERIFIED if sealed else None,
            )
        )
        self._new.append(self._membership(told, record))
        if told.hukou_book:
            self._new.append(
                Membership(id=self._making.new_id(), person=record, hukou_book=self._books[told.hukou_book])
            )
        if told.phones:
            self._new.extend(self._phones.all(told, record))
        for alias in told.aliases:
            self._new.append(Alias(id=self._making.new_id(), person=record, name=alias))

    def _update(self, told: RosterPerson, stored: Person) -> None:
        before = len(self._new) + len(self._changed)
        others = self._known.aliases.get(stored.id, ())
        known = self._as_known(told, stored)
        news = self._known.before.news(
            stored.id, self._households[told.household], told._replace(id_status=known.id_status)
        )
        if news is not None:
            self._heard[stored.id] = news
        merged = self._with_method(merge_person(stored, known), told)
        if stored.mother is None and (mother := self._mother(told)):
            merged = replace(merged, mother=mother)
        merged = self._new_only(stored, merged)
        if merged is not stored:
            self._changed.append(merged)
            self._changes.extend(differences(stored, merged, stored.id))
        if stored.name_status is NameStatus.PROVISIONAL and merged.name_status is NameStatus.GIVEN:
            self._new.append(Alias(id=self._making.new_id(), person=stored.id, name=stored.name, sort="provisional"))
        self._update_home(told, stored.id)
        book = self._books.get(told.hukou_book) if told.hukou_book else None
        if book and stored.id not in self._known.books and (stored.id, book) not in self._known.before.books:
            self._new.append(Membership(id=self._making.new_id(), person=stored.id, hukou_book=book))
        self._update_phones(told, stored.id)
        names = {alias.name for alias in others} | self._known.before.aliases_of(stored.id)
        for alias in told.aliases:
            if alias not in names:
                self._new.append(Alias(id=self._making.new_id(), person=stored.id, name=alias))
        if len(self._new) + len(self._changed) > before:
            self._touched.add(stored.id)

    def _as_known(self, told: RosterPerson, stored: Person) -> RosterPerson:
        """The told person, but for a name laid down since and a number that somebody else has as well."""
        former = {
            alias.name for alias in self._known.aliases.get(stored.id, ()) if alias.sort in ("former", "provisional")
        }
        if told.name in former:
            told = told._replace(name=stored.name, name_status=stored.name_status)
        if told.id_status is IdStatus.PRESENT and self._owners.get(told.id_no or "", set()) - {stored.id}:
            told = told._replace(id_status=IdStatus.UNCLEAR)
        return told

    def _update_home(self, told: RosterPerson, person: RecordId) -> None:
        """Relation and presence as told; who stands in another household now has moved there today."""
        household = self._households[told.household]
        before = self._known.before.home(person)
        home = self._known.stays.get((person, household)) or self._known.homes.get(person)
        if home is not None and home.household == household:
            news = before if before.get("household") == household else self._known.before.of(home.id)
            merged = merge_membership(home, told)
            merged = merged if merged is home else without_old_news(home, merged, news)
            if merged is not home:
                self._changed.append(merged)
                self._changes.extend(differences(home, merged, person))
            return
        if (person, household) in self._known.left or before.get("household") == household:
            return  # a worker has moved this person out of there since
        if home is not None:
            self._changed.append(replace(home, left_on=self._making.today, left_why=LEFT_BY_ROSTER))
        fresh = replace(self._membership(told, person), joined_on=self._making.today, joined_why=LEFT_BY_ROSTER)
        self._new.append(fresh)
        old = self._known.households.get(home.household) if home and home.household else None
        number = old.household_no if old else ""
        self._changes.append(FieldChange(person, "household_no", number, self._numbers[told.household]))

    def _update_phones(self, told: RosterPerson, person: RecordId) -> None:
        if not told.phones:
            return
        news = self._phones.news(told, person)
        if news.old is not None:
            self._withdrawn.append(news.old)
        for phone in news.fresh:
            self._new.append(phone)
            self._changes.append(FieldChange(person, "phone", news.old.number if news.old else "", phone.number))

    def _new_only(self, stored: _R, merged: _R) -> _R:
        return merged if merged is stored else without_old_news(stored, merged, self._known.before.of(stored.id))

    def _with_method(self, person: Person, told: RosterPerson) -> Person:
        """A method told anew replaces one that nobody has confirmed or blanked since."""
        if told.method is None or person.legacy_method_status not in (None, _UNVERIFIED):
            return person
        plain = told.method.encode()
        if person.legacy_method is not None and self._making.unseal(person.legacy_method) == plain:
            return person
        return replace(person, legacy_method=self._making.seal(plain), legacy_method_status=_UNVERIFIED)

    def _id_status(self, place: int, told: RosterPerson) -> IdStatus:
        if told.id_no is None:
            return IdStatus.NOT_YET if told.name_status is NameStatus.PROVISIONAL else told.id_status
        if told.id_status is IdStatus.PRESENT and told.id_no in self._owners:
            found = id_shared_by(told.id_no)
            self._issues.append(
                RosterIssue(told.sheet, told.row, "", CheckKind.ID_DUPLICATE, found.message, told.id_no, place)
            )
            return IdStatus.UNCLEAR
        return told.id_status

    def _membership(self, told: RosterPerson, person: RecordId) -> Membership:
        return Membership(
            id=self._making.new_id(),
            person=person,
            household=self._households[told.household],
            relation=told.relation,
            presence=told.presence,
        )

    def _mother(self, told: RosterPerson) -> RecordId | None:
        return self._by_name.get((told.household, told.mother)) if told.mother else None

    def _stand_in(self, told: RosterPerson) -> str:
        """A name to be found by for somebody whose name is missing: 0012户 配偶(未填姓名)."""
        relation = codes.load("relation").label(told.relation) or "成员"
        return f"{self._numbers[told.household]}户 {relation}(未填姓名)"
