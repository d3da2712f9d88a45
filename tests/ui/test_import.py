"""A roster in three steps: what was understood, what will happen, and stopping without a trace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from python_calamine import CalamineWorkbook

from tests.conftest import CHEAP, PASSPHRASE
from tests.services.rosters import id_no, workbook
from tests.ui.conftest import VILLAGE, Desk
from tests.ui.keys import Keys
from villagefp import paths
from villagefp.domain.ambient import Ambient
from villagefp.domain.roster.meanings import Meaning
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import households, roster
from villagefp.services.roster import ImportCancelled
from villagefp.storage.store import create_store
from villagefp.ui.context import Place
from villagefp.ui.screens.households import Households
from villagefp.ui.screens.import_roster import ImportRoster
from villagefp.ui.screens.today import Today
from villagefp.ui.widgets.menu_box import MenuBox

WORKBOOK = paths.resources_dir() / "practice" / "roster.xlsx"


@pytest.fixture
def empty(make_desk: Callable[[Path], Desk], tmp_path: Path, ambient: Ambient) -> Desk:
    """Signed in, in a village of which nothing is known yet."""
    folder = tmp_path / "empty"
    create_store(folder, passphrase=PASSPHRASE, ambient=ambient, cost=CHEAP, **VILLAGE).store.close()
    desk = make_desk(folder)
    desk.sign_in()
    return desk


@pytest.fixture
def screen(empty: Desk) -> ImportRoster:
    made = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = WORKBOOK
    made.choose.click()
    empty.settle()
    return made


def count(desk: Desk) -> int:
    assert desk.window.store is not None
    return len(households.household_lines(desk.window.store))


def test_the_first_page_of_an_empty_village_leads_here(empty: Desk) -> None:
    today = empty.shown(Today)
    next(b for b in today.findChildren(QPushButton) if b.text() == _("Import a roster")).click()
    empty.shown(ImportRoster)


def test_columns_and_plan_are_shown_before_anything_is_written(empty: Desk, screen: ImportRoster) -> None:
    assert screen.columns is not None
    assert screen.outcome is not None
    meanings = {box.currentData() for box in screen.columns.boxes.values()}
    assert {Meaning.NAME, Meaning.ID_NO, Meaning.SEX, Meaning.RELATION, Meaning.HOUSEHOLD_NO} <= meanings
    assert screen.outcome.result.persons == 120
    assert screen.outcome.result.created == 120
    assert count(empty) == 0


def test_a_column_set_right_changes_the_plan(empty: Desk, screen: ImportRoster) -> None:
    assert screen.columns is not None
    before = screen.preview
    box = next(box for box in screen.columns.boxes.values() if box.currentData() == Meaning.ETHNIC)
    place = box.findData(Meaning.NOT_IMPORTED)
    box.setCurrentIndex(place)
    box.activated.emit(place)
    empty.settle()
    assert screen.preview is not None
    assert screen.preview is not before
    changed = [c.meaning for table in screen.preview.tables for c in table.columns]
    assert Meaning.ETHNIC not in changed


def test_an_import_is_done_and_done_again_changes_nothing(empty: Desk, screen: ImportRoster, tmp_path: Path) -> None:
    assert screen.outcome is not None
    screen.outcome.begin.click()
    empty.settle()
    assert count(empty) == 40
    assert screen.result is not None
    assert screen.result.created > 100
    empty.dialogs.save_answer = tmp_path / "issues.xlsx"
    assert screen.outcome is not None
    screen._save_issues(screen.result)
    empty.settle()
    rows = CalamineWorkbook.from_path(str(tmp_path / "issues.xlsx")).get_sheet_by_index(0).to_python()
    assert len(rows) > len(screen.result.issues)
    screen.choose.click()
    empty.settle()
    assert screen.outcome is not None
    assert not screen.outcome.begin.isEnabled()


def test_an_issue_shows_its_row(screen: ImportRoster) -> None:
    assert screen.outcome is not None
    issue = screen.outcome.result.issues[0]
    screen.outcome.table.choose(1)
    screen.outcome.table.choose(0)
    assert str(issue.row) in screen.outcome.row_text.text()


def test_a_stopped_import_leaves_nothing(empty: Desk, screen: ImportRoster, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = empty.window.jobs.handle()
    handle.cancel()
    monkeypatch.setattr(type(empty.window.jobs), "handle", lambda _self, _progress=None: handle)
    assert screen.outcome is not None
    screen.outcome.begin.click()
    empty.settle()
    assert count(empty) == 0
    assert screen.banner.text == str(ImportCancelled(_("The import was stopped. Nothing of it was kept.")))
    assert screen.outcome.begin.isEnabled()


def test_a_file_that_is_no_workbook_gets_one_sentence(empty: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "名册.xlsx"
    wrong.write_bytes(b"not a workbook")
    screen = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = wrong
    screen.choose.click()
    empty.settle()
    assert "名册.xlsx" in screen.banner.text
    assert screen.choose.isEnabled()


# the keyboard stays where one goes on


UNKNOWN = [
    ["户号", "姓名", "性别", "出生日期", "身份证号", "血型", "电话"],
    ["1", "甲某", "男", "1980-01-05", id_no("1980-01-05"), "A", ""],
    ["1", "乙某", "女", "1982-03-05", id_no("1982-03-05", "2"), "B", ""],
]


@pytest.fixture
def keys(empty: Desk) -> Keys:
    return Keys(empty)


def opened(empty: Desk, keys: Keys, file: Path) -> ImportRoster:
    """A workbook chosen with the keyboard."""
    screen = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = file
    assert keys.target is screen.choose
    keys.press(Qt.Key.Key_Space)
    assert screen.columns is not None
    return screen


def focused() -> QWidget | None:
    return QApplication.focusWidget()


def in_sight(screen: ImportRoster, widget: QWidget) -> bool:
    """Whether it is seen whole, with some room around it."""
    port = screen._area.viewport()
    top = widget.mapTo(port, QPoint(0, 0)).y()
    return 40 <= top <= port.height() - widget.height() - 40


def meaning_of(screen: ImportRoster, place: int) -> Meaning:
    assert screen.preview is not None
    return screen.preview.tables[0].columns[place].meaning


def box_of(screen: ImportRoster, place: int) -> MenuBox:
    assert screen.columns is not None
    return next(box for (_table, at), box in screen.columns.boxes.items() if at == place)


def test_while_a_workbook_is_read_the_keys_stay_and_then_go_to_the_column_to_look_at(
    empty: Desk, keys: Keys, tmp_path: Path
) -> None:
    empty.window.resize(1100, 560)
    screen = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = workbook(tmp_path / "名册.xlsx", UNKNOWN)
    QTest.keyClick(keys.target, Qt.Key.Key_Space)
    assert focused() is screen.choose
    empty.settle()
    assert meaning_of(screen, 5) is Meaning.NOT_IMPORTED
    assert focused() is box_of(screen, 5)
    assert in_sight(screen, box_of(screen, 5))
    assert screen.choose.isEnabled()


def test_where_all_columns_are_understood_the_keys_go_to_the_first(empty: Desk, keys: Keys) -> None:
    screen = opened(empty, keys, WORKBOOK)
    assert screen.columns is not None
    assert focused() is next(iter(screen.columns.boxes.values()))


def test_the_keys_are_not_taken_from_the_search_box(empty: Desk, keys: Keys) -> None:
    screen = empty.go(ImportRoster, Place("import_roster"))
    empty.dialogs.open_answer = WORKBOOK
    QTest.keyClick(keys.target, Qt.Key.Key_Space)
    empty.workplace.search.setFocus()
    empty.settle()
    assert screen.columns is not None
    assert focused() is empty.workplace.search


def test_a_walk_through_a_columns_menu_counts_once_where_it_ends(empty: Desk, keys: Keys, tmp_path: Path) -> None:
    screen = opened(empty, keys, workbook(tmp_path / "名册.xlsx", UNKNOWN))
    before, box = screen.preview, box_of(screen, 6)
    box.setFocus()
    wanted = box.findData(Meaning.OCCUPATION)
    assert wanted == box.currentIndex() - 1
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Up, times=3)
    assert screen.preview is before
    keys.press(Qt.Key.Key_Return)
    assert box.currentIndex() == box.findData(Meaning.PHONE) - 2
    assert meaning_of(screen, 6) == box.currentData() == Meaning.MARITAL
    assert focused() is box
    assert meaning_of(screen, 4) is Meaning.ID_NO
    assert screen.preview is not None
    assert [list(known.values()) for known in screen.preview.corrected.values()] == [[Meaning.MARITAL]]


def test_escape_leaves_a_column_and_the_page_as_they_were(empty: Desk, keys: Keys, tmp_path: Path) -> None:
    screen = opened(empty, keys, workbook(tmp_path / "名册.xlsx", UNKNOWN))
    before = screen.preview
    keys.press(Qt.Key.Key_Up, times=4)
    keys.press(Qt.Key.Key_Escape)
    assert focused() is box_of(screen, 5)
    assert box_of(screen, 5).currentData() == Meaning.NOT_IMPORTED
    assert screen.preview is before
    assert empty.workplace.screen_shown is screen


def test_tab_takes_the_entry_of_an_open_menu_and_goes_on(empty: Desk, keys: Keys, tmp_path: Path) -> None:
    screen = opened(empty, keys, workbook(tmp_path / "名册.xlsx", UNKNOWN))
    keys.press(Qt.Key.Key_Home)
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Tab)
    assert meaning_of(screen, 5) is Meaning.RELATION
    assert focused() is box_of(screen, 6)


def test_the_wheel_turns_the_page_and_no_column(empty: Desk, keys: Keys) -> None:
    screen = opened(empty, keys, WORKBOOK)
    before, box = screen.preview, box_of(screen, 0)
    at = QPointF(box.rect().center())
    down = QWheelEvent(
        at, box.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, down)
    empty.settle()
    assert box.currentData() == Meaning.HOUSEHOLD_NO
    assert screen.preview is before


def test_columns_set_right_faster_than_the_rows_are_read_all_count(empty: Desk, keys: Keys, tmp_path: Path) -> None:
    screen = opened(empty, keys, workbook(tmp_path / "名册.xlsx", UNKNOWN))
    for place, meaning in ((6, Meaning.NOTE), (5, Meaning.PHONE), (2, Meaning.NOT_IMPORTED)):
        box = box_of(screen, place)
        box.setFocus()
        box.setCurrentIndex(box.findData(meaning))
        box.activated.emit(box.currentIndex())
    assert screen.outcome is not None
    assert not screen.outcome.isEnabled()
    empty.settle()
    assert [meaning_of(screen, n) for n in (6, 5, 2)] == [Meaning.NOTE, Meaning.PHONE, Meaning.NOT_IMPORTED]
    assert [box_of(screen, n).currentData() for n in (6, 5, 2)] == [Meaning.NOTE, Meaning.PHONE, Meaning.NOT_IMPORTED]
    assert screen.outcome.isEnabled()
    assert focused() is box_of(screen, 2)


def test_a_meaning_that_moves_leaves_its_old_column_in_sight(empty: Desk, keys: Keys, tmp_path: Path) -> None:
    screen = opened(empty, keys, workbook(tmp_path / "名册.xlsx", UNKNOWN))
    box = box_of(screen, 5)
    box.setCurrentIndex(box.findData(Meaning.SEX))
    box.activated.emit(box.currentIndex())
    empty.settle()
    assert box_of(screen, 2).currentData() == Meaning.NOT_IMPORTED
    assert box_of(screen, 5).currentData() == Meaning.SEX


def test_a_correction_that_is_refused_is_taken_back(
    empty: Desk, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_told: object) -> None:
        raise UserError("nobody is left")

    monkeypatch.setattr(roster, "remap", refused)
    screen = opened(empty, keys, workbook(tmp_path / "名册.xlsx", UNKNOWN))
    box = box_of(screen, 1)
    box.setFocus()
    box.setCurrentIndex(box.findData(Meaning.NOT_IMPORTED))
    box.activated.emit(box.currentIndex())
    empty.settle()
    assert screen.banner.text == "nobody is left"
    assert box.currentData() == Meaning.NAME
    assert focused() is box
    assert screen.outcome is not None
    screen.outcome.begin.click()
    empty.settle()
    assert count(empty) == 1


def test_an_import_ends_with_the_keys_on_the_way_on(empty: Desk, keys: Keys) -> None:
    screen = opened(empty, keys, WORKBOOK)
    assert screen.outcome is not None
    begin = screen.outcome.begin
    begin.setFocus()
    QTest.keyClick(keys.target, Qt.Key.Key_Space)
    assert focused() is begin
    QTest.keyClick(keys.target, Qt.Key.Key_Space)  # once more, in haste
    empty.settle()
    assert count(empty) == 40
    assert focused() is screen.outcome.main
    assert isinstance(screen.outcome.main, QPushButton)
    assert screen.outcome.main.text() == _("Go to households")
    keys.press(Qt.Key.Key_Space)
    empty.shown(Households)


def test_who_stops_an_import_goes_on_at_its_button(empty: Desk, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = opened(empty, keys, WORKBOOK)
    went_on = threading.Event()

    def slow(*told: object) -> object:
        went_on.wait(20)
        return roster_import(*told)

    roster_import = roster.import_roster
    monkeypatch.setattr(roster, "import_roster", slow)
    assert screen.outcome is not None
    screen.outcome.begin.setFocus()
    QTest.keyClick(keys.target, Qt.Key.Key_Space)
    QTest.keyClick(keys.target, Qt.Key.Key_Tab)
    assert focused() is screen.cancel
    QTest.keyClick(keys.target, Qt.Key.Key_Space)
    went_on.set()
    empty.settle()
    assert count(empty) == 0
    assert focused() is screen.outcome.begin
