"""A compiled form as it is shipped and kept: the XForm, and what the sheet says beside it (numbers, paper, sources).

Languages are keyed by the code in brackets of the column name: `label::Chinese (zh)` → "zh". Paper is laid out by
the `print::` columns, in the order of the survey sheet; a question without any takes a table row of its own.

Survey sheet (`Question.paper`, keys without the prefix):
    row      rows of the sheet with the same word here stand side by side on one table row, where the last of them is
    span     how many of the row's 12 columns this cell takes; without it the cells share what is left evenly
    style    options  numbered options and code boxes (what selects do without a style)
             boxes    digit boxes; `boxes` says how they are grouped: 4-2-2, 6-3-3-5
             line     one writing line (what text, numbers and dates do without a style)
             lines    several writing lines; `lines` says how many
             text     the label as running text over the whole row (notes printed for the reader)
             table    a repeat as a table, one column a question; `lines` says how many empty lines a blank has
             matrix   one line of a table of ticks: questions in a row of the sheet that share a choice list
             choice   only the label of what was chosen (long lists do so without a style)
             sign     a place for a signature or a thumb print
             hidden   not on paper (what notes and calculations do without a style)
    boxes    see above; for `options` how many code boxes a select_multiple has: 3
    lines    see above
    known    name, id, phone, birth, address, number or other: known from the register before the visit, so filled in
             on a half-filled sheet; all but number and other stay blank on a sheet printed elsewhere
    section  on a group: none (no heading row), row (a heading row; what a labelled top-level group has without it)
    caption  words before the blank where it is written `with` another question
    with     name of the question in whose cell this one is written, behind its options: 异常 ______; a question
             named skin_detail is written with skin without being told
    label    text on paper where it differs from the screen's label (the default language's); for another language
             label::English (en), and so caption:: and unit::
    column   codes of the steps that this question belongs to (see print::columns): 2, or 3 6 8. Where visits stand
             side by side, questions with the same word in `row` that share no step stand in one row of the table,
             each in its own columns: under its own options, where those differ from step to step

Settings sheet (`FormPackage.settings`, keys with the prefix):
    print::title       title on paper           print::neutral_title   title where it is printed elsewhere
    print::subject     person, household or none: which identity block heads the sheet (none: it is about nobody
                       and cannot be traced: no QR code, no print number)
    print::columns     name of the question (month of age, number of the visit) whose options are columns: one sheet
                       then shows all kept visits of the person, one a column; what is `known` stands above them
    print::columns_within  how many days the visits of one sheet may lie apart (300: one pregnancy); empty: any number
    print::sealed      asked: the sheet bears the name, and sealed answers are on it only when they are asked for;
                       all: the whole sheet is private though no question is sealed; carried: the person carries
                       the sheet, so it bears her name and what is sealed; without it a sheet with sealed
                       questions is private; a private sheet is nameless under its neutral title
    print::unsigned    the county parameter that says whether a table is signed: until it is, the sheet says so
    print::stays_home  yes: the sheet is left with the family, so nothing private may be on it
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """One option of a list: the code on paper, its label a language, and the other columns for `choice_filter`."""

    name: str
    label: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def retired(self) -> bool:
        """No longer offered, but readable where it was chosen (`retired` in the choices sheet)."""
        return self.extra.get("retired", "") not in {"", "no"}


@dataclass(frozen=True)
class Question:
    """One row of the survey sheet, groups and repeats included (their ends are implied by `path`)."""

    path: str  # absolute path in the instance: /data/vitals/temp
    name: str
    type: str  # XLSForm type without its list: select_one, integer, group, repeat, note …
    number: int | None  # the permanent number under which answers are kept; None for groups, notes and layout
    label: dict[str, str]  # language code → text; output markers as ${name}
    hint: dict[str, str]
    guidance: dict[str, str]
    appearance: str
    choices: str | None  # name of the choice list
    row: int  # row of the survey sheet, for messages
    sealed: bool = False
    source: str = ""  # standard or rule and its mark, [K] kept
    urgency: str = ""  # R, Y or G: a danger note
    sign: str = ""  # code of `danger_sign`
    soft: str = ""  # expression that is true for a usual value; false asks "please check" once
    soft_message: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    paper: dict[str, str] = field(default_factory=dict)  # the `print::` columns


@dataclass(frozen=True)
class RecordWrite:
    """One thing that a finished form does to records; expressions are empty where the sheet says none."""

    target: str  # a name of `targets.py`
    programme: str
    container: str  # path of the repeat whose instances are written one by one, or empty
    create_if: str
    update_if: str
    close_if: str
    reads: bool  # the episode is looked up and never written
    values: dict[str, str]  # name → expression, seen from an instance of the container or from the top


@dataclass(frozen=True)
class FormPackage:
    """One version of one form; records stay bound to (`form_id`, `version`)."""

    form_id: str
    version: str
    title: dict[str, str]
    languages: tuple[str, ...]  # first is the default
    xform: str  # XML text
    questions: tuple[Question, ...]
    choices: dict[str, tuple[Choice, ...]]
    settings: dict[str, str]  # remaining columns of the settings sheet, `print::` ones included
    source_hash: str  # of the sheet it was compiled from
    writes: tuple[RecordWrite, ...] = ()  # what it writes back to records, in this order
