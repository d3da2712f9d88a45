"""What is known before a visit, so that a form does not ask for it again: from the register and the last visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import codes, resident_id
from villagefp.domain.records import Event, Household, HukouBook, Membership, Person, RecordId
from villagefp.forms.package import FormPackage
from villagefp.forms.views import FormInputs
from villagefp.i18n import language
from villagefp.services import episodes, referrals, revisions, stock_table, told_before
from villagefp.storage import people, records, same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

_BASIC_RECORD, _COVER = "person_basic", "file_cover"
_OF_REGISTER = ("ethnic", "education", "marital", "occupation")
_OF_BASIC_RECORD = ("abo", "rh", "residence_type")


@dataclass(frozen=True)
class Subject:
    """Whom a visit is about: one person or one household."""

    person: RecordId | None
    household: RecordId | None


def gather(
    store: Store,
    connection: Connection,
    package: FormPackage,
    subject: Subject,
    on: date,
    *,
    kept: RecordId | None = None,
) -> FormInputs:
    """The inputs of a form for this person or household on that day; `kept` is the visit that is read or corrected."""
    person = records.get(connection, Person, subject.person) if subject.person else None
    home = subject.household or _home_of(connection, subject.person)
    household = records.get(connection, Household, home) if home else None
    return FormInputs(
        person=_person(connection, person, household, on) | _told(store, connection, package, person) if person else {},
        household=_household(connection, household) if household else {},
        previous=_previous(store, connection, package, subject),
        episode=_episode(store, connection, package, subject, kept),
        referral=_referral(connection, package, subject),
        visit={
            "on": on.isoformat(),
            "about": "person" if subject.person else "household" if subject.household else "nobody",
            "worker": store.worker.name,
            "worker_phone": store.worker.phone or "",
            "village": store.village.name,
            "township": _township(store, connection, package),
        },
        tables={
            "members": _members(connection, household.id) if household else [],
            **_stock(store, connection, package, on, kept),
        },
    )


def _stock(
    store: Store, connection: Connection, package: FormPackage, on: date, kept: RecordId | None
) -> dict[str, list[dict[str, str]]]:
    """The shelf, for a form that hands something out."""
    if not any(write.target == "stock_move" for write in package.writes):
        return {}
    return {"stock": stock_table.rows(store, connection, on, revisions.all_of(connection, kept))}


def _episode(
    store: Store, connection: Connection, package: FormPackage, subject: Subject, kept: RecordId | None
) -> dict[str, str]:
    programmes = {write.programme for write in package.writes if write.programme}
    if subject.person is None or not programmes:
        return {}
    told_by = revisions.all_of(connection, kept)
    return episodes.inputs(store, connection, subject.person, programmes, told_by)


def _referral(connection: Connection, package: FormPackage, subject: Subject) -> dict[str, str]:
    """The slip that waits for an answer, for a form that can take one."""
    if subject.person is None or not any(write.target == "referral" and write.update_if for write in package.writes):
        return {}
    there = referrals.waiting(connection, subject.person)
    fields = {name: getattr(there, name) for name in ("given_on", "to_facility", "urgency")} if there else {}
    return {name: text for name, text in fields.items() if text}


def _home_of(connection: Connection, person: RecordId | None) -> RecordId | None:
    lines = people.person_lines(connection, [person]) if person else []
    return lines[0].household_id if lines else None


def _person(connection: Connection, person: Person, household: Household | None, on: date) -> dict[str, str]:
    line = next(iter(people.person_lines(connection, [person.id])), None)
    mother = records.get(connection, Person, person.mother) if person.mother else None
    born = person.birth_date if person.birth_date and len(person.birth_date) == 10 else None
    fields = {
        "name": person.name,
        "sex": person.sex,
        "birth_date": born,
        "id_no": resident_id.mask(person.id_no) if person.id_no else None,
        "file_no": person.file_no,
        "file_no_tail": person.file_no[-8:] if person.file_no else None,
        "phone": line.phone if line else None,
        "address": household.address if household else None,
        "hukou_address": _hukou_address(connection, person.id),
        "household_no": household.household_no if household else None,
        "group_no": household.group_no if household else None,
        **{name: getattr(person, name) for name in _OF_REGISTER},
        **_ages(born, on),
        **_mother(connection, mother),
    }
    return {name: text for name, text in fields.items() if text}


def _hukou_address(connection: Connection, person: RecordId) -> str | None:
    """The address of the hukou book that the person is in now."""
    for membership in records.where(connection, Membership, person=person):
        if membership.hukou_book is not None and membership.left_on is None:
            book = records.get(connection, HukouBook, membership.hukou_book)
            return book.address if book else None
    return None


def _told(store: Store, connection: Connection, package: FormPackage, person: Person) -> dict[str, str]:
    """What other forms asked and the register has no field for: the basic record, and the sheet of the birth."""
    told = told_before.flat(told_before.answers(store, connection, _BASIC_RECORD, person=person.id))
    birth = told_before.of_birth(store, connection, person) if "/root/birth_ga" in package.xform else {}
    return {name: told[name] for name in _OF_BASIC_RECORD if name in told} | birth


def _township(store: Store, connection: Connection, package: FormPackage) -> str:
    """The name of the township as the file cover kept last says it; looked up only for a form that asks for it."""
    if "/root/township" not in package.xform:
        return ""
    return str(told_before.answers(store, connection, _COVER).get("township_name", ""))


def _ages(born: str | None, on: date) -> dict[str, str]:
    if born is None:
        return {}
    birth = date.fromisoformat(born)
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    return {"age_days": str((on - birth).days), "age_months": str(months)}


def _mother(connection: Connection, mother: Person | None) -> dict[str, str | None]:
    if mother is None:
        return {}
    line = next(iter(people.person_lines(connection, [mother.id])), None)
    return {
        "mother_name": mother.name,
        "mother_phone": line.phone if line else None,
        "mother_birth_date": mother.birth_date if mother.birth_date and len(mother.birth_date) == 10 else None,
        "mother_job": codes.load("occupation").label(mother.occupation, language()),
    }


def _household(connection: Connection, household: Household) -> dict[str, str]:
    head = records.get(connection, Person, household.head) if household.head else None
    fields = {
        "household_no": household.household_no,
        "group_no": household.group_no,
        "address": household.address,
        "head_name": head.name if head else None,
    }
    return {name: text for name, text in fields.items() if text}


def _members(connection: Connection, household: RecordId) -> list[dict[str, str]]:
    relations = codes.load("relation")
    return [
        {
            "name": line.id.hex(),
            "label": " ".join(filter(None, (relations.label(line.relation, language()), line.name))),
        }
        for line in people.person_lines(connection, household_id=household)
        if line.died_on is None
    ]


def _previous(store: Store, connection: Connection, package: FormPackage, subject: Subject) -> dict[str, str]:
    """The answers of the last visit with this form, corrected ones in place of what they correct."""
    told = {"person": subject.person} if subject.person else {"household": subject.household}
    events = [
        event
        for column, record in told.items()
        if record is not None
        for event in records.where_in(connection, Event, column, same.all_of(connection, record))
        if event.form == package.form_id
    ]
    last = told_before.last_done(events)
    if last is None:
        return {}
    exact = package if last.form_version == package.version else None
    return {"occurred_on": last.occurred_on} | told_before.flat(told_before.of_event(store, last, exact))
