"""The workload W in a real store, as a roster import and three years of visits would leave it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from tests.benchmarks.workload import Rec, Workload
from villagefp.domain import pinyin
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import (
    Event,
    Household,
    IdStatus,
    Membership,
    Outcome,
    Person,
    Phone,
    Precision,
    Presence,
    Record,
)
from villagefp.storage.keyslots import Cost
from villagefp.storage.store import Store, create_store
from villagefp.wire.values import pack

PASSPHRASE = "a village to measure"
CHEAP = Cost(passes=1, memory=8192)  # key derivation is not what is measured


def new_store(folder: Path, ambient: Ambient | None = None) -> Store:
    """An empty store; of another clock than the machine's, where that is told."""
    if not pinyin.table_file().exists():
        pinyin.build(pinyin.table_file())
    return create_store(
        folder,
        village_code="990101101201",
        village_name="柳树湾村",
        worker_name="王秀兰",
        passphrase=PASSPHRASE,
        ambient=ambient or Ambient(),
        cost=CHEAP,
    ).store


def fill(store: Store, workload: Workload, *, times: int = 1) -> None:
    """Put the workload in; `times` puts the visits in more than once: 4 are ten years."""
    with store.save() as save:
        save.add_many(register(store, workload))
    for round_ in range(times):
        with store.save() as save:
            save.add_many(visit(record, store.ambient.new_id() if round_ else None) for record in workload.visits)
    store.rest()


def register(store: Store, workload: Workload) -> Iterator[Record]:
    """Households, persons, their membership and their phones."""
    for record in workload.households:
        yield Household(
            id=UUID(record["id"]).bytes,
            household_no=str(record["hh_no"]),
            group_no=str(record["group_no"]),
            address=record["address"],
        )
    for record in workload.persons:
        yield from person(store, record)


def person(store: Store, record: Rec) -> Iterator[Record]:
    """One person with membership and phone."""
    person_id = UUID(record["id"]).bytes
    yield Person(
        id=person_id,
        name=record["name"],
        sex=record["sex"],
        birth_date=record["birth"],
        birth_precision=Precision.DAY,
        id_no=record["id_no"],
        id_status=IdStatus.PRESENT,
        ethnic=record["ethnic"],
        education=record["edu"],
        marital=record["marital"],
    )
    yield Membership(
        id=store.ambient.new_id(),
        person=person_id,
        household=UUID(record["hh"]).bytes,
        relation=record["relation"],
        presence=Presence.RESIDENT,
    )
    if record["phone"]:
        yield Phone(id=store.ambient.new_id(), person=person_id, number=record["phone"])


def visit(record: Rec, other_id: bytes | None = None) -> Event:
    """One visit: its answers by number, as a form gives them."""
    header = {"_t", "id", "person", "hh", "date", "worker", "device", "created", "rev"}
    answers = {number: record[name] for number, name in enumerate(record) if name not in header}
    return Event(
        id=other_id or UUID(record["id"]).bytes,
        person=UUID(record["person"]).bytes,
        household=UUID(record["hh"]).bytes,
        event_type="visit",
        form="household_visit",
        form_version="1",
        occurred_on=record["date"],
        place="home",
        source="person_told",
        author_role="village_doctor",
        outcome=Outcome.DONE,
        created_at=record["created"],
        answers=pack(answers),
    )
