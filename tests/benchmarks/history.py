"""The workload as a laptop's log would hold it: W saved by the product's own kinds, then D, each change with its link.

What the product has no field for is asked by a form: every field of a visit is an answer, and so are those of
households and persons that their kinds do not have. An edit of such a field is a new sheet of the person or household.
The workload's clock is that of the village, eight hours before UTC. `rev` and `updated` are what seq and stamp say; the
worker and the device are the author and the device of the change. No flag of the workload says who is pregnant here.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from msgspec.structs import replace

from tests.benchmarks.workload import Rec, Workload
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import (
    Event,
    Household,
    IdStatus,
    Membership,
    Person,
    Phone,
    Precision,
    Presence,
    Record,
    RecordId,
)
from villagefp.forms.answers import to_numbers
from villagefp.forms.package import FormPackage, Question
from villagefp.storage.codec import CODECS
from villagefp.wire import links
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_body, pack_header
from villagefp.wire.links import Cover
from villagefp.wire.values import Value, pack

FIRST_DAY = datetime(2021, 3, 31, 1, tzinfo=UTC)
"""When the register was imported: households and persons of the workload are made before."""
_ELSEWHERE = {"_t", "id", "village", "hh_no", "group_no", "address", "person", "hh", "date", "device", "worker",
              "created", "updated", "rev", "status", "preg"}  # fmt: skip
_OF_PERSON = {"name", "sex", "birth", "id_no", "relation", "ethnic", "edu", "marital", "job", "phone"}
_DAYS = {"next"}


@dataclass
class History:
    """A log that grows; every save is one group with one stamp."""

    chance: random.Random = field(default_factory=lambda: random.Random(20261122))
    logged: list[LoggedChange] = field(default_factory=list)
    covers: dict[int, Cover] = field(default_factory=dict)
    made: dict[RecordId, ChangeName] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = FIRST_DAY
        self.ambient = Ambient(now=lambda: self.now, random=self.chance.randbytes)
        self.village, self.device, self.worker = self.ambient.new_ids(3)
        self.link = links.first_link(self.village, self.device)
        self._kept: dict[RecordId, Record] = {}

    def save(self, now: datetime, records: Iterable[Record]) -> None:
        """Keep records that are new or differ from what was kept."""
        self.now, group = now, len(self.logged) + 1
        for record in records:
            codec, before = CODECS[type(record)], self._kept.get(record.id)
            row = codec.row(record)
            if before is None:
                self._log(group, codec.kind.number, record.id, codec.told(row), {})
            else:
                written = codec.written(codec.differing(codec.row(before), row), row)
                replaces = dict.fromkeys(written, (self.made[record.id],))
                self._log(group, codec.kind.number, record.id, written, replaces)
            self._kept[record.id] = record

    def _log(
        self,
        group: int,
        kind: int,
        record: RecordId,
        fields: dict[int, Value],
        replaces: dict[int, tuple[ChangeName, ...]],
    ) -> None:
        change = Change(
            village=self.village,
            device=self.device,
            seq=len(self.logged) + 1,
            group=group,
            stamp=self.ambient.milliseconds() << 16,
            author=self.worker,
            kind=kind,
            record=record,
            fields=fields,
            replaces=replaces,
        )
        segment = links.segment_of(change.seq)
        if segment not in self.covers:
            self.covers[segment] = links.whole_segment(self.chance.randbytes(links.KEY_BYTES))
            self._keys = links.leaf_keys(self.covers[segment])
        body = pack_body(fields, None)
        committed = links.commitment(self._keys[links.leaf_of(change.seq)], body)
        self.link = links.next_link(self.link, pack_header(change), committed)
        self.logged.append(LoggedChange(change, body, committed, self.link))
        self.made.setdefault(record, change.name)


@dataclass(frozen=True)
class Measured:
    """The log of W and D."""

    history: History
    village: list[LoggedChange]
    week: list[LoggedChange]


def of_workload(workload: Workload) -> Measured:
    """The log that `live` and `work` leave."""
    history = History()
    register = live(history, workload)
    edits = len(history.logged)
    work(history, register, workload)
    return Measured(history, history.logged[:edits], history.logged[edits:])


class Keeper(Protocol):
    """Where saves go: a log in memory, or a real store."""

    ambient: Ambient
    worker: RecordId

    def save(self, now: datetime, records: Iterable[Record]) -> None:
        """Keep records that are new or differ from what was kept, in one save at that time."""


def live(keeper: Keeper, workload: Workload) -> Register:
    """W: a register imported in one save, then every visit saved by itself."""
    register = Register(keeper)
    keeper.save(FIRST_DAY, register.imported(workload))
    for record in workload.visits:
        now = when(record["created"])
        keeper.save(now, [register.sheet(record, now)])
    return register


def work(keeper: Keeper, register: Register, workload: Workload) -> None:
    """D, each visit and each edit in a save of its own."""
    known = {record["id"]: record for record in workload.village}
    for record in sorted(workload.week, key=lambda record: str(record.get("updated", record["created"]))):
        now = when(record.get("updated", record["created"]))
        keeper.save(now, register.worked(record, known.get(record["id"]), now))


class Register:
    """The workload's records as the product's own, with what it must remember of them to edit them."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._members: dict[str, Membership] = {}
        self._phones: dict[str, Phone] = {}

    def imported(self, workload: Workload) -> Iterable[Record]:
        """Households, persons, memberships and phones, and a sheet for what their kinds do not hold."""
        for record in workload.households:
            yield Household(
                id=_id(record),
                household_no=str(record["hh_no"]),
                group_no=str(record["group_no"]),
                address=record["address"],
            )
            yield self.sheet(record, FIRST_DAY)
        for record in workload.persons:
            yield from self._person(record)
            yield self.sheet(record, FIRST_DAY)

    def _person(self, record: Rec) -> Iterable[Record]:
        person = Person(
            id=_id(record),
            name=record["name"],
            sex=record["sex"],
            birth_date=record["birth"],
            birth_precision=Precision.DAY,
            id_no=record["id_no"],
            id_status=IdStatus.PRESENT,
            ethnic=record["ethnic"],
            education=record["edu"],
            marital=record["marital"],
            occupation=record["job"],
        )
        member = Membership(
            id=self._keeper.ambient.new_id(),
            person=person.id,
            household=UUID(record["hh"]).bytes,
            relation=record["relation"],
            presence=Presence.RESIDENT,
        )
        self._members[record["id"]] = member
        yield person
        yield member
        if record["phone"]:
            yield self._phone(record)

    def _phone(self, record: Rec) -> Phone:
        known = self._phones.get(record["id"])
        phone = replace(known, number=record["phone"]) if known else Phone(
            id=self._keeper.ambient.new_id(), person=_id(record), number=record["phone"]
        )  # fmt: skip
        self._phones[record["id"]] = phone
        return phone

    def worked(self, record: Rec, before: Rec | None, now: datetime) -> list[Record]:
        """What the week made of a record: a visit, a new number, somebody who has left, or a sheet filled anew."""
        if before is None or record["_t"] == "h":
            return [self.sheet(record, now)]
        changed = {key for key in record if record[key] != before[key]}
        if "phone" in changed:
            return [self._phone(record)]
        if "status" in changed:
            left = (now + timedelta(hours=8)).date().isoformat()
            return [replace(self._members[record["id"]], left_on=left, left_why="moved")]
        return [self.sheet(record, now)]

    def sheet(self, record: Rec, now: datetime) -> Event:
        """The form that asks for what the kinds do not hold."""
        about = record["_t"]
        return Event(
            id=_visit_id(record) if about == "v" else self._keeper.ambient.new_id(),
            person={"p": _id(record), "v": UUID(record["person"]).bytes if about == "v" else None}.get(about),
            household={"h": _id(record), "v": UUID(record["hh"]).bytes if about == "v" else None}.get(about),
            event_type=_FORMS[about],
            form=_FORMS[about],
            form_version="1",
            occurred_on=(now + timedelta(hours=8)).date().isoformat(),
            place="home",
            source="person_told",
            author=self._keeper.worker,
            author_role="village_doctor",
            created_at=now.isoformat(timespec="seconds"),
            answers=_answers(record),
        )


_FORMS = {"h": "workload_household", "p": "workload_person", "v": "workload_visit"}


def _id(record: Rec) -> RecordId:
    return UUID(record["id"]).bytes


def when(moment: str) -> datetime:
    """A moment of the workload."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) - timedelta(hours=8)


def _visit_id(record: Rec) -> RecordId:
    """The id of the workload, made at the moment that the workload says, by the village's clock."""
    milliseconds = round(when(record["created"]).timestamp() * 1000)
    return milliseconds.to_bytes(6, "big") + _id(record)[6:]


def _answers(record: Rec) -> bytes:
    """The answers as a form of these questions keeps them; what is empty was not answered."""
    left_out = _ELSEWHERE | (_OF_PERSON if record["_t"] == "p" else set())
    answers = {name: _told(value) for name, value in record.items() if name not in left_out}
    questions = tuple(_question(name, number) for number, name in enumerate(answers, 1))
    told = {name: value for name, value in answers.items() if value not in ("", None, [])}
    return pack(to_numbers(_form(record["_t"], questions), told).open)


def _told(value: object) -> object:
    return {True: "1", False: "2"}[value] if isinstance(value, bool) else value


def _question(name: str, number: int) -> Question:
    kind = "date" if name in _DAYS else "text"
    return Question(f"/data/{name}", name, kind, number, {}, {}, {}, "", None, number)


def _form(about: str, questions: tuple[Question, ...]) -> FormPackage:
    return FormPackage(_FORMS[about], "1", {}, ("zh",), "", questions, {}, {}, "")
