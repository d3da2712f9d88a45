"""What can be said about a form from its sheets alone: types, names, groups, lists, languages, paper hints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from villagefp.domain import codes
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.workbook import Row, Sheet
from villagefp.i18n import _

SELECTS = {
    "select_one": "select_one",
    "select_multiple": "select_multiple",
    "select_one_from_file": "select_one",
    "select_multiple_from_file": "select_multiple",
    "rank": "rank",
}
TYPE_ALIASES = {
    "begin_group": "begin group",
    "end_group": "end group",
    "begin_repeat": "begin repeat",
    "end_repeat": "end repeat",
    "begin loop": "begin loop",
    "int": "integer",
    "string": "text",
    "trigger": "acknowledge",
    "datetime": "dateTime",
    "photo": "image",
}
KNOWN_TYPES = {
    "text", "integer", "decimal", "date", "time", "dateTime", "note", "calculate", "hidden", "acknowledge", "range",
    "barcode", "image", "audio", "video", "file", "start", "end", "today", "username", "begin group", "end group",
    "begin repeat", "end repeat", "xml-external", "csv-external",
}  # fmt: skip
DEFAULT_NAMES = {name: name for name in ("start", "end", "today", "username")}
PAPER = {
    "row", "span", "style", "boxes", "lines", "with", "label", "known", "section", "caption", "column",
}  # fmt: skip
_PAPER_WORDS = re.compile(r"^(label|caption|unit)::\S.* \(\w[\w-]*\)$")
"""Words for paper in another language than the form's first: print::label::English (en)."""
_NAME = re.compile(r"^[^\W\d][\w.-]*$")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_MAX_DEPTH = 30


def check(sheets: Mapping[str, Sheet]) -> list[Problem]:
    """Every problem that can be seen without compiling."""
    survey = sheets["survey"]
    lists = _choice_lists(sheets.get("choices"))
    return [
        *_types(survey, lists),
        *_nesting(survey),
        *_names(survey),
        *_choice_codes(sheets.get("choices")),
        *_extras(survey),
        *_references(survey),
    ]


def asks_for_other(row: Row) -> bool:
    """Whether a choice opens a line for “other” by itself."""
    return row.cells.get("type", "").lower().endswith((" or_other", " or specify other"))


def _at(row: Row, column: str, message: str) -> Problem:
    return Problem("survey", row.number, column, message)


def _refused() -> dict[str, str]:
    """Types that exist in XLSForm and have no meaning at a desk, with the reason."""
    place = _("places on a map are not recorded here")
    phone = _("it reads a mobile phone, which is not there")
    kinds = dict.fromkeys(
        ("geopoint", "geotrace", "geoshape", "start-geopoint", "background-geopoint", "map", "osm"), place
    )
    kinds |= dict.fromkeys(
        ("deviceid", "subscriberid", "simserial", "phonenumber", "phone number", "imei", "email"), phone
    )
    kinds |= dict.fromkeys(("audit", "background-audio"), _("people are not watched while they fill in a form"))
    kinds["select_one_external"] = _("use select_one_from_file with a choice_filter")
    return kinds


def _types(survey: Sheet, lists: set[str]) -> Iterator[Problem]:
    refused = _refused()
    for row in survey.rows:
        told = " ".join(row.cells.get("type", "").split())
        kind = TYPE_ALIASES.get(told.lower(), told)
        first = kind.split(" ", 1)[0]
        if not told:
            yield _at(row, "type", _("the type is missing."))
        elif reason := refused.get(kind) or refused.get(first):
            yield _at(row, "type", _("“{type}” is not possible: {reason}.").format(type=shorten(told), reason=reason))
        elif first in SELECTS:
            words = kind.split()
            if len(words) < 2:
                yield _at(row, "type", _("“{type}” needs the name of a list.").format(type=shorten(told)))
            elif "." not in words[1] and not words[1].startswith("${") and words[1] not in lists:
                yield _at(row, "type", _("there is no list “{name}” of choices.").format(name=shorten(words[1])))
        elif kind not in KNOWN_TYPES:
            yield _at(row, "type", _("the type “{type}” is not known.").format(type=shorten(told)))
        if "search(" in row.cells.get("appearance", ""):
            yield _at(row, "appearance", _("search() is not possible; use select_one_from_file."))


def _nesting(survey: Sheet) -> Iterator[Problem]:
    open_rows: list[tuple[str, Row]] = []
    for row in survey.rows:
        told = row.cells.get("type", "")
        kind = TYPE_ALIASES.get(told.lower(), told)
        word, _space, what = kind.partition(" ")
        if what not in {"group", "repeat"}:
            continue
        if word == "begin":
            open_rows.append((what, row))
            if len(open_rows) == _MAX_DEPTH + 1:
                yield _at(row, "type", _("groups are nested more than {count} deep.").format(count=_MAX_DEPTH))
        elif word == "end":
            if not open_rows or open_rows[-1][0] != what:
                yield _at(row, "type", _("“{type}” closes nothing that is open.").format(type=told))
                return
            open_rows.pop()
    for what, row in open_rows:
        yield _at(row, "type", _("“begin {what}” is never closed.").format(what=what))


def _names(survey: Sheet) -> Iterator[Problem]:
    """Names are unique over the whole form, since answers are given by name."""
    first: dict[str, int] = {}
    for row in survey.rows:
        told = row.cells.get("type", "").lower()
        if told.startswith(("end group", "end_group", "end repeat", "end_repeat")):
            continue
        name = row.cells.get("name") or DEFAULT_NAMES.get(told, "")
        if not name:
            yield _at(row, "name", _("the name is missing."))
        elif not _NAME.match(name):
            yield _at(row, "name", _("“{name}” is no name: a letter, then letters, digits, _ - .").format(
                name=shorten(name)))  # fmt: skip
        elif name in first:
            yield _at(row, "name", _("“{name}” is already the name in row {row}.").format(
                name=shorten(name), row=first[name]))  # fmt: skip
        else:
            first[name] = row.number


def _choice_lists(sheet: Sheet | None) -> set[str]:
    rows = sheet.rows if sheet else ()
    return {row.cells.get("list_name") or row.cells.get("list name") or "" for row in rows}


def _choice_codes(sheet: Sheet | None) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for row in sheet.rows if sheet else ():
        name = row.cells.get("list_name") or row.cells.get("list name") or ""
        code = row.cells.get("name") or row.cells.get("value") or ""
        if not name:
            yield Problem("choices", row.number, "list_name", _("the name of the list is missing."))
        elif not code:
            yield Problem("choices", row.number, "name", _("the code is missing."))
        elif " " in code:
            yield Problem("choices", row.number, "name", _("the code “{code}” has a space in it.").format(
                code=shorten(code)))  # fmt: skip
        elif (name, code) in seen:
            yield Problem("choices", row.number, "name", _("“{code}” is already the code in row {row}.").format(
                code=shorten(code), row=seen[name, code]))  # fmt: skip
        else:
            seen[name, code] = row.number


def _extras(survey: Sheet) -> Iterator[Problem]:
    names = {row.cells.get("name") for row in survey.rows}
    signs = codes.load("danger_sign")
    for column in survey.columns:
        hint = column.removeprefix("print::")
        if hint != column and hint not in PAPER and not _PAPER_WORDS.match(hint):
            yield Problem("survey", 1, column, _("there is no such paper hint."))
    for row in survey.rows:
        urgency, sign = row.cells.get("urgency", ""), row.cells.get("sign", "")
        if urgency and urgency not in {"R", "Y", "G"}:
            yield _at(row, "urgency", _("“{urgency}” is none of R, Y and G.").format(urgency=shorten(urgency)))
        if sign and sign not in signs:
            yield _at(row, "sign", _("“{sign}” is no code of a danger sign.").format(sign=shorten(sign)))
        beside = row.cells.get("print::with")
        if beside and beside not in names:
            yield _at(row, "print::with", _("there is no question “{name}”.").format(name=shorten(beside)))


def _references(survey: Sheet) -> Iterator[Problem]:
    names = {row.cells.get("name") for row in survey.rows} | {"last-saved"}
    for row in survey.rows:
        for column, cell in row.cells.items():
            for found in _REFERENCE.findall(cell):
                name = found.strip().removeprefix("last-saved#")
                if name not in names:
                    yield _at(row, column, _("there is no question “{name}”.").format(name=shorten(name)))
