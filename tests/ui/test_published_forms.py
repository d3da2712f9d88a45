"""What the county published, in the window: a new form stands in the menu and can be filled; a signed table says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton

from tests.services.form_sheets import FERRY, ferry
from tests.ui.conftest import Desk
from villagefp.i18n import _
from villagefp.services import packages, params
from villagefp.ui.context import Place
from villagefp.ui.orders import FormOrder
from villagefp.ui.screens.form import Form
from villagefp.ui.screens.person import Person

FROM = date(2026, 11, 1)


def test_a_published_form_stands_in_the_menu_and_opens(desk: Desk, tmp_path: Path) -> None:
    assert desk.window.store is not None
    packages.publish_form(desk.window.store, ferry(tmp_path), FROM)
    person = desk.go(Person, Place("person", desk.newborn().id))
    desk.settle()
    menu = next(menu for button in person.findChildren(QPushButton) if (menu := button.menu()) is not None)
    last = menu.actions()[-1].menu()
    assert last is not None
    assert last.title() == _("From the county")
    (entry,) = last.actions()
    assert entry.text() in {"渡河意愿", "Wish for the ferry"}
    form = desk.go(Form, Place("form", FormOrder(FERRY, person_id=desk.newborn().id)))
    assert form.session is not None
    assert form.session.package.version == "1"
    form.answer("/data/bank", "2")
    desk.settle()
    assert form.session.answers()["bank"] == "2"


def test_the_panel_says_whether_the_county_signed_the_table(desk: Desk) -> None:
    def said() -> str:
        form = desk.go(Form, Place("form", FormOrder("newborn_home_visit", person_id=desk.newborn().id)))
        desk.settle()
        form.answer("/data/exam/temp", "37.8")
        desk.settle()
        return " ".join(label.text() for label in form.prompts.findChildren(QLabel))

    unsigned = _("Hints from the rules named; not signed by the county yet, and no diagnosis.")
    signed = _("Hints from the rules named, signed by the county; no diagnosis.")
    before = said()
    assert unsigned in before
    assert signed not in before
    assert desk.window.store is not None
    params.set_param(desk.window.store, "danger_signs_signed", "yes", FROM)
    after = said()
    assert signed in after
    assert unsigned not in after
