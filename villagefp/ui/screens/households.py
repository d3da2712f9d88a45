"""All households of the village, by group and by one search box."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from villagefp.domain.records import Household
from villagefp.i18n import _, ngettext
from villagefp.services import households
from villagefp.services.pages import HouseholdLine
from villagefp.ui import words
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.models.table import Column, TableModel
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.empty import empty_state
from villagefp.ui.widgets.fields import TextField
from villagefp.ui.widgets.sheet import Sheet
from villagefp.ui.widgets.table import Table

NAME = "households"
_PAUSE_MS = 80


def title() -> str:
    """The screen's name for people."""
    return _("Households")


def build(context: ScreenContext, target: object = None) -> Households:  # noqa: ARG001  every screen is built alike
    """The screen."""
    return Households(context)


def _columns(today: date) -> list[Column[HouseholdLine]]:
    return [
        Column(_("No."), lambda line: line.household_no, width=88),
        Column(_("Group"), lambda line: words.group(line.group_no), width=110, spare=1),
        Column(_("Household"), lambda line: words.family(line.head_name)),
        Column(_("Address"), lambda line: line.address, spare=3),
        Column(_("Here"), lambda line: str(line.resident), right=True, width=72),
        Column(_("Away"), lambda line: str(line.away) if line.away else "", right=True, width=72, spare=1),
        Column(_("Last visit"), lambda line: words.day(line.last_visit_on, today), width=140, spare=2),
    ]


class Households(Screen):
    """The list; typing anywhere searches, Enter opens."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        self.model = TableModel(_columns(context.ambient.today()))
        self.table = Table(self.model, title())
        self.table.opened.connect(self._open)
        self.search = QLineEdit(placeholderText=_("Name, pinyin, phone, ID last four, number"))
        self.search.setAccessibleName(_("Search households"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(280)
        self.search.returnPressed.connect(self._open_chosen)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.groups = QComboBox()
        self.groups.setAccessibleName(_("Group"))
        self.groups.addItem(_("All groups"), None)
        self.groups.activated.connect(lambda _index: self.refresh())
        self._count = parts.label("", "second")
        add = parts.button(_("Add household"), self._add, icon_name="plus")
        self.put_heading(title(), add, beside=self._count)
        self._empty = empty_state(
            "households",
            _("No household is here yet."),
            _("Import the village's roster workbook, or add households one by one."),
            parts.button(_("Import a roster"), lambda: context.go(Place("import_roster")), "primary"),
        )
        self._nobody = empty_state("search", _("Nobody found. Try fewer characters."))
        self.body.addLayout(parts.row(self.search, self.groups, 0))
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self._nobody, 1)
        self._empty.hide()
        self._nobody.hide()

    @overrides
    def refresh(self) -> None:
        group = self.groups.currentData()
        self.context.jobs.run(
            households.household_lines, self.context.store, self.search.text().strip(), group, done=self._show
        )

    @overrides
    def first_focus(self) -> QWidget:
        return self.search

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
        elif text.isprintable() and text and not self.search.hasFocus():
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
            self.search.insert(text)
        else:
            super().keyPressEvent(event)

    @overrides
    def step_back(self) -> bool:
        if self.search.text():
            self.search.clear()
            self.search.setFocus()
            return True
        return False

    def _show(self, lines: Sequence[HouseholdLine]) -> None:
        self.model.show(lines)
        wanted = bool(self.search.text().strip()) or self.groups.currentData() is not None
        self.table.setVisible(bool(lines))
        self._nobody.setVisible(not lines and wanted)
        self._empty.setVisible(not lines and not wanted)
        homes, people = len(lines), sum(line.resident + line.away for line in lines)
        self._count.setText(
            ngettext("{homes} household", "{homes} households", homes).format(homes=homes)
            + " · " + ngettext("{people} person", "{people} persons", people).format(people=people)
        )  # fmt: skip
        if lines:
            self.table.choose(0)
        if not wanted:
            self._offer_groups(lines)

    def _offer_groups(self, lines: Sequence[HouseholdLine]) -> None:
        known = {self.groups.itemData(number) for number in range(1, self.groups.count())}
        for group_no in sorted({line.group_no for line in lines if line.group_no} - known, key=_natural):
            self.groups.addItem(words.group(group_no), group_no)

    def _open(self, line: HouseholdLine) -> None:
        self.context.go(Place("household", line.id))

    def _open_chosen(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self._open(self.model.rows[index.row()])

    def _add(self) -> None:
        number, group, address = TextField(_("Household number")), TextField(_("Group")), TextField(_("Address"))

        def add(sheet: Sheet) -> None:
            told = households.NewHousehold(number.text, group.text or None, address.text or None)
            self.context.jobs.run(
                households.add_household, self.context.store, told,
                done=partial(self._added, sheet),
                failed=sheet.refuse,
            )  # fmt: skip

        Sheet(self, _("Add household"), [number, group, address], _("Add household"), add).open()

    def _added(self, sheet: Sheet, made: Household) -> None:
        sheet.accept()
        self.saved()
        self.context.go(Place("household", made.id))


def _natural(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdigit() else (10_000, text)
