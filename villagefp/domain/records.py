"""What is kept, as frozen structs: one class a kind of record, one attribute a field of `wire.kinds`.

Structs, not dataclasses: twenty of those take 9 ms of the way to the first page. They hold plain values alone, so the
cycle collector need not look at them.

References to other records are UUID bytes; codes are the strings of `resources/codes`. An attribute that is None was
never told. Nothing here knows how it is stored or how it travels.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, TypeVar

from msgspec import Struct

RecordId = bytes
"""A UUIDv7 as 16 bytes."""


class Precision(StrEnum):
    """How exactly a birth date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ESTIMATED = "estimated"


class IdStatus(StrEnum):
    """Whether a person's ID number is on file, and if not, why not."""

    PRESENT = "present"
    UNCLEAR = "unclear"  # on file as it was told, but it cannot be right, or somebody else has it too
    NOT_YET = "not_yet"
    NONE = "none"
    NOT_TOLD = "not_told"


class NameStatus(StrEnum):
    """Whether `Person.name` is the person's own name or stands in for one."""

    GIVEN = "given"
    PROVISIONAL = "provisional"  # a newborn: 李芳之女(大)
    MISSING = "missing"  # the roster had a row without a name


class Presence(StrEnum):
    """`presence` of `domain.md` §e: where a member of a household lives."""

    RESIDENT = "1"
    AWAY = "2"
    STAYING = "3"
    LYING_IN = "4"
    HUKOU_ELSEWHERE = "5"  # 人在户不在
    ELSEWHERE_HUKOU_HERE = "6"  # 户在人不在


class Outcome(StrEnum):
    """How an offer or a visit ended; declining is a normal ending."""

    ACCEPTED = "accepted"
    DONE = "done"
    NOT_THIS_TIME = "not_this_time"
    DECLINED = "declined"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    TRANSFERRED = "transferred"
    NOT_APPLICABLE = "not_applicable"
    DECEASED = "deceased"


C = TypeVar("C", bound=StrEnum)


def read_code(codes: type[C], told: str) -> C:
    """A code as it is kept; one that only a newer program knows stays as it was told and is equal to nothing else."""
    try:
        return codes(told)
    except ValueError:
        unknown = str.__new__(codes, told)
        unknown._name_ = unknown._value_ = told
        return unknown


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """One kept thing: its kind is the class, its id never changes."""

    KIND: ClassVar[str]
    id: RecordId


class Village(Record, frozen=True, kw_only=True, gc=False):
    """The village this store is about; its id is the village of every change."""

    KIND: ClassVar[str] = "village"
    code: str  # 12 digits, 统计用区划代码
    name: str


class Worker(Record, frozen=True, kw_only=True, gc=False):
    """Somebody who signs in and enters records."""

    KIND: ClassVar[str] = "worker"
    name: str
    role: str = "village_doctor"
    phone: str | None = None


class Household(Record, frozen=True, kw_only=True, gc=False):
    """Those who live and eat together."""

    KIND: ClassVar[str] = "household"
    household_no: str  # the village's own number, no identity
    group_no: str | None = None
    address: str | None = None
    head: RecordId | None = None
    note: str | None = None


class HukouBook(Record, frozen=True, kw_only=True, gc=False):
    """A household register book of the police; its members often live in several households."""

    KIND: ClassVar[str] = "hukou_book"
    book_no: str | None = None
    address: str | None = None
    head: RecordId | None = None


class Person(Record, frozen=True, kw_only=True, gc=False):
    """A person, named or not yet."""

    KIND: ClassVar[str] = "person"
    name: str = ""
    name_status: NameStatus = NameStatus.GIVEN
    sex: str | None = None  # GB/T 2261.1
    birth_date: str | None = None  # YYYY, YYYY-MM or YYYY-MM-DD, solar
    birth_precision: Precision | None = None
    birth_told: str | None = None  # as told, where it was no plain solar date: 农历八月十五, 属马
    id_no: str | None = None  # normalised: 18 or 15 characters where it can be one, else as told
    id_status: IdStatus = IdStatus.NOT_TOLD
    mother: RecordId | None = None
    ethnic: str | None = None  # GB/T 3304
    education: str | None = None  # GB/T 4658
    marital: str | None = None  # GB/T 2261.2; never gates a service
    occupation: str | None = None
    file_no: str | None = None
    died_on: str | None = None
    legacy_method: bytes | None = None  # sealed; from an old roster, hidden until the person confirms
    legacy_method_status: str | None = None  # unverified, confirmed, dropped
    note: str | None = None


class Alias(Record, frozen=True, kw_only=True, gc=False):
    """Another name by which a person is known and found: 小名, 曾用名, 张家二嫂."""

    KIND: ClassVar[str] = "alias"
    person: RecordId
    name: str
    sort: str = "called"  # called, former, provisional


class Phone(Record, frozen=True, kw_only=True, gc=False):
    """A phone that reaches a person, whose it is, and whether health may be mentioned on it."""

    KIND: ClassVar[str] = "phone"
    person: RecordId
    number: str
    whose: str = "self"  # self, household, spouse, child, neighbour, other
    may_mention_health: bool = False


class Membership(Record, frozen=True, kw_only=True, gc=False):
    """A dated fact: a person's time in a household or in a hukou book. Exactly one of the two is set."""

    KIND: ClassVar[str] = "membership"
    person: RecordId
    household: RecordId | None = None
    hukou_book: RecordId | None = None
    relation: str | None = None  # GB/T 4761, 2 digits, to the head
    joined_on: str | None = None
    joined_why: str | None = None
    left_on: str | None = None
    left_why: str | None = None
    presence: Presence | None = None
    presence_since: str | None = None
    expected_back: str | None = None


class Event(Record, frozen=True, kw_only=True, gc=False):
    """A visit or another act: header of `domain.md` §0 rule 7, answers by permanent question number.

    Append-only: a correction is a new event with `revision_of` and a reason.
    """

    KIND: ClassVar[str] = "event"
    person: RecordId | None = None
    household: RecordId | None = None
    event_type: str
    form: str
    form_version: str
    occurred_on: str
    place: str | None = None  # home, clinic, phone, outreach, other
    source: str | None = None  # person_told, slip_seen, clinic_feed, observed
    author: RecordId | None = None  # the worker
    author_role: str | None = None
    outcome: Outcome = Outcome.DONE
    next_offer_on: str | None = None
    consent: RecordId | None = None
    signature: str | None = None  # signed, thumb, spoken, refused
    created_at: str = ""
    revision_of: RecordId | None = None
    correction_reason: str | None = None
    answers: bytes | None = None  # msgpack {question number: value}
    answers_sealed: bytes | None = None  # the same for sealed questions, sealed


class Access(Record, frozen=True, kw_only=True, gc=False):
    """Who opened, printed, revealed or exported what: one row per person, day and action."""

    KIND: ClassVar[str] = "access"
    worker: RecordId
    person: RecordId | None = None
    day: str
    action: str  # opened, revealed, printed, exported


class Consent(Record, frozen=True, kw_only=True, gc=False):
    """A person's yes to one programme, given at a visit; never by import, in bulk or for several people."""

    KIND: ClassVar[str] = "consent"
    person: RecordId
    programme: str  # "private" where the name of the programme would tell
    given_on: str
    how: str | None = None  # signed, thumb, spoken
    text_version: str | None = None  # form and version whose text was read
    event: RecordId | None = None
    withdrawn_on: str | None = None
    private: bytes | None = None  # sealed


class Episode(Record, frozen=True, kw_only=True, gc=False):
    """A person's time in a programme, opened and closed by visits; the days the programme counts from."""

    KIND: ClassVar[str] = "episode"
    person: RecordId
    programme: str  # "private" where the name of the programme would tell
    opened_on: str
    opened_by: RecordId | None = None  # the event, in its latest revision
    consent: RecordId | None = None
    closed_on: str | None = None
    closed_why: str | None = None  # an outcome; of a pregnancy the neutral "done"
    closed_by: RecordId | None = None
    lmp: str | None = None
    edd: str | None = None
    delivered_on: str | None = None
    discharged_on: str | None = None
    checked_on: str | None = None
    started_on: str | None = None
    joined_on: str | None = None
    private: bytes | None = None  # sealed: programme, method and days of a private programme


class Referral(Record, frozen=True, kw_only=True, gc=False):
    """A slip by which a person was advised to see a doctor, and whether she told how it went."""

    KIND: ClassVar[str] = "referral"
    person: RecordId
    given_on: str
    urgency: str | None = None
    to_facility: str | None = None
    follow_by: str | None = None
    arrived: str | None = None
    result_told_on: str | None = None
    event: RecordId | None = None
    reason: bytes | None = None  # sealed


class BenefitCase(Record, frozen=True, kw_only=True, gc=False):
    """A person's application for a benefit: when handed in, what was answered. The office decides, never this."""

    KIND: ClassVar[str] = "benefit_case"
    person: RecordId
    benefit: str
    opened_on: str
    submitted_on: str | None = None
    decided_on: str | None = None
    decision: str | None = None
    event: RecordId | None = None
