"""What is to be printed, as plain data: made where the store is, rendered where reportlab is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from villagefp.forms.package import FormPackage


class Mode(StrEnum):
    """How much of a sheet is filled in before it is printed."""

    FILLED = "filled"
    HALF = "half"  # identity only, for work on paper
    BLANK = "blank"


@dataclass(frozen=True)
class Words:
    """The few words that paper says by itself, in the language of the sheet."""

    page: str = "Page {page} of {pages}"
    form: str = "{form} · version {version}"
    print_number: str = "Print no. {number}"
    continued: str = "(cont.)"
    colon: str = ": "
    name: str = "Name"
    household: str = "Household no."
    head: str = "Head"
    group: str = "Group"
    file_number: str = "File no."
    year: str = "y"
    month: str = "m"
    day: str = "d"
    yes: str = "yes"
    no: str = "no"


@dataclass(frozen=True)
class Identity:
    """Whom a sheet is about, as its head shows it; an empty text leaves a blank."""

    name: str = ""
    file_no: str = ""  # 17 digits, or its last 8
    household_no: str = ""
    group_no: str = ""


@dataclass(frozen=True)
class FormSheet:
    """One form on paper."""

    package: FormPackage
    mode: Mode = Mode.FILLED
    answers: dict[str, str] = field(default_factory=dict)  # by path, repeats as /data/child[2]/name; codes by spaces
    identity: Identity = field(default_factory=Identity)
    elsewhere: bool = False  # for a printer elsewhere: number and group, nothing that names the person
    language: str = "zh"
    words: Words = field(default_factory=Words)
    token: str = ""  # what the QR code says; empty leaves it out
    print_number: str = ""


@dataclass(frozen=True)
class Offer:
    """One line of the fixed list of a household sheet."""

    label: str
    answer: str = ""  # code of one of the sheet's choices, or empty


@dataclass(frozen=True)
class HouseholdWords:
    """The texts of the sheet that stays in the home."""

    title: str = "Household visit"
    neutral_title: str = "Village health service: visit record"
    dear: str = ":"  # after the head of the household's name: 家：
    greeting: str = ""
    worker: str = "Village doctor"
    phone: str = "Phone"
    visited_on: str = "Date"
    members: str = "Members visited"
    offers: str = "Services"
    choices: tuple[tuple[str, str], ...] = ()  # code and words, in the order of the sheet
    questions: str = "Your questions"
    advice: str = "Our advice"
    next_on: str = "Next visit"
    if_wished: str = ""
    rights_title: str = ""
    rights: tuple[str, ...] = ()
    hotline: str = "Hotline"
    complaints: str = "Complaints"
    household_signature: str = "Signature of the household"
    not_signed: str = "not signed"
    worker_signature: str = "Signature of the village doctor"


@dataclass(frozen=True)
class HouseholdSheet:
    """The sheet that stays in the home; it has no place for an ID number, a diagnosis or a method."""

    mode: Mode = Mode.FILLED
    elsewhere: bool = False
    village: str = ""
    household_no: str = ""
    group_no: str = ""
    head: str = ""
    worker: str = ""
    worker_phone: str = ""
    visited_on: str = ""
    members: tuple[tuple[str, str], ...] = ()  # relation and name
    offers: tuple[Offer, ...] = ()
    questions: str = ""
    advice: str = ""
    next_on: str = ""
    hotline: str = ""
    complaints: str = ""
    household_signed: str = ""  # signed, refused or empty
    words: Words = field(default_factory=Words)
    texts: HouseholdWords = field(default_factory=HouseholdWords)
    print_number: str = ""


@dataclass(frozen=True)
class SheetJob:
    """One order to the printer: exactly one of the sheets is set."""

    form: FormSheet | None = None
    household: HouseholdSheet | None = None
    leave_blank: bool = False  # a character that no font has leaves its box for handwriting


@dataclass(frozen=True)
class Rendered:
    """A finished PDF, or, where `missing` names characters that the job does not leave blank, none."""

    pdf: bytes
    pages: int
    missing: tuple[str, ...] = ()
