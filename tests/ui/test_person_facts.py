"""Putting right what is on file about a person, from the menu of the page and from the mark that asks for it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton

from tests.ui.conftest import Desk
from tests.ui.keys import CTRL, Keys
from tests.ui.test_register import fill, open_act, texts
from villagefp.domain import resident_id
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import IdStatus, NameStatus, Precision, RecordId
from villagefp.domain.records import Person as PersonRecord
from villagefp.i18n import _, set_language
from villagefp.storage import marks, records
from villagefp.storage.marks import Mark
from villagefp.ui.acts.person_facts import MENDED
from villagefp.ui.context import Place
from villagefp.ui.screens.household import Household
from villagefp.ui.screens.person import Person
from villagefp.ui.widgets.parts import Card
from villagefp.ui.widgets.sheet import Sheet

TITLE = "Correct number, sex, birth date"


def number(birth: str = "19910405", order: str = "014") -> str:
    told = f"990101{birth}{order}"
    return told + resident_id.check_digit(told)


def wrong(right: str) -> str:
    return right[:17] + ("1" if right[17] != "1" else "2")


def on_file(desk: Desk, person: RecordId) -> PersonRecord:
    assert desk.window.store is not None
    with desk.window.store.read() as connection:
        found = records.get(connection, PersonRecord, person)
    assert found is not None
    return found


def somebody(desk: Desk, *kinds: str, **facts: object) -> Person:
    """The page of a woman whose entry has marks of these kinds alone."""
    store = desk.window.store
    assert store is not None
    line = next(line for line, _m in desk.household().members if line.sex == "2" and line.birth_date)
    with store.save() as save:
        person = save.get(PersonRecord, line.id)
        assert person is not None
        save.change(replace(person, **{"birth_date": "1991-04-05", "birth_precision": Precision.DAY, **facts}))
        for mark in marks.open_marks(save.connection, person_id=line.id):
            marks.settle(save.connection, mark.id)
        made = [Mark(store.ambient.new_id(), line.id, kind, f"about {kind}", "") for kind in kinds]
        marks.add(save.connection, made)
    return desk.go(Person, Place("person", line.id))


def sheet_of(screen: Person) -> Sheet:
    return next(sheet for sheet in screen.findChildren(Sheet) if sheet.isVisible())


def test_a_wrong_number_is_put_right_at_its_mark_by_keyboard_alone(desk: Desk) -> None:
    screen = somebody(desk, CheckKind.ID_CHECKSUM, id_no=wrong(number()), id_status=IdStatus.UNCLEAR)
    assert screen.page is not None
    keys, person = Keys(desk), screen.page.person.id
    mend = next(one for one in screen.findChildren(QPushButton) if one.text() == _("Correct"))
    for _time in range(60):
        if mend.hasFocus():
            break
        keys.press(Qt.Key.Key_Tab)
    assert mend.hasFocus()
    keys.press(Qt.Key.Key_Space)
    assert sheet_of(screen).findChildren(QLineEdit)[0].hasFocus()
    keys.enter(number())
    assert (on_file(desk, person).id_no, on_file(desk, person).id_status) == (number(), IdStatus.PRESENT)
    assert screen.page.marks == ()
    assert screen.banner.text == _("Corrected: {facts}").format(facts=_("ID number"))
    assert screen.isAncestorOf(desk.window.focusWidget())
    keys.press(Qt.Key.Key_Z, CTRL)
    assert on_file(desk, person).id_no == wrong(number())
    assert [mark.kind for mark in screen.page.marks] == [CheckKind.ID_CHECKSUM]
    assert screen.banner.text == ""


@pytest.mark.parametrize(
    ("kind", "place"),
    [(CheckKind.ID_DUPLICATE, 0), (CheckKind.SEX_MISMATCH, 2), (CheckKind.BIRTH_UNREADABLE, 3)],
)
def test_each_mark_opens_the_field_that_it_is_about(desk: Desk, kind: CheckKind, place: int) -> None:
    screen = somebody(desk, kind)
    next(one for one in screen.findChildren(QPushButton) if one.text() == _("Correct")).click()
    desk.settle()
    sheet = sheet_of(screen)
    fields = [one for one in sheet.findChildren(QLineEdit) + sheet.findChildren(QComboBox) if one.isVisible()]
    fields.sort(key=lambda one: one.mapTo(sheet, one.rect().topLeft()).toTuple()[::-1])
    assert [one.hasFocus() for one in fields].index(True) == place
    assert all(one.accessibleName() for one in fields)
    sheet.reject()


def test_a_mark_about_something_else_has_no_such_button(desk: Desk) -> None:
    screen = somebody(desk, CheckKind.PHONE_UNREADABLE)
    assert _("Correct") not in [one.text() for one in screen.findChildren(QPushButton)]
    assert CheckKind.PHONE_UNREADABLE not in MENDED


def test_buttons_of_marks_say_to_a_reader_which_mark_they_are_of(desk: Desk) -> None:
    screen = somebody(desk, CheckKind.ID_CHECKSUM, CheckKind.SEX_MISMATCH)
    said = [one.accessibleDescription() for one in screen.findChildren(QPushButton) if one.text() == _("Correct")]
    assert sorted(said) == ["about id_checksum", "about sex_mismatch"]


def test_what_is_doubtful_stays_in_the_sheet_until_it_is_ticked(desk: Desk) -> None:
    screen = somebody(desk, id_no=None, id_status=IdStatus.NOT_TOLD)
    assert screen.page is not None
    sheet = open_act(desk, _(TITLE))
    tick = sheet.findChild(QCheckBox)
    assert isinstance(tick, QCheckBox)
    assert not tick.isVisible()
    fill(sheet, wrong(number()))
    sheet.go.click()
    desk.settle()
    assert resident_id.mask(number())[:-1] in sheet.banner.text
    assert wrong(number()) not in sheet.banner.text
    assert tick.isVisible()
    assert tick.hasFocus()
    tick.click()
    keys = Keys(desk)
    line = sheet.findChildren(QLineEdit)[0]
    line.setFocus()
    keys.press(Qt.Key.Key_Backspace)  # what was ticked is not what stands there now
    assert not tick.isVisible()
    assert not tick.isChecked()
    keys.enter(wrong(number())[-1])
    assert tick.isVisible()
    tick.click()
    sheet.go.click()
    desk.settle()
    assert screen.page.person.id_status is IdStatus.UNCLEAR
    assert [mark.kind for mark in screen.page.marks] == [CheckKind.ID_CHECKSUM]


def test_a_lunar_birth_date_says_while_it_is_typed_how_it_is_read(desk: Desk) -> None:
    screen = somebody(desk, id_no=None, id_status=IdStatus.NOT_TOLD)
    sheet, keys = open_act(desk, _(TITLE)), Keys(desk)
    desk.settle()
    birth = next(one for one in sheet.findChildren(QLineEdit) if one.accessibleName() == _("Date of birth"))
    birth.setFocus()
    birth.selectAll()
    typed = QInputMethodEvent()  # Chinese comes from an input method, not from keys
    typed.setCommitString("农历1974年八月十五")
    QApplication.sendEvent(birth, typed)
    assert _("read as {date}").format(date="1974-09-30") in texts(sheet)
    keys.press(Qt.Key.Key_Return)
    assert screen.page is not None
    assert (screen.page.person.birth_date, screen.page.person.birth_told) == ("1974-09-30", "农历1974年八月十五")


def test_the_number_on_file_is_not_shown_whole_and_what_is_not_touched_stays(desk: Desk) -> None:
    screen = somebody(desk, id_no=number(), id_status=IdStatus.PRESENT)
    assert screen.page is not None
    before = screen.page.person
    sheet = open_act(desk, _(TITLE))
    shown = texts(sheet) + "".join(one.text() for one in sheet.findChildren(QLineEdit))
    assert resident_id.mask(number()) in shown
    assert number() not in shown
    sheet.go.click()
    desk.settle()
    assert screen.page.person == before
    assert screen.findChildren(Sheet) == []
    assert screen.banner.text == ""


def test_a_missing_name_is_given_at_its_mark_and_taken_back(desk: Desk) -> None:
    screen = somebody(desk, CheckKind.NAME_MISSING, name="某人", name_status=NameStatus.MISSING)
    next(one for one in screen.findChildren(QPushButton) if one.text() == _("Correct")).click()
    desk.settle()
    sheet = sheet_of(screen)
    fill(sheet, "赵平安")
    sheet.go.click()
    desk.settle()
    assert screen.page is not None
    assert (screen.page.person.name, screen.page.marks) == ("赵平安", ())
    Keys(desk).press(Qt.Key.Key_Z, CTRL)
    assert (screen.page.person.name, len(screen.page.marks), screen.page.aliases) == ("某人", 1, ())


@pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)")  # the platform has no pop-up windows
def test_f2_opens_what_can_be_done(desk: Desk) -> None:
    screen = somebody(desk)
    keys = Keys(desk)
    keys.press(Qt.Key.Key_F2)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert _(TITLE) in [action.text() for action in menu.actions()]
    menu.close()
    assert screen.isVisible()


def test_the_household_says_whom_a_mark_is_about_and_leads_to_her_page(desk: Desk) -> None:
    person = somebody(desk, CheckKind.ID_CHECKSUM).page
    assert person is not None
    home = desk.go(Household, Place("household", desk.household().household.id))
    card = next(card for card in home.findChildren(Card) if "about id_checksum" in texts(card))
    assert person.person.name in texts(card)
    next(one for one in card.findChildren(QPushButton) if one.text() == _("Correct")).click()
    page = desk.shown(Person).page
    assert page is not None
    assert page.person.id == person.person.id


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_sheet_shows_every_word_whole(desk: Desk, language: str) -> None:
    set_language(language)
    somebody(desk, id_no=number(), id_status=IdStatus.PRESENT)
    sheet = open_act(desk, _(TITLE))
    for box in sheet.findChildren(QComboBox):
        for place in range(box.count()):
            assert box.fontMetrics().horizontalAdvance(box.itemText(place)) < box.width() - 30
    sheet.banner.tell(_("The ID number {number} is of somebody born on {birth}, which is still to come. "
                        "Please compare it with the card."))  # fmt: skip
    desk.settle()
    for words in sheet.findChildren(QLabel):
        assert words.height() >= words.heightForWidth(words.width()) or not words.isVisible(), words.text()
    for tick in sheet.findChildren(QCheckBox):
        tick.show()
        assert tick.sizeHint().width() <= sheet.width() - 48
    sheet.reject()
