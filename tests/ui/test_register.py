"""Finding people, looking at households and persons, and what can be done there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QToolButton, QWidget

from tests.ui.conftest import Desk
from villagefp.domain.records import Access, NameStatus, Presence
from villagefp.domain.records import Person as PersonRecord
from villagefp.i18n import _
from villagefp.services import people
from villagefp.services.pages import PersonLine
from villagefp.services.today import marked_persons
from villagefp.storage import records
from villagefp.ui import words
from villagefp.ui.acts.household import acts as household_acts
from villagefp.ui.acts.person import acts as person_acts
from villagefp.ui.context import Place
from villagefp.ui.screens.household import Household
from villagefp.ui.screens.households import Households
from villagefp.ui.screens.person import Person
from villagefp.ui.screens.today import Today
from villagefp.ui.widgets.fields import Field
from villagefp.ui.widgets.sheet import Sheet


def texts(widget: QWidget) -> str:
    """All words that a screen shows."""
    return "\n".join(part.text() for part in widget.findChildren(QLabel) + widget.findChildren(QPushButton))


def open_act(desk: Desk, title: str) -> Sheet:
    """Start an act of the page's menu."""
    screen = desk.workplace.screen_shown
    offered = (
        household_acts(screen, screen.page)
        if isinstance(screen, Household)
        else person_acts(screen, screen.page, screen.corrected)
    )
    next(act for act in offered if act.title == title).start()
    return next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())


def fill(sheet: Sheet, *values: str) -> None:
    """Fill the fields of a sheet in their order; an empty text leaves one as it is."""
    fields = sheet.findChildren(Field)
    for field, value in zip(fields, values, strict=False):
        if not value:
            continue
        if hasattr(field, "box"):
            place = field.box.findText(value)
            assert place >= 0, value
            field.box.setCurrentIndex(place)
            field.box.activated.emit(place)
        else:
            field.edit.setText(value)


def test_the_search_box_finds_by_initials_and_opens_by_enter(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    search = desk.workplace.search
    desk.until(search.hasFocus)
    QTest.keyClicks(search, "lf")
    desk.until(search.results.isVisible)
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Up)
    QTest.keyClick(search, Qt.Key.Key_Return)
    desk.settle()
    assert desk.workplace.place.screen in ("person", "household")
    assert search.text() == ""


def test_escape_closes_the_results_before_it_leaves_the_page(desk: Desk) -> None:
    desk.go(Households, Place("households"))
    search = desk.workplace.search
    search.setFocus()
    QTest.keyClicks(search, "0012")
    desk.until(search.results.isVisible)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert not search.results.isVisible()
    assert desk.workplace.place.screen == "households"


def test_nobody_found_is_said(desk: Desk) -> None:
    search = desk.workplace.search
    search.setFocus()
    QTest.keyClicks(search, "qqqqq")
    desk.until(search.results.isVisible)
    assert _("Nobody found. Try fewer characters.") in texts(search.results)


def test_households_are_narrowed_by_group_and_by_typing(desk: Desk) -> None:
    screen = desk.go(Households, Place("households"))
    assert len(screen.model.rows) == 40
    screen.groups.setCurrentIndex(screen.groups.findData("2"))
    screen.groups.activated.emit(screen.groups.currentIndex())
    desk.settle()
    assert {line.group_no for line in screen.model.rows} == {"2"}
    screen.groups.setCurrentIndex(0)
    screen.groups.activated.emit(0)
    screen.table.setFocus()
    QTest.keyClick(screen.table, Qt.Key.Key_0)  # typing anywhere searches
    QTest.keyClicks(screen.search, "012")
    desk.until(lambda: 0 < len(screen.model.rows) < 10)
    assert screen.search.text() == "0012"
    assert screen.model.rows[0].household_no == "0012"
    assert screen.search.hasFocus()
    QTest.keyClick(screen.search, Qt.Key.Key_Return)
    assert desk.shown(Household).page is not None
    assert desk.workplace.rail.buttons["households"].isChecked()


def test_arrows_and_enter_open_a_household_and_escape_goes_back(desk: Desk) -> None:
    screen = desk.go(Households, Place("households"))
    QTest.keyClick(screen.search, Qt.Key.Key_Down)
    assert screen.table.hasFocus()
    QTest.keyClick(screen.table, Qt.Key.Key_Down)
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    page = desk.shown(Household).page
    assert page is not None
    assert page.household.household_no == "0002"
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    desk.shown(Households)


def test_no_list_sorts_or_filters_by_what_it_must_not(desk: Desk) -> None:
    screen = desk.go(Households, Place("households"))
    assert not screen.table.isSortingEnabled()
    assert not screen.table.horizontalHeader().sectionsClickable()
    headings = " ".join(column.title for column in screen.model.columns)
    for word in (_("Marital status"), _("Sex"), _("Child"), _("Date of birth")):
        assert word not in headings


def test_a_newborn_is_added_and_later_named(desk: Desk) -> None:
    home = desk.go(Household, Place("household", desk.household("0003").household.id))
    assert home.page is not None
    mother = next(line for line, _m in home.page.members if line.sex == "2")
    before = len(home.page.members)
    sheet = open_act(desk, _("Add a newborn"))
    fill(sheet, mother.name, "2026-11-20")
    sheet.go.click()
    desk.settle()
    assert len(home.page.members) == before + 1
    child = max((line for line, _m in home.page.members), key=lambda line: line.birth_date or "")
    assert child.name.startswith(mother.name)
    sheet = open_act(desk, _("Name a child"))
    fill(sheet, child.name, "赵 平安")
    sheet.go.click()
    desk.settle()
    assert "赵平安" in texts(home)
    assert desk.window.store is not None
    assert [line.name for line in people.find(desk.window.store, child.name)] == ["赵平安"]


def test_somebody_goes_away_and_comes_home(desk: Desk) -> None:
    home = desk.go(Household, Place("household", desk.household("0003").household.id))
    assert home.page is not None
    line = home.page.members[0][0]
    sheet = open_act(desk, _("Change presence"))
    fill(sheet, line.name, words_of(Presence.AWAY), "2026-11-01", "2027-02-05")
    sheet.go.click()
    desk.settle()
    membership = next(m for one, m in home.page.members if one.id == line.id)
    assert (membership.presence, membership.expected_back) == (Presence.AWAY, "2027-02-05")
    sheet = open_act(desk, _("Come home"))
    fill(sheet, line.name)
    sheet.go.click()
    desk.settle()
    membership = next(m for one, m in home.page.members if one.id == line.id)
    assert membership.presence == Presence.RESIDENT


def words_of(presence: Presence) -> str:
    return words.code("presence", presence)


def test_a_date_that_is_none_is_refused_in_words(desk: Desk) -> None:
    desk.go(Household, Place("household", desk.household("0003").household.id))
    sheet = open_act(desk, _("Change presence"))
    fill(sheet, "", "", "2026-02-30")
    sheet.go.click()
    assert "2026-02-30" in sheet.banner.text
    sheet.reject()


def test_members_separate_into_a_new_household(desk: Desk) -> None:
    home = desk.go(Household, Place("household", desk.household("0002").household.id))
    assert home.page is not None
    leaving = home.page.members[-1][0]
    sheet = open_act(desk, _("Separate into a new household"))
    fill(sheet, "0099", leaving.name)
    sheet.go.click()
    assert sheet.banner.text  # the new head has not been ticked
    next(box for box in sheet.findChildren(QCheckBox) if box.text() == leaving.name).setChecked(True)
    sheet.go.click()
    desk.settle()
    assert leaving.id not in {line.id for line, _m in home.page.members}
    assert [line.id for line, _m in desk.household("0099").members] == [leaving.id]


def test_a_number_is_masked_until_the_eye_asks_and_the_look_is_logged(desk: Desk) -> None:
    line = next(line for line, _m in desk.household().members if line.id_no)
    screen = desk.go(Person, Place("person", line.id))
    assert screen.id_number is not None
    assert line.id_no is not None
    assert line.id_no not in texts(screen)
    named = _("Show the whole ID number (the look is logged)")
    eye = next(one for one in screen.findChildren(QToolButton) if one.accessibleName() == named)
    QTest.mouseClick(eye, Qt.MouseButton.LeftButton)
    desk.settle()
    assert screen.id_number.text() == line.id_no
    assert desk.window.store is not None
    with desk.window.store.read() as connection:
        actions = {row.action for row in records.where(connection, Access, person=line.id)}
    assert actions == {"opened", "revealed"}


def test_another_name_and_a_phone_are_added(desk: Desk) -> None:
    line = desk.household().members[0][0]
    screen = desk.go(Person, Place("person", line.id))
    sheet = open_act(desk, _("Add another name"))
    fill(sheet, "二嫂")
    sheet.go.click()
    desk.settle()
    sheet = open_act(desk, _("Add a phone"))
    fill(sheet, "12")
    sheet.go.click()
    assert "12" in sheet.banner.text
    fill(sheet, "13800000000")
    sheet.go.click()
    desk.settle()
    assert screen.page is not None
    assert [alias.name for alias in screen.page.aliases] == ["二嫂"]
    assert "13800000000" in {phone.number for phone in screen.page.phones}


def test_a_mark_is_settled_and_gone_from_today(desk: Desk) -> None:
    today = desk.go(Today, Place("today"))
    assert today.page is not None
    marked = today.page.first_marked[0]
    before = today.page.marks
    screen = desk.go(Person, Place("person", marked.line.id))
    assert screen.page is not None
    count = len(screen.page.marks)
    assert count
    next(b for b in screen.findChildren(QPushButton) if b.text() == _("Settled") and b.isVisible()).click()
    desk.settle()
    assert len(screen.page.marks) == count - 1
    desk.workplace.back()
    page = desk.shown(Today).page
    assert page is not None
    assert page.marks == before - 1


@pytest.fixture
def legacy(desk: Desk) -> PersonLine:
    """Somebody about whom an old roster had a private item."""
    store = desk.window.store
    assert store is not None
    line = desk.household().members[0][0]
    with store.save() as save:
        person = save.get(PersonRecord, line.id)
        assert person is not None
        save.change(replace(person, legacy_method=store.seal(b"condom_m"), legacy_method_status="unverified"))
    return line


def test_a_private_item_stays_closed_until_the_person_decides(desk: Desk, legacy: PersonLine) -> None:
    word = words.code("method_code", "condom_m")
    screen = desk.go(Person, Place("person", legacy.id))
    assert word not in texts(screen)
    asked = _("The person is here and wishes to decide")
    next(one for one in screen.findChildren(QPushButton) if one.text() == asked).click()
    desk.settle()
    sheet = next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())
    assert word in texts(sheet)
    sheet.go.click()  # erase it
    desk.settle()
    assert screen.page is not None
    assert screen.page.person.legacy_method is None
    assert screen.page.person.legacy_method_status == "dropped"


def test_a_newborn_without_a_name_says_so(desk: Desk) -> None:
    child = desk.newborn()
    screen = desk.go(Person, Place("person", child.id))
    assert screen.page is not None
    assert screen.page.person.name_status is NameStatus.PROVISIONAL
    assert _("not named yet") in texts(screen)
    assert _("no number yet") in texts(screen)


def test_everybody_with_something_to_look_at_can_be_listed_with_its_reason(desk: Desk) -> None:
    desk.workplace.open(Place("today"))
    desk.settle()
    page = desk.shown(Today).page
    assert page is not None
    assert page.marked > len(page.first_marked)
    wanted = _("Show all {count}").format(count=page.marked)
    next(button for button in desk.shown(Today).findChildren(QPushButton) if button.text() == wanted).click()
    desk.settle()
    shown = {label.text() for label in desk.shown(Today).findChildren(QLabel)}
    assert desk.window.store is not None
    everybody = marked_persons(desk.window.store)
    assert len(everybody) == page.marked
    assert {reason for marked in everybody for reason in marked.reasons} <= shown
