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

    page: str  # with {page} and {pages}
    form: str  # with {form} and {version}
    print_number: str  # with {number}
    continued: str
    colon: str
    bracketed: str  # with {text}
    name: str
    household: str
    head: str
    group: str
    file_number: str
    year: str
    month: str
    day: str
    neutral_title: str  # of a private sheet, where the form has none in the sheet's language


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
    words: Words
    mode: Mode = Mode.FILLED
    answers: dict[str, str] = field(default_factory=dict)  # by path, repeats as /data/child[2]/name; codes by spaces
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # where visits are columns: step → its answers
    identity: Identity = field(default_factory=Identity)
    elsewhere: bool = False  # for a printer elsewhere: number and group, nothing that names the person
    language: str = "zh"
    token: str = ""  # what the QR code says; empty leaves it out
    print_number: str = ""
    remark: str = ""  # stands below the questions

    @property
    def title(self) -> str:
        """The title on paper; a neutral one where the sheet is printed elsewhere."""
        settings = self.package.settings
        first = self.language == self.package.languages[0]
        own = settings.get("print::title") or next(iter(self.package.title.values()), self.package.form_id)
        if not first:
            own = self.package.title.get(self.language) or own
        if not self.elsewhere:
            return own
        neutral = settings.get("print::neutral_title", "")
        return (neutral if first or not neutral else self.words.neutral_title) or own


@dataclass(frozen=True)
class Offer:
    """One line of the fixed list of a household sheet."""

    label: str
    answer: str = ""  # code of one of the sheet's choices, or empty
    told: str | None = None  # what was said besides; empty leaves a line for it, None has none


@dataclass(frozen=True)
class HouseholdWords:
    """The texts of the sheet that stays in the home."""

    title: str
    neutral_title: str
    dear: str  # with {name}, the head of the household
    greeting: str
    worker: str
    phone: str
    visited_on: str
    members: str
    offers: str
    choices: tuple[tuple[str, str], ...]  # code and words, in the order of the sheet
    questions: str
    advice: str
    next_on: str
    if_wished: str
    rights_title: str
    rights: tuple[str, ...]
    hotline: str
    complaints: str
    household_signature: str
    not_signed: str
    worker_signature: str


@dataclass(frozen=True)
class HouseholdSheet:
    """The sheet that stays in the home; it has no place for an ID number, a diagnosis or a method."""

    words: Words
    texts: HouseholdWords
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
    not_signed: bool = False  # the household left its line empty
    token: str = ""  # what the QR code says; empty leaves it out
    print_number: str = ""

    @property
    def title(self) -> str:
        """The title on paper; a neutral one where the sheet is printed elsewhere."""
        return self.texts.neutral_title if self.elsewhere else self.texts.title


@dataclass(frozen=True)
class RoundWords:
    """What the sheet says by itself, in the language in use."""

    title: str  # with {day}
    worker: str
    place: str  # head of the column of household and group
    who: str
    when: str
    how: str
    note: str
    endings: tuple[str, ...]  # the numbered endings, in the order of their boxes
    free: str  # the sentence at the foot


@dataclass(frozen=True)
class RoundRow:
    """One visit: where, whom, when it was asked for, and the token that opens its form at the desk."""

    household_no: str
    group_no: str
    who: str
    when: str
    token: str
    print_number: str


@dataclass(frozen=True)
class RoundSheet:
    """A day's round in walking order, at most 40 rows; it names no programme. Without tokens: a list to look at."""

    words: Words
    texts: RoundWords
    village: str
    worker: str
    day: str
    rows: tuple[RoundRow, ...]

    @property
    def title(self) -> str:
        """The title on paper."""
        return self.texts.title.format(day=self.day)


@dataclass(frozen=True)
class OrderWords:
    """What an order sheet says by itself, in the language in use."""

    title: str
    heads: tuple[str, ...]  # of its columns, as `order_sheet.py` lays them out
    rule: str  # how the quantities were worked out, and that a person decides
    asked_by: str
    phone: str
    received_by: str
    day: str


@dataclass(frozen=True)
class OrderRow:
    """One item: its cells in the order of the columns; what is ordered is left to write in."""

    cells: tuple[str, ...]


@dataclass(frozen=True)
class OrderSheet:
    """What the village wants from the store of the township: numbers of supplies, nobody's name but the worker's."""

    words: Words
    texts: OrderWords
    village: str
    worker: str
    worker_phone: str
    day: str
    rows: tuple[OrderRow, ...]

    @property
    def title(self) -> str:
        """The title on paper."""
        return self.texts.title


@dataclass(frozen=True)
class SheetJob:
    """One order to the printer: exactly one of the sheets is set."""

    form: FormSheet | None = None
    household: HouseholdSheet | None = None
    round: RoundSheet | None = None
    order: OrderSheet | None = None
    bundle: tuple[FormSheet, ...] = ()  # several forms in one file
    leave_blank: bool = False  # a character that no font has leaves its box for handwriting

    @property
    def title(self) -> str:
        """What the file is called."""
        sheet = self.form or self.household or self.round or self.order or (self.bundle[0] if self.bundle else None)
        return sheet.title if sheet is not None else ""


@dataclass(frozen=True)
class Rendered:
    """A finished PDF, or, where `missing` names characters that the job does not leave blank, none."""

    pdf: bytes
    pages: int
    missing: tuple[str, ...] = ()
