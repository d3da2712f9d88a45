"""The practice village: made by its script, and meeting a newcomer with what a real roster brings."""

from __future__ import annotations

import runpy
from pathlib import Path

from tests.services.rosters import by_name, everybody, take_in
from villagefp import paths
from villagefp.domain.records import IdStatus, NameStatus, Person
from villagefp.interop.roster_workbook import read_sheets
from villagefp.storage import records
from villagefp.storage.store import Store

PRACTICE = paths.resources_dir() / "practice"


def test_the_workbook_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "roster.xlsx"
    runpy.run_path(str(PRACTICE / "make_roster.py"))["write"](made)
    assert read_sheets(made) == read_sheets(PRACTICE / "roster.xlsx")


def test_everybody_comes_in_and_every_fault_is_told(store: Store) -> None:
    result = take_in(store, PRACTICE / "roster.xlsx")
    assert (result.households, result.persons) == (40, 120)
    assert sorted(issue.kind.value for issue in result.issues) == [
        "birth_unreadable", "id_checksum", "id_digits_lost", "id_duplicate", "id_duplicate", "name_missing",
        "sex_mismatch", "unknown_value",
    ]  # fmt: skip
    numbers = [line.id_no for line in everybody(store) if line.id_no]
    assert all(number.startswith("990") for number in numbers), "nobody real is in it"
    assert len({line.group_no for line in everybody(store)}) == 3


def test_the_newborn_of_the_demo(store: Store) -> None:
    take_in(store, PRACTICE / "roster.xlsx")
    lines = by_name(store)
    newborn, mother = lines["李芳之女"], lines["李芳"]
    assert (newborn.birth_date, newborn.household_no, newborn.household_id) == (
        "2026-10-28",
        "0012",
        mother.household_id,
    )
    with store.read() as connection:
        kept = records.get(connection, Person, newborn.id)
    assert kept is not None
    assert (kept.name_status, kept.id_status, kept.mother) == (NameStatus.PROVISIONAL, IdStatus.NOT_YET, mother.id)
