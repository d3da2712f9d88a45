"""What a new version of a form owes to the earlier ones: visits made with them stay readable beside its own.

A question that keeps its name keeps its number, its type and its seal; an option that the new sheet leaves out is
kept and no longer offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from villagefp.forms import lint
from villagefp.forms.compile import compile_sheets, language_code, split_type
from villagefp.forms.library import newest, version_key
from villagefp.forms.package import Choice, FormPackage, Question
from villagefp.forms.problems import FormError, Problem, shorten
from villagefp.forms.spelling import canonical
from villagefp.forms.workbook import Row, Sheet, read_workbook
from villagefp.i18n import _

_FORM_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9_-]{1,20}(\.[A-Za-z0-9_-]{1,20}){0,3}")
_OTHER = "other"
"""The code of the option that `or_other` adds."""
_SUBJECTS = ("person", "household", "none")


@dataclass(frozen=True)
class Retired:
    """An option that a new version does not offer any more: of which question, its code, and what it was called."""

    question: str
    code: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Successor:
    """A new version, compiled, and the options that it retires."""

    package: FormPackage
    retired: tuple[Retired, ...]


def form_id_of(path: Path) -> str:
    """Which form a sheet is of; UserError where it is no form sheet."""
    return _form_id(canonical(read_workbook(path)), path)


def compile_successor(path: Path, earlier: Sequence[FormPackage]) -> Successor:
    """The new version of a form in this sheet; FormError names all that is wrong with it, seen from `earlier` too."""
    sheets, retired = _carry_over(canonical(read_workbook(path)), earlier)
    package = compile_sheets(path, sheets, numbers_of(earlier), fill=True)
    if problems := [*problems_of_name(package), *problems_after(package, earlier)]:
        raise FormError(problems)
    return Successor(package, tuple(retired))


def numbers_of(earlier: Iterable[FormPackage]) -> dict[str, int]:
    """The numbers that questions of these versions ever had, by name."""
    return {q.name: q.number for package in earlier for q in package.questions if q.number is not None}


def problems_of_name(package: FormPackage) -> Iterator[Problem]:
    """What is wrong with the words by which a form is known, and with its title in lists that others may see."""
    if not _FORM_ID.fullmatch(package.form_id):
        message = _("“{form}” is no form id: a letter, then letters, digits, _ and -.")
        yield _setting("form_id", message.format(form=shorten(package.form_id)))
    if not _VERSION.fullmatch(package.version):
        message = _("“{version}” is no version: 2, 2.1 or 2026-12.")
        yield _setting("version", message.format(version=shorten(package.version)))
    subject = package.settings.get("print::subject", "person")
    if subject not in _SUBJECTS:
        message = _("“{subject}” is none of person, household and none.")
        yield _setting("print::subject", message.format(subject=shorten(subject)))
    private = package.settings.get("print::sealed") == "all" or any(question.sealed for question in package.questions)
    if private and not package.settings.get("print::neutral_title"):
        message = _("the form asks private questions: say what it is called in lists that others may see.")
        yield _setting("print::neutral_title", message)


def problems_after(package: FormPackage, earlier: Sequence[FormPackage]) -> Iterator[Problem]:
    """What a version breaks for visits that were made with earlier ones."""
    if not earlier:
        return
    last = newest(each.version for each in earlier)
    if version_key(package.version) <= version_key(last):
        message = _("version {version} does not come after version {last}. Give it a higher one.")
        yield _setting("version", message.format(version=shorten(package.version), last=last))
    before = next(each for each in earlier if each.version == last)
    was, subject = (each.settings.get("print::subject", "person") for each in (before, package))
    if was != subject:
        message = _("the form has been about “{was}” and cannot become one about “{subject}”. Give it another form id.")
        yield _setting("print::subject", message.format(was=was, subject=shorten(subject)))
    known = _known(earlier)
    taken = {question.number: name for name, question in known.items()}
    for question in package.questions:
        if question.number is not None:
            yield from _against(question, known.get(question.name), taken)


def _against(question: Question, was: Question | None, taken: Mapping[int | None, str]) -> Iterator[Problem]:
    """What is wrong with one question, seen from the one of its name in earlier versions."""
    name = shorten(question.name)
    if taken.get(question.number, question.name) != question.name:
        message = _("number {number} belongs to “{name}” and is never given again.")
        yield _at(question, "number", message.format(number=question.number, name=taken[question.number]))
    if was is None:
        return
    if was.number != question.number:
        message = _("“{name}” has always had number {number}.")
        yield _at(question, "number", message.format(name=name, number=was.number))
    if was.type != question.type:
        message = _("“{name}” has been of the type “{was}” and cannot become “{type}”. Give the question another name.")
        yield _at(question, "type", message.format(name=name, was=was.type, type=question.type))
    if was.sealed and not question.sealed:
        message = _("“{name}” has been private and stays so. Put yes into its column “sealed”.")
        yield _at(question, "sealed", message.format(name=name))


def options_missing(package: FormPackage, earlier: Iterable[FormPackage]) -> list[Retired]:
    """The options of earlier versions that a version has lost; what is retired is still there."""
    asked = {question.name: question.choices for question in package.questions}
    lists = {name: {choice.name for choice in choices} for name, choices in package.choices.items()}
    missing: dict[tuple[str, str], Retired] = {}
    for question, choice in _options(earlier):
        told = asked.get(question)
        if told is not None and told in lists and choice.name not in lists[told]:
            missing[question, choice.name] = Retired(question, choice.name, choice.label)
    return list(missing.values())


def _carry_over(sheets: dict[str, Sheet], earlier: Sequence[FormPackage]) -> tuple[dict[str, Sheet], list[Retired]]:
    """The sheets with the options that this version leaves out, retired."""
    choices = sheets.get("choices")
    if choices is None:
        return sheets, []
    asked = _lists_asked(sheets["survey"])
    there = {(_list_of(row), _code_of(row)) for row in choices.rows}
    lists = {name for name, _code in there}
    there |= {
        (asked.get(row.cells.get("name", ""), ""), _OTHER) for row in sheets["survey"].rows if lint.asks_for_other(row)
    }
    gone: dict[tuple[str, str], Row] = {}
    retired: list[Retired] = []
    after = max((row.number for row in choices.rows), default=1)
    for question, choice in _options(earlier):
        place = (asked.get(question, ""), choice.name)
        if place[0] not in lists or place in there:
            continue
        if place not in gone:
            gone[place] = Row(after + len(gone) + 1, _cells(choices, place[0], choice))
        told = Retired(question, choice.name, choice.label)
        if not choice.retired and told not in retired:
            retired.append(told)
    if not gone:
        return sheets, []
    columns = tuple(dict.fromkeys((*choices.columns, *(column for row in gone.values() for column in row.cells))))
    return {**sheets, "choices": replace(choices, columns=columns, rows=(*choices.rows, *gone.values()))}, retired


def _cells(sheet: Sheet, list_name: str, choice: Choice) -> dict[str, str]:
    """An option of an earlier version as a row of this sheet."""
    own = {"list_name" if "list_name" in sheet.columns else "list name": list_name}
    own["name" if "name" in sheet.columns else "value"] = choice.name
    for column in sheet.columns:
        if column.startswith("label"):
            told = choice.label.get(language_code(column) or "") or next(iter(choice.label.values()), choice.name)
            own[column] = told
    return {**choice.extra, **own, "retired": "yes"}


def _options(earlier: Iterable[FormPackage]) -> Iterator[tuple[str, Choice]]:
    """Every option that a question ever had, as the newest version with it says it."""
    found: dict[tuple[str, str], Choice] = {}
    for package in sorted(earlier, key=lambda each: version_key(each.version)):
        for question in package.questions:
            for choice in package.choices.get(question.choices or "", ()):
                found[question.name, choice.name] = choice
    for (name, _code), choice in found.items():
        yield name, choice


def _known(earlier: Iterable[FormPackage]) -> dict[str, Question]:
    """The numbered questions by name, as the newest version with it has it."""
    ordered = sorted(earlier, key=lambda each: version_key(each.version))
    return {q.name: q for package in ordered for q in package.questions if q.number is not None}


def _lists_asked(survey: Sheet) -> dict[str, str]:
    """The list that each choice question of a sheet takes its options from."""
    found = {}
    for row in survey.rows:
        told = row.cells.get("type", "")
        if lint.asks_for_other(row):
            told = " ".join(told.split()[:2])
        kind, choices = split_type(told)
        if choices and kind in set(lint.SELECTS.values()):
            found[row.cells.get("name", "")] = choices
    return found


def _list_of(row: Row) -> str:
    return row.cells.get("list_name") or row.cells.get("list name") or ""


def _code_of(row: Row) -> str:
    return row.cells.get("name") or row.cells.get("value") or ""


def _form_id(sheets: Mapping[str, Sheet], path: Path) -> str:
    settings = sheets["settings"].rows[0].cells if "settings" in sheets and sheets["settings"].rows else {}
    return settings.get("form_id") or settings.get("id_string") or path.stem


def _setting(column: str, message: str) -> Problem:
    return Problem("settings", 2, column, message)


def _at(question: Question, column: str, message: str) -> Problem:
    return Problem("survey", question.row, column, message)
