"""What is put into a compiled form after pyxform: the words for “other”, and tables that lie beside the sheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr, unescape

from villagefp.forms.languages import language_of
from villagefp.forms.lint import asks_for_other
from villagefp.forms.problems import FormError, Problem
from villagefp.forms.workbook import Sheet
from villagefp.forms.xpath import XPathError, parse_xml
from villagefp.i18n import _

OTHER = "other"
OTHER_OPTION = {"zh": "其他", "en": "Other"}
OTHER_QUESTION = {"zh": "其他（请说明）", "en": "Other (please say)"}
_ITEM = re.compile(r"<itextId>([^<]*)</itextId>\s*<name>other</name>")
_TRANSLATION = re.compile(r'(<translation lang="([^"]*)"[^>]*>)(.*?)(</translation>)', re.DOTALL)
_ASKED = "<label>Specify other.</label>"
_EXTERNAL = re.compile(r'<instance id="([^"]*)" src="jr://file(?:-csv)?/([^"]*)"\s*/>')
_COLUMN = re.compile(r"[^\W\d][\w.-]*")
_MAX_TABLE = 5_000_000
_MAX_ROWS = 20_000


def word(words: Mapping[str, str], language: str) -> str:
    """The word in a language, in Chinese where there is none."""
    return words.get(language, words["zh"])


def with_other(xform: str, survey: Sheet, languages: tuple[str, ...]) -> str:
    """The same form with `or_other` in its own languages: pyxform knows only English."""
    if not any(asks_for_other(row) for row in survey.rows):
        return xform
    default = languages[0]
    xform = xform.replace(
        "<name>other</name><label>Other</label>", f"<name>other</name><label>{word(OTHER_OPTION, default)}</label>"
    )
    xform = re.sub(r"(<label>)Other(</label>\s*<name>other</name>)", rf"\g<1>{word(OTHER_OPTION, default)}\2", xform)
    if "<itext>" not in xform:
        return xform.replace(_ASKED, f"<label>{word(OTHER_QUESTION, default)}</label>")
    ids = set(_ITEM.findall(xform))

    def translated(found: re.Match[str]) -> str:
        start, told, texts, end = found.groups()
        language = language_of(unescape(told))
        for name in ids:
            entry = re.compile(rf'(<text id="{re.escape(name)}">\s*<value>)Other(</value>)')
            texts = entry.sub(rf"\g<1>{word(OTHER_OPTION, language)}\2", texts)
        asked = f'<text id="or_other:label"><value>{word(OTHER_QUESTION, language)}</value></text>'
        return f"{start}{texts}{asked}{end}"

    return _TRANSLATION.sub(translated, xform).replace(_ASKED, "<label ref=\"jr:itext('or_other:label')\"/>")


def with_tables(xform: str, folder: Path) -> str:
    """The same form with the tables inside that lie as .csv or .xml beside the sheet; others the program gives."""

    def inside(found: re.Match[str]) -> str:
        file = folder / found[2]
        if Path(found[2]).name != found[2] or not file.is_file():
            return found[0]
        return f"<instance id={quoteattr(found[1])}>{_table(file)}</instance>"

    return _EXTERNAL.sub(inside, xform)


def _table(file: Path) -> str:
    if file.suffix.lower() == ".xml":
        return _tree(file)
    rows = read_table(file)
    items = "".join(
        "<item>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items()) + "</item>" for row in rows
    )
    return f"<root>{items}</root>"


def _tree(file: Path) -> str:
    if file.stat().st_size > _MAX_TABLE:
        raise _unusable(file, _("it is larger than 5 MB"))
    try:
        root = parse_xml(file.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, XPathError) as error:
        raise _unusable(file, str(error)) from error
    for element in list(root.iter()):
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return ET.tostring(root, encoding="unicode")


def read_table(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 or GB 18030; FormError where it is none that a form can use."""
    if file.stat().st_size > _MAX_TABLE:
        raise _unusable(file, _("it is larger than 5 MB"))
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise _unusable(file, _("it is text neither in UTF-8 nor in GB 18030")) from error
    try:
        table = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _unusable(file, str(error)) from error
    if len(table) > _MAX_ROWS:
        raise _unusable(file, _("it has more than {count} rows").format(count=_MAX_ROWS))
    columns = [name for name in (table[0] if table else {}) if name]
    for name in columns:
        if not _COLUMN.fullmatch(name):
            raise _unusable(file, _("“{name}” is no name of a column").format(name=name[:40]))
    return [{name: _clean(row.get(name)) for name in columns} for row in table]


def _clean(cell: str | None) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", cell or "").strip()


def _unusable(file: Path, reason: str) -> FormError:
    message = _("the table “{file}” cannot be used: {reason}.").format(file=file.name, reason=reason)
    return FormError([Problem("survey", None, "type", message)])
