"""Lines of days with their numbered acts below them, why each is there, and the way back of what was noted last."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from villagefp.domain.records import RecordId
from villagefp.i18n import _
from villagefp.services import due_words, privacy
from villagefp.services.day_list import DayLine
from villagefp.services.due_words import Why
from villagefp.ui.acts.day import Act, Undo, acts_of
from villagefp.ui.context import Place
from villagefp.ui.models.day_rows import DayRow, Item
from villagefp.ui.orders import FormOrder
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.day_list import DayList
from villagefp.ui.widgets.flow import FlowLayout
from villagefp.ui.widgets.why import WhyWindow

_MOST_ACTS = 6


class DayLines(QWidget):
    """A `DayList` that works: lines open, say why, are acted on, and taken back by Ctrl+Z."""

    def __init__(self, screen: Screen, name: str, empty: str, *, span: int = 2) -> None:
        super().__init__()
        self._screen = screen
        self._context = screen.context
        self._undo: Undo | None = None
        self.list = DayList(name)
        self.empty = parts.label(empty, "second", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._buttons = [self._act_button(number, span) for number in range(_MOST_ACTS)]
        acts = FlowLayout(gap=6, line_gap=6)
        for button in self._buttons:
            acts.addWidget(button)
        self.acts = QWidget()
        self.acts.setLayout(acts)
        self.setLayout(parts.column(self.empty, self.list, self.acts, spacing=8))
        self.list.opened.connect(self._open)
        self.list.asked.connect(self._ask_why)
        self.list.acted.connect(self._act_by_key)
        self.list.chosen.connect(self._show_acts)
        QShortcut(QKeySequence("Ctrl+Z"), screen).activated.connect(self.take_back)

    def show_rows(self, rows: list[DayRow]) -> None:
        """List these; where there are none, say so."""
        self.list.show_rows(rows)
        for widget in (self.list, self.acts):
            widget.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self._show_acts()

    def take_back(self) -> None:
        """Undo the act noted last."""
        undo, self._undo = self._undo, None
        if undo is None:
            return
        self._screen.banner.still()
        self._context.jobs.run(undo, done=self._taken_back, failed=self._screen.refuse)

    def noted(self, said: str, undo: Undo, _event: RecordId | None = None) -> None:
        """Say what was noted, with the way back, and read again."""
        self._undo = undo
        self._screen.banner.tell(said, "done", (_("Take back  Ctrl+Z"), self.take_back))
        self._screen.saved(_("Noted"))

    def _taken_back(self, _none: object) -> None:
        self._screen.saved(_("Taken back"))

    def _act_button(self, number: int, span: int) -> QPushButton:
        made = parts.button("", partial(self._act, number))
        made.setProperty("span", span)
        return made

    def _show_acts(self) -> None:
        """The acts of the line that the keys stand on; without one they stand still."""
        now = self.list.current
        acts: tuple[Act, ...] = acts_of(now.line) if now is not None else ()
        for number, button in enumerate(self._buttons):
            there = number < len(acts)
            if there:
                button.setText(f"{acts[number].key} {acts[number].title}")
                button.setAccessibleName(acts[number].title)
            button.setVisible(there or (now is None and bool(button.text())))
            button.setEnabled(there)

    def _act(self, number: int) -> None:
        now = self.list.current
        if now is not None and number < len(acts := acts_of(now.line)):
            self._do(acts[number], now)

    def _act_by_key(self, key: str, item: Item) -> None:
        for act in acts_of(item.line):
            if act.key == key:
                self._do(act, item)

    def _do(self, act: Act, item: Item) -> None:
        if act.start is None:
            self._open(item)
        else:
            act.start(self._screen, item.line, self._context.ambient.today(), self.noted)

    def _open(self, item: Item) -> None:
        self._context.go(place_of(item.line))

    def _ask_why(self, item: Item) -> None:
        if item.line.due is not None:
            show_why(self._screen, item.line)


def show_why(screen: Screen, line: DayLine) -> None:
    """Say in a window of its own why a line is there; the look is logged, since it may name what is private."""
    told = line.due
    if told is None:
        return
    jobs, store, today = screen.context.jobs, screen.context.store, screen.context.ambient.today()

    def show(why: Why) -> None:
        WhyWindow(screen, line.who or line.head, why, partial(screen.context.go, place_of(line))).open()

    if told.item.person is not None:
        jobs.run(privacy.note_access, store, told.item.person, "opened")
    jobs.run(due_words.why, store, told.item, today, done=show, failed=screen.refuse)


def place_of(line: DayLine) -> Place:
    """Where a line leads: to its form with the identity filled in, or to the page of those who asked for a day."""
    if line.due is not None:
        item = line.due.item
        return Place("form", FormOrder(item.form, person_id=item.person, household_id=item.household))
    if line.person_id is not None:
        return Place("person", line.person_id)
    return Place("household", line.household_id)
