"""One household: who lives here, what happened, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from villagefp.domain.records import Membership, Presence, RecordId
from villagefp.i18n import _
from villagefp.services import form_menu, households, next_up, people
from villagefp.services.next_up import NextUp
from villagefp.services.pages import HouseholdPage, Mark, PersonLine, TimelineEntry
from villagefp.ui import theme, words
from villagefp.ui.acts import appointment
from villagefp.ui.acts.household import acts
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import FormOrder, SheetOrder
from villagefp.ui.panels.next_card import next_card
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.form_menu import form_button
from villagefp.ui.widgets.marks import marks_card
from villagefp.ui.widgets.timeline import Timeline

NAME = "household"


def title() -> str:
    """The screen's name for people."""
    return _("Household")


def build(context: ScreenContext, target: object = None) -> Household:
    """The page of the household whose id is the target."""
    if not isinstance(target, bytes):
        raise TypeError("a household's page needs its id")
    return Household(context, target)


class Household(Screen):
    """Members at the left, timeline at the right."""

    def __init__(self, context: ScreenContext, household_id: RecordId) -> None:
        super().__init__(context)
        self._id = household_id
        self.page: HouseholdPage | None = None
        self.visit: QPushButton | None = None
        self._columns = parts.row(spacing=16)
        held = QWidget()
        held.setLayout(self._columns)
        self.body.addWidget(parts.scrolling(held), 1)
        QShortcut(QKeySequence("F2"), self).activated.connect(self._show_menu)
        self._more: QPushButton | None = None

    @overrides
    def refresh(self) -> None:
        store, home, today = self.context.store, self._id, self.context.ambient.today()

        def look() -> tuple[HouseholdPage, NextUp]:
            return households.household_page(store, home), next_up.of_household(store, home, today)

        self.context.jobs.run(look, done=self._show, failed=self.refuse)

    @overrides
    def print_shown(self) -> bool:
        if self.page is None:
            return False
        self._print()
        return True

    def _show(self, told: tuple[HouseholdPage, NextUp]) -> None:
        page, following = told
        self.page = page
        household = page.household
        head = next((line.name for line, _membership in page.members if line.id == household.head), "")
        away = sum(1 for _line, membership in page.members if membership.presence in _NOT_HERE)
        facts = [household.household_no, words.group(household.group_no)]
        counts = _("{here} here").format(here=len(page.members) - away)
        if away:
            counts += " · " + _("{away} away").format(away=away)
        self.visit = parts.button(_("Visit"), self._visit, "primary", icon_name="visit")
        self._more = parts.button(_("More"), lambda: None, icon_name="more")
        menu = QMenu(self._more)
        for act in acts(self, page):
            menu.addAction(act.title).triggered.connect(lambda _checked=False, act=act: act.start())
        self._more.setMenu(menu)
        beside = parts.column(
            parts.label(" · ".join(fact for fact in (*facts, household.address or "") if fact), "second"),
            parts.label(counts, "second"),
            spacing=0,
        )
        self.put_heading(
            words.family(head), self.visit, self._any_form(), parts.button(_("Print"), self._print, icon_name="print"),
            self._more,
            back=_("Households"), beside=beside,
        )  # fmt: skip
        parts.clear(self._columns)
        left = parts.column(
            next_card(self, following, self._note_appointment, names=True), self._members(page), spacing=16
        )
        if page.marks:
            left.addWidget(self._marks(page))
        left.addStretch(1)
        right = parts.column(
            parts.Card(
                Timeline(page.timeline, self.context.ambient.today(), self._open_entry, names=True), title=_("Timeline")
            ),
            0,
        )
        self._columns.addLayout(left, 11)
        self._columns.addLayout(right, 10)
        self.visit.setFocus()

    def _any_form(self) -> QPushButton:
        return form_button(
            self.context, form_menu.for_household, lambda form_id: FormOrder(form_id, household_id=self._id)
        )

    def _marks(self, page: HouseholdPage) -> parts.Card:
        """What is to be looked at of everybody here; it is put right on the page of the one it is about."""
        names = {line.id: words.name(line) for line, _membership in page.members}

        def mend(mark: Mark) -> Callable[[], object] | None:
            about = mark.person_id
            return None if about is None else lambda: self.context.go(Place("person", about))

        return marks_card(
            page.marks, lambda mark: self._settle(mark.id), mend, lambda mark: names.get(mark.person_id or b"", "")
        )

    def _members(self, page: HouseholdPage) -> parts.Card:
        made = parts.Card(title=_("Members"))
        if not page.members:
            made.add(parts.label(_("Nobody lives here yet. “More” adds members."), "second"))
        for line, membership in page.members:
            made.add(self._member(line, membership, page.household.head))
        if page.former:
            made.add(parts.rule())
            made.add(parts.label(_("Before"), "second"))
            for line, membership in page.former:
                made.add(self._former(line, membership))
        return made

    def _member(self, line: PersonLine, membership: Membership, head: RecordId | None) -> QVBoxLayout:
        today = self.context.ambient.today()
        relation = parts.label(_("Head") if line.id == head else words.relation(membership.relation), "second")
        relation.setFixedWidth(theme.current().px(64))
        name = parts.button(words.name(line), lambda: self.context.go(Place("person", line.id)), "link")
        facts = " · ".join(part for part in (words.code("sex", line.sex), words.age(line, today)) if part)
        upper = parts.row(relation, name, parts.label(facts, "second"), 0, spacing=8)
        if presence := _presence(membership, today):
            upper.addWidget(presence)
        if line.phone:
            upper.addWidget(parts.label(line.phone, "second"))
        return parts.column(upper, spacing=0)

    def _former(self, line: PersonLine, membership: Membership) -> QVBoxLayout:
        today = self.context.ambient.today()
        name = parts.button(words.name(line), lambda: self.context.go(Place("person", line.id)), "link")
        until = _("until {day}").format(day=words.day(membership.left_on, today))
        return parts.column(parts.row(name, parts.label(until, "second"), 0))

    def _show_menu(self) -> None:
        if self._more is not None:
            self._more.showMenu()

    def _visit(self) -> None:
        order = FormOrder("household_visit", household_id=self._id)
        self.context.go(Place("form", order))

    def _print(self) -> None:
        if self.page is not None:
            self.context.go(Place("preview", SheetOrder(household_no=self.page.household.household_no)))

    def _open_entry(self, entry: TimelineEntry) -> None:
        event = entry.event
        order = FormOrder(event.form, person_id=event.person, household_id=event.household, event_id=event.id)
        self.context.go(Place("form", order))

    def _note_appointment(self) -> None:
        if self.page is not None:
            appointment.note(self, self.page.household.household_no, household_id=self._id)

    def _settle(self, mark_id: RecordId) -> None:
        self.context.jobs.run(
            people.settle_mark, self.context.store, mark_id, done=lambda _none: self.saved(_("Settled"))
        )


_NOT_HERE = (Presence.AWAY, Presence.ELSEWHERE_HUKOU_HERE)


def _presence(membership: Membership, today: date) -> QLabel | None:
    if membership.presence in (None, Presence.RESIDENT):
        return None
    text = words.code("presence", membership.presence)
    if membership.expected_back:
        text = _("{presence}, back {day}").format(presence=text, day=words.day(membership.expected_back, today))
    return parts.label(text, "tag")
