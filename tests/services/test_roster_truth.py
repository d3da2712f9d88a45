"""The two workbooks that villages sent, against what is known to be in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.rosters import everybody, take_in
from villagefp.domain import codes
from villagefp.domain.records import IdStatus, NameStatus, Person
from villagefp.services import roster
from villagefp.storage import marks, records
from villagefp.storage.lines import PersonLine
from villagefp.storage.store import Store

ROSTERS = Path(__file__).parents[1] / "data" / "rosters"
SEX = {"男": "1", "女": "2"}


def _truth(name: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((ROSTERS / f"roster-{name}.truth.json").read_text(encoding="utf-8"))
    return truth


def _fields(line: PersonLine) -> dict[str, object]:
    return {
        "name": line.name,
        "sex": line.sex,
        "birth": line.birth_date,
        "id_no": line.id_no,
        "relation": codes.load("relation").label(line.relation),
        "household_no": line.household_no,
        "group": line.group_no,
        "ethnicity": codes.load("ethnic").label(line.ethnic),
        "marital": codes.load("marital_gb").label(line.marital),
        "presence": line.presence,
    }


def _wanted(told: dict[str, Any]) -> dict[str, object]:
    presence = codes.load("presence").code_of(told["residence"])
    return {
        **{name: told[name] for name in ("name", "birth", "id_no", "relation", "household_no", "ethnicity", "marital")},
        "sex": SEX[told["sex"]],
        "group": str(told["group"]),
        "presence": presence,
    }


@pytest.mark.parametrize("name", ["ledger", "flat"])
def test_everybody_is_found_with_every_field(store: Store, name: str) -> None:
    """All fields are right but the three numbers and the one name that the file does not have."""
    truth = _truth(name)
    take_in(store, ROSTERS / f"roster-{name}.xlsx")
    lines = everybody(store)
    assert len(lines) == len(truth["people"])
    of_household: dict[str, list[PersonLine]] = {}
    for line in lines:
        of_household.setdefault(line.household_no, []).append(line)
    wrong = []
    for told in truth["people"]:
        members = of_household[told["household_no"]]
        named = [line for line in members if line.name == told["name"]]
        got = next((line for line in members if line.id_no == told["id_no"]), None) or named[0]
        wrong += [field for field, value in _wanted(told).items() if _fields(got)[field] != value]
    assert sorted(wrong) == ["id_no", "id_no", "id_no", "name"]


@pytest.mark.parametrize("name", ["ledger", "flat"])
def test_every_planted_fault_is_told_and_its_row_kept_and_marked(store: Store, name: str) -> None:
    truth = _truth(name)
    result = take_in(store, ROSTERS / f"roster-{name}.xlsx")
    told = {(issue.sheet, issue.row, issue.kind.value) for issue in result.issues}
    planted = {(fault["sheet"], fault["row"], fault["kind"]) for fault in truth["faults"]}
    assert planted <= told
    # Beyond the planted ones: the other owner of the number, and what that number says of the wrong one.
    assert {kind for _sheet, _row, kind in told - planted} == {"id_duplicate", "birth_mismatch", "sex_mismatch"}
    assert len(told - planted) == 3
    with store.read() as connection:
        marked = {(mark.kind, mark.where) for mark in marks.open_marks(connection)}
    for sheet, row, kind in planted:
        assert (kind, f"Sheet “{sheet}”, row {row}") in marked


def test_a_missing_name_and_lost_digits_are_kept_as_far_as_they_were_told(store: Store) -> None:
    take_in(store, ROSTERS / "roster-flat.xlsx")
    with store.read() as connection:
        persons = records.where(connection, Person)
    (nameless,) = [person for person in persons if person.name_status is NameStatus.MISSING]
    assert nameless.name == "0039户 配偶(未填姓名)"
    (lost,) = [person for person in persons if person.id_no == "990101194581000000"]
    assert lost.id_status is IdStatus.UNCLEAR
    assert lost.birth_date == "1990-04-30"
    assert sum(person.id_status is IdStatus.UNCLEAR for person in persons) == 4  # lost, checksum, and both of a pair


@pytest.mark.parametrize("name", ["ledger", "flat"])
def test_the_same_file_again_changes_nothing(store: Store, name: str) -> None:
    path = ROSTERS / f"roster-{name}.xlsx"
    first = take_in(store, path)
    before = everybody(store)
    with store.read() as connection:
        seqs = connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one()
        marked = marks.open_marks(connection)
    second = take_in(store, path)
    assert (second.created, second.updated, second.unchanged) == (0, 0, first.persons)
    assert (second.not_in_file, second.changes) == (0, ())
    assert everybody(store) == before
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one() == seqs
        assert marks.open_marks(connection) == marked


def test_the_old_method_column_is_sealed_and_unverified(store: Store) -> None:
    take_in(store, ROSTERS / "roster-flat.xlsx")
    with store.read() as connection:
        kept = [person for person in records.where(connection, Person) if person.legacy_method is not None]
    assert len(kept) == 52  # 58 cells, six of them 无
    assert {person.legacy_method_status for person in kept} == {"unverified"}
    assert {store.unseal(person.legacy_method or b"").decode() for person in kept} == {
        "implant", "ster_f", "condom_m", "ster_m", "iud_unk", "spermicide", "coc",
    }  # fmt: skip


def test_the_json_has_the_shape_that_scripts_rely_on(store: Store) -> None:
    told = roster.to_json(take_in(store, ROSTERS / "roster-ledger.xlsx"))
    assert {"households", "persons", "created", "updated", "unchanged", "issues", "dropped_columns"} <= set(told)
    assert (told["households"], told["persons"], told["created"]) == (800, 2323, 2323)
    assert {frozenset(issue) for issue in told["issues"]} == {frozenset(("sheet", "row", "column", "kind", "message"))}
    assert told["dropped_columns"] == []
    assert json.loads(json.dumps(told, ensure_ascii=False)) == told
