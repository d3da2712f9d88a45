"""The calendar of the month, and what is next on the pages of people and households."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from tests.ui.conftest import Desk
from tests.ui.keys import CTRL, Keys
from villagefp.services import appointments, due, households, month, next_up
from villagefp.services.appointments import Wish
from villagefp.services.pages import PersonLine
from villagefp.storage.store import Store
from villagefp.ui.context import Place
from villagefp.ui.models.day_rows import Heading, Item
from villagefp.ui.screens.calendar import Calendar
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.household import Household
from villagefp.ui.screens.person import Person
from villagefp.ui.widgets.sheet import Sheet
from villagefp.ui.widgets.who_field import WhoField
from villagefp.ui.widgets.why import WhyWindow

TODAY = date(2026, 11, 22)


@pytest.fixture
def store(desk: Desk) -> Store:
    assert desk.window.store is not None
    return desk.window.store


@pytest.fixture
def keys(desk: Desk) -> Keys:
    return Keys(desk)


@pytest.fixture
def screen(desk: Desk) -> Calendar:
    desk.workplace.open(Place("calendar"))
    return desk.shown(Calendar)


def lines(screen: Calendar) -> list[Item]:
    return [row for row in screen.lines.list.rows if isinstance(row, Item)]


def texts(widget: QWidget) -> str:
    return "\n".join(part.text() for part in widget.findChildren(QLabel) + widget.findChildren(QPushButton))


def press(screen: QWidget, words: str) -> None:
    next(button for button in screen.findChildren(QPushButton) if button.text() == words).click()


def test_the_month_is_walked_by_keys(screen: Calendar, keys: Keys) -> None:
    assert QApplication.focusWidget() is screen.grid
    for key, day in (
        (Qt.Key.Key_Right, "2026-11-23"),
        (Qt.Key.Key_Down, "2026-11-30"),
        (Qt.Key.Key_Down, "2026-12-07"),
        (Qt.Key.Key_Left, "2026-12-06"),
        (Qt.Key.Key_PageUp, "2026-11-06"),
        (Qt.Key.Key_PageDown, "2026-12-06"),
        (Qt.Key.Key_Up, "2026-11-29"),
        (Qt.Key.Key_Home, "2026-11-22"),
    ):
        keys.press(key)
        assert screen.grid.day.isoformat() == day
        assert screen.chosen is not None
        assert screen.chosen.day.isoformat() == day
        assert screen.page is not None
        assert (screen.page.year, screen.page.month) == (screen.grid.day.year, screen.grid.day.month)


def test_a_day_is_chosen_with_the_mouse_too(desk: Desk, screen: Calendar) -> None:
    third = screen.grid._cell(10).center()
    QTest.mouseClick(screen.grid, Qt.MouseButton.LeftButton, pos=QPoint(third.x(), third.y()))
    desk.settle()
    assert screen.grid.day == date(2026, 11, 5)


def test_the_cells_have_numbers_and_no_names(screen: Calendar, store: Store, keys: Keys) -> None:
    home = households.by_number(store, "0012")
    appointments.note(store, Wish(TODAY + timedelta(days=1), "evening"), household_id=home.id)
    screen.refresh()
    keys.press(Qt.Key.Key_Right)
    page = screen.page
    assert page is not None
    assert len(page.days) == 42
    counted = {day.day: (day.appointments, day.ending) for day in page.days if day.appointments or day.ending}
    assert counted[TODAY + timedelta(days=1)] == (1, 0)
    assert counted[date(2026, 11, 27)] == (0, 1)
    assert screen.grid.accessibleDescription() == "11月23日 星期一 · 十五 · 约好1件"
    for line in due.due_on(store, TODAY):
        assert line.who not in screen.grid.accessibleDescription()


def test_an_appointment_is_noted_moved_and_called_off_by_keys(screen: Calendar, store: Store, keys: Keys) -> None:
    keys.press(Qt.Key.Key_Right)
    keys.press(Qt.Key.Key_N)
    sheet = next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())
    who = sheet.findChildren(WhoField)[0]
    keys.type("lf")
    keys.desk.until(who.hits.isVisible)
    keys.press(Qt.Key.Key_Return)
    assert isinstance(who.chosen, PersonLine)
    keys.press(Qt.Key.Key_Tab, times=3)
    keys.press(Qt.Key.Key_Return)
    assert [row.line.person_id for row in lines(screen)] == [who_id(store)]
    assert screen.lines.list.rows[0] == Heading("约好的")
    keys.press(Qt.Key.Key_Return)
    assert QApplication.focusWidget() is screen.lines.list
    keys.press(Qt.Key.Key_4)
    keys.press(Qt.Key.Key_A, CTRL)
    keys.enter("11.27")
    assert lines(screen) == []
    keys.press(Qt.Key.Key_Z, CTRL)
    assert len(lines(screen)) == 1
    screen.lines.list.setFocus()
    keys.press(Qt.Key.Key_3)
    assert lines(screen) == []
    keys.press(Qt.Key.Key_Z, CTRL)
    assert len(lines(screen)) == 1


def who_id(store: Store) -> bytes:
    with store.read() as connection:
        (noted,) = appointments.between(connection, TODAY, TODAY + timedelta(days=30))
    assert noted.person is not None
    return noted.person


def test_nobody_chosen_is_said(screen: Calendar, keys: Keys) -> None:
    keys.press(Qt.Key.Key_N)
    sheet = next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())
    sheet.go.click()
    assert sheet.banner.text
    keys.type("qqqqq")
    field = sheet.findChildren(WhoField)[0]
    keys.desk.until(lambda: field.note.text() != "" and "字" in field.note.text())
    assert not field.hits.isVisible()
    sheet.reject()


def test_a_window_that_ends_is_started_from_its_day_and_the_way_back_leads_there(
    desk: Desk, screen: Calendar, keys: Keys
) -> None:
    screen.move_to(date(2026, 11, 27))
    desk.settle()
    (row,) = lines(screen)
    assert screen.lines.list.rows[0] == Heading("到这一天为止")
    screen.lines.list.setFocus()
    keys.press(Qt.Key.Key_Return)
    assert desk.shown(Form).visit is not None
    keys.leave()
    again = desk.shown(Calendar)
    assert again.day == date(2026, 11, 27)
    assert [each.line.key for each in lines(again)] == [row.line.key]


def test_the_years_turn_and_short_months_keep_their_last_day() -> None:
    assert month.moved(2026, 12, 1) == (2027, 1)
    assert month.moved(2026, 1, -1) == (2025, 12)
    assert month.same_day(date(2026, 1, 31), 1) == date(2026, 2, 28)


def test_a_persons_page_says_what_is_next_and_why(desk: Desk, store: Store) -> None:
    child = desk.newborn()
    page = desk.go(Person, Place("person", child.id))
    told = next_up.of_person(store, child.id, TODAY)
    assert len(told.lines) >= 3
    assert all(line.title in texts(page) for line in told.lines)
    begun = [line for line in told.lines if line.begun]
    assert len([b for b in page.findChildren(QPushButton) if b.text() == "开始"]) == len(begun)
    press(page, "为什么 ⓘ")
    desk.settle()
    window = next(each for each in page.findChildren(WhyWindow) if each.isVisible())
    assert window.why.rule in texts(window)
    window.reject()
    press(page, "开始")
    assert desk.shown(Form).visit is not None


def test_a_private_programme_is_not_named_on_a_page_either(desk: Desk, store: Store) -> None:
    mother = next(line for line, _m in desk.household().members if line.name == "李芳")
    told = next_up.of_person(store, mother.id, TODAY)
    page = desk.go(Household, Place("household", desk.household().household.id))
    assert told.lines
    for line in told.lines:
        assert line.line.due is not None
        assert line.line.due.item.reason.rule not in texts(page)
    assert "产后" not in texts(page)


def test_an_appointment_is_noted_on_a_page_moved_and_called_off_there(desk: Desk, store: Store, keys: Keys) -> None:
    home = desk.household("0003").household
    page = desk.go(Household, Place("household", home.id))
    assert "没有安排。" in texts(page)
    press(page, "约时间")
    desk.settle()
    keys.press(Qt.Key.Key_A, CTRL)
    keys.enter("11.28")
    assert "约好11月28日" in texts(page)
    press(page, "改日")
    desk.settle()
    keys.press(Qt.Key.Key_A, CTRL)
    keys.enter("11.29")
    assert "约好11月29日" in texts(page)
    press(page, "取消")
    desk.settle()
    assert "约好11月29日" not in texts(page)
    press(page, "撤回")
    desk.settle()
    assert "约好11月29日" in texts(page)
    person = desk.go(Person, Place("person", desk.newborn().id))
    press(person, "约时间")
    desk.settle()
    keys.press(Qt.Key.Key_Return)
    assert "约好今天" in texts(person)
    with store.read() as connection:
        noted = appointments.between(connection, TODAY, TODAY)
    assert [each.person for each in noted] == [desk.newborn().id]
