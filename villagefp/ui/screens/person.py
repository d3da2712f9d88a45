"""One person: who, how to reach, family, what happened; the ID number masked until an eye asks, and that is logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from villagefp.domain import resident_id
from villagefp.domain.records import IdStatus, NameStatus, RecordId
from villagefp.i18n import _
from villagefp.services import form_menu, next_up, people, person_facts, privacy
from villagefp.services.next_up import NextUp
from villagefp.services.pages import PersonLine, PersonPage, TimelineEntry
from villagefp.services.person_facts import Corrected
from villagefp.ui import theme, words
from villagefp.ui.acts import appointment
from villagefp.ui.acts.person import acts, ask_legacy, mend
from villagefp.ui.acts.person_facts import said
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import FormOrder, SheetOrder
from villagefp.ui.panels.next_card import next_card
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.form_menu import form_button
from villagefp.ui.widgets.marks import marks_card
from villagefp.ui.widgets.timeline import Timeline

NAME = "person"
_NEWBORN_DAYS = 60


def title() -> str:
    """The screen's name for people."""
    return _("Person")


def build(context: ScreenContext, target: object = None) -> Person:
    """The page of the person whose id is the target."""
    if not isinstance(target, bytes):
        raise TypeError("a person's page needs an id")
    return Person(context, target)


class Person(Screen):
    """Facts at the left, timeline at the right."""

    def __init__(self, context: ScreenContext, person_id: RecordId) -> None:
        super().__init__(context)
        self._id = person_id
        self.page: PersonPage | None = None
        self.id_number: QLabel | None = None
        self._columns = parts.row(spacing=16)
        held = QWidget()
        held.setLayout(self._columns)
        self.body.addWidget(parts.scrolling(held), 1)
        self._undo: Callable[[], object] | None = None
        self._menu: QPushButton | None = None
        QShortcut(QKeySequence("F2"), self).activated.connect(self._show_menu)
        QShortcut(QKeySequence("Ctrl+Z"), self).activated.connect(self._take_back)
        context.jobs.run(privacy.note_access, context.store, person_id, "opened")

    @overrides
    def refresh(self) -> None:
        store, person, today = self.context.store, self._id, self.context.ambient.today()

        def look() -> tuple[PersonPage, NextUp]:
            return people.person_page(store, person), next_up.of_person(store, person, today)

        self.context.jobs.run(look, done=self._show, failed=self.refuse)

    @overrides
    def print_shown(self) -> bool:
        if self.page is None or self.page.household is None:
            return False
        self.context.go(Place("preview", SheetOrder(household_no=self.page.household.household_no)))
        return True

    def _show(self, told: tuple[PersonPage, NextUp]) -> None:
        page, following = told
        first, self.page = self.page is None, page
        today = self.context.ambient.today()
        line = page.line
        facts = [words.code("sex", line.sex), words.age(line, today), words.code("presence", line.presence)]
        if line.died_on:
            facts.append(_("died {day}").format(day=words.day(line.died_on, today)))
        beside = parts.row(parts.label(" · ".join(fact for fact in facts if fact), "second"), spacing=8)
        if page.person.name_status is NameStatus.PROVISIONAL:
            beside.addWidget(parts.label(_("not named yet"), "tag-accent"))
        kept = not first and self._has_keyboard()
        self._menu = self._more(page)
        actions = [*self._form_buttons(page), *self._any_form(page), self._menu]
        self.put_heading(words.name(line), *actions, back=_("Back"), beside=beside)
        parts.clear(self._columns)
        left = parts.column(spacing=16)
        if not line.died_on:
            left.addWidget(next_card(self, following, self._note_appointment, names=False))
        left.addWidget(self._facts(page))
        if page.marks:
            left.addWidget(
                marks_card(
                    page.marks,
                    lambda mark: self._settle(mark.id),
                    lambda mark: mend(self, page, mark.kind, self.corrected),
                )
            )
        left.addWidget(self._family(page))
        if page.person.legacy_method_status == "unverified":
            left.addWidget(self._legacy())
        left.addStretch(1)
        right = parts.column(
            parts.Card(Timeline(page.timeline, today, self._open_entry, names=False), title=_("Timeline")), 0
        )
        self._columns.addLayout(left, 11)
        self._columns.addLayout(right, 10)
        if first:
            actions[0].setFocus()
        elif kept:
            self._menu.show()  # before the layout does it: while a window comes back, what is hidden loses the keyboard
            self._menu.setFocus()

    def _form_buttons(self, page: PersonPage) -> list[QPushButton]:
        today, born = self.context.ambient.today(), page.line.birth_date
        if page.line.died_on or not born or len(born) < len("2026-11-22"):
            return []
        if (today - date.fromisoformat(born)).days > _NEWBORN_DAYS:
            return []
        order = FormOrder("newborn_home_visit", person_id=self._id)
        return [
            parts.button(
                _("Newborn home visit"), lambda: self.context.go(Place("form", order)), "primary", icon_name="visit"
            ),
            parts.button(
                _("Print the form"),
                lambda: self.context.go(Place("preview", SheetOrder(form_id="newborn_home_visit", person_id=self._id))),
                icon_name="print",
            ),
        ]

    def _any_form(self, page: PersonPage) -> list[QPushButton]:
        if page.line.died_on:
            return []
        about = page.person.id
        return [form_button(self.context, form_menu.for_person, lambda form_id: FormOrder(form_id, person_id=about))]

    def _more(self, page: PersonPage) -> QPushButton:
        made = parts.button(_("More"), lambda: None, icon_name="more")
        menu = QMenu(made)
        for act in acts(self, page, self.corrected):
            menu.addAction(act.title).triggered.connect(lambda _checked=False, act=act: act.start())
        made.setMenu(menu)
        return made

    def _show_menu(self) -> None:
        if self._menu is not None:
            self._menu.showMenu()

    def _has_keyboard(self) -> bool:
        """Whether a key goes to what is made anew whenever the page is read again, so that it needs another place."""
        now = QApplication.focusWidget()
        return now is None or (self.isAncestorOf(now) and not self.banner.isAncestorOf(now))

    def corrected(self, done: Corrected) -> None:
        """Say that it was put right, with the way back, and read again."""
        if not done.changed:
            self.saved(_("Nothing was to be changed"))
            return
        self._undo = partial(person_facts.take_back, self.context.store, done)
        self.banner.tell(said(done), "done", (_("Take back  Ctrl+Z"), self._take_back))
        self.saved()

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        if undo is not None:
            self.banner.still()
            self.context.jobs.run(undo, done=lambda _none: self.saved(_("Taken back")), failed=self.refuse)

    def _facts(self, page: PersonPage) -> parts.Card:
        person, line = page.person, page.line
        made = parts.Card(title=_("About"))
        made.add(self._id_row(page))
        born = words.partial_date(line.birth_date) if line.birth_date else _("not known")
        made.add(_fact(_("Date of birth"), f"{born} ({person.birth_told})" if person.birth_told else born))
        if page.aliases:
            made.add(_fact(_("Also known as"), _("; ").join(alias.name for alias in page.aliases)))
        for phone in page.phones:
            made.add(_fact(_("Phone"), f"{phone.number} · {words.whose(phone.whose)}"))
        for list_name, label, value in (
            ("ethnic", _("Ethnic group"), person.ethnic),
            ("education_gb", _("Education"), person.education),
        ):
            if value:
                made.add(_fact(label, words.code(list_name, value)))
        return made

    def _id_row(self, page: PersonPage) -> QHBoxLayout:
        status = {
            IdStatus.NOT_YET: _("no number yet"), IdStatus.NONE: _("has none"), IdStatus.NOT_TOLD: _("not told"),
        }.get(page.person.id_status)  # fmt: skip
        shown = status or resident_id.shown(page.person.id_no or "")
        self.id_number = parts.label(shown)
        line = _fact(_("ID number"), self.id_number)
        if page.person.id_no:
            eye = parts.icon_button("eye", _("Show the whole ID number (the look is logged)"), self._reveal)
            line.insertWidget(2, eye)
        if page.person.id_status is IdStatus.UNCLEAR:
            line.insertWidget(line.count() - 1, parts.label(_("to check"), "tag-yellow"))
        return line

    def _reveal(self) -> None:
        self.context.jobs.run(privacy.reveal_id, self.context.store, self._id, done=self._revealed)

    def _revealed(self, number: str) -> None:
        if self.id_number is not None:
            self.id_number.setText(number)

    def _family(self, page: PersonPage) -> parts.Card:
        made, today = parts.Card(title=_("Household and family")), self.context.ambient.today()
        for membership in page.memberships:
            if membership.household is None:
                continue
            home = page.household
            current = membership.left_on is None
            number = home.household_no if home is not None and membership.household == home.id else ""
            text = " · ".join(
                part
                for part in (
                    number, words.relation(membership.relation), words.code("presence", membership.presence),
                    "" if current else _("until {day}").format(day=words.day(membership.left_on, today)),
                )
                if part
            )  # fmt: skip
            open_home = membership.household
            link = parts.button(text or _("Household"), partial(self.context.go, Place("household", open_home)), "link")
            made.add(_fact(_("Household") if current else _("Before"), link))
        for book in page.hukou_books:
            made.add(_fact(_("Hukou book"), book.book_no or book.address or _("known, without a number")))
        if page.mother is not None:
            made.add(_fact(_("Mother"), self._link(page.mother)))
        for child in page.children:
            made.add(_fact(_("Child"), self._link(child)))
        return made

    def _link(self, line: PersonLine) -> QPushButton:
        age = words.age(line, self.context.ambient.today())
        text = f"{words.name(line)} · {age}" if age else words.name(line)
        return parts.button(text, lambda: self.context.go(Place("person", line.id)), "link")

    def _legacy(self) -> parts.Card:
        tokens = theme.current().tokens
        words_said = parts.label(
            _("A private item of the old roster; hidden until the person confirms."), "second", wrap=True
        )
        ask = parts.button(_("The person is here and wishes to decide"), self._ask_legacy)
        return parts.Card(parts.row(parts.picture("lock", tokens.second), words_said), parts.row(ask, 0))

    def _ask_legacy(self) -> None:
        self.context.jobs.run(privacy.reveal_legacy_method, self.context.store, self._id, done=self._decide_legacy)

    def _decide_legacy(self, code: str) -> None:
        ask_legacy(self, self._id, words.code("method_code", code))

    def _open_entry(self, entry: TimelineEntry) -> None:
        event = entry.event
        order = FormOrder(event.form, person_id=event.person, household_id=event.household, event_id=event.id)
        self.context.go(Place("form", order))

    def _note_appointment(self) -> None:
        if self.page is not None:
            appointment.note(self, words.name(self.page.line), person_id=self._id)

    def _settle(self, mark_id: RecordId) -> None:
        self.context.jobs.run(
            people.settle_mark, self.context.store, mark_id, done=lambda _none: self.saved(_("Settled"))
        )


def _fact(name: str, value: str | QWidget) -> QHBoxLayout:
    """A row of a card: what it is, quietly, and the value."""
    what = parts.label(name, "second")
    what.setFixedWidth(theme.current().px(96))
    shown = parts.label(value, wrap=True) if isinstance(value, str) else value
    line = parts.row(what, shown, spacing=8)
    if not isinstance(value, str):
        line.addStretch(1)
    return line
