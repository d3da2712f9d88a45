"""The first page: drafts to finish, entries to look at, what was entered last; first steps where all is empty."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from villagefp.i18n import _, ngettext
from villagefp.services import form_menu
from villagefp.services import today as service
from villagefp.services.pages import TimelineEntry
from villagefp.services.today import DraftLine, MarkedPerson, TodayPage
from villagefp.ui import words
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import FormOrder
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.empty import empty_state
from villagefp.ui.widgets.form_menu import form_button
from villagefp.ui.widgets.timeline import Timeline

NAME = "today"


def title() -> str:
    """The screen's name for people."""
    return _("Today")


def build(context: ScreenContext, target: object = None) -> Today:  # noqa: ARG001  every screen is built alike
    """The screen."""
    return Today(context)


class Today(Screen):
    """What waits at the left, what was entered last at the right."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        today = context.ambient.today()
        self.page: TodayPage | None = None
        for_nobody = form_button(context, form_menu.for_nobody, FormOrder)
        self.put_heading(title(), for_nobody, beside=parts.label(words.heading_date(today), "second"))
        self._columns = parts.row(spacing=16)
        held = QWidget()
        held.setLayout(self._columns)
        self.body.addWidget(parts.scrolling(held), 1)

    @overrides
    def refresh(self) -> None:
        self.context.jobs.run(service.today_page, self.context.store, done=self._show)

    def _show(self, page: TodayPage) -> None:
        self.page = page
        parts.clear(self._columns)
        if not page.households:
            self._columns.addWidget(self._first_steps())
            return
        left = parts.column(self._register(page), self._drafts(page), spacing=16)
        if page.marks:
            left.addWidget(self._marks(page))
        left.addStretch(1)
        today = self.context.ambient.today()
        recent = parts.Card(Timeline(page.recent, today, self._open_entry, names=True), title=_("Entered last"))
        self._columns.addLayout(left, 11)
        self._columns.addLayout(parts.column(recent, 0), 10)

    def _first_steps(self) -> QWidget:
        return empty_state(
            "households",
            _("Welcome. The register is still empty."),
            _("Import the village's roster workbook; you see what will happen before anything is written."),
            parts.button(_("Import a roster"), lambda: self.context.go(Place("import_roster")), "primary"),
            parts.button(_("Add household"), lambda: self.context.go(Place("households"))),
        )

    def _register(self, page: TodayPage) -> parts.Card:
        homes = _number(page.households, ngettext("household", "households", page.households))
        people = _number(page.persons, ngettext("person", "persons", page.persons))
        find = parts.button(_("Go to households"), lambda: self.context.go(Place("households")), "quiet")
        return parts.Card(parts.row(homes, 32, people, 0, find, spacing=0))

    def _drafts(self, page: TodayPage) -> parts.Card:
        made = parts.Card(title=_("Drafts to finish"))
        if not page.drafts:
            made.add(parts.label(_("No draft is open."), "second"))
        for draft in page.drafts:
            made.add(self._draft(draft))
        return made

    def _draft(self, draft: DraftLine) -> QLayout:
        day = words.day(draft.occurred_on, self.context.ambient.today())
        order = FormOrder(draft.form_id, draft.person_id, draft.household_id, draft_id=draft.id)
        go_on = parts.button(_("Go on"), lambda: self.context.go(Place("form", order)))
        go_on.setAccessibleName(_("Go on with {form}, {who}").format(form=draft.form_title, who=draft.who))
        text = parts.column(
            parts.label(draft.who, "strong"), parts.label(f"{draft.form_title} · {day}", "second"), spacing=0
        )
        return parts.row(text, 0, go_on)

    def _marks(self, page: TodayPage) -> parts.Card:
        count = parts.label(ngettext("{count} entry", "{count} entries", page.marks).format(count=page.marks), "second")
        made = parts.Card(title=_("Roster entries to look at"), aside=count)
        rows = parts.column(spacing=12)
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

    def _open_entry(self, entry: TimelineEntry) -> None:
        event = entry.event
        order = FormOrder(event.form, person_id=event.person, household_id=event.household, event_id=event.id)
        self.context.go(Place("form", order))


def _number(value: int, what: str) -> QLayout:
    return parts.row(parts.label(str(value), "big"), parts.label(what, "second"), spacing=6)
