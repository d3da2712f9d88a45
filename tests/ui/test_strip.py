"""The strip at the bottom: what it says of a page goes with the page, what was saved stays with its time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Desk
from tests.ui.keys import CTRL, Keys
from villagefp.i18n import _
from villagefp.ui.context import Place
from villagefp.ui.orders import FormOrder
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.person import Person
from villagefp.ui.screens.settings import Settings
from villagefp.ui.screens.today import Today


def said(desk: Desk) -> str:
    """What stands at the right of the strip."""
    labels = [label.text() for label in desk.workplace.strip.findChildren(QLabel) if label.isVisible()]
    return "".join(labels)


def test_what_was_said_of_a_draft_goes_when_its_form_is_left(desk: Desk) -> None:
    order = FormOrder("newborn_home_visit", person_id=desk.newborn().id)
    desk.go(Person, Place("person", desk.newborn().id))
    desk.go(Form, Place("form", order)).answer("/data/exam/temp", "36.9")
    desk.settle()
    desk.workplace.back()
    desk.settle()
    desk.go(Form, Place("form", order))
    assert said(desk) == _("Going on with the draft that was begun before.")
    desk.go(Settings, Place("settings"))
    assert said(desk) == ""


def test_that_there_was_no_answer_last_time_goes_with_the_form(desk: Desk) -> None:
    form = desk.go(Form, Place("form", FormOrder("household_visit", household_id=desk.household().household.id)))
    assert form.page is not None
    form.page.focus()
    Keys(desk).press(Qt.Key.Key_R, CTRL)
    assert said(desk).startswith(_("Nothing was entered here last time."))
    desk.go(Settings, Place("settings"))
    assert said(desk) == ""


def test_what_was_done_goes_with_its_page_and_when_it_was_saved_stays(desk: Desk) -> None:
    screen = desk.go(Today, Place("today"))
    screen.saved(_("Taken back"))
    desk.settle()
    assert said(desk).startswith(_("Taken back"))
    time = said(desk).removeprefix(_("Taken back")).strip()
    settings = desk.go(Settings, Place("settings"))
    assert said(desk) == f"{_('Saved')} {time}"
    settings.context.hint("something else")
    assert said(desk) == "something else"
    desk.go(Today, Place("today"))
    assert said(desk) == f"{_('Saved')} {time}"
