"""Desk mode: a stack of paper is keyed in by keyboard alone; scan or type, the form opens, saved, the next sheet."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QWidget

from villagefp.domain.records import RecordId
from villagefp.errors import UserError
from villagefp.i18n import _, ngettext
from villagefp.services import day_list, desk, due, rounds
from villagefp.services.day_list import DayLine
from villagefp.services.desk import Choice, Deeper, Found, Opening
from villagefp.services.due import DueLine
from villagefp.ui import theme, words
from villagefp.ui.acts.day import Undo, acts_of
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import FormOrder
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.sheaf import Keyed, Sheaf
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.date_field import DateField
from villagefp.ui.widgets.fields import TextField
from villagefp.ui.widgets.flow import FlowLayout
from villagefp.ui.widgets.numbered import Numbered

NAME = "desk"
_DAY_WIDTH = 250
_LAST_SHOWN = 5


def title() -> str:
    """The screen's name for people."""
    return _("Key in sheets")


def build(context: ScreenContext, target: object = None) -> Desk:
    """The desk with a stack of paper; a new one unless it is the target."""
    return Desk(context, target if isinstance(target, Sheaf) else Sheaf(context.ambient.today()))


class Desk(Screen):
    """One field takes what is scanned or typed; below it the next sheet of the round, or choices."""

    def __init__(self, context: ScreenContext, sheaf: Sheaf) -> None:
        super().__init__(context)
        self.sheaf = sheaf
        self.found: Found | None = None
        self._undo: Undo | None = None
        self._undone: RecordId | None = None
        self.count = parts.label("", "strong")
        self.put_heading(title(), self.count, back=_("Back"))
        self.on = DateField(_("Day of the visits"), context.ambient.today(), chosen=sheaf.on)
        self.on.setMaximumWidth(theme.current().px(_DAY_WIDTH))
        self.on.line.editingFinished.connect(self._take_day)
        self.on.line.returnPressed.connect(self._to_entry)
        self.entry = TextField(
            _("Code of the sheet, household number or name"),
            hint=_("Scan or type, then Enter. With nothing typed, Enter opens the next sheet of the round."),
        )
        self.entry.line.returnPressed.connect(self._look)
        self.entry.line.installEventFilter(self)
        top = parts.row(self.on, spacing=16)
        top.addWidget(self.entry, 1)
        self.body.addWidget(parts.Card(top))
        self.next_line: QLabel = parts.label("", "section", wrap=True)
        self._next_card = self._make_next()
        self._heading = parts.label("", "section")
        self.choices = Numbered(_("Choices"))
        self.choices.picked.connect(self._pick)
        self._choices_card = parts.Card(self._heading, self.choices)
        self._choices_card.hide()
        self._last = parts.label("", "second", wrap=True)
        self.body.addWidget(self._next_card)
        self.body.addWidget(self._choices_card, 1)
        self.body.addWidget(self._last)
        self.body.addStretch(0)
        for key in "23456":
            QShortcut(QKeySequence(f"Ctrl+{key}"), self).activated.connect(partial(self._end, key))
        QShortcut(QKeySequence("Ctrl+Z"), self).activated.connect(self._take_back)
        self._show_stack()

    def resume_target(self) -> object:
        """The same stack."""
        return self.sheaf

    @overrides
    def first_focus(self) -> QWidget:
        return self.entry.line

    @overrides
    def step_back(self) -> bool:
        if self.found is None:
            return False
        self._drop_choices()
        return True

    @overrides
    def refresh(self) -> None:
        if self.sheaf.round is None:
            self.context.jobs.run(rounds.round_of, self.context.store, self.sheaf.on, done=self._take_round)
        else:
            self._show_next()

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Z takes back the sheet noted last, unless there is something typed to take back."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.matches(QKeySequence.StandardKey.Undo)
            and not self.entry.line.isUndoAvailable()
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _make_next(self) -> parts.Card:
        acts = FlowLayout(gap=6, line_gap=6)
        go = parts.button(_("Open  Enter"), self._open_next, "primary")
        go.setProperty("span", 2)
        acts.addWidget(go)
        for number, act in enumerate(self._endings()):
            ending = parts.button(f"{act} Ctrl+{number + 2}", partial(self._end, str(number + 2)))
            ending.setProperty("span", 2)
            acts.addWidget(ending)
        held = QWidget()
        held.setLayout(acts)
        made = parts.Card(self.next_line, held, title=_("Next sheet of the round"))
        made.hide()
        return made

    def _endings(self) -> tuple[str, ...]:
        return _("Not this time"), _("No more"), _("Another day"), _("Nobody met"), _("No answer by phone")

    # what was typed

    def _look(self) -> None:
        self.banner.still()
        if not self._take_day():
            return
        told = self.entry.text
        if not told:
            self._open_next()
            return
        self.context.jobs.run(
            desk.look, self.context.store, told, self.sheaf.on, done=self._show_found, failed=self._not_found
        )

    def _take_day(self) -> bool:
        """The day of the visits, where it can be read; the sheets that follow are of that day."""
        try:
            on = self.on.day()
        except UserError:
            return False
        if on != self.sheaf.on:
            self.sheaf.turn_to(on)
            self.refresh()
        return True

    def _to_entry(self) -> None:
        self.entry.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_found(self, error: BaseException) -> None:
        self.refuse(error)
        self.entry.line.selectAll()
        self._to_entry()

    def _show_found(self, found: Found) -> None:
        if found.opening is not None:
            self._open(found.opening)
            return
        self.found = found
        self._heading.setText(found.heading)
        self.choices.show_lines([(choice.title, choice.second) for choice in found.choices])
        self._choices_card.show()
        self._next_card.hide()
        self.choices.setFocus()

    def _pick(self, place: int) -> None:
        if self.found is None:
            return
        choice: Choice = self.found.choices[place]
        if isinstance(choice.then, Deeper):
            self.context.jobs.run(
                desk.further, self.context.store, choice.then, self.sheaf.on,
                done=self._show_found, failed=self.refuse,
            )  # fmt: skip
        else:
            self._open(choice.then)

    def _drop_choices(self) -> None:
        self.found = None
        self._choices_card.hide()
        self._show_next()
        self.entry.line.selectAll()
        self._to_entry()

    def _open(self, opening: Opening) -> None:
        order = FormOrder(
            opening.form_id, opening.person_id, opening.household_id, event_id=opening.event_id, sheaf=self.sheaf
        )
        self.context.go(Place("form", order))

    # the round

    def _take_round(self, found: tuple[DueLine, ...]) -> None:
        self.sheaf.round = found
        self._show_next()

    def _open_next(self) -> None:
        line = self.sheaf.next
        if line is not None and self._take_day():
            self._open(Opening(line.item.form, line.item.person, line.item.household))

    def _show_next(self) -> None:
        line = self.sheaf.next
        self._next_card.setVisible(line is not None and self.found is None)
        if line is None:
            return
        facts = (line.household_no, words.group(line.group_no), line.who, due.neutral_words())
        self.next_line.setText(" · ".join(fact for fact in facts if fact))

    def _end(self, key: str) -> None:
        """End the next sheet of the round as its box on paper says, without opening its form."""
        line = self.sheaf.next
        if line is None or self.found is not None or not self._take_day():
            return
        shown: DayLine = day_list.of_due(line, {}, self.sheaf.on)
        for act in acts_of(shown):
            if act.key == key and act.start is not None:
                act.start(self, shown, self.sheaf.on, partial(self._ended, line))

    def _ended(self, line: DueLine, said: str, undo: Undo, event: RecordId | None) -> None:
        item = line.item
        if event is not None:
            self.sheaf.keep(Keyed(event, said), (item.person, item.household, item.form), {})
        self._undo, self._undone = undo, event
        self.banner.tell(said, "done", (_("Take back  Ctrl+Z"), self._take_back))
        self.context.note(_("Noted"))
        self._show_stack()
        self._show_next()
        self._to_entry()

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        if undo is not None:
            self.banner.still()
            self.context.jobs.run(undo, done=self._taken_back, failed=self.refuse)

    def _taken_back(self, _none: object) -> None:
        if self._undone is not None:
            self.sheaf.forget(self._undone)
        self.context.note(_("Taken back"))
        self._show_stack()
        self._show_next()

    def _show_stack(self) -> None:
        count = len(self.sheaf.keyed)
        self.count.setText(ngettext("{count} sheet keyed in", "{count} sheets keyed in", count).format(count=count))
        told = [sheet.words for sheet in reversed(self.sheaf.keyed[-_LAST_SHOWN:])]
        self._last.setText(_("Last: {sheets}").format(sheets=_("; ").join(told)) if told else "")
