"""What is known is not asked again: every input that a form names is provided, and with the real thing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from villagefp import paths
from villagefp.domain.records import (
    Event,
    Household,
    HukouBook,
    Membership,
    Outcome,
    Person,
    Phone,
    Precision,
    Presence,
    RecordId,
)
from villagefp.forms import library
from villagefp.forms.package import FormPackage
from villagefp.services import visits
from villagefp.services.visit_types import Visit
from villagefp.storage import records
from villagefp.storage.store import Store

ON = date(2026, 11, 20)
FORMS = sorted(path.stem for path in (paths.resources_dir() / "forms").glob("*.md"))
_READ = re.compile(r"instance\(['\"](\w+)['\"]\)/root/(\w+)")
BASIC = {"abo": "2", "rh": "2", "residence_type": "1", "education": "4", "payment": ["8"], "payment_detail": "商会"}

BIRTH = {
    "outcome_code": "1", "delivered_on": "2026-11-02", "ga_weeks": 38, "delivery_mode": "31", "delivery_place": "1",
    "delivery_org": "县医院", "children": [{"born_alive": "1", "child_sex": "2", "birth_weight_kg": 3.1}],
}  # fmt: skip


@dataclass(frozen=True)
class Home:
    household: RecordId
    child: RecordId
    mother: RecordId


@pytest.fixture(scope="module", autouse=True)
def built_forms() -> None:
    library.build_all(paths.built_dir() / "forms")


@pytest.fixture
def home(store: Store) -> Home:
    """A household in which everything is known that the register can hold."""
    new_id, told = store.ambient.new_id, {"birth_precision": Precision.DAY, "ethnic": "11", "education": "40"}
    told |= {"marital": "20", "occupation": "4"}
    mother = Person(id=new_id(), name="李芳", sex="2", birth_date="1995-03-04", id_no="990101199503040027",
                    file_no="99010100120100001", **told)  # fmt: skip
    child = Person(id=new_id(), name="王小雨", sex="2", birth_date="2026-11-02", mother=mother.id,
                   id_no="990101202611020023", file_no="99010100120100002", **told)  # fmt: skip
    household = Household(id=new_id(), household_no="0012", group_no="3", address="三组12号", head=mother.id)
    book = HukouBook(id=new_id(), address="老街7号", head=mother.id)
    people = (mother, child)
    phones = [Phone(id=new_id(), person=one.id, number="13800990001") for one in people]
    homes = [
        Membership(id=new_id(), person=one.id, household=household.id, relation="02", presence=Presence.RESIDENT)
        for one in people
    ]
    books = [Membership(id=new_id(), person=one.id, hukou_book=book.id) for one in people]
    with store.save() as save:
        save.add_many([household, book, *people, *phones, *homes, *books])
    for one in people:
        keep(store, "person_basic", BASIC, person_id=one.id)
    keep(store, "file_cover", {"township_name": "青石镇"}, person_id=mother.id)
    keep(store, "pregnancy_outcome_followup", BIRTH, person_id=mother.id)
    return Home(household.id, child.id, mother.id)


def keep(store: Store, form: str, answers: dict[str, Any], **subject: RecordId) -> None:
    visits.add_visit(store, form, answers, outcome=Outcome.DONE, on=ON, **subject)


def subject(package: FormPackage, home: Home) -> dict[str, RecordId]:
    about = package.settings.get("print::subject", "person")
    return {"person": {"person_id": home.child}, "household": {"household_id": home.household}}.get(about, {})


def begun(store: Store, form: str, home: Home) -> Visit:
    return visits.start_visit(store, form, on=ON, **subject(library.load(form), home))


def names_read(package: FormPackage, instance: str) -> set[str]:
    return {name for told, name in _READ.findall(package.xform) if told == instance}


def held_by(programmes: set[str]) -> set[str]:
    """What some form writes into an episode of one of these programmes, and what is told of any episode."""
    writes = [write for form in FORMS for write in library.load(form).writes if write.target.endswith("episode")]
    held = {name for write in writes if write.programme in programmes for name in write.values}
    return held | {"programme", "living_children"}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_reads_of_person_household_and_visit_is_there(store: Store, home: Home, form: str) -> None:
    package, inputs = library.load(form), begun(store, form, home).session.inputs
    for instance in ("person", "household", "visit"):
        given = getattr(inputs, instance)
        for name in names_read(package, instance):
            if instance == "person" and form == "contraceptive_supply" and not inputs.person:
                continue
            assert given.get(name), f"{instance}/{name}"


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_reads_of_an_episode_is_written_by_some_form(form: str) -> None:
    package = library.load(form)
    programmes = {write.programme for write in package.writes if write.programme}
    assert names_read(package, "episode") <= (held_by(programmes) if programmes else set())


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_reads_of_the_last_visit_is_an_answer_of_the_same_form(form: str) -> None:
    package = library.load(form)
    kept = {question.name for question in package.questions if question.number}
    assert names_read(package, "previous") <= kept


def test_the_cover_takes_the_township_from_the_one_before(store: Store, home: Home) -> None:
    answers = begun(store, "file_cover", home).session.answers()
    assert (answers["township_name"], answers["hukou_address"], answers["current_address"]) == (
        "青石镇", "老街7号", "三组12号",
    )  # fmt: skip


def test_the_blood_group_is_told_once(store: Store, home: Home) -> None:
    first = visits.start_visit(store, "anc_first", person_id=home.mother, on=ON).session.answers()
    assert (first["abo"], first["rh"]) == ("2", "2")


def test_the_basic_record_comes_back_as_it_was_told(store: Store, home: Home) -> None:
    again = visits.start_visit(store, "person_basic", person_id=home.mother, on=ON).session.answers()
    assert {name: again[name] for name in BASIC} == BASIC
    assert (again["ethnic"], again["ethnic_code"], again["marital"], again["occupation"]) == ("99", "11", "2", "4")


def test_the_second_visit_to_a_newborn_asks_nothing_of_the_birth_again(store: Store, home: Home) -> None:
    told = {
        "birth_ga": 39, "birth_mode": ["4"], "asphyxia": "1", "apgar1": 9, "birth_weight_kg": 3.2,
        "father_name": "王强", "hearing_screen": "3", "disease_screen": ["2"],
    }  # fmt: skip
    keep(store, "newborn_home_visit", told, person_id=home.child)
    again = begun(store, "newborn_home_visit", home).session.answers()
    assert {name: again.get(name) for name in told} == told | {"hearing_screen": None}, "what was not done is asked"
    assert (again["mother_name"], again["mother_phone"]) == ("李芳", "13800990001")


def test_the_first_visit_to_a_newborn_knows_what_its_mother_told_of_the_birth(store: Store, home: Home) -> None:
    facts = begun(store, "newborn_home_visit", home).session.answers()
    told = {name: facts[name] for name in ("birth_ga", "birth_org", "birth_mode", "birth_weight_kg")}
    assert told == {"birth_ga": 38, "birth_org": "县医院", "birth_mode": ["4"], "birth_weight_kg": 3.1}


def test_a_weight_is_not_given_to_the_wrong_twin(store: Store, home: Home) -> None:
    girl = {"born_alive": "1", "child_sex": "2"}
    told = BIRTH | {"children": [girl | {"birth_weight_kg": 2.4}, girl | {"birth_weight_kg": 2.1}]}
    with store.read() as connection:
        (event,) = records.where(connection, Event, form="pregnancy_outcome_followup")
    again = visits.amend(store, event.id, "two girls")
    assert again.session.fill(told) == []
    visits.save_visit(store, again, Outcome.DONE)
    facts = begun(store, "newborn_home_visit", home).session.answers()
    assert "birth_weight_kg" not in facts
    assert facts["birth_mode"] == ["4", "5"]


def test_a_child_of_another_birth_gets_none_of_it(store: Store, home: Home) -> None:
    sister = Person(id=store.ambient.new_id(), name="王小云", sex="2", birth_date="2024-05-01",
                    birth_precision=Precision.DAY, mother=home.mother)  # fmt: skip
    with store.save() as save:
        save.add(sister)
    facts = visits.start_visit(store, "newborn_home_visit", person_id=sister.id, on=ON).session.answers()
    assert not {"birth_ga", "birth_org", "birth_mode", "birth_weight_kg"} & set(facts)


def test_a_case_that_is_not_decided_goes_on_and_a_decided_one_does_not(store: Store, home: Home) -> None:
    applied = {"benefit_type": "jiangfu", "relation": "1", "doc_id": "1", "submitted_on": "2026-11-10"}
    keep(store, "benefit_case", applied, person_id=home.mother)
    again = visits.start_visit(store, "benefit_case", person_id=home.mother, on=ON).session.answers()
    assert {name: again[name] for name in applied} == applied
    keep(store, "benefit_case", {"decided_on": "2026-11-18", "decision": "1"}, person_id=home.mother)
    third = visits.start_visit(store, "benefit_case", person_id=home.mother, on=ON).session.answers()
    assert "benefit_type" not in third
    assert third["relation"] == "1"


def day_of(package: FormPackage) -> str:
    """The question by which a form tells on which day it took place."""
    names = {question.name: question for question in package.questions}
    if names["visit_on"].type == "date":
        return "visit_on"
    told = re.search(r'nodeset="/data/(?:\w+/)*visit_on"[^>]*calculate="\s*/data/(?:\w+/)*(\w+)\s*"', package.xform)
    assert told is not None
    return told[1]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "person_basic"])  # the one sheet without a day
def test_a_visit_took_place_on_the_day_that_its_form_tells(store: Store, home: Home, form: str) -> None:
    package = library.load(form)
    grown = replace(home, child=home.mother)
    visit = visits.start_visit(store, form, on=ON, **subject(package, grown))
    assert visit.session.fill({day_of(package): "2026-11-15"}) == []
    if form == "contraception_counselling":
        assert visit.session.fill({"methods_all": "OK"}) == []
    event = visits.open_event(store, visits.save_visit(store, visit, Outcome.DONE).event_id).event
    assert event.occurred_on == "2026-11-15"


def test_who_takes_supplies_without_a_name_has_none_in_the_record(store: Store, home: Home) -> None:
    known = visits.start_visit(store, "contraceptive_supply", person_id=home.mother, on=ON)
    receiver = known.session.node("/data/supply/receiver")
    assert [choice.code for choice in receiver.choices] == ["1", "2"]
    nobody = visits.add_visit(
        store, "contraceptive_supply", {"item_code": "condom_m", "qty": 10}, outcome=Outcome.DONE, on=ON
    )
    kept = visits.open_event(store, nobody.event_id)
    assert (kept.event.person, kept.event.household) == (None, None)
    assert kept.session.answers()["receiver"] == "3"
