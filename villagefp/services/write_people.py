"""What a finished form tells of people: the basic record, and children that were born."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from villagefp.domain import codes, resident_id
from villagefp.domain.family import child_relation, provisional_name
from villagefp.domain.records import (
    Alias,
    IdStatus,
    Membership,
    NameStatus,
    Person,
    Phone,
    Precision,
    Presence,
    RecordId,
)
from villagefp.forms.views import Violation
from villagefp.services import person_marks
from villagefp.services.person_facts import completed_birth, contradiction
from villagefp.services.visit_types import VisitRefused
from villagefp.services.writing import Told, Writing, memberships
from villagefp.storage import marks, records
from villagefp.storage.drafts import delete_drafts_about

_FORM_LISTS = {"education": "education_gb", "marital": "marital_gb"}
_OF_ONE_PERSON: tuple[type[Membership | Alias | Phone], ...] = (Membership, Alias, Phone)


def write_person(writing: Writing, told: Told) -> None:
    """Put into the register what the basic record asked: the person's own words replace what was there.

    Sex, birth date and ID number are filled in where they were not known, and a day completes a month or year; what is
    known is corrected on the person's page. VisitRefused for a day that contradicts the month or year on file.
    """
    person = writing.save.get(Person, writing.person)
    if person is None or not told.updates:
        return
    values: dict[str, Any] = {}
    for name, list_name in _FORM_LISTS.items():
        if code := _national(list_name, told.values.get(name), getattr(person, name)):
            values[name] = code
    if told.values.get("ethnic") in codes.load("ethnic"):
        values["ethnic"] = told.values["ethnic"]
    if occupation := told.values.get("occupation"):
        values["occupation"] = occupation
    told_anew = replace(person, **values, **_identity(person, told))
    writing.save.change(told_anew)
    person_marks.follow(writing.store, writing.save, person, told_anew)
    _write_phone(writing, told.values.get("phone"))


def write_newborns(writing: Writing, rows: list[Told], before: list[Told]) -> None:
    """Put the living children of one birth on the list of their mother's household; each is kept once.

    `before` are the living children of the revision that is corrected: a child that is told again stays the same one.
    """
    mother = writing.save.get(Person, writing.person)
    if mother is None:
        return
    again = _children_by_index(writing, before)
    taken = {child.id for index, child in again.items() if index in {row.index for row in rows}}
    children = records.where(writing.save.connection, Person, mother=mother.id)
    named = {child.name for child in children if child.id not in writing.before.records}
    for place, row in enumerate(rows, start=1):
        sex, born = row.values.get("sex"), row.values.get("birth_date")
        name = row.values.get("name", "").strip()
        stand_in = provisional_name(mother.name, sex or "", place, len(rows), named)
        values = {
            "name": name or stand_in,
            "name_status": NameStatus.GIVEN if name else NameStatus.PROVISIONAL,
            "sex": sex,
            "birth_date": born,
            "birth_precision": Precision.DAY if born else None,
            "id_status": IdStatus.NOT_YET,
            "mother": mother.id,
        }
        known = again.get(row.index)
        if known is None and _is_there(writing, mother.id, values, taken):
            continue
        child = writing.keep(Person, values, _is(known.id if known else None))
        taken.add(child.id)
        _join_mother(writing, mother.id, child)


def take_off_list(writing: Writing, child: Person) -> None:
    """Withdraw a child that was never alive, with every record, draft and mark of it: nobody is reminded of it."""
    reason = "the visit that told of this child was corrected"
    for record_type in _OF_ONE_PERSON:
        for record in records.where(writing.save.connection, record_type, person=child.id):
            writing.save.withdraw(record_type, record.id, reason)
    delete_drafts_about(writing.save.connection, child.id)
    for mark in marks.open_marks(writing.save.connection, person_id=child.id):
        marks.settle(writing.save.connection, mark.id)
    writing.save.withdraw(Person, child.id, reason)


def _identity(person: Person, told: Told) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if person.sex in {None, "0", "9"} and told.values.get("sex") in {"1", "2"}:
        values["sex"] = told.values["sex"]
    known = person.birth_date
    if (day := told.values.get("birth_date")) and (known is None or len(known) < len(day)):
        completed = completed_birth(person, day)
        if completed is None:
            question = told.asked.get("birth_date", "birth_date").rpartition("/")[2]
            raise VisitRefused([Violation(question, "", contradiction(known or "", day))])
        values |= completed
    number = told.values.get("id_no")
    if person.id_no is None and number and "*" not in number:
        reading = resident_id.read(number)
        values |= {"id_no": reading.number, "id_status": IdStatus.UNCLEAR if reading.fault else IdStatus.PRESENT}
    return values


def _national(list_name: str, form_code: str | None, present: str | None) -> str | None:
    """The national code of a digit of the paper form; the present one where it is of the same digit already."""
    if form_code is None:
        return None
    fitting = [code.code for code in codes.load(list_name) if form_code in code.map.get("form", ())]
    return None if not fitting or present in fitting else fitting[0]


def _write_phone(writing: Writing, number: str | None) -> None:
    if not number:
        return
    known = {phone.number for phone in records.where(writing.save.connection, Phone, person=writing.person)}
    made = any(isinstance(one, Phone) for one in writing.before.made)
    if made or number not in known:
        writing.keep(Phone, {"person": writing.person, "number": number})


def _children_by_index(writing: Writing, before: list[Told]) -> dict[int, Person]:
    """Which child of the earlier revisions stands on which line: the same sex first, then in order of making."""
    left = sorted((one for one in writing.before.made if isinstance(one, Person)), key=lambda one: one.id)
    found: dict[int, Person] = {}
    for same in (True, False):
        for row in before:
            if row.index in found:
                continue
            child = next((one for one in left if not same or one.sex == row.values.get("sex")), None)
            if child is not None:
                found[row.index] = child
                left.remove(child)
    return found


def _is_there(writing: Writing, mother: RecordId, values: Mapping[str, Any], taken: set[RecordId]) -> bool:
    """Whether this child was entered before, by another visit or by hand."""
    if values["birth_date"] is None:
        return False
    ours = writing.before.records
    for child in records.where(writing.save.connection, Person, mother=mother, birth_date=values["birth_date"]):
        if child.id not in taken and child.id not in ours and child.sex in {values["sex"], None}:
            taken.add(child.id)
            return True
    return False


def _is(record_id: RecordId | None) -> Callable[[Person], bool]:
    return lambda one: one.id == record_id


def _join_mother(writing: Writing, mother: RecordId, child: Person) -> None:
    homes = [one for one in memberships(writing, mother) if one.household is not None]
    staying = (Presence.LYING_IN, Presence.STAYING)
    home = min(homes, key=lambda one: one.presence not in staying, default=None)
    if home is None:
        return
    membership = {
        "person": child.id,
        "household": home.household,
        "relation": child_relation(home.relation, child.sex or ""),
        "joined_on": child.birth_date or writing.event.occurred_on,
        "joined_why": "born",
        "presence": Presence.RESIDENT,
    }
    writing.keep(Membership, membership, lambda one: one.person == child.id)
