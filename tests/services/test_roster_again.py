"""A second import: a corrected file says what changed, what it does not tell stays, a stopped one did nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from tests.services.rosters import TODAY, by_name, everybody, id_no, plan, take_in, workbook
from villagefp.domain.records import Alias, Household, IdStatus, Membership, NameStatus, Person, Phone, Presence
from villagefp.domain.roster.meanings import Meaning
from villagefp.errors import UserError
from villagefp.services import roster
from villagefp.services.roster import ImportCancelled
from villagefp.storage import identity, marks, records
from villagefp.storage.store import Store

HEADER = ["户号", "姓名", "与户主关系", "性别", "身份证号", "出生日期", "电话", "居住情况", "文化程度"]
LI, ZHANG, CHILD = id_no("1990-05-06", "2"), id_no("1988-01-02"), id_no("2019-03-14")
Rows = list[list[object]]


def _rows() -> Rows:
    return [
        list(HEADER),
        ["12", "李芳", "户主", "女", LI, "1990-05-06", "13912345678", "常住", "初中"],
        ["12", "张建国", "丈夫", "男", ZHANG, "1988-01-02", "", "常住", "高中"],
        ["12", "张晨熙", "子", "男", CHILD, "2019-03-14", "", "常住", ""],
        ["13", "王德胜", "户主", "男", "", "1960-02-03", "", "常住", "小学"],
        ["13", "", "配偶", "女", "", "1962-04-05", "", "常住", "文盲"],
    ]


@pytest.fixture
def book(tmp_path: Path) -> Callable[[Rows], Path]:
    return lambda rows: workbook(tmp_path / "roster.xlsx", rows)


def _changes(result: roster.RosterResult) -> set[tuple[str, str, str]]:
    return {(change.field, change.old, change.new) for change in result.changes}


def test_a_corrected_file_says_what_changed(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    rows[1][6] = "13800000000"
    rows[2][7] = "外出务工"
    rows[2][8] = "大专"
    rows[4][2] = "户主"
    rows[4][4] = id_no("1960-02-03")
    result = take_in(store, book(rows))
    assert (result.created, result.updated, result.unchanged) == (0, 3, 2)
    assert _changes(result) == {
        ("phone", "13912345678", "13800000000"),
        ("presence", "1", "2"),
        ("education", "60", "30"),
        ("id_no", "", id_no("1960-02-03")),
        ("id_status", "not_told", "present"),
    }
    people = {change.person for change in result.changes}
    assert people == {by_name(store)[name].id for name in ("李芳", "张建国", "王德胜")}
    assert by_name(store)["李芳"].phone == "13800000000"


def test_rows_in_another_order_and_on_other_sheets_change_nothing(
    store: Store, book: Callable[[Rows], Path], tmp_path: Path
) -> None:
    rows = _rows()
    take_in(store, book(rows))
    before = everybody(store)
    turned = [[row[place] for place in (4, 1, 0, 2, 3, 5, 8, 7, 6)] for row in rows]
    moved = {"甲": [turned[0], *reversed(turned[4:])], "乙": [turned[0], *turned[1:4]]}
    # The nameless wife stands first now, so every row says its household.
    result = take_in(store, workbook(tmp_path / "moved.xlsx", moved))
    assert (result.created, result.updated, result.unchanged) == (0, 0, 5)
    assert everybody(store) == before


def test_a_name_that_was_missing_comes_with_the_corrected_file(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    nameless = by_name(store)["0013户 配偶(未填姓名)"]
    rows[5][1] = "赵玉兰"
    result = take_in(store, book(rows))
    assert (result.created, result.updated) == (0, 1)
    named = by_name(store)["赵玉兰"]
    assert named.id == nameless.id
    with store.read() as connection:
        assert not marks.open_marks(connection, person_id=named.id)


def test_naming_a_newborn_keeps_its_first_name_findable(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    rows.append(["12", "李芳之女", "女", "女", "", "2026-10-28", "", "常住", ""])
    take_in(store, book(rows))
    newborn = by_name(store)["李芳之女"]
    with store.read() as connection:
        kept = records.get(connection, Person, newborn.id)
    assert kept is not None
    assert (kept.name_status, kept.id_status) == (NameStatus.PROVISIONAL, IdStatus.NOT_YET)
    assert kept.mother == by_name(store)["李芳"].id
    rows[-1][1] = "张欣怡"
    assert take_in(store, book(rows)).updated == 1
    assert by_name(store)["张欣怡"].id == newborn.id
    with store.read() as connection:
        aliases = records.where(connection, Alias, person=newborn.id)
    assert [(alias.name, alias.sort) for alias in aliases] == [("李芳之女", "provisional")]


def test_who_is_not_in_the_new_file_is_counted_and_kept(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    result = take_in(store, book(rows[:3]))
    assert (result.not_in_file, result.updated, result.unchanged) == (3, 0, 2)
    assert len(everybody(store)) == 5


def test_what_the_file_does_not_tell_is_left_as_it_is(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    for row in rows[1:]:
        row[6] = row[7] = row[8] = ""
    rows[1][4] = "990101199005060"
    result = take_in(store, book(rows))
    assert by_name(store)["李芳"].id_no == LI, "a number that cannot be right takes no sound one's place"
    assert (result.created, result.updated) == (0, 0)


def test_a_coarser_birth_date_changes_nothing_and_a_finer_one_does(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    rows[4][5] = "1960年2月"
    take_in(store, book(rows))
    rows[4][5] = "1960年"
    assert take_in(store, book(rows)).updated == 0
    rows[4][5] = "1960-02-03"
    assert _changes(take_in(store, book(rows))) == {
        ("birth_date", "1960-02", "1960-02-03"),
        ("birth_precision", "month", "day"),
    }


def test_who_stands_in_another_household_has_moved(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    rows[3][0] = "13"
    rows.insert(5, rows.pop(3))
    result = take_in(store, book(rows))
    child = by_name(store)["张晨熙"]
    assert child.household_no == "0013"
    assert ("household_no", "0012", "0013") in _changes(result)
    with store.read() as connection:
        left, joined = sorted(
            records.where(connection, Membership, person=child.id), key=lambda one: one.left_on is None
        )
    assert (left.left_on, left.left_why) == (TODAY.isoformat(), "roster")
    assert (joined.joined_on, joined.joined_why) == (TODAY.isoformat(), "roster")


def test_a_number_set_right_settles_its_mark(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    rows[1][4] = LI[:17] + ("1" if LI[17] != "1" else "2")
    take_in(store, book(rows))
    li = by_name(store)["李芳"].id
    with store.read() as connection:
        assert [mark.kind for mark in marks.open_marks(connection, person_id=li)] == ["id_checksum"]
    rows[1][4] = LI
    assert by_name(store)["李芳"].id == li
    take_in(store, book(rows))
    with store.read() as connection:
        assert not marks.open_marks(connection, person_id=li)
    assert by_name(store)["李芳"].id_status == "present"


def test_two_with_one_number_are_both_kept_and_marked(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    rows[2][4] = LI
    result = take_in(store, book(rows))
    assert sorted(issue.row for issue in result.issues if issue.kind.value == "id_duplicate") == [2, 3]
    lines = by_name(store)
    assert lines["李芳"].id_no == lines["张建国"].id_no == LI
    assert lines["李芳"].id_status == lines["张建国"].id_status == "unclear"
    rows[2][4] = ZHANG
    take_in(store, book(rows))
    lines = by_name(store)
    assert (lines["李芳"].id_status, lines["张建国"].id_status) == ("present", "present")
    with store.read() as connection:
        assert "id_duplicate" not in {mark.kind for mark in marks.open_marks(connection)}


def test_a_new_person_with_a_number_that_is_taken_is_marked(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    other = [rows[0], ["77", "陈国强", "户主", "男", LI, "1970-01-01", "", "常住", ""]]
    result = take_in(store, book(other))
    assert result.created == 1
    assert "id_duplicate" in {issue.kind.value for issue in result.issues}
    assert by_name(store)["陈国强"].id_status == "unclear"


def test_the_head_and_the_group_are_kept_with_the_household(store: Store, tmp_path: Path) -> None:
    rows = [
        ["组", "户号", "姓名", "与户主关系", "地址"],
        ["1组", "12", "李芳", "户主", "1组12号"],
        ["1组", "12", "张建国", "丈夫", "1组12号"],
    ]
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    rows[1][3], rows[2][3] = "妻", "户主"
    rows[1][4] = rows[2][4] = "1组14号"
    take_in(store, workbook(tmp_path / "a.xlsx", rows))
    with store.read() as connection:
        (household,) = records.where(connection, Household)
    assert household.head == by_name(store)["张建国"].id
    assert (household.group_no, household.address) == ("1", "1组14号")


def test_a_stopped_import_leaves_the_store_as_it_was(store: Store, book: Callable[[Rows], Path]) -> None:
    planned = plan(store, book(_rows()))
    seen: list[tuple[int, int]] = []
    with pytest.raises(ImportCancelled):
        roster.import_roster(store, planned, lambda done, total: seen.append((done, total)), lambda: len(seen) > 1)
    assert everybody(store) == []
    assert seen[0] == (0, seen[0][1])
    result = roster.import_roster(store, planned, lambda done, total: seen.append((done, total)))
    assert result.created == 5
    assert seen[-1][0] == seen[-1][1]


def test_a_failed_import_leaves_the_store_as_it_was(store: Store, book: Callable[[Rows], Path]) -> None:
    planned = plan(store, book(_rows()))
    twice = replace(planned, writes=replace(planned.writes, new=(*planned.writes.new, planned.writes.new[-1])))
    with pytest.raises(Exception, match="UNIQUE"):
        roster.import_roster(store, twice)
    assert everybody(store) == []


def test_a_plan_is_not_taken_in_twice(store: Store, book: Callable[[Rows], Path]) -> None:
    planned = plan(store, book(_rows()))
    roster.import_roster(store, planned)
    with pytest.raises(UserError, match="changed since"):
        roster.import_roster(store, planned)
    assert len(everybody(store)) == 5


def test_a_dry_run_writes_nothing(store: Store, book: Callable[[Rows], Path]) -> None:
    result = roster.dry_run(plan(store, book(_rows())))
    assert (result.created, result.persons, result.households) == (5, 5, 2)
    assert everybody(store) == []


def test_a_corrected_mapping_is_remembered_by_its_headers(store: Store, tmp_path: Path) -> None:
    rows = [["户号", "姓名", "身份证号", "代号"], ["12", "李芳", LI, "小芳"], ["13", "张建国", ZHANG, "建国子"]]
    path = workbook(tmp_path / "a.xlsx", rows)
    preview = plan(store, path).preview
    assert preview.tables[0].columns[3].meaning is Meaning.NOT_IMPORTED
    corrected = roster.remap(preview, {("Sheet1", 3): Meaning.ALIAS})
    roster.import_roster(store, roster.plan_import(store, corrected, TODAY))
    with store.read() as connection:
        assert {alias.name for alias in records.where(connection, Alias)} == {"小芳", "建国子"}
    again = plan(store, path)
    assert again.preview.tables[0].columns[3].meaning is Meaning.ALIAS
    assert (again.writes.created, again.writes.updated) == (0, 0)


def test_a_meaning_moves_to_the_column_that_the_user_chose(store: Store, tmp_path: Path) -> None:
    rows = [["户号", "姓名", "曾用姓名", "身份证号"], ["12", "李芳", "李小芳", LI], ["13", "张建国", "张二", ZHANG]]
    preview = plan(store, workbook(tmp_path / "a.xlsx", rows)).preview
    corrected = roster.remap(preview, {("Sheet1", 2): Meaning.NAME})
    meanings = [column.meaning for column in corrected.tables[0].columns]
    assert meanings.count(Meaning.NAME) == 1
    assert meanings[2] is Meaning.NAME


def test_the_summary_speaks_in_sentences(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    told = roster.summary(take_in(store, book(rows[:3])))
    assert "2 as they were" in told
    assert "3 persons of the register are not in this file" in told


def test_an_old_file_does_not_undo_what_the_worker_set_right_since(store: Store, book: Callable[[Rows], Path]) -> None:
    """Only what a file tells otherwise than the last one did is taken over."""
    rows = _rows()
    take_in(store, book(rows))
    lines = by_name(store)
    with store.save() as save:
        person = save.get(Person, lines["王德胜"].id)
        assert person is not None
        save.change(
            structs.replace(
                person, name="王德盛", education="70", id_no=id_no("1960-02-03"), id_status=IdStatus.PRESENT
            )
        )
        (home,) = records.where(save.connection, Membership, person=lines["李芳"].id)
        save.change(structs.replace(home, presence=Presence.AWAY))
        (phone,) = records.where(save.connection, Phone, person=lines["李芳"].id)
        save.change(structs.replace(phone, number="13700000000"))
    result = take_in(store, book(rows))
    assert (result.created, result.updated, result.changes) == (0, 0, ())
    rows[4][8] = "高中"
    assert _changes(take_in(store, book(rows))) == {("education", "70", "60")}
    assert by_name(store)["王德盛"].id == lines["王德胜"].id
    assert by_name(store)["李芳"].phone == "13700000000"


def test_an_old_file_does_not_move_people_back(store: Store, book: Callable[[Rows], Path]) -> None:
    rows = _rows()
    take_in(store, book(rows))
    child = by_name(store)["张晨熙"]
    other = by_name(store)["王德胜"].household_id
    with store.save() as save:
        (home,) = records.where(save.connection, Membership, person=child.id)
        save.change(structs.replace(home, left_on="2026-11-20", left_why="moved"))
        save.add(
            Membership(
                id=store.ambient.new_id(), person=child.id, household=other, relation="41", joined_on="2026-11-20"
            )
        )
    result = take_in(store, book(rows))
    assert (result.created, result.changes) == (0, ())
    assert by_name(store)["张晨熙"].household_no == "0013"


def test_under_a_new_identity_an_older_file_still_does_not_undo_the_worker(
    store: Store, book: Callable[[Rows], Path]
) -> None:
    take_in(store, book(_rows()))
    with store.save() as save:
        (person,) = records.where(save.connection, Person, name="李芳")
        save.change(structs.replace(person, education="30"))
    identity.take_new(store, 0)
    result = take_in(store, book(_rows()))
    assert result.updated == 0
    with store.read() as connection:
        assert [one.education for one in records.where(connection, Person, name="李芳")] == ["30"]
