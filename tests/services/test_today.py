"""The marks that the first page shows: in the order of the households, each with its reason, none out of reach."""

from __future__ import annotations

from pathlib import Path

from tests.services.rosters import take_in, workbook
from villagefp.services import today
from villagefp.storage.store import Store

HEADER = ("户编号", "姓名", "与户主关系", "性别", "出生日期", "联系电话")
NUMBERS = (11, 3, 20, 1, 7, 2, 15, 9)


def test_marks_stand_in_the_order_of_the_households_with_their_reasons(store: Store, tmp_path: Path) -> None:
    rows = [(str(number), f"王大{number}", "户主", "男", "1974-13-40", "138") for number in NUMBERS]
    take_in(store, workbook(tmp_path / "roster.xlsx", [HEADER, *rows, ("30", "李芳", "户主", "女", "1980-01-02", "")]))
    everybody = today.marked_persons(store)
    assert [int(one.line.household_no) for one in everybody] == sorted(NUMBERS)
    assert all(one.marks == len(one.reasons) == 2 for one in everybody)
    assert any("1974-13-40" in reason for reason in everybody[0].reasons)
    page = today.today_page(store)
    assert page.first_marked == everybody[:6]
    assert (page.marks, page.marked) == (2 * len(NUMBERS), len(NUMBERS))
    assert today.today_page(store, shown_marks=100).first_marked == everybody


def test_nothing_to_look_at(store: Store) -> None:
    assert today.marked_persons(store) == ()
    assert today.today_page(store).first_marked == ()
