"""The same file again changes nothing: whoever stands in it twice, and whatever a worker has made of it since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from tests.services.rosters import by_name, everybody, id_no, take_in, workbook
from villagefp.domain.records import Alias, Household, IdStatus, Membership, NameStatus, Person, Phone, RecordId
from villagefp.services import households, memberships, people, privacy
from villagefp.services.roster import RosterResult
from villagefp.storage import imports, records
from villagefp.storage.store import Store

H: list[object] = ["户号", "姓名", "与户主关系", "性别", "出生日期", "身份证号"]
P: list[object] = [*H, "电话"]
ZHANG = id_no("1970-01-01")
Rows = list[list[object]]
Book = Callable[[Rows | dict[str, Rows]], Path]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return lambda sheets: workbook(tmp_path / "roster.xlsx", sheets)


def _changes_nothing(store: Store, path: Path, times: int = 2) -> None:
    """Import the file again and again; nobody is new, and the log does not grow."""
    before, written = everybody(store), _written(store)
    for _again in range(times):
        result = take_in(store, path)
        assert (result.created, result.updated, result.not_in_file) == (0, 0, 0)
        assert result.changes == ()
        assert result.unchanged == result.persons
    assert everybody(store) == before
    assert _written(store) == written


def _written(store: Store) -> int:
    with store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM change_log").scalar_one())


def _changes(result: RosterResult) -> list[tuple[str, str, str]]:
    return [(change.field, change.old, change.new) for change in result.changes]


def _phones(store: Store, person: RecordId) -> dict[str, bool]:
    """By number, whether health may be mentioned."""
    with store.read() as connection:
        return {one.number: one.may_mention_health for one in records.where(connection, Phone, person=person)}


def _remove(store: Store, person: RecordId, number: str) -> None:
    with store.read() as connection:
        (phone,) = records.where(connection, Phone, person=person, number=number)
    people.remove_phone(store, phone.id)


TWICE: dict[str, dict[str, Rows]] = {
    "one row twice": {
        "S": [
            H,
            ["1", "李大", "户主", "男", "1960-1-1", ""],
            ["1", "李二", "子", "男", "1985-1-1", ""],
            ["1", "李二", "子", "男", "1985-1-1", ""],
        ]
    },
    "one number thrice": {
        "S": [
            H,
            ["1", "李大", "户主", "男", "1960-1-1", id_no("1960-01-01")],
            ["1", "李大", "户主", "男", "1960-1-1", id_no("1960-01-01")],
        ],
        "T": [H, ["7", "李大", "户主", "男", "1960-1-1", id_no("1960-01-01")]],
    },
    "nameless without a date": {
        "S": [
            H,
            ["1", "李大", "户主", "男", "1960-1-1", ""],
            ["1", "", "孙", "", "", ""],
            ["1", "", "孙", "", "", ""],
        ]
    },
    "nameless twins": {
        "S": [
            H,
            ["1", "李大", "户主", "男", "1960-1-1", ""],
            ["1", "", "孙女", "女", "2026-11-1", ""],
            ["1", "", "孙女", "女", "2026-11-1", ""],
        ]
    },
    "names alone": {"S": [["姓名", "性别"], ["李大", "男"], ["李大", "男"], ["李二", "男"]]},
    "names and phones": {
        "S": [
            ["姓名", "性别", "电话"],
            ["李大", "男", ""],
            ["李大", "男", "13800000001"],
            ["李二", "男", "13800000002"],
        ]
    },
    "nobody named": {
        "S": [["姓名", "性别", "身份证号"], ["", "男", ""], ["", "", id_no("1960-01-01")], ["李二", "男", ""]]
    },
    "families alike": {
        "S": [
            ["姓名", "与户主关系", "性别"],
            ["李大", "户主", "男"],
            ["王芳", "妻", "女"],
            ["李大", "户主", "男"],
            ["王芳", "妻", "女"],
            ["李大", "户主", "男"],
            ["赵兰", "妻", "女"],
        ]
    },
}


@pytest.mark.parametrize("sheets", TWICE.values(), ids=TWICE)
def test_whoever_stands_twice_is_nobody_new(store: Store, book: Book, sheets: dict[str, Rows]) -> None:
    path = book(sheets)
    take_in(store, path)
    _changes_nothing(store, path)


def test_rows_alike_stay_with_their_own_family_in_another_order(store: Store, book: Book) -> None:
    header: list[object] = ["姓名", "与户主关系", "性别"]
    first: Rows = [["李大", "户主", "男"], ["王芳", "妻", "女"], ["李小", "子", "男"]]
    second: Rows = [["李大", "户主", "男"], ["赵兰", "妻", "女"], ["李小", "子", "男"]]
    take_in(store, book([header, *first, *second]))
    _changes_nothing(store, book([header, *second, *first]))


def test_one_of_two_alike_is_set_right_and_the_other_stays(store: Store, book: Book) -> None:
    rows: Rows = [
        P,
        ["1", "李大", "户主", "男", "1960-1-1", "", ""],
        ["1", "李二", "子", "男", "1985-1-1", "", "13800000001"],
        ["1", "李二", "子", "男", "1985-1-1", "", "13800000002"],
    ]
    take_in(store, book(rows))
    rows[3][6] = "13800000003"
    result = take_in(store, book(rows))
    assert (result.created, _changes(result)) == (0, [("phone", "13800000002", "13800000003")])
    rows[2], rows[3] = rows[3], rows[2]
    _changes_nothing(store, book(rows))


def test_a_list_of_names_is_set_right(store: Store, book: Book) -> None:
    rows: Rows = [["姓名", "性别", "电话"], ["李大", "男", ""], ["李二", "男", "13800000001"], ["李二", "男", ""]]
    take_in(store, book(rows))
    rows[1][2], rows[2][2] = "13800000009", "13800000002"
    result = take_in(store, book(rows))
    assert (result.created, result.updated) == (0, 2)
    assert _changes(result) == [("phone", "", "13800000009"), ("phone", "13800000001", "13800000002")]
    _changes_nothing(store, book(rows))
    header: list[object] = ["姓名", "性别", "身份证号"]
    told = take_in(store, book([header, ["李大", "男", ZHANG]]))
    assert (told.created, told.updated) == (0, 1)


def test_a_list_of_names_does_not_touch_people_that_are_known_better(store: Store, book: Book) -> None:
    take_in(store, book([H, ["1", "李大", "户主", "男", "1960-1-1", ""]]))
    assert take_in(store, book([["姓名", "性别"], ["李大", "女"]])).created == 1


def test_twins_named_in_the_corrected_file_are_named_in_its_order(store: Store, book: Book) -> None:
    rows: Rows = [
        H,
        ["5", "孙芳", "户主", "女", "1991-1-1", ""],
        ["5", "孙芳之女(大)", "女", "女", "2026-11-1", ""],
        ["5", "孙芳之女(小)", "女", "女", "2026-11-1", ""],
    ]
    take_in(store, book(rows))
    born = by_name(store)
    rows[2][1], rows[3][1] = "钱小凤", "钱小凰"
    assert take_in(store, book(rows)).created == 0
    assert by_name(store)["钱小凤"].id == born["孙芳之女(大)"].id
    assert by_name(store)["钱小凰"].id == born["孙芳之女(小)"].id


def test_a_number_that_somebody_else_has_stays_marked(store: Store, book: Book) -> None:
    take_in(store, book([H, ["1", "张三", "户主", "男", "1970-01-01", ZHANG]]))
    other: Rows = [H, ["9", "陈国强", "户主", "男", "1970-01-02", ZHANG]]
    take_in(store, book(other))
    result = take_in(store, book(other))
    assert (result.created, result.updated) == (0, 0)
    assert by_name(store)["陈国强"].id_status == "unclear"


def _family() -> Rows:
    return [
        list(P),
        ["1", "张三", "户主", "男", "1970-01-01", ZHANG, "13800000001"],
        ["1", "孙芳", "妻", "女", "", "", ""],
        ["1", "孙芳之女(大)", "女", "女", "2026-11-01", "", ""],
        ["1", "孙芳之女(小)", "女", "女", "2026-11-01", "", ""],
        ["1", "孙二", "其他", "女", "", "", ""],
        ["2", "王五", "户主", "男", "1960-04-04", "", "13800000002"],
        ["2", "赵氏", "妻", "女", "", "", ""],
    ]


def test_a_removed_number_does_not_come_back(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    zhang = by_name(store)["张三"].id
    _remove(store, zhang, "13800000001")
    _changes_nothing(store, book(rows))
    assert _phones(store, zhang) == {}
    rows[1][6] = "13800000003"
    assert _changes(take_in(store, book(rows))) == [("phone", "", "13800000003")]


def test_a_number_of_the_worker_stays_and_what_may_be_said_on_it(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    zhang = by_name(store)["张三"].id
    _remove(store, zhang, "13800000001")
    people.add_phone(store, zhang, "13911112222", may_mention_health=True)
    _changes_nothing(store, book(rows))
    assert _phones(store, zhang) == {"13911112222": True}
    rows[1][6] = "13800000003"
    assert _changes(take_in(store, book(rows))) == [("phone", "", "13800000003")]
    assert _phones(store, zhang) == {"13911112222": True, "13800000003": False}


def test_a_corrected_number_takes_the_place_of_the_old_one_alone(store: Store, book: Book) -> None:
    """That health may be mentioned was said of the old number; whoever has the new one has not been asked."""
    rows = _family()
    take_in(store, book(rows))
    zhang = by_name(store)["张三"].id
    with store.save() as save:
        (phone,) = records.where(save.connection, Phone, person=zhang)
        save.change(Phone(id=phone.id, person=zhang, number=phone.number, may_mention_health=True))
    people.add_phone(store, zhang, "13911112222")
    _changes_nothing(store, book(rows))
    rows[1][6] = "13800000003"
    result = take_in(store, book(rows))
    assert _changes(result) == [("phone", "13800000001", "13800000003")]
    assert _phones(store, zhang) == {"13911112222": False, "13800000003": False}
    _changes_nothing(store, book(rows))
    rows[1][6] = "13800000001"
    assert _changes(take_in(store, book(rows))) == [("phone", "13800000003", "13800000001")]
    assert _phones(store, zhang) == {"13911112222": False, "13800000001": False}


def test_who_was_named_or_renamed_since_is_known_again(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    lines = by_name(store)
    for old, new in (("孙芳之女(大)", "张大妹"), ("孙芳之女(小)", "张小妹"), ("孙芳", "孙芬芳"), ("赵氏", "赵玉兰")):
        people.name_person(store, lines[old].id, new)
    _changes_nothing(store, book(rows))
    rows[3][1], rows[4][1], rows[2][1] = "张大妹", "张小妹", "孙芬芳"
    _changes_nothing(store, book(rows))


def test_who_was_named_and_moved_since_is_known_again_and_stays(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    lines = by_name(store)
    people.name_person(store, lines["孙芳之女(大)"].id, "张大妹")
    people.name_person(store, lines["孙二"].id, "孙一二")
    people.record_death(store, lines["赵氏"].id, date(2026, 11, 2))
    with store.read() as connection:
        stays = {one.person: one.id for one in records.where(connection, Membership)}
    leaving = {stays[lines[name].id]: relation for name, relation in (("孙二", "02"), ("孙芳之女(大)", "30"))}
    memberships.split_household(store, households.NewHousehold("0009", "1", ""), leaving, on=date(2026, 11, 10))
    _changes_nothing(store, book(rows))
    assert by_name(store)["张大妹"].household_no == "0009"
    rows[4][6], rows[5][6], rows[7][6] = "13800000004", "13800000005", "13800000006"
    result = take_in(store, book(rows))
    assert (result.created, result.updated) == (0, 3)
    assert by_name(store)["孙一二"].phone == "13800000005"


def test_a_newborn_of_the_program_is_known_by_its_first_name(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book([rows[0], *rows[1:3]]))
    born = people.add_newborns(store, by_name(store)["孙芳"].id, ("2", "2"), date(2026, 11, 1))
    people.name_person(store, born[0].id, "张大妹")
    people.name_person(store, born[1].id, "张小妹")
    result = take_in(store, book(rows[:5]))
    assert result.created == 0
    assert {"张大妹", "张小妹"} <= by_name(store).keys()
    _changes_nothing(store, book(rows[:5]))


def test_a_former_name_does_not_come_back(store: Store, book: Book) -> None:
    rows = _family()[:2]
    take_in(store, book(rows))
    home = by_name(store)["张三"].household_id
    assert home is not None
    added = people.add_person(store, home, people.NewPerson(name="孙方", sex="2", relation="12"))
    people.name_person(store, added.id, "孙芳芳")
    rows.append(["1", "孙方", "妻", "女", "", "", "13800000009"])
    result = take_in(store, book(rows))
    assert (result.created, _changes(result)) == (0, [("phone", "", "13800000009")])
    assert by_name(store)["孙芳芳"].id == added.id
    with store.read() as connection:
        assert [one.sort for one in records.where(connection, Alias, person=added.id)] == ["former"]


def test_who_stays_elsewhere_for_a_while_is_not_moved_back(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    lines = by_name(store)
    with store.read() as connection:
        (stay,) = records.where(connection, Membership, person=lines["孙芳"].id)
    other = lines["王五"].household_id
    assert other is not None
    memberships.stay_elsewhere(store, stay.id, other, relation="98", since=date(2026, 11, 3))
    _changes_nothing(store, book(rows))


def test_a_household_with_a_new_number_is_known_again(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    second = households.by_number(store, "0002")
    with store.save() as save:
        kept = save.get(Household, second.id)
        assert kept is not None
        save.change(Household(id=kept.id, household_no="0077", group_no=kept.group_no, head=kept.head))
    _changes_nothing(store, book(rows))


def test_numbers_that_the_worker_put_right_stay_put_right(store: Store, book: Book) -> None:
    """Two people whose numbers were swapped in the roster."""
    rows: Rows = [H, ["1", "张三", "户主", "男", "", ZHANG], ["1", "张四", "弟", "男", "", id_no("1972-01-01")]]
    take_in(store, book(rows))
    lines = by_name(store)
    numbers = {name: lines[name].id_no for name in ("张三", "张四")}
    for name, other in (("张三", "张四"), ("张四", "张三")):
        with store.save() as save:
            person = save.get(Person, lines[name].id)
            assert person is not None
            save.change(
                Person(
                    id=person.id,
                    name=name,
                    name_status=NameStatus.GIVEN,
                    sex="1",
                    birth_date=person.birth_date,
                    birth_precision=person.birth_precision,
                    id_no=numbers[other],
                    id_status=IdStatus.PRESENT,
                )
            )
    _changes_nothing(store, book(rows))


@pytest.mark.parametrize("header", [["户号", "姓名", "性别", "电话"], ["姓名", "性别", "出生日期", "电话"]])
def test_nobody_of_a_name_is_known_again_with_another_phone(store: Store, book: Book, header: list[object]) -> None:
    told = {"户号": "1", "姓名": "待取名", "性别": "女", "出生日期": "1961年", "电话": "13800000001"}
    other = {**told, "姓名": "李大", "性别": "男"}
    rows: Rows = [header, [other[str(word)] for word in header], [told[str(word)] for word in header]]
    take_in(store, book(rows))
    rows[2][-1] = "13800000002"
    result = take_in(store, book(rows))
    assert (result.created, _changes(result)) == (0, [("phone", "13800000001", "13800000002")])
    _changes_nothing(store, book(rows))


def test_a_number_that_is_let_go_in_the_same_file_belongs_to_who_keeps_it(store: Store, book: Book) -> None:
    first, second = id_no("1963-01-01"), id_no("1960-02-01", "2")
    rows: Rows = [
        H,
        ["1", "李二", "户主", "男", "1963-01-01", first],
        ["2", "李四", "户主", "男", "1964-01-01", first],
        ["3", "孙小", "户主", "女", "1960-02-01", second],
    ]
    take_in(store, book(rows))
    rows[2][5] = second
    take_in(store, book(rows))
    assert {name: line.id_status for name, line in by_name(store).items()} == {
        "李二": "present", "李四": "unclear", "孙小": "unclear",
    }  # fmt: skip
    _changes_nothing(store, book(rows))


def _teach(store: Store, person: RecordId, education: str) -> None:
    with store.save() as save:
        known = save.get(Person, person)
        assert known is not None
        save.change(structs.replace(known, education=education))


def test_what_a_file_told_that_was_known_already_is_no_news_later(store: Store, book: Book) -> None:
    rows: Rows = [[*P, "文化程度"], ["1", "张三", "户主", "男", "1970-01-01", ZHANG, "", "初中"]]
    take_in(store, book(rows))
    zhang = by_name(store)["张三"].id
    _teach(store, zhang, "60")
    people.add_phone(store, zhang, "13800000001")
    rows[1][6:] = ["13800000001", "高中"]
    _changes_nothing(store, book(rows))
    _teach(store, zhang, "30")
    _remove(store, zhang, "13800000001")
    _changes_nothing(store, book(rows))
    rows[1][6:] = ["13800000002", "初中"]
    assert _changes(take_in(store, book(rows))) == [("education", "30", "70"), ("phone", "", "13800000002")]


def test_who_was_added_by_hand_and_told_of_later_stays_as_the_worker_has_it(store: Store, book: Book) -> None:
    rows = _family()[:2]
    take_in(store, book(rows))
    home = by_name(store)["张三"].household_id
    assert home is not None
    added = people.add_person(store, home, people.NewPerson(name="孙方", sex="2", relation="12"))
    rows.append(["1", "孙方", "妻", "女", "", "", ""])
    _changes_nothing_but_known(store, book(rows))
    people.name_person(store, added.id, "孙芳芳")
    with store.read() as connection:
        (stay,) = records.where(connection, Membership, person=added.id)
    memberships.split_household(store, households.NewHousehold("0009", "1", ""), {stay.id: "02"}, on=date(2026, 11, 10))
    _changes_nothing(store, book(rows))


def _changes_nothing_but_known(store: Store, path: Path) -> None:
    result = take_in(store, path)
    assert (result.created, result.not_in_file) == (0, 0)
    _changes_nothing(store, path)


def test_what_a_file_told_of_a_person_goes_when_the_person_is_erased(store: Store, book: Book) -> None:
    rows = _family()
    take_in(store, book(rows))
    rows[1][6] = "13800000009"
    take_in(store, book(rows))
    zhang = by_name(store)["张三"].id
    with store.read() as connection:
        assert imports.heard(connection)[zhang]["phones"] == ["13800000009"]
    privacy.erase_person(store, zhang)
    with store.read() as connection:
        assert zhang not in imports.heard(connection)
