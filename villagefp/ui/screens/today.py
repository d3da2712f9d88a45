"""The first page: what may be done today in the order of the way, drafts to finish, what was entered last."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from villagefp.domain import almanac
from villagefp.domain.records import Outcome
from villagefp.i18n import _, ngettext
from villagefp.services import day_list, form_menu
from villagefp.services import today as service
from villagefp.services.day_list import DayPage
from villagefp.services.pages import TimelineEntry
from villagefp.services.returned import ReturnedLine
from villagefp.services.today import DraftLine, MarkedPerson, TodayPage
from villagefp.ui import theme, words
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import FormOrder, SheetOrder
from villagefp.ui.panels.day_panel import DayPanel
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.empty import empty_state
from villagefp.ui.widgets.form_menu import form_button

NAME = "today"
_SIDE = 340
_MARKS_SHOWN = 3
_NARROW_BELOW = 900
_ANY_HEIGHT = 1000


def title() -> str:
    """The screen's name for people."""
    return _("Today")


def build(context: ScreenContext, target: object = None) -> Today:  # noqa: ARG001  every screen is built alike
    """The screen."""
    return Today(context)


class Today(Screen):
    """What may be done today at the left, what waits on this laptop at the right."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        today = context.ambient.today()
        self.page: TodayPage | None = None
        self.day: DayPage | None = None
        desk = parts.button(_("Key in sheets"), self._to_desk, icon_name="edit")
        desk.setToolTip("Ctrl+D")
        told = " · ".join(part for part in (words.heading_date(today), almanac.lunar_words(today)) if part)
        for_nobody = form_button(context, form_menu.for_nobody, FormOrder)
        beside = parts.label(told, "second", wrap=True)
        self.put_heading(title(), desk, self._print_menu(), for_nobody, beside=beside)
        self.heading.setStretch(1, 1)
        self.days = DayPanel(self)
        self.days.narrowed.connect(self.refresh)
        self.days.hide()
        self._waiting = parts.column(spacing=16)
        held = QWidget()
        held.setLayout(self._waiting)
        self._side = parts.scrolling(held)
        self._side.hide()
        self._columns = parts.row(self.days, self._side, spacing=16)
        self._columns.setStretch(0, 1)
        self._first = QVBoxLayout()
        self.body.addLayout(self._columns, 1)
        self.body.addLayout(self._first)
        QShortcut(QKeySequence("Ctrl+D"), self).activated.connect(self._to_desk)

    @overrides
    def refresh(self) -> None:
        store, today, family = self.context.store, self.context.ambient.today(), self.days.family

        def look() -> tuple[TodayPage, DayPage]:
            return service.today_page(store, shown_marks=_MARKS_SHOWN), day_list.day_page(store, today, family)

        self.context.jobs.run(look, done=self._show)

    @overrides
    def print_shown(self) -> bool:
        self._print_round()
        return True

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        px, direction = theme.current().px, QBoxLayout.Direction
        narrow = self.width() < px(_NARROW_BELOW)
        self._columns.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._columns.setStretch(0, 4 if narrow else 1)
        self._columns.setStretch(1, 1 if narrow else 0)
        self.days.hint.setMaximumHeight(0 if narrow else px(_ANY_HEIGHT))
        self._side.setMinimumWidth(0 if narrow else px(_SIDE))
        self._side.setMaximumWidth(self.width() if narrow else px(_SIDE))

    def _show(self, told: tuple[TodayPage, DayPage]) -> None:
        page, day = told
        first = self.page is None
        self.page, self.day = page, day
        parts.clear(self._first)
        parts.clear(self._waiting)
        self.days.setVisible(bool(page.households))
        self._side.setVisible(bool(page.households))
        if not page.households:
            self._first.addWidget(self._first_steps())
            return
        self.days.show_page(day)
        if page.returned:
            self._waiting.addWidget(self._returned(page))
        if page.drafts:
            self._waiting.addWidget(self._drafts(page))
        if page.marks:
            self._waiting.addWidget(self._marks(page))
        if page.recent:
            self._waiting.addWidget(self._recent(page.recent))
        self._waiting.addStretch(1)
        if first and self.days.list.isVisible():
            self.days.list.setFocus()

    def _first_steps(self) -> QWidget:
        return empty_state(
            "households",
            _("Welcome. The register is still empty."),
            _("Import the village's roster workbook; you see what will happen before anything is written."),
            parts.button(_("Import a roster"), lambda: self.context.go(Place("import_roster")), "primary"),
            parts.button(_("Add household"), lambda: self.context.go(Place("households"))),
        )

    def _print_menu(self) -> QPushButton:
        made = parts.button(_("Print"), lambda: None, icon_name="print")
        menu = QMenu(made)
        menu.addAction(_("Round sheet of today")).triggered.connect(lambda _checked=False: self._print_round())
        menu.addAction(_("Forms to take along")).triggered.connect(lambda _checked=False: self._print_round(bag=True))
        made.setMenu(menu)
        return made

    def _print_round(self, *, bag: bool = False) -> None:
        order = SheetOrder(round_on=self.context.ambient.today(), bag=bag)
        self.context.go(Place("preview", order))

    def _to_desk(self) -> None:
        self.context.go(Place("desk"))

    def _returned(self, page: TodayPage) -> parts.Card:
        made = parts.Card(title=_("Returned ({count})").format(count=len(page.returned)))
        for line in page.returned:
            link = parts.button(line.who or _("Open"), partial(self._open_returned, line), "link")
            made.add(parts.column(parts.row(link, 0), parts.label(line.reason, "second", wrap=True), spacing=0))
        return made

    def _open_returned(self, line: ReturnedLine) -> None:
        if line.event is not None:
            order = FormOrder(
                line.event.form,
                person_id=line.event.person,
                household_id=line.event.household,
                event_id=line.event.id,
            )
            self.context.go(Place("form", order))
        elif line.person_id is not None:
            self.context.go(Place("person", line.person_id))
        elif line.household_id is not None:
            self.context.go(Place("household", line.household_id))

    def _drafts(self, page: TodayPage) -> parts.Card:
        made = parts.Card(title=_("Drafts to finish"))
        for draft in page.drafts:
            made.add(self._draft(draft))
        return made

    def _draft(self, draft: DraftLine) -> QLayout:
        day = words.day(draft.occurred_on, self.context.ambient.today())
        order = FormOrder(draft.form_id, draft.person_id, draft.household_id, draft_id=draft.id)
        go_on = parts.button(_("Go on"), lambda: self.context.go(Place("form", order)))
        go_on.setAccessibleName(_("Go on with {form}, {who}").format(form=draft.form_title, who=draft.who))
        text = parts.column(
            parts.label(draft.who, "strong"),
            parts.label(f"{draft.form_title} · {day}", "second", wrap=True),
            spacing=0,
        )
        line = parts.row(spacing=8)
        line.addLayout(text, 1)
        line.addWidget(go_on)
        return line

    def _marks(self, page: TodayPage) -> parts.Card:
        count = parts.label(ngettext("{count} entry", "{count} entries", page.marks).format(count=page.marks), "second")
        made = parts.Card(title=_("Roster entries to look at"), aside=count)
        rows = parts.column(spacing=8)
        made.add(rows)
        self._list_marked(rows, page.first_marked)
        if page.marked > len(page.first_marked):
            everybody = parts.button(_("Show all {count}").format(count=page.marked), lambda: None, "quiet")
            everybody.clicked.connect(lambda: self._show_all_marked(rows, everybody))
            made.add(parts.row(everybody, 0))
        return made

    def _show_all_marked(self, rows: QVBoxLayout, asked: QWidget) -> None:
        asked.hide()
        self.context.jobs.run(
            service.marked_persons, self.context.store, done=lambda found: self._list_marked(rows, found)
        )

    def _list_marked(self, rows: QVBoxLayout, found: Sequence[MarkedPerson]) -> None:
        parts.clear(rows)
        for marked in found:
            rows.addLayout(self._marked(marked))

    def _marked(self, marked: MarkedPerson) -> QLayout:
        line = marked.line
        home = " · ".join(part for part in (line.household_no, words.group(line.group_no)) if part)
        link = parts.button(words.name(line), lambda: self.context.go(Place("person", line.id)), "link")
        reasons = [parts.label(reason, "second", wrap=True) for reason in marked.reasons]
        return parts.column(parts.row(link, parts.label(home, "second"), 0), *reasons, spacing=0)

    def _recent(self, entries: Sequence[TimelineEntry]) -> parts.Card:
        made, today = parts.Card(title=_("Entered last")), self.context.ambient.today()
        for entry in entries:
            facts = (
                entry.form_title if entry.person_name else "",
                words.day(entry.event.occurred_on, today),
                "" if entry.event.outcome is Outcome.DONE else words.outcome(entry.event.outcome),
            )
            link = parts.button(entry.person_name or entry.form_title, partial(self._open_entry, entry), "link")
            said = parts.label(" · ".join(fact for fact in facts if fact), "second", wrap=True)
            made.add(parts.column(parts.row(link, 0), said, spacing=0))
        return made

    def _open_entry(self, entry: TimelineEntry) -> None:
        event = entry.event
        order = FormOrder(event.form, person_id=event.person, household_id=event.household, event_id=event.id)
        self.context.go(Place("form", order))
