"""What can be said about a form from its sheets alone: types, names, groups, lists, languages, paper hints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from villagefp.domain import codes
from villagefp.forms import spelling
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
_PREFIXES = {"jr", "orx", "odk", "ev", "h", "xsd", "entities", "xml"}
_ASIDE = {
    "type", "relevant", "required", "constraint", "calculation", "read_only", "soft", "choice_filter", "default",
    "appearance", "urgency", "sign", "print::with", "hint", "guidance_hint", "constraint_message", "required_message",
    "parameters", "trigger",
}  # fmt: skip
"""Columns whose cells a form can do without while the rest is looked at."""


def check(sheets: Mapping[str, Sheet]) -> list[Problem]:
    """Every problem that can be seen without compiling."""
    survey = sheets["survey"]
    lists = _choice_lists(sheets.get("choices"))
    return [
        *_types(survey, lists),
        *_nesting(survey),
        *_names(survey),
        *_choice_codes(sheets.get("choices"), doubled=_may_double(sheets.get("settings"))),
        *_extras(survey),
        *_references(survey),
        *_columns(sheets),
        *_settings(sheets.get("settings")),
    ]


def put_aside(sheets: Mapping[str, Sheet], problems: list[Problem]) -> dict[str, Sheet] | None:
    """The sheets without the cells at fault, so that the rest can be looked at; None where that is not possible."""
    if any(problem.sheet != "survey" or problem.row is None or problem.column not in _ASIDE for problem in problems):
        return None
    faulty: dict[int | None, set[str]] = {}
    for problem in problems:
        faulty.setdefault(problem.row, set()).add(problem.column)
    rows = []
    for row in sheets["survey"].rows:
        cells = {column: cell for column, cell in row.cells.items() if column not in faulty.get(row.number, ())}
        if "type" in faulty.get(row.number, ()):
            cells["type"] = "text"
        rows.append(Row(row.number, cells))
    return {**sheets, "survey": Sheet("survey", sheets["survey"].columns, tuple(rows))}


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
    kinds |= dict.fromkeys(("begin loop", "end loop"), _("use begin repeat"))
    kinds |= dict.fromkeys(("location", "gps", "q geopoint", "q location"), place)
    return kinds


def _types(survey: Sheet, lists: set[str]) -> Iterator[Problem]:
    refused = _refused()
    for row in survey.rows:
        told = " ".join(row.cells.get("type", "").split())
        kind = TYPE_ALIASES.get(told.lower(), told)
        first = kind.split(" ", 1)[0]
        if not told:
            yield _at(row, "type", _("the type is missing."))
        elif reason := refused.get(kind.lower()) or refused.get(first) or refused.get(" ".join(kind.split()[:2])):
            yield _at(row, "type", _("“{type}” is not possible: {reason}.").format(type=shorten(told), reason=reason))
        elif first in SELECTS:
            words = kind.split()
            if len(words) < 2:
                yield _at(row, "type", _("“{type}” needs the name of a list.").format(type=shorten(told)))
            elif words[1].lower().endswith(".geojson"):
                yield _at(row, "type", _("“{type}” is not possible: {reason}.").format(
                    type=shorten(told), reason=refused["map"]))  # fmt: skip
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


def _may_double(settings: Sheet | None) -> bool:
    rows = settings.rows if settings else ()
    return any(row.cells.get("allow_choice_duplicates", "").lower() in {"yes", "true", "true()"} for row in rows)


def _choice_codes(sheet: Sheet | None, *, doubled: bool) -> Iterator[Problem]:
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
        elif (name, code) in seen and not doubled:
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


def _columns(sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Headers that are nearly right: they would be passed over without a word."""
    for name, known in (("survey", spelling.SURVEY), ("settings", spelling.SETTINGS)):
        sheet = sheets.get(name)
        for header in sheet.columns if sheet else ():
            base, colons, rest = header.partition("::")
            if base in {"bind", "body", "instance", "control"} and colons:
                yield from _prefix(name, header, rest)
            elif base not in known and (meant := get_close_matches(base.lower(), known, 1, 0.85)):
                yield Problem(name, 1, header, _("there is no column “{column}”; is “{meant}” meant?").format(
                    column=shorten(header), meant=meant[0]))  # fmt: skip


def _prefix(sheet: str, header: str, attribute: str) -> Iterator[Problem]:
    prefix, colon, _name = attribute.rpartition(":")
    if colon and prefix not in _PREFIXES:
        yield Problem(sheet, 1, header, _("the prefix “{prefix}” is not declared.").format(prefix=shorten(prefix)))


def _settings(sheet: Sheet | None) -> Iterator[Problem]:
    """Settings that would promise something which does not happen here."""
    reasons = dict.fromkeys(("public_key", "submission_url", "auto_send", "auto_delete"), _(
        "answers are kept encrypted on this laptop and sent nowhere by a form; take the column out"))  # fmt: skip
    reasons |= dict.fromkeys(("instance_xmlns", "attribute", "prefix", "delimiter", "client_editable"), _(
        "it has no meaning here; take the column out"))  # fmt: skip
    for row in sheet.rows[:1] if sheet else ():
        for column, cell in row.cells.items():
            if column in reasons and cell:
                yield Problem("settings", row.number, column, _("“{column}” is not possible: {reason}.").format(
                    column=column, reason=reasons[column]))  # fmt: skip
    for row in sheet.rows[1:] if sheet else ():
        yield Problem("settings", row.number, "", _("settings have one row; this one would be passed over."))


def _references(survey: Sheet) -> Iterator[Problem]:
    names = {row.cells.get("name") for row in survey.rows} | {"last-saved"}
    for row in survey.rows:
        for column, cell in row.cells.items():
            for found in _REFERENCE.findall(cell):
                name = found.strip().removeprefix("last-saved#")
                if name not in names:
                    yield _at(row, column, _("there is no question “{name}”.").format(name=shorten(name)))
