"""A sheet before it is printed: the PDF itself, page by page, with the choices that change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QListWidget, QListWidgetItem, QWidget

from villagefp.i18n import _
from villagefp.printing.raster import Pixels
from villagefp.services import rounds, sheets, stock_order
from villagefp.services.sheets import MissingGlyphsError, Mode, Pdf
from villagefp.ui import paper, pdf_pages, theme
from villagefp.ui.context import ScreenContext
from villagefp.ui.orders import SheetOrder
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts

NAME = "preview"
_THUMB = QSize(84, 118)
_A4_INCHES = 8.27
_PAUSE_MS = 150


def title() -> str:
    """The screen's name for people."""
    return _("Print preview")


def build(context: ScreenContext, target: object = None) -> Preview:
    """The sheet that the order names."""
    if not isinstance(target, SheetOrder):
        raise TypeError("a preview needs an order")
    return Preview(context, target)


class Preview(Screen):
    """Page list at the left, pages in the middle, choices on top."""

    def __init__(self, context: ScreenContext, order: SheetOrder) -> None:
        super().__init__(context)
        self.order = order
        self.pdf: Pdf | None = None
        self._leave_blank = False
        told = _("For a printer elsewhere: no names, numbers or phones")
        self.elsewhere = self._switch(told, on=bool(context.settings.get("print_elsewhere")))
        self.private = self._switch(_("With the private answers: the person asked for them"), on=False)
        self.private.setToolTip(_("Looking at them and printing them is written into the access log."))
        self.private.hide()  # until the form is known to have some
        self.mode = QComboBox()
        self.mode.setAccessibleName(_("How much is filled in"))
        filled, blank = _("As entered"), _("Blank, for writing by hand")
        half = _("Only who it is about")
        modes = [(filled, Mode.FILLED)] if order.event_id or order.household_no or order.stock_order else []
        modes += [(half, Mode.HALF)] if order.form_id else []
        for words, mode in [*modes, (blank, Mode.BLANK)]:
            self.mode.addItem(words, mode)
        self.mode.activated.connect(lambda _index: self._make())
        self.zoom = QComboBox()
        self.zoom.setAccessibleName(_("Size of the page"))
        for words, share in ((_("Fit the width"), 0), ("75 %", 75), ("100 %", 100), ("150 %", 150)):
            self.zoom.addItem(words, share)
        self.zoom.activated.connect(lambda _index: self._draw())
        self.print_button = parts.button(_("Print"), self._print, "primary", icon_name="print")
        self.save_button = parts.button(_("Save as PDF"), self._save)
        self.put_heading(title(), self.zoom, self.save_button, self.print_button, back=_("Back"))
        self.body.addLayout(parts.row(self.mode, self.elsewhere, self.private, 0, spacing=16))
        self._hide_what_does_not_fit(order)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Pages"))
        self.list.setIconSize(_THUMB)
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setFlow(QListWidget.Flow.TopToBottom)
        self.list.setWrapping(False)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setSpacing(6)
        self.list.setFixedWidth(theme.current().px(124))
        self.list.currentRowChanged.connect(self._scroll_to)
        self._pages = parts.column(spacing=16)
        self._pages.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        held = QWidget()
        held.setLayout(self._pages)
        self.area = parts.scrolling(held)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addLayout(parts.row(self.list, self.area, spacing=16), 1)
        self._labels: list[QLabel] = []
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._draw)
        self._set_ready(ready=False)
        self._make()

    def _hide_what_does_not_fit(self, order: SheetOrder) -> None:
        """An order names nobody; of a round there is one kind, and who is due leaves this laptop on paper alone."""
        plain = order.stock_order or order.round_on is not None
        self.mode.setVisible(not plain)
        self.elsewhere.setVisible(not plain)
        self.save_button.setVisible(order.round_on is None)

    def _switch(self, words: str, *, on: bool) -> QCheckBox:
        """A choice that changes the sheet."""
        switch = QCheckBox(words)
        switch.setAccessibleName(words)
        switch.setChecked(on)
        switch.toggled.connect(lambda _on: self._make())
        return switch

    @overrides
    def print_shown(self) -> bool:
        if self.pdf is None:
            return False
        self._print()
        return True

    @overrides
    def first_focus(self) -> QWidget:
        return self.list

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.pdf is not None and not self.zoom.currentData():
            self._pause.start()

    def _make(self) -> None:
        self._set_ready(ready=False)
        self.banner.still()
        self.context.jobs.run(self._sheet(), done=self._made, failed=self._not_made)

    def _sheet(self) -> SheetWork:
        chosen = Chosen(
            Mode(self.mode.currentData()), self.elsewhere.isChecked(), self.private.isChecked(), self._leave_blank
        )
        return SheetWork(self.context, self.order, chosen)

    def _made(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.private.setVisible(pdf.can_ask_for_sealed)
        if pdf.missing_glyphs:
            told = _("Boxes were left for {characters}; write them in by hand.").format(
                characters=" ".join(pdf.missing_glyphs)
            )
            self.banner.tell(told, "ask")
        elif pdf.withheld:
            told = _("Not printed, since the sheet stays in the home: {texts}").format(texts=_("; ").join(pdf.withheld))
            self.banner.tell(told, "ask")
        self._draw()

    def _not_made(self, error: BaseException) -> None:
        if isinstance(error, MissingGlyphsError):
            self.banner.tell(str(error), "ask", (_("Print with boxes"), self._accept_boxes))
        else:
            self.refuse(error)

    def _accept_boxes(self) -> None:
        self._leave_blank = True
        self._make()

    def _draw(self) -> None:
        if self.pdf is None:
            return
        ratio = self.devicePixelRatioF()
        share = self.zoom.currentData()
        # Not the `viewport`: asked for it, PySide6 makes the types of all widgets there are, 20 ms in one piece.
        wide = self.area.maximumViewportSize().width() - self.area.verticalScrollBar().sizeHint().width() - 24
        dots = wide / _A4_INCHES if not share else 96 * share / 100
        self.context.jobs.aside(
            self.context.draw, self.pdf.data, range(self.pdf.pages), max(24.0, dots * ratio),
            done=lambda pages: self._show(pages, ratio),
        )  # fmt: skip

    def _show(self, pages: Sequence[Pixels], ratio: float) -> None:
        parts.clear(self._pages)
        at = max(0, self.list.currentRow())
        self.list.clear()
        self._labels = []
        for page in pages:
            drawn = QPixmap.fromImage(pdf_pages.picture(page))
            small = drawn.scaled(_THUMB * ratio, mode=Qt.TransformationMode.SmoothTransformation)
            item = QListWidgetItem(QIcon(small), str(page.number + 1))
            self.list.addItem(item)
            drawn.setDevicePixelRatio(ratio)
            shown = QLabel()
            shown.setPixmap(drawn)
            shown.setAccessibleName(_("Page {number}").format(number=page.number + 1))
            shown.setProperty("frame", "page")
            self._labels.append(shown)
            self._pages.addWidget(shown)
        self._pages.addStretch(1)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        self._set_ready(ready=True)

    def _scroll_to(self, row: int) -> None:
        if 0 <= row < len(self._labels):
            self.area.verticalScrollBar().setValue(self._labels[row].y())

    def _set_ready(self, *, ready: bool) -> None:
        self.print_button.setEnabled(ready)
        self.save_button.setEnabled(ready)

    def _print(self) -> None:
        pdf = self.pdf
        if pdf is None:
            return
        printer = self.context.dialogs.ask_printer(self, pdf.pages)
        if printer is None:
            return
        pages = paper.chosen_pages(printer, pdf.pages)
        self._set_ready(ready=False)
        self.context.jobs.aside(
            paper.send,
            self.context.draw,
            printer,
            pdf.data,
            pages,
            done=lambda _none: self._handed_on(pdf),
            failed=self._not_printed,
        )

    def _handed_on(self, pdf: Pdf) -> None:
        self._set_ready(ready=True)
        self.context.jobs.run(sheets.note_printed, self.context.store, pdf)
        self.banner.tell(_("The sheet was sent to the printer."), "done")

    def _not_printed(self, error: BaseException) -> None:
        self._set_ready(ready=True)
        self.refuse(error)

    def _save(self) -> None:
        pdf = self.pdf
        file = self.context.dialogs.save_file(_("Save as PDF"), f"{pdf.title}.pdf", "*.pdf") if pdf else None
        if pdf is None or file is None:
            return
        self.context.jobs.aside(
            paper.keep, file, pdf.data, done=lambda _none: self._kept(pdf, file.name), failed=self.refuse
        )

    def _kept(self, pdf: Pdf, name: str) -> None:
        self.context.jobs.run(sheets.note_printed, self.context.store, pdf)
        self.banner.tell(_("Kept as {file}. Anyone who has this file can read it.").format(file=name), "done")


@dataclass(frozen=True)
class Chosen:
    """The choices on top of the sheet."""

    mode: Mode
    elsewhere: bool
    private: bool
    leave_blank: bool


class SheetWork:
    """What to print, as plain data; called on the database thread."""

    def __init__(self, context: ScreenContext, order: SheetOrder, chosen: Chosen) -> None:
        self._store, self._render = context.store, context.render
        self._order, self._chosen = order, chosen

    @overrides
    def __call__(self) -> Pdf:
        order, chosen = self._order, self._chosen
        if order.stock_order:
            return stock_order.order_sheet(self._store, leave_blank=chosen.leave_blank, render=self._render)
        if order.round_on is not None:
            return self._round(order.round_on)
        if order.household_no:
            return sheets.household_sheet(
                self._store, order.household_no, event_id=order.event_id, blank=chosen.mode is Mode.BLANK,
                elsewhere=chosen.elsewhere, leave_blank=chosen.leave_blank, record=False, render=self._render,
            )  # fmt: skip
        return sheets.form_sheet(
            self._store, order.form_id, person_id=order.person_id,
            event_id=order.event_id if chosen.mode is Mode.FILLED else None, mode=chosen.mode,
            elsewhere=chosen.elsewhere, leave_blank=chosen.leave_blank, record=False, render=self._render,
            with_sealed=chosen.private and chosen.mode is Mode.FILLED,
        )  # fmt: skip

    def _round(self, on: date) -> Pdf:
        leave_blank = self._chosen.leave_blank
        if not self._order.bag:
            return rounds.round_sheet(self._store, on, leave_blank=leave_blank, record=False, render=self._render)
        lines = rounds.round_of(self._store, on)
        return rounds.bag(self._store, lines, leave_blank=leave_blank, record=False, render=self._render)
