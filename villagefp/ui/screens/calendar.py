"""The calendar of the month: when families asked for a visit and when windows end; names stand beside it alone."""

from __future__ import annotations

from datetime import date

from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from villagefp.domain import almanac
from villagefp.i18n import _
from villagefp.services import month as service
from villagefp.services.month import DayOfMonth, MonthPage
from villagefp.ui import theme, words
from villagefp.ui.acts import appointment as acts
from villagefp.ui.context import ScreenContext
from villagefp.ui.models.day_rows import DayRow, Heading, Item
from villagefp.ui.panels.day_lines import DayLines
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.month_grid import MonthGrid

NAME = "calendar"
_SIDE = 380
_NARROW_BELOW = 820


def title() -> str:
    """The screen's name for people."""
    return _("Calendar")


def build(context: ScreenContext, target: object = None) -> Calendar:
    """The month of the day that is the target, or this one."""
    return Calendar(context, target if isinstance(target, date) else context.ambient.today())


class Calendar(Screen):
    """The grid at the left, the day chosen at the right."""

    def __init__(self, context: ScreenContext, day: date) -> None:
        super().__init__(context)
        self.today = context.ambient.today()
        self.page: MonthPage | None = None
        self.chosen: DayOfMonth | None = None
        self.day = day
        self._month: QLabel = parts.label("", "section")
        self.put_heading(
            title(),
            parts.button(_("Today"), lambda: self.move_to(self.today)),
            parts.button(_("Note an appointment  N"), self._add, "primary", icon_name="plus"),
        )
        earlier = parts.icon_button("back", _("Month before (PgUp)"), lambda: self._turn(-1))
        later = parts.icon_button("next", _("Month after (PgDn)"), lambda: self._turn(1))
        self.grid = MonthGrid(self.today)
        self.grid.moved.connect(self.move_to)
        self.grid.entered.connect(self._to_lines)
        self._told = parts.label("", "section", wrap=True)
        self.lines = DayLines(self, _("The day chosen"), _("Nothing on this day."), span=4)
        left = parts.column(parts.row(earlier, self._month, later, 0), self.grid, _legend(), spacing=8)
        left.setStretch(1, 1)
        right = parts.column(self._told, self.lines, spacing=8)
        right.setStretch(1, 1)
        self._side = parts.frame("card", parts.column(right, margins=16))
        self._columns = parts.row(spacing=16)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self._side)
        held = QWidget()
        held.setLayout(self._columns)
        self.body.addWidget(parts.scrolling(held), 1)
        QShortcut(QKeySequence("N"), self).activated.connect(self._add)

    def resume_target(self) -> object:
        """The day that was looked at."""
        return self.day

    @overrides
    def first_focus(self) -> MonthGrid:
        return self.grid

    @overrides
    def refresh(self) -> None:
        store, day, today = self.context.store, self.day, self.today

        def look() -> tuple[MonthPage, DayOfMonth]:
            return service.month_page(store, day.year, day.month, today), service.day_of(store, day, today)

        self.context.jobs.run(look, done=self._show)

    def move_to(self, day: date) -> None:
        """Look at another day."""
        self.day = day
        if self.page is not None:
            self.grid.show_page(self.page, day)  # at once: the keys do not wait for the store
        self.refresh()

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        px, direction = theme.current().px, QBoxLayout.Direction
        narrow = self.width() < px(_NARROW_BELOW)
        self._columns.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._side.setMinimumWidth(0 if narrow else px(_SIDE))
        self._side.setMaximumWidth(self.width() if narrow else px(_SIDE))

    def _show(self, told: tuple[MonthPage, DayOfMonth]) -> None:
        page, chosen = told
        if chosen.day != self.day:
            return  # the keys have gone on
        self.page, self.chosen = page, chosen
        self._month.setText(words.month(page.year, page.month))
        self.grid.show_page(page, self.day)
        self._told.setText(
            " · ".join(part for part in (words.heading_date(self.day), almanac.lunar_words(self.day)) if part)
        )
        rows: list[DayRow] = []
        for heading, lines in ((_("Asked for"), chosen.asked), (_("Last day of a window"), chosen.ending)):
            if lines:
                rows.append(Heading(heading))
                rows += [Item(line, True, False) for line in lines]
        self.lines.show_rows(rows)

    def _turn(self, months: int) -> None:
        self.move_to(service.same_day(self.day, months))

    def _to_lines(self) -> None:
        if self.lines.list.isVisible():
            self.lines.list.setFocus()

    def _add(self) -> None:
        acts.note_with_somebody(self, self.day)


def _legend() -> QLabel:
    return parts.label(_("● appointments of families   ○ windows that end"), "second", wrap=True)
