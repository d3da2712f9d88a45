"""What one key says of a line of the day's list, and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.i18n import _
from villagefp.services import appointments
from villagefp.services.appointments import CANCELLED, KEPT, Wish

if TYPE_CHECKING:
    from villagefp.domain.records import RecordId
    from villagefp.services.day_list import DayLine
    from villagefp.services.due import DueLine
    from villagefp.storage.store import Store
    from villagefp.ui.screen import Screen
    from villagefp.ui.widgets.sheet import Sheet

Undo = Callable[[], object]
Done = Callable[[str, Undo, "RecordId | None"], object]
"""Told after an act: what was noted, what takes it back, and the visit that it made."""
Start = Callable[["Screen", "DayLine", date, Done], object]
"""Does an act on a screen, with a line, as of a day."""


class Act(Struct, frozen=True):
    """One numbered thing that can be done with a line; `key` is the digit that does it."""

    key: str
    title: str
    start: Start | None  # None: the line is opened


def acts_of(line: DayLine) -> tuple[Act, ...]:
    """What can be done with a line, numbered as the endings on the round sheet are."""
    if line.appointment is not None:
        return (
            Act("1", _("Open"), None),
            Act("2", _("Been there"), _settle_as(KEPT, _("been there"))),
            Act("3", _("Called off"), _settle_as(CANCELLED, _("called off"))),
            Act("4", _("Another day"), _move),
        )
    return (
        Act("1", _("Start"), None),
        Act("2", _("Not this time"), _end(_not_this_time, _("not this time"))),
        Act("3", _("No more"), _end(_decline, _("no more"))),
        Act("4", _("Another day"), _postpone),
        Act("5", _("Nobody met"), _end(_not_met, _("nobody met"))),
        Act("6", _("No answer by phone"), _end(_by_phone, _("no answer by phone"))),
    )


# What writes visits is loaded when the first key is pressed, on the database thread: the first page only lists.


def _not_this_time(store: Store, line: DueLine, on: date) -> RecordId:
    from villagefp.services import due_endings  # noqa: PLC0415

    return due_endings.not_this_time(store, line, on)


def _decline(store: Store, line: DueLine, on: date) -> RecordId:
    from villagefp.services import due_endings  # noqa: PLC0415

    return due_endings.decline(store, line, on)


def _later(store: Store, line: DueLine, on: date, until: date | None) -> RecordId:
    from villagefp.services import due_endings  # noqa: PLC0415

    return due_endings.postpone(store, line, on, until)


def _not_met(store: Store, line: DueLine, on: date) -> RecordId:
    from villagefp.services import due_endings  # noqa: PLC0415

    return due_endings.try_again(store, line, on)


def _by_phone(store: Store, line: DueLine, on: date) -> RecordId:
    from villagefp.services import due_endings  # noqa: PLC0415

    return due_endings.try_again(store, line, on, place="phone")


def _take_back(store: Store, event_id: RecordId) -> None:
    from villagefp.services import undoing  # noqa: PLC0415

    undoing.take_back(store, event_id)


def _end(work: Callable[[Store, DueLine, date], RecordId], said: str) -> Start:
    """An ending without answers."""

    def start(screen: Screen, line: DayLine, on: date, done: Done) -> None:
        if line.due is None:
            return
        store = screen.context.store

        def ended(event: RecordId) -> None:
            done(_noted(line, said), partial(_take_back, store, event), event)

        screen.context.jobs.run(work, store, line.due, on, done=ended, failed=screen.refuse)

    return start


def _postpone(screen: Screen, line: DayLine, on: date, done: Done) -> None:
    """Ask for the day; without one the person will say so."""
    from villagefp.ui.widgets.date_field import DateField  # noqa: PLC0415  as above: fields for when one is asked
    from villagefp.ui.widgets.sheet import Sheet  # noqa: PLC0415

    if line.due is None:
        return
    store, told = screen.context.store, line.due
    until = DateField(_("Which day, if one was named"), on, future=True)

    def save(sheet: Sheet) -> None:
        day = until.optional()

        def noted(event: RecordId) -> None:
            sheet.accept()
            done(_noted(line, _("another day")), partial(_take_back, store, event), event)

        screen.context.jobs.run(_later, store, told, on, day, done=noted, failed=sheet.refuse)

    Sheet(screen, _("Another day"), [until], _("Save"), save, note=line.who or line.head).open()


def _settle_as(how: str, said: str) -> Start:
    """An appointment that was kept or called off."""

    def start(screen: Screen, line: DayLine, on: date, done: Done) -> None:  # noqa: ARG001  as every act
        if line.appointment is None:
            return
        store, which = screen.context.store, line.appointment.appointment.id

        def settled(_none: None) -> None:
            done(_noted(line, said), partial(appointments.settle, store, which, None), None)

        screen.context.jobs.run(appointments.settle, store, which, how, done=settled, failed=screen.refuse)

    return start


def _move(screen: Screen, line: DayLine, on: date, done: Done) -> None:  # noqa: ARG001  as every act
    from villagefp.ui.acts import appointment as appointment_acts  # noqa: PLC0415  as above

    if line.appointment is None:
        return
    store, told = screen.context.store, line.appointment.appointment
    before = Wish(date.fromisoformat(told.wished_on), told.part, told.note)
    appointment_acts.move(
        screen,
        line.appointment,
        lambda: done(_noted(line, _("another day")), partial(appointments.move, store, told.id, before), None),
    )


def _noted(line: DayLine, said: str) -> str:
    return _("Noted: {who}, {what}").format(who=line.who or line.head or line.household_no, what=said)
