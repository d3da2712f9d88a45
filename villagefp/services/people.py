"""What a worker does with a person: find, look up, add, name, correct."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from villagefp.domain.family import child_relation, provisional_name
from villagefp.domain.records import (
    Alias,
    Household,
    HukouBook,
    IdStatus,
    Membership,
    NameStatus,
    Person,
    Phone,
    Precision,
    Presence,
    RecordId,
)
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import timeline
from villagefp.services.pages import PersonLine, PersonPage
from villagefp.storage import marks, people, records, same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork


class NewPerson(Struct, frozen=True):
    """What is told of somebody who joins a household."""

    name: str
    sex: str | None = None
    birth_date: str | None = None
    birth_precision: Precision | None = None
    birth_told: str | None = None
    id_no: str | None = None
    id_status: IdStatus = IdStatus.NOT_TOLD
    relation: str | None = None
    phone: str | None = None


def list_people(store: Store) -> list[PersonLine]:
    """Everybody in the register, in order of household number."""
    with store.read() as connection:
        return people.person_lines(connection)


def find(store: Store, text: str, limit: int = 50) -> list[PersonLine]:
    """Persons whose name, other name, pinyin, initials, phone, last ID digits or household number hold every word."""
    with store.read() as connection:
        return people.find_persons(connection, text, limit)


def person_page(store: Store, person_id: RecordId) -> PersonPage:
    """All that is known of a person but sealed answers; UserError where the person is not here."""
    with store.read() as connection:
        every = same.all_of(connection, person_id)
        person = records.get(connection, Person, every[0]) or records.get(connection, Person, person_id)
        if person is None:
            raise UserError(_("This person is not here. The entry may have been withdrawn; search by name."))
        line = people.person_lines(connection, ids=[person.id])[0]
        memberships = tuple(records.where_in(connection, Membership, "person", every))
        books = [
            records.get(connection, HukouBook, membership.hukou_book)
            for membership in memberships
            if membership.hukou_book is not None and membership.left_on is None
        ]
        children = [child.id for child in records.where_in(connection, Person, "mother", every)]
        return PersonPage(
            person=person,
            line=line,
            aliases=tuple(records.where_in(connection, Alias, "person", every)),
            phones=tuple(records.where_in(connection, Phone, "person", every)),
            household=records.get(connection, Household, line.household_id) if line.household_id else None,
            memberships=memberships,
            hukou_books=tuple(book for book in books if book is not None),
            mother=_line(connection, person.mother),
            children=tuple(people.person_lines(connection, ids=children)) if children else (),
            timeline=timeline.of_person(store, connection, person.id),
            marks=tuple(mark for each in every for mark in marks.open_marks(connection, person_id=each)),
        )


def add_person(store: Store, household_id: RecordId, told: NewPerson, *, on: date | None = None) -> Person:
    """Let somebody new join a household; a missing name is marked, not refused."""
    person = Person(
        id=store.ambient.new_id(),
        name=told.name.strip(),
        name_status=NameStatus.GIVEN if told.name.strip() else NameStatus.MISSING,
        sex=told.sex,
        birth_date=told.birth_date,
        birth_precision=told.birth_precision,
        birth_told=told.birth_told,
        id_no=told.id_no,
        id_status=told.id_status,
    )
    with store.save() as save:
        save.add(person)
        save.add(_joining(store, person.id, household_id, told.relation, on=on))
        if told.phone:
            save.add(Phone(id=store.ambient.new_id(), person=person.id, number=told.phone))
    return person


def add_newborns(
    store: Store, mother_id: RecordId, sexes: tuple[str, ...], born_on: date, *, on: date | None = None
) -> tuple[Person, ...]:
    """Enter the children of one birth before they have names: 李芳之女, of twins (大) and (小).

    Each is found by the mother, lives in her household and has no ID number yet. `sexes` are codes of GB/T 2261.1 in
    order of birth.
    """
    with store.save() as save:
        mother = save.get(Person, mother_id)
        if mother is None:
            raise UserError(_("The mother is not here. Add her to the household first."))
        home = _home(save.connection, mother_id)
        taken = {child.name for child in records.where(save.connection, Person, mother=mother_id)}
        born = []
        for position, sex in enumerate(sexes, start=1):
            child = Person(
                id=store.ambient.new_id(),
                name=provisional_name(mother.name, sex, position, len(sexes), taken),
                name_status=NameStatus.PROVISIONAL,
                sex=sex,
                birth_date=born_on.isoformat(),
                birth_precision=Precision.DAY,
                id_status=IdStatus.NOT_YET,
                mother=mother_id,
            )
            save.add(child)
            if home is not None and home.household is not None:
                relation = child_relation(home.relation, sex)
                save.add(_joining(store, child.id, home.household, relation, on=on or born_on, why="born"))
            born.append(child)
    return tuple(born)


def name_person(store: Store, person_id: RecordId, name: str) -> Person:
    """Give a person its own name; the one it was kept under still finds it, and history is not rewritten."""
    name = name.strip()
    if not name:
        raise UserError(_("A name is needed. Leave the entry as it is until the child has one."))
    with store.save() as save:
        person = known_person(save, person_id)
        if person.name != name:
            keep_former_name(store, save, person)
        named = replace(person, name=name, name_status=NameStatus.GIVEN)
        save.change(named)
        marks.settle_kind(save.connection, person_id, "name_missing")
    return named


def keep_former_name(store: Store, save: UnitOfWork, person: Person) -> RecordId | None:
    """Let the name used so far find a person who gets another one; the id of that other name, None without a name."""
    if not person.name:
        return None
    sort = "former" if person.name_status is NameStatus.GIVEN else "provisional"
    alias = Alias(id=store.ambient.new_id(), person=person.id, name=person.name, sort=sort)
    save.add(alias)
    return alias.id


def add_alias(store: Store, person_id: RecordId, name: str, sort: str = "called") -> None:
    """Add another name by which people call and find a person."""
    with store.save() as save:
        save.add(
            Alias(id=store.ambient.new_id(), person=known_person(save, person_id).id, name=name.strip(), sort=sort)
        )


def add_phone(
    store: Store, person_id: RecordId, number: str, *, whose: str = "self", may_mention_health: bool = False
) -> None:
    """Add a phone that reaches a person."""
    with store.save() as save:
        save.add(
            Phone(
                id=store.ambient.new_id(),
                person=known_person(save, person_id).id,
                number=number,
                whose=whose,
                may_mention_health=may_mention_health,
            )
        )


def remove_phone(store: Store, phone_id: RecordId) -> None:
    """Withdraw a phone that no longer reaches the person."""
    with store.save() as save:
        save.withdraw(Phone, phone_id, "no longer in use")


def record_death(store: Store, person_id: RecordId, on: date) -> None:
    """Note that a person has died: open memberships end that day, quietly."""
    with store.save() as save:
        save.change(replace(known_person(save, person_id), died_on=on.isoformat()))
        for membership in records.where(save.connection, Membership, person=person_id):
            if membership.left_on is None:
                save.change(replace(membership, left_on=on.isoformat(), left_why="deceased"))


def settle_mark(store: Store, mark_id: RecordId) -> None:
    """Take a mark off the list after the worker has looked at it."""
    with store.save() as save:
        marks.settle(save.connection, mark_id)


def known_person(save: UnitOfWork, person_id: RecordId) -> Person:
    """The person as a save sees it; UserError where it is not here."""
    person = save.get(Person, person_id)
    if person is None:
        raise UserError(_("This person is not here. The entry may have been withdrawn; search by name."))
    return person


def _line(connection: Connection, person_id: RecordId | None) -> PersonLine | None:
    if person_id is None:
        return None
    return next(iter(people.person_lines(connection, ids=[person_id])), None)


def _home(connection: Connection, person_id: RecordId) -> Membership | None:
    """Where a person lives now; the household of the month after birth counts before the one left for it."""
    current = [
        membership
        for membership in records.where(connection, Membership, person=person_id)
        if membership.household is not None and membership.left_on is None
    ]
    staying = (Presence.LYING_IN, Presence.STAYING)
    return min(current, key=lambda membership: membership.presence not in staying, default=None)


def _joining(
    store: Store,
    person_id: RecordId,
    household_id: RecordId,
    relation: str | None,
    *,
    on: date | None,
    why: str | None = None,
) -> Membership:
    return Membership(
        id=store.ambient.new_id(),
        person=person_id,
        household=household_id,
        relation=relation,
        joined_on=None if on is None else on.isoformat(),
        joined_why=why,
        presence=Presence.RESIDENT,
    )
