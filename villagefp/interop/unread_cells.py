"""The cells that a workbook's reader gives as empty although something stands there: errors, and unsaved formulas.

Here for .xlsx. An .ods is not looked into: its errors are read as empty.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from html import unescape
from io import BytesIO

UNSAVED = ""
"""Stands for a formula whose result was not saved, where an error stands as its word: #N/A."""

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)
"""All that `zipfile` raises for content of a file: cut, altered, without a part, packed or locked in another way."""
_LARGEST = 64 * 2**20  # of one sheet's part; a roster of 100,000 persons has less
_PREFIXED = re.compile(rb"<\w+:worksheet\b")
_ROOT = 1000  # bytes in which the first element of a part begins
_CELL = re.compile(rb"<(?:\w+:)?c\s+([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_TEXT = re.compile(rb"\bt=[\"'](?:str|inlineStr|s)[\"']")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")

Unread = Mapping[tuple[int, int], str]


def of_sheets(content: bytes) -> Mapping[str, Unread]:
    """By the name of the sheet, row and column from 0: the word of the error, or `UNSAVED`.

    Raises `DAMAGED` for an archive that is none, is cut or has changed since it was written.
    """
    with zipfile.ZipFile(BytesIO(content)) as parts:
        found = {
            info.filename: cells
            for info in parts.infolist()
            if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
            if info.file_size <= _LARGEST
            if (cells := _of_part(parts.read(info)))
        }
        return {name: found[part] for name, part in _names(parts) if part in found} if found else {}


def _of_part(xml: bytes) -> Unread:
    """Nearly always there is neither error nor formula: found out by the two shortest searches there are."""
    if b"#" in xml or b"<f" in xml or _PREFIXED.search(xml, 0, _ROOT):
        return dict(_cells(xml))
    return {}


def _cells(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for cell in _CELL.finditer(xml):
        attributes, inside = cell[1], cell[2] or b""
        address = _ADDRESS.search(attributes)
        if address is None:
            continue
        value = _VALUE.search(inside)
        if _ERROR.search(attributes):
            yield _place(address), unescape(value[1].decode("utf-8", "replace")) if value else "#"
        elif value is None and _FORMULA.search(inside) and not _TEXT.search(attributes):
            yield _place(address), UNSAVED  # as text, an empty result is a result


def _place(address: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for sign in address[1]:
        column = column * 26 + sign - ord("A") + 1
    return int(address[2]) - 1, column - 1


def _names(parts: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and the part that holds it."""
    book = parts.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = parts.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for relation in _RELATION.finditer(relations):
        told = dict(_ATTRIBUTE.findall(relation[1]))
        target = told.get("Target", "")
        targets[told.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    for sheet in _SHEET.finditer(book):
        told = dict(_ATTRIBUTE.findall(sheet[1]))
        part = next((targets.get(value) for name, value in told.items() if name.endswith(":id")), None)
        if part is not None:
            yield unescape(told.get("name", "")), part
