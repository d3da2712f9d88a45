"""A picture of every screen, for looking at them and for the demo."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from villagefp import paths
from villagefp.services import households, today
from villagefp.services.pages import HouseholdPage
from villagefp.ui.context import Place
from villagefp.ui.main_window import MainWindow
from villagefp.ui.orders import FormOrder, SheetOrder

_WAIT_SECONDS = 30.0
_STEP_MS = 20
_CALM_MS = 60


@dataclass(frozen=True)
class _Shown:
    """The records whose pages are shown: the family of the latest visit to a person."""

    household: HouseholdPage
    person: bytes
    newborn: bytes


def grab_all(window: MainWindow, passphrase: str, out: Path) -> list[Path]:
    """Open every screen of a window on a filled store, save a picture of each, and close the window."""
    out.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []

    def grab(name: str) -> None:
        settle(window)
        file = out / f"{len(found) + 1:02}-{name}.png"
        window.grab().save(str(file))
        found.append(file)

    window.show()
    grab("sign-in")
    window.show_door("founding")
    grab("founding")
    sign_in(window, passphrase)
    grab("today")
    _grab_places(window, grab)
    window.lock()
    grab("locked")
    window.close()
    return found


def sign_in(window: MainWindow, passphrase: str) -> None:
    """Type the passphrase into the sign-in screen and wait for the workplace."""
    from villagefp.ui.screens.sign_in import SignIn  # noqa: PLC0415  as every screen: when it is needed

    window.show_door("sign_in")
    if not isinstance(window.door, SignIn):
        raise TypeError("the door is not the one for signing in")
    window.door.passphrase.line.setText(passphrase)
    window.door.sign_in.click()
    wait_until(lambda: window.workplace is not None)
    settle(window)


def settle(window: MainWindow) -> None:
    """Wait until nothing runs beside the window and all is painted."""
    wait_until(lambda: not window.jobs.busy)
    pause(_CALM_MS)
    wait_until(lambda: not window.jobs.busy)


def wait_until(reached: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    end = time.monotonic() + _WAIT_SECONDS
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        pause(_STEP_MS)


def pause(milliseconds: int) -> None:
    """Let the window live for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _grab_places(window: MainWindow, grab: Callable[[str], None]) -> None:
    workplace, store = window.workplace, window.store
    if workplace is None or store is None:
        raise RuntimeError("nobody has signed in")
    shown = _choose(window)
    home = shown.household.household
    workbook = paths.resources_dir() / "practice" / "roster.xlsx"
    for name, place in (
        ("households", Place("households")),
        ("household", Place("household", home.id)),
        ("person", Place("person", shown.person)),
        ("newborn", Place("person", shown.newborn)),
        ("form-household", Place("form", FormOrder("household_visit", household_id=home.id))),
        ("preview", Place("preview", SheetOrder(household_no=home.household_no))),
        ("round", Place("preview", SheetOrder(round_on=store.ambient.today()))),
        ("calendar", Place("calendar")),
        ("desk", Place("desk")),
        ("supplies", Place("supplies")),
        ("import", Place("import_roster", workbook)),
        ("settings", Place("settings")),
    ):
        workplace.open(place)
        grab(name)
    _grab_newborn_form(window, shown, grab)


def _grab_newborn_form(window: MainWindow, shown: _Shown, grab: Callable[[str], None]) -> None:
    from villagefp.ui.screens.form import Form  # noqa: PLC0415

    workplace = window.workplace
    if workplace is None:
        raise RuntimeError("nobody has signed in")
    workplace.open(Place("form", FormOrder("newborn_home_visit", person_id=shown.newborn)))
    settle(window)
    form = workplace.screen_shown
    if not isinstance(form, Form) or form.session is None:
        raise TypeError("the form did not open")
    exam = next(n for n, page in enumerate(form.session.pages) if page.endswith("/exam"))
    form.show_page(exam)
    page = form.session.pages[exam]
    for name, value in (("temp", "37.8"), ("hr", "140"), ("rr", "44"), ("complexion", "2")):
        form.answer(f"{page}/{name}", value)
    form.answer(f"{page}/jaundice_site", ["2", "3"])
    grab("form-newborn")


def _choose(window: MainWindow) -> _Shown:
    """A household with a newborn, where there is one; else the first."""
    store = window.store
    if store is None:
        raise RuntimeError("nobody has signed in")
    recent = [entry.event.person for entry in today.today_page(store).recent if entry.event.person]
    lines = households.household_lines(store)
    pages = (households.household_page(store, line.id) for line in lines)
    for page in pages:
        people = [line for line, _membership in page.members]
        young = max(people, key=lambda line: line.birth_date or "", default=None)
        if young is not None and (young.id in recent or not recent):
            return _Shown(page, people[0].id, young.id)
    raise RuntimeError("the store has no household to show")
