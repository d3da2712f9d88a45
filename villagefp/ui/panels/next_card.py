"""What is next at the top of a page: days that were asked for, visits that may be made, and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from villagefp.i18n import _
from villagefp.services import appointments
from villagefp.services.appointments import CANCELLED
from villagefp.services.day_list import DayLine
from villagefp.services.next_up import NextLine, NextUp
from villagefp.ui.acts import appointment as acts
from villagefp.ui.panels.day_lines import place_of, show_why
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts


def next_card(screen: Screen, told: NextUp, note: Callable[[], object], *, names: bool) -> parts.Card:
    """The card; `names` says whom a line is about, on a page of several."""
    ask = parts.button(_("Note an appointment"), note, "link", icon_name="calendar")
    made = parts.Card(title=_("What is next"), aside=ask)
    for appointment in told.appointments:
        made.add(_appointment(screen, appointment, names=names))
    for line in told.lines:
        made.add(_line(screen, line, names=names))
    if not told.appointments and not told.lines:
        made.add(parts.label(_("Nothing is planned."), "second"))
    return made


def _appointment(screen: Screen, line: DayLine, *, names: bool) -> QHBoxLayout:
    told = line.appointment
    if told is None:
        raise ValueError("this line is no appointment")
    store, which = screen.context.store, told.appointment.id

    def cancel() -> None:
        screen.context.jobs.run(appointments.settle, store, which, CANCELLED, done=cancelled, failed=screen.refuse)

    def cancelled(_none: None) -> None:
        put_back = (
            _("Take back"),
            partial(screen.context.jobs.run, appointments.settle, store, which, None, done=back),
        )
        screen.banner.tell(_("The appointment is called off."), "done", put_back)
        screen.saved()

    def back(_none: None) -> None:
        screen.banner.still()
        screen.saved(_("Taken back"))

    said = " · ".join(part for part in (line.when, told.appointment.note, told.who if names else "") if part)
    move = parts.button(_("Another day"), lambda: acts.move(screen, told, screen.saved), "link")
    made = parts.row(spacing=8)
    made.addWidget(parts.label(said, "strong", wrap=True), 1)
    made.addWidget(move)
    made.addWidget(parts.button(_("Called off"), cancel, "link"))
    return made


def _line(screen: Screen, told: NextLine, *, names: bool) -> QHBoxLayout:
    line = told.line
    title = " · ".join(part for part in (line.who if names else "", told.title) if part)
    made = parts.row(spacing=8)
    made.addLayout(parts.column(parts.label(title, wrap=True), parts.label(line.when, "second"), spacing=0), 1)
    why = parts.button(_("Why ⓘ"), partial(show_why, screen, line), "link")
    why.setAccessibleName(_("Why: {what}").format(what=title))
    made.addWidget(why)
    if told.begun:
        start = parts.button(_("Start"), partial(screen.context.go, place_of(line)))
        start.setAccessibleName(_("Start: {what}").format(what=title))
        made.addWidget(start)
    return made
