"""D′: the week D through the program's own forms and services, with all that a form writes besides its sheet.

The same 60 visits and 40 edits to the same persons and households at the same times, and what the worker opened on the
way: one row of the access log for each person a day, as the screens write it. The workload's own sheet is of no form of
the program, so each visit takes the form that fits the person: a household visit, an elder's or a child's follow-up,
supplies, care before and after birth. Every question that is asked is answered, one optional answer in ten left out.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from tests.benchmarks.history import when
from tests.benchmarks.kept import KeptVillage
from tests.benchmarks.workload import Rec, Workload
from tests.forms.filler import fill
from villagefp.domain.records import Membership, Outcome, Person, Phone
from villagefp.services import memberships, people, privacy, visits
from villagefp.storage import records

ELDERS = ("elder_check_reminder", "family_health_followup")
CHILDREN = ("child_3_6y", "family_health_followup")
WOMEN = (
    "contraception_counselling", "folic_acid_supply", "contraceptive_followup", "pregnancy_registration",
    "anc_followup", "postpartum_visit", "family_health_followup",
)  # fmt: skip
OTHERS = ("routine_followup", "family_health_followup", "benefit_case")
A_HOUSEHOLD_VISIT_IN = 3


def work(village: KeptVillage, workload: Workload) -> Counter[str]:
    """Live through the week; how many visits by which form."""
    persons = {record["id"]: record for record in workload.persons}
    before = {record["id"]: record for record in workload.village}
    forms: Counter[str] = Counter()
    for number, record in enumerate(_in_time(workload)):
        now = when(record.get("updated", record["created"]))
        village.set_clock(now)
        if record["_t"] == "v":
            form = _form(persons[record["person"]], number, now.date())
            _visit(village, record, form, number, now.date())
            forms[form] += 1
        elif record["_t"] == "h":
            _read_over(village, record, number, now.date())
        else:
            _edit(village, record, before[record["id"]], now.date())
    return forms


def _in_time(workload: Workload) -> list[Rec]:
    return sorted(workload.week, key=lambda record: str(record.get("updated", record["created"])))


def _form(person: Rec, number: int, on: date) -> str:
    if number % A_HOUSEHOLD_VISIT_IN == 0:
        return "household_visit"
    age = on.year - int(person["birth"][:4])
    fitting = OTHERS
    if age >= 65:
        fitting = ELDERS
    elif age < 7:
        fitting = CHILDREN
    elif person["sex"] == "2" and 18 <= age < 50:
        fitting = WOMEN
    return fitting[number % len(fitting)]


def _visit(village: KeptVillage, record: Rec, form: str, number: int, on: date) -> None:
    person = UUID(record["person"]).bytes
    privacy.note_access(village.store, person, "opened")
    subject = {"household_id": UUID(record["hh"]).bytes} if form == "household_visit" else {"person_id": person}
    visit = visits.start_visit(village.store, form, on=on, **subject)
    fill(visit.session, number, on)
    visits.save_visit(village.store, visit, Outcome.DONE)


def _read_over(village: KeptVillage, record: Rec, number: int, on: date) -> None:
    """A household whose water or members changed is read over."""
    visit = visits.start_visit(village.store, "household_visit", household_id=UUID(record["id"]).bytes, on=on)
    fill(visit.session, number, on)
    visits.save_visit(village.store, visit, Outcome.DONE)


def _edit(village: KeptVillage, record: Rec, before: Rec, on: date) -> None:
    """A phone number, somebody who left, or something about a person."""
    store, person_id = village.store, UUID(record["id"]).bytes
    privacy.note_access(store, person_id, "opened")
    changed = {key for key in record if record[key] != before[key]}
    with store.read() as connection:
        (home,) = records.where(connection, Membership, person=person_id)
        phones = list(records.where(connection, Phone, person=person_id))
        person = records.get(connection, Person, person_id)
    if "status" in changed:
        memberships.leave_household(store, home.id, on=on, why="moved")
    elif "phone" in changed:
        for phone in phones:
            people.remove_phone(store, phone.id)
        people.add_phone(store, person_id, record["phone"])
    elif person is not None:
        chance = random.Random(record["id"])
        people.change_person(store, replace(person, occupation=chance.choice("12346")))
