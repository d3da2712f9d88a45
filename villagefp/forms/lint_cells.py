"""What can be said about single cells of a sheet: labels that are missing, parameters, defaults, filters, references.

pyxform says the same of some of them, one at a time, in English and at times without the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from villagefp.forms.languages import language_of
from villagefp.forms.problems import Problem, shorten
from villagefp.forms.reading import UnreadError, read
from villagefp.forms.workbook import Row, Sheet
from villagefp.forms.xpath import XPathError, compiled
from villagefp.forms.xpath_syntax import Call, Expression, Negation, Operation, Path, parse
from villagefp.i18n import _

_REFERENCE = re.compile(r"\$\{[^}]*\}")
_WELL_FORMED = re.compile(r"\$\{(?:last-saved#)?[^\s${}]+\}")
_ONLY_REFERENCES = re.compile(r"\s*\$\{[^\s${}]+\}\s*(?:,\s*\$\{[^\s${}]+\}\s*)*")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_FIGURES = re.compile(r"[-0-9.,:/ T]+")
_CODE = re.compile(r"\w[\w.-]*")
_PARAMETER = re.compile(r"\s*([\w-]+)\s*=\s*([^\s;,]+)\s*[;,]?")
_SILENT = {
    "calculate", "hidden", "start", "end", "today", "username", "begin group", "end group", "begin repeat",
    "end repeat", "xml-external", "csv-external",
}  # fmt: skip
_WORDS = ("label", "hint")
_KEYS = {
    "range": {"start", "end", "step", "tick_interval", "placeholder", "tick_labelset"},
    "select": {"randomize", "seed", "value", "label"}, "text": {"rows"}, "image": {"max-pixels", "app"},
    "audio": {"quality"}, "video": {"quality"},
}  # fmt: skip
_RESERVED = {"meta"}


def check(sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Every problem of a single cell."""
    codes = _codes(sheets.get("choices"))
    columns = _columns(sheets.get("choices"))
    for row in sheets["survey"].rows:
        kind, _space, rest = row.cells.get("type", "").partition(" ")
        words = rest.split()
        told = words[0] if words else ""
        yield from _label(row)
        yield from _references(row)
        yield from _parameters(row, kind)
        yield from _default(row, kind, codes.get(told))
        if told in columns:
            yield from _filter(row, columns[told])
        if row.cells.get("type") == "calculate" and not row.cells.keys() & {"calculation", "default", "trigger"}:
            yield _at(row, "calculation", _("nothing is said that is worked out."))
        if row.cells.get("name") in _RESERVED:
            yield _at(row, "name", _("“{name}” is taken by the form itself.").format(name=row.cells["name"]))
    yield from _settings(sheets)


def _at(row: Row, column: str, message: str) -> Problem:
    return Problem("survey", row.number, column, message)


def _label(row: Row) -> Iterator[Problem]:
    kind = row.cells.get("type", "")
    said = any(column.partition("::")[0] in _WORDS for column in row.cells)
    if kind and kind not in _SILENT and not said and "calculation" not in row.cells:
        yield _at(row, "label", _("the label is missing."))


def _references(row: Row) -> Iterator[Problem]:
    for column, cell in row.cells.items():
        if "${" in _WELL_FORMED.sub("", cell):
            yield _at(row, column, _("“{text}”: a reference is written ${{name}}, with one name in it.").format(
                text=shorten(cell)))  # fmt: skip
    trigger = row.cells.get("trigger", "")
    if trigger and not _ONLY_REFERENCES.fullmatch(trigger):
        yield _at(row, "trigger", _("“{text}”: a reference is written ${{name}}, with one name in it.").format(
            text=shorten(trigger)))  # fmt: skip


def _parameters(row: Row, kind: str) -> Iterator[Problem]:
    told = row.cells.get("parameters", "")
    keys = _KEYS.get("select" if kind.startswith(("select_", "rank")) else kind)
    if not told or keys is None:
        return
    values = dict(_PARAMETER.findall(told))
    if _PARAMETER.sub("", told).strip() or not values:
        yield _at(row, "parameters", _("“{text}”: parameters are written like start=1 end=5.").format(
            text=shorten(told)))  # fmt: skip
        return
    for key in values.keys() - keys:
        yield _at(row, "parameters", _("there is no parameter “{key}” here; there are: {keys}.").format(
            key=shorten(key), keys=", ".join(sorted(keys))))  # fmt: skip
    for key in {"start", "end", "step"} & values.keys() if kind == "range" else ():
        if not _NUMBER.fullmatch(values[key]) or (key == "step" and float(values[key]) == 0):
            yield _at(row, "parameters", _("{key}={value}: a number is wanted.").format(
                key=key, value=shorten(values[key])))  # fmt: skip
    if "seed" in values and values.get("randomize", "").lower() != "true":
        yield _at(row, "parameters", _("seed is of use with randomize=true only."))


def _default(row: Row, kind: str, codes: set[str] | None) -> Iterator[Problem]:
    """A default that stands there as it is and is no answer to its question."""
    told = row.cells.get("default", "")
    if kind in {"integer", "decimal", "date", "time", "dateTime"} and told and _FIGURES.fullmatch(told):
        try:
            read(kind, told, label=row.cells.get("name", ""))
        except UnreadError as error:
            yield _at(row, "default", str(error))
    if kind == "select_one" and codes and _CODE.fullmatch(told) and told not in {*codes, "other"}:
        yield _at(row, "default", _("“{code}” is none of the options.").format(code=shorten(told)))


def _filter(row: Row, columns: set[str]) -> Iterator[Problem]:
    told = row.cells.get("choice_filter", "")
    try:
        names = set(_names(parse(_REFERENCE.sub(" '' ", told)))) if told else set()
    except XPathError:
        return  # said where expressions are checked
    for name in sorted(names - columns):
        yield _at(row, "choice_filter", _("the choices have no column “{name}”.").format(name=shorten(name)))


def _names(expression: Expression) -> Iterator[str]:
    """The columns of the choices that a filter speaks of: single steps without a slash."""
    match expression:
        case Negation(operand):
            yield from _names(operand)
        case Operation(_, operands) | Call(_, operands):
            for operand in operands:
                yield from _names(operand)
        case Path(False, (step,), None):
            if step.axis == "child" and step.test.replace("-", "_").replace(".", "_").isidentifier():
                yield step.test


def _settings(sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    settings = sheets.get("settings")
    for row in settings.rows[:1] if settings else ():
        if name := row.cells.get("instance_name"):
            try:
                compiled(_REFERENCE.sub(" x ", name))
            except XPathError as error:
                yield Problem("settings", row.number, "instance_name", _("“{expression}”: {reason}.").format(
                    expression=shorten(name), reason=error))  # fmt: skip
        wanted = row.cells.get("default_language")
        columns = [column.partition("::") for column in sheets["survey"].columns]
        languages = {language_of(told) for name, _colons, told in columns if name == "label" and told}
        if wanted and languages and language_of(wanted) not in languages and "label" not in sheets["survey"].columns:
            yield Problem("settings", row.number, "default_language", _("no column says label::{language}.").format(
                language=shorten(wanted)))  # fmt: skip


def _codes(sheet: Sheet | None) -> dict[str, set[str]]:
    lists: dict[str, set[str]] = {}
    for row in sheet.rows if sheet else ():
        lists.setdefault(row.cells.get("list_name", ""), set()).add(row.cells.get("name", ""))
    return lists


def _columns(sheet: Sheet | None) -> dict[str, set[str]]:
    """The columns of the sheet by list: a filter may speak of one that is empty in its own list."""
    names = {column.partition("::")[0] for column in sheet.columns} if sheet else set()
    return dict.fromkeys(_codes(sheet), names)
