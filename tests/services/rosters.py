"""Workbooks for the tests of the roster import: written by xlsxwriter, read by the program as any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

from villagefp.domain.resident_id import check_digit
from villagefp.services import roster
from villagefp.services.roster import RosterPlan, RosterResult
from villagefp.storage import people
from villagefp.storage.lines import PersonLine
from villagefp.storage.store import Store

TODAY = date(2026, 11, 22)
Rows = Sequence[Sequence[object]]
Merge = tuple[int, int, int, int, str]


def id_no(born: str, sex: str = "1", serial: int = 10, area: str = "990101") -> str:
    """A right number in an area that does not exist."""
    tail = serial * 2 + (1 if sex == "1" else 0)
    first = f"{area}{born.replace('-', '')}{tail:03}"
    return first + check_digit(first)


def workbook(path: Path, sheets: Mapping[str, Rows] | Rows, merges: Sequence[Merge] = ()) -> Path:
    """A workbook of these rows; merges are of the first sheet."""
    named = sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, (name, rows) in enumerate(named.items()):
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(line, column, cell, day)  # type: ignore[arg-type]
                    elif cell is not None and cell != "":
                        sheet.write(line, column, cell)
            for top, left, bottom, right, text in merges if place == 0 else ():
                sheet.merge_range(top, left, bottom, right, text)
    return path


def plan(store: Store, path: Path) -> RosterPlan:
    """Open and plan, as the preview does."""
    preview = roster.open_workbook(path, remembered=roster.remembered(store), today=TODAY)
    return roster.plan_import(store, preview, TODAY)


def take_in(store: Store, path: Path) -> RosterResult:
    """Open, plan and import."""
    return roster.import_roster(store, plan(store, path))


def everybody(store: Store) -> list[PersonLine]:
    """All persons as lists show them."""
    with store.read() as connection:
        return people.person_lines(connection)


def by_name(store: Store) -> dict[str, PersonLine]:
    """The same by name."""
    return {line.name: line for line in everybody(store)}
