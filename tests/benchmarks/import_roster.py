"""Importing a workbook of 2,600 persons, beside python-calamine reading it and plain sqlite3 inserting its rows.

Plain sqlite3 is asked for it twice: into one flat table of the sheet's cells, and into the tables that a register
needs, household, person, membership and phone, with counted ids and look-up indexes; no encryption, log, search keys.
The workbook is the ledger of the tests grown to 2,600: title, two header rows, merged households, one sheet a group.
Ours is everything from the file to the durable commit: read, recognise, plan, write rows, change log and search keys.
Both take turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.benchmarks import village
from villagefp.domain.roster.columns import MappingMemory
from villagefp.services import roster
from villagefp.storage.store import Store

PERSONS = 2600
ROUNDS = 9
TODAY = date(2026, 11, 22)
ROSTERS = Path(__file__).parents[1] / "data" / "rosters"
HEADER = (
    "户编号",
    "姓名",
    "与户主关系",
    "性别",
    "身份证号码",
    "出生日期",
    "民族",
    "文化程度",
    "婚姻状况",
    "联系电话",
    "居住情况",
    "现用避孕方法",
    "备注",
)
REGISTER = """
CREATE TABLE household (id INTEGER PRIMARY KEY, household_no, group_no);
CREATE TABLE person (id INTEGER PRIMARY KEY, name, sex, id_no, birth, ethnic, education, marital, method, note);
CREATE TABLE membership (id INTEGER PRIMARY KEY, person, household, relation, presence);
CREATE TABLE phone (id INTEGER PRIMARY KEY, person, number, whose);
CREATE INDEX household_no ON household (household_no);
CREATE INDEX person_id_no ON person (id_no);
CREATE INDEX membership_person ON membership (person);
CREATE INDEX membership_household ON membership (household);
CREATE INDEX phone_person ON phone (person);
"""
Sheets = dict[str, list[list[Any]]]
Insert = Callable[[sqlite3.Connection, Sheets], None]


def main(rounds: int = ROUNDS) -> int:
    """Prints one JSON object."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = folder / "roster.xlsx"
        _write(book, list(_people()))
        ours, bare, flat, stages = [], [], [], []
        for turn in range(rounds + 1):
            flat_ms = _bare(book, folder / f"flat{turn}.db", _insert_flat)
            bare_ms = _bare(book, folder / f"bare{turn}.db", _insert_register)
            store = village.new_store(folder / f"store{turn}")
            parts = _ours(store, book)
            store.close()
            if turn:  # the first round warms caches and imports on both sides
                ours.append(sum(parts.values()))
                bare.append(bare_ms)
                flat.append(flat_ms)
                stages.append(parts)
    print(
        json.dumps(
            {
                "persons": PERSONS,
                "ours_ms": round(median(ours), 1),
                "calamine_and_sqlite3_ms": round(median(bare), 1),
                "ratio": round(median(ours) / median(bare), 2),
                "one_flat_table_ms": round(median(flat), 1),
                "ratio_to_one_flat_table": round(median(ours) / median(flat), 2),
                "stages_ms": {part: round(median(one[part] for one in stages), 1) for part in stages[0]},
                "budget": {"ratio": 6},
            }
        )
    )
    return 0


def _bare(book: Path, database: Path, insert: Insert) -> float:
    gc.collect()
    began = time.perf_counter()
    workbook = CalamineWorkbook.from_path(str(book))
    sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    insert(connection, sheets)
    connection.execute("COMMIT")
    taken = time.perf_counter() - began
    connection.close()
    return taken * 1000


def _insert_flat(connection: sqlite3.Connection, sheets: Sheets) -> None:
    connection.execute(f"CREATE TABLE roster ({', '.join(f'c{place}' for place in range(len(HEADER)))})")
    connection.execute("BEGIN")
    marks = ", ".join("?" * len(HEADER))
    rows = (row for sheet in sheets.values() for row in sheet)
    connection.executemany(f"INSERT INTO roster VALUES ({marks})", (list(map(_plain, row)) for row in rows))


def _insert_register(connection: sqlite3.Connection, sheets: Sheets) -> None:
    """As a script would that knows this one workbook: where its rows begin, which column is which."""
    connection.executescript(REGISTER)
    connection.execute("BEGIN")
    households: dict[tuple[str, object], int] = {}
    persons, members, numbers = [], [], []
    for group, sheet in sheets.items():
        number: object = ""
        for row in sheet[3:]:
            number = row[0] or number
            home = households.get((group, number))
            if home is None:
                home = households[group, number] = len(households) + 1
            person = len(persons) + 1
            persons.append((person, row[1], *row[3:9], row[11], row[12]))
            members.append((person, person, home, row[2], row[10]))
            if row[9]:
                numbers.append((len(numbers) + 1, person, row[9], "self"))
    homes = ((home, number, group) for (group, number), home in households.items())
    connection.executemany("INSERT INTO household VALUES (?, ?, ?)", homes)
    connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", persons)
    connection.executemany("INSERT INTO membership VALUES (?, ?, ?, ?, ?)", members)
    connection.executemany("INSERT INTO phone VALUES (?, ?, ?, ?)", numbers)


def _plain(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, date) else cell


def _ours(store: Store, book: Path) -> dict[str, float]:
    gc.collect()
    times = [time.perf_counter()]
    preview = roster.open_workbook(book, remembered=MappingMemory({}), today=TODAY)
    times.append(time.perf_counter())
    plan = roster.plan_import(store, preview, TODAY)
    times.append(time.perf_counter())
    result = roster.import_roster(store, plan)
    times.append(time.perf_counter())
    assert result.created == PERSONS
    return dict(
        zip(
            ("read_and_recognise", "plan", "write"),
            ((later - earlier) * 1000 for earlier, later in pairwise(times)),
            strict=True,
        )
    )


def _people() -> Iterator[dict[str, Any]]:
    """The people of both test rosters, those of the flat one as further households of group 8."""
    ledger = json.loads((ROSTERS / "roster-ledger.truth.json").read_text(encoding="utf-8"))["people"]
    flat = json.loads((ROSTERS / "roster-flat.truth.json").read_text(encoding="utf-8"))["people"]
    further = [{**one, "household_no": f"{int(one['household_no']) + 800:04}", "group": 8} for one in flat]
    yield from [*ledger, *further][:PERSONS]


def _write(book: Path, people: list[dict[str, Any]]) -> None:
    with xlsxwriter.Workbook(str(book), {"constant_memory": False}) as workbook:
        for group, of_group in groupby(people, key=lambda one: one["group"]):
            sheet = workbook.add_worksheet(f"{group}组")
            sheet.merge_range(0, 0, 0, 12, f"柳树湾村{group}组家庭健康服务对象花名册")
            sheet.merge_range(1, 1, 1, 8, "家庭成员基本情况")
            for place, word in enumerate(HEADER):
                sheet.write(2 if 1 <= place <= 8 else 1, place, word)
            line = 3
            for household, members in groupby(of_group, key=lambda one: one["household_no"]):
                first = line
                for one in members:
                    line = _write_person(sheet, line, one)
                if line - first > 1:
                    sheet.merge_range(first, 0, line - 1, 0, household)
                else:
                    sheet.write_string(first, 0, household)


def _write_person(sheet: Any, line: int, one: dict[str, Any]) -> int:
    phone = one["phone"] if one["relation"] == "户主" else ""
    told = (
        *(one["name"], one["relation"], one["sex"], one["id_no"], one["birth"], one["ethnicity"], one["education"]),
        *(one["marital"], phone, one["residence"], one["method"]),
    )
    for place, text in enumerate(told, 1):
        if text:
            sheet.write_string(line, place, text)
    return line + 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
