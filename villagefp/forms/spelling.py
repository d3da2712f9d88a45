"""The words of a sheet as everybody else here reads them: other spellings of columns and types, rows switched off.

XLSForm has grown over fifteen years and knows most things by several names; people type them with capitals, spaces
and the quotation marks of a Chinese keyboard. All of that means the same and is read the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from villagefp.forms.problems import FormError, Problem
from villagefp.forms.workbook import Row, Sheet
from villagefp.i18n import _

SURVEY = {
    "type", "name", "label", "hint", "guidance_hint", "appearance", "required", "required_message", "read_only",
    "default", "calculation", "constraint", "constraint_message", "relevant", "choice_filter", "trigger",
    "repeat_count", "parameters", "save_to", "disabled", "image", "big-image", "audio", "video", "autoplay", "number",
    "sealed", "source", "urgency", "sign", "unit", "soft", "soft_message",
}  # fmt: skip
CHOICES = {"list_name", "name", "label", "image", "big-image", "audio", "video", "retired"}
SETTINGS = {
    "form_title", "form_id", "version", "default_language", "instance_name", "style", "allow_choice_duplicates",
    "public_key", "submission_url", "auto_send", "auto_delete", "name", "namespaces", "clean_text_values",
    "instance_id", "instance_xmlns", "attribute", "prefix", "delimiter", "omit_instanceid", "client_editable",
    "title", "id_string",
}  # fmt: skip
_COLUMNS: dict[str, tuple[set[str], dict[str, str]]] = {
    "survey": (SURVEY, {
        "relevance": "relevant", "readonly": "read_only", "calculate": "calculation", "caption": "label",
        "command": "type", "tag": "name", "value": "name", "count": "repeat_count", "jr:count": "repeat_count",
        "constraining_message": "constraint_message", "requiredmsg": "required_message",
        "constraintmsg": "constraint_message", "bind::relevant": "relevant", "bind::required": "required",
        "bind::readonly": "read_only", "bind::constraint": "constraint", "bind::calculate": "calculation",
        "bind::jr:constraintmsg": "constraint_message", "bind::jr:requiredmsg": "required_message",
        "body::appearance": "appearance", "control::appearance": "appearance", "control::jr:count": "repeat_count",
        "media::image": "image", "media::audio": "audio", "media::video": "video", "media::big-image": "big-image",
    }),
    "choices": (CHOICES, {"caption": "label", "value": "name", "list": "list_name"}),
    "settings": (SETTINGS, {"set_form_title": "form_title", "set_form_id": "form_id", "id_string": "form_id",
                            "title": "form_title", "form_version": "version"}),
}  # fmt: skip
_TRANSLATED = {
    "label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "audio", "video", "big-image",
}  # fmt: skip
_EXPRESSIONS = {
    "relevant", "required", "constraint", "calculation", "read_only", "choice_filter", "repeat_count", "default",
    "instance_name",
}  # fmt: skip
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_SELECTS = (
    ("add select one prompt using", "select_one"), ("add select multiple prompt using", "select_multiple"),
    ("select one from file", "select_one_from_file"), ("select multiple from file", "select_multiple_from_file"),
    ("select all that apply from", "select_multiple"), ("select all that apply", "select_multiple"),
    ("select multiple from", "select_multiple"), ("select multiple using", "select_multiple"),
    ("select one from", "select_one"), ("select one using", "select_one"),
    ("select one external", "select_one_external"),
    ("select_multiple_from_file", "select_multiple_from_file"), ("select_one_from_file", "select_one_from_file"),
    ("select_one_external", "select_one_external"), ("select multiple", "select_multiple"),
    ("select one", "select_one"),
    ("select_multiple", "select_multiple"), ("select_one", "select_one"), ("select1", "select_one"), ("rank", "rank"),
)  # fmt: skip
_TYPES = {
    "begin_group": "begin group", "end_group": "end group", "begin_repeat": "begin repeat", "end_repeat": "end repeat",
    "begin lgroup": "begin repeat", "end lgroup": "end repeat", "begin looped group": "begin repeat",
    "end looped group": "end repeat", "int": "integer", "string": "text", "trigger": "acknowledge",
    "datetime": "dateTime", "date time": "dateTime", "photo": "image", "add text prompt": "text",
    "add integer prompt": "integer", "add decimal prompt": "decimal", "add date prompt": "date",
    "add datetime prompt": "dateTime", "add note prompt": "note", "add image prompt": "image",
    "add photo prompt": "image", "add audio prompt": "audio", "add video prompt": "video", "add file prompt": "file",
    "add barcode prompt": "barcode", "add acknowledge prompt": "acknowledge", "add calculate prompt": "calculate",
    "start time": "start", "end time": "end", "get start time": "start", "get end time": "end", "get today": "today",
}  # fmt: skip
_PLAIN_TYPES = {
    "text", "integer", "decimal", "date", "time", "note", "calculate", "hidden", "acknowledge", "range", "barcode",
    "image", "audio", "video", "file", "start", "end", "today", "username", "begin group", "end group", "begin repeat",
    "end repeat", "xml-external", "csv-external",
}  # fmt: skip
_TRUE = {"yes", "true", "true()", "1"}
_REFERENCE = re.compile(r"\$\{\s*([^\s${}]+)\s*\}")
_OTHER = re.compile(r" (?:or_other|or specify other)$", re.IGNORECASE)


def canonical(sheets: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """The sheets in one spelling; FormError where a column is there under two names."""
    problems: list[Problem] = []
    told = {name: _sheet(sheet, problems) for name, sheet in sheets.items()}
    if problems:
        raise FormError(problems)
    return told


def column(sheet: str, header: str) -> str:
    """The name of a column in one spelling; a header that nobody knows stays as it is."""
    known, aliases = _COLUMNS.get(sheet, (set(), {}))
    whole = _plain(header)
    if whole in known or whole in aliases:
        return aliases.get(whole, whole)
    base, colons, language = header.partition("::")
    if not colons:
        base, colons, language = header.partition(":")
        if colons and aliases.get(_plain(base), _plain(base)) not in _TRANSLATED:
            return header
    base = _plain(base)
    if base == "media":
        base, colons, language = language.partition("::")
    base = aliases.get(base, base)
    if base in known and (base in _TRANSLATED or base == "soft_message") and colons:
        return f"{base}::{language.strip()}"
    return header


def kind(told: str) -> str:
    """The type of a question in one spelling: `Select One  yn` is `select_one yn`."""
    words = " ".join(told.split())
    low = words.lower()
    if low in _TYPES:
        return _TYPES[low]
    if low in _PLAIN_TYPES:
        return low
    for spelling, name in _SELECTS:
        if low == spelling or low.startswith(f"{spelling} "):
            rest = words[len(spelling) :].strip()
            other = _OTHER.search(f" {rest}")
            rest = f" {rest}"[: other.start()].strip() + " or_other" if other else rest
            return f"{name} {rest}".strip()
    return words


def _plain(text: str) -> str:
    return text.strip().lower().replace(" ", "_")


def _sheet(sheet: Sheet, problems: list[Problem]) -> Sheet:
    if sheet.name not in _COLUMNS:
        return sheet
    names = {header: column(sheet.name, header) for header in sheet.columns}
    taken: dict[str, str] = {}
    for header, name in names.items():
        if name in taken:
            message = _("this column means the same as “{other}”.").format(other=taken[name])
            problems.append(Problem(sheet.name, 1, header, message))
        taken[name] = header
    rows = (
        Row(row.number, {names[header]: _cell(sheet.name, names[header], cell) for header, cell in row.cells.items()})
        for row in sheet.rows
    )
    kept = tuple(row for row in rows if row.cells.get("disabled", "").lower() not in _TRUE)
    return Sheet(sheet.name, tuple(dict.fromkeys(names.values())), kept)


def _cell(sheet: str, name: str, cell: str) -> str:
    if sheet == "survey" and name == "type":
        return kind(cell)
    cell = _REFERENCE.sub(r"${\1}", cell)
    return cell.translate(_QUOTES) if name in _EXPRESSIONS else cell
