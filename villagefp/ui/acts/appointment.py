"""Noting, moving and calling off a day that a family asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from villagefp.i18n import _
from villagefp.services import appointments
from villagefp.services.appointments import PARTS, AppointmentLine, Wish
from villagefp.services.pages import PersonLine
from villagefp.ui.acts.running import run
from villagefp.ui.widgets.date_field import DateField
from villagefp.ui.widgets.fields import ChoiceField, TextField
from villagefp.ui.widgets.sheet import Sheet
from villagefp.ui.widgets.who_field import WhoField

if TYPE_CHECKING:
    from villagefp.domain.records import RecordId
    from villagefp.ui.screen import Screen


def note(
    screen: Screen,
    who: str,
    *,
    person_id: RecordId | None = None,
    household_id: RecordId | None = None,
    on: date | None = None,
) -> None:
    """Ask for the day and note it with a person or a household."""
    store = screen.context.store

    def save(sheet: Sheet, wish: Wish) -> None:
        run(
            screen, sheet,
            lambda: appointments.note(store, wish, person_id=person_id, household_id=household_id),
        )  # fmt: skip

    _ask(screen, _("Note an appointment"), who, Wish(on or screen.context.ambient.today()), save)


def note_with_somebody(screen: Screen, on: date) -> None:
    """Ask whom the appointment is with as well."""
    store, who = screen.context.store, WhoField(screen.context, _("With whom"))

    def save(sheet: Sheet, wish: Wish) -> None:
        chosen = who.subject()
        person = chosen.id if isinstance(chosen, PersonLine) else None
        household = chosen.id if person is None else None
        run(screen, sheet, lambda: appointments.note(store, wish, person_id=person, household_id=household))

    _ask(screen, _("Note an appointment"), "", Wish(on), save, who)


def move(screen: Screen, line: AppointmentLine, done: Callable[[], object]) -> None:
    """Ask for another day, and give it to an appointment."""
    store, told = screen.context.store, line.appointment

    def save(sheet: Sheet, wish: Wish) -> None:
        def moved(_none: None) -> None:
            sheet.accept()
            done()

        screen.context.jobs.run(appointments.move, store, told.id, wish, done=moved, failed=sheet.refuse)

    before = Wish(date.fromisoformat(told.wished_on), told.part, told.note)
    _ask(screen, _("Another day for an appointment"), line.who, before, save)


def _ask(
    screen: Screen,
    title: str,
    who: str,
    before: Wish,
    save: Callable[[Sheet, Wish], object],
    *fields: QWidget,
) -> None:
    today = screen.context.ambient.today()
    on = DateField(_("Day"), today, chosen=before.on, future=True)
    part = ChoiceField(
        _("Time of day"), [("", _("any time")), *((each, appointments.part_words(each)) for each in PARTS)],
        chosen=before.part or "",
    )  # fmt: skip
    said = TextField(_("Note, in words that anybody may read"), text=before.note or "")

    def take(sheet: Sheet) -> None:
        save(sheet, Wish(on.day(), part.value or None, said.text or None))

    Sheet(screen, title, [*fields, on, part, said], _("Save"), take, note=who).open()
