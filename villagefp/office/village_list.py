"""A list of villages as an office keeps it: a workbook or a text file with code and name, perhaps role and laptop."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from villagefp.domain import roles, village_code
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.interop import roster_workbook
from villagefp.reasons import reason

_HEADS = {
    "code": ("代码", "村代码", "行政区划代码", "统计用区划代码", "code"),
    "name": ("村名", "名称", "村名称", "村", "name"),
    "role": ("角色", "岗位", "role"),
    "label": ("电脑", "标签", "电脑名称", "laptop", "label"),
}


@dataclass(frozen=True)
class ListedVillage:
    """A line of the list."""

    code: str
    name: str
    role: str = ""  # empty where the list does not say
    label: str = ""


def read(path: Path) -> list[ListedVillage]:
    """The villages of a list; UserError names the line that makes no sense."""
    rows = [row for row in _rows(path) if any(cell for cell in row)]
    if not rows:
        raise UserError(_("“{file}” holds no villages.").format(file=path.name))
    places = _places(rows[0])
    lines = rows[1:] if places is not None else rows
    order = places or {"code": 0, "name": 1, "role": 2, "label": 3}
    first = len(rows) - len(lines) + 1
    return [_village(row, order, number, path) for number, row in enumerate(lines, start=first)]


def _village(row: Sequence[str], places: dict[str, int], number: int, path: Path) -> ListedVillage:
    told = {what: row[place].strip() for what, place in places.items() if place < len(row)}
    try:
        code = village_code.read(told.get("code", "")).code
        role = roles.read(told["role"]) if told.get("role") else ""
    except UserError as error:
        raise UserError(_("“{file}”, line {line}: {why}").format(file=path.name, line=number, why=error)) from error
    if not told.get("name"):
        raise UserError(_("“{file}”, line {line}: the name is missing.").format(file=path.name, line=number))
    return ListedVillage(code, told["name"], role, told.get("label", ""))


def _places(heads: Sequence[str]) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        for what, words in _HEADS.items():
            if head.strip().lower() in words and what not in found:
                found[what] = place
    return found if {"code", "name"} <= found.keys() else None


def _rows(path: Path) -> list[list[str]]:
    if path.suffix.lower() in {".csv", ".txt"}:
        return list(csv.reader(_text(path).splitlines()))
    return [[_cell(cell) for cell in row] for row in roster_workbook.read_sheets(path)[0].rows]


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            _("{file} cannot be read: {reason}. Check the name of the file.").format(
                file=path.name, reason=reason(error)
            )
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):  # what WPS writes where nobody asked for UTF-8
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(_("“{file}” is not text in UTF-8.").format(file=path.name))
