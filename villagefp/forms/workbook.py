"""Reads the sheets of an XLSForm from Markdown, .xlsx or .xls, bounded, every row with its number."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from villagefp.errors import UserError
from villagefp.forms.problems import FormError, Problem
from villagefp.i18n import _

MAX_CELL = 32_767  # what a cell of Excel and WPS can hold
MAX_ROWS = {"survey": 2_000, "choices": 20_000}
MAX_COLUMNS = 300
_MAX_FILE = 20_000_000
_MAX_UNPACKED = 200_000_000
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^[\s|:\-]+$")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITIES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number as shown in WPS and Excel, and its cells by column, empty ones left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """One sheet, without empty rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_workbook(path: Path) -> dict[str, Sheet]:
    """The sheets of a form by name, in lower case; FormError or UserError where the file cannot be one."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UserError(_("“{file}” cannot be opened.").format(file=path.name)) from error
    if size > _MAX_FILE:
        raise UserError(
            _("“{file}” is {size} MB; a form sheet is at most 20 MB.").format(file=path.name, size=size // 1_000_000)
        )
    kind = path.suffix.lower()
    if kind == ".md":
        tables = _read_markdown(path)
    elif kind in {".xlsx", ".xls"}:
        tables = _read_spreadsheet(path, kind)
    else:
        raise UserError(_("“{file}” is no form sheet: .xlsx, .xls or .md is needed.").format(file=path.name))
    problems: list[Problem] = []
    sheets = {name: _sheet(name, rows, problems) for name, rows in tables.items()}
    if not problems and ("survey" not in sheets or not sheets["survey"].rows):
        problems.append(Problem("survey", None, "", _("the form has no sheet “survey” with questions.")))
    if problems:
        raise FormError(problems)
    return sheets


def _sheet(name: str, table: list[list[str]], problems: list[Problem]) -> Sheet:
    header = [" ".join(cell.split()) for cell in table[0]] if table else []
    twice = sorted({column for column in header if column and header.count(column) > 1})
    problems.extend(Problem(name, 1, column, _("this column is there twice.")) for column in twice)
    if len(header) > MAX_COLUMNS:
        problems.append(Problem(name, 1, "", _("more than {count} columns.").format(count=MAX_COLUMNS)))
        return Sheet(name, (), ())
    most = MAX_ROWS.get(name, 20_000)
    if len(table) - 1 > most:
        problems.append(Problem(name, most + 2, "", _("more than {count} rows.").format(count=most)))
        return Sheet(name, (), ())
    rows = []
    for number, line in enumerate(table[1:], start=2):
        cells = {}
        for column, cell in zip(header, line, strict=False):
            text = cell.strip()
            if len(text) > MAX_CELL:
                problems.append(
                    Problem(
                        name,
                        number,
                        column,
                        _("the cell holds {length} characters; {most} are allowed.").format(
                            length=len(text), most=MAX_CELL
                        ),
                    )
                )
            elif _CONTROL.search(text):
                problems.append(Problem(name, number, column, _("the cell holds a character that no text can have.")))
            elif text and column:
                cells[column] = text
        if cells:
            rows.append(Row(number, cells))
    return Sheet(name, tuple(column for column in header if column), tuple(rows))


def _read_markdown(path: Path) -> dict[str, list[list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(_("“{file}” is not text in UTF-8.").format(file=path.name)) from error
    tables: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for line in text.split("\n"):
        bare = line.strip()
        if not bare.startswith("|") or _RULE.match(bare):
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in _CELL_BREAK.split(bare.strip("|"))]
        if cells[0]:
            rows = tables.setdefault(cells[0].lower(), [])
        elif rows is not None:
            rows.append(cells[1:])
    return tables


def _read_spreadsheet(path: Path, kind: str) -> dict[str, list[list[str]]]:
    if kind == ".xlsx":
        _refuse_hostile_zip(path)
    from python_calamine import (  # noqa: PLC0415  only where a sheet is read, never on the way to a visit
        CalamineError,
        CalamineWorkbook,
        PasswordError,
    )

    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return {
                name.strip().lower(): [
                    [_text(cell) for cell in row]
                    for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=25_000)
                ]
                for name in workbook.sheet_names
            }
    except PasswordError as error:
        raise UserError(_("“{file}” is protected by a password.").format(file=path.name)) from error
    except CalamineError as error:
        raise UserError(_("“{file}” cannot be read as a workbook.").format(file=path.name)) from error


def _refuse_hostile_zip(path: Path) -> None:
    """A workbook that unpacks to far more than its size, or that defines XML entities, is refused unread."""
    damaged = UserError(_("“{file}” cannot be read as a workbook.").format(file=path.name))
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > _MAX_UNPACKED:
                raise UserError(_("“{file}” unpacks to more than a form can hold.").format(file=path.name))
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(part) as stream:
                    if _ENTITIES.search(stream.read(4096)):
                        raise UserError(_("“{file}” defines XML entities, which no form needs.").format(file=path.name))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise damaged from error


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell)
