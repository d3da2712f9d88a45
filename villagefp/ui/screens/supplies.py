"""Supplies: what is left of each item and until when, what was entered, and what to order. Numbers, never persons."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from villagefp.domain.stock import Direction, Where
from villagefp.i18n import _, ngettext
from villagefp.services import stock_page
from villagefp.services.stock_page import MoveLine, StockPage
from villagefp.ui import theme, words
from villagefp.ui.acts import stock as acts
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import SheetOrder
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.empty import empty_state
from villagefp.ui.widgets.stock_item import StockItemCard

NAME = "supplies"
_FIRST = 20
"""Entries of the history that are shown at once."""
_LEAST_WIDTH = 720
"""Pixels at 100 % below which the entries stand under the items."""


def title() -> str:
    """The screen's name for people."""
    return _("Supplies")


def build(context: ScreenContext, target: object = None) -> Supplies:  # noqa: ARG001  every screen is built alike
    """The screen."""
    return Supplies(context)


class Supplies(Screen):
    """Items at the left, entries at the right."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        self.page: StockPage | None = None
        self.cards: list[StockItemCard] = []
        self.undo_buttons: list[QWidget] = []
        self._count = parts.label("", "second")
        self.order = parts.button(_("Order sheet"), self._print, icon_name="print")
        self.receive = parts.button(_("Delivery"), self._receive, "primary", icon_name="plus")
        self.put_heading(title(), self.order, self.receive, beside=self._count)
        self._columns = parts.row(spacing=16)
        held = QWidget()
        held.setLayout(self._columns)
        self.body.addWidget(parts.scrolling(held), 1)

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        beside = self.width() >= theme.current().px(_LEAST_WIDTH)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        super().resizeEvent(event)

    @overrides
    def refresh(self) -> None:
        store = self.context.store
        self.context.jobs.run(
            lambda: (stock_page.page(store), stock_page.move_lines(store)), done=lambda told: self._show(*told)
        )

    @overrides
    def first_focus(self) -> QWidget:
        return self.receive

    @overrides
    def print_shown(self) -> bool:
        if self.page is None or not self.page.lines:
            return False
        self._print()
        return True

    def _show(self, page: StockPage, moves: Sequence[MoveLine]) -> None:
        self.page = page
        self.cards, self.undo_buttons = [], []
        parts.clear(self._columns)
        self.order.setVisible(bool(page.lines))
        count = len(page.lines)
        self._count.setText(ngettext("{count} item", "{count} items", count).format(count=count) if count else "")
        if not page.lines:
            self._columns.addWidget(self._first_steps())
            return
        self.cards = [
            StockItemCard(
                line,
                page.today,
                page.cover_days,
                partial(acts.count, self, line),
                [(act.title, act.start) for act in acts.acts(self, line, page.today)],
            )
            for line in page.lines
        ]
        self._columns.addLayout(parts.column(*self.cards, 0, spacing=12), 11)
        self._columns.addLayout(parts.column(self._history(moves), 0), 10)

    def _first_steps(self) -> QWidget:
        return empty_state(
            "supplies",
            _("Nothing is in stock yet."),
            _("Enter the first delivery, or what is on the shelf now. What visits hand out then leaves it by itself."),
            parts.button(_("Enter a delivery"), self._receive, "primary"),
        )

    def _history(self, moves: Sequence[MoveLine]) -> parts.Card:
        moves = [line for line in moves if not _is_other_side(line)]
        made = parts.Card(title=_("Entered so far"))
        rows = parts.column(spacing=6)
        made.add(rows)
        for line in moves[:_FIRST]:
            rows.addLayout(self._move(line))
        if len(moves) > _FIRST:
            rest = parts.button(_("Show all {count} entries").format(count=len(moves)), lambda: None, "quiet")
            rest.clicked.connect(lambda: self._show_rest(rows, rest, moves))
            made.add(parts.row(rest, 0))
        return made

    def _show_rest(self, rows: QLayout, asked: QWidget, moves: Sequence[MoveLine]) -> None:
        asked.hide()
        for line in moves[_FIRST:]:
            rows.addItem(self._move(line))

    def _move(self, line: MoveLine) -> QLayout:
        move = line.move
        day = parts.label(words.day(move.moved_on, self.context.ambient.today()), "second")
        day.setFixedWidth(theme.current().px(72))
        what = parts.column(parts.label(f"{_what(line)} · {line.name}", wrap=True), spacing=0)
        if below := " · ".join(part for part in (move.batch.batch_no, move.note) if part):
            what.addWidget(parts.label(below, "second", wrap=True))
        row = parts.row(day, what, parts.label(f"{move.quantity:+} {line.unit}"), spacing=8)
        if line.can_undo:
            taken_back = parts.button(_("Undo"), partial(acts.undo, self, move.id), "link")
            taken_back.setAccessibleName(_("Undo: {what}").format(what=f"{_what(line)} {line.name} {move.quantity:+}"))
            self.undo_buttons.append(taken_back)
            row.addWidget(taken_back)
        return row

    def _receive(self) -> None:
        lines = list(self.page.lines) if self.page is not None else []
        acts.receive(self, lines)

    def _print(self) -> None:
        self.context.go(Place("preview", SheetOrder(stock_order=True)))


def _is_other_side(line: MoveLine) -> bool:
    """The shelf's side of what went into the box or came back: one entry says both."""
    return line.move.direction is Direction.MOVED and line.move.where is Where.HAND


def _what(line: MoveLine) -> str:
    """Why a balance changed, in plain words."""
    move = line.move
    if move.event is not None and move.direction is Direction.OUT:
        return _("At a visit")
    if move.direction is Direction.OUT:
        return _("Taken from the box") if move.where is Where.BOX else _("Given without a name")
    if move.direction is Direction.MOVED:
        return _("Refill the box") if move.quantity > 0 else _("Box back on the shelf")
    return {
        Direction.IN: _("Delivery"),
        Direction.LOST: _("Loss"),
        Direction.EXPIRED: _("Expired, written off"),
        Direction.COUNTED: _("Counted, difference"),
    }[move.direction]
