"""The list of today: narrowed by its filter, folded by its sections, and put in the order of the way."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from villagefp.domain.records import RecordId
from villagefp.i18n import _
from villagefp.services import due_filters, walking_order
from villagefp.services.day_list import AWAY, DayPage
from villagefp.ui.models.day_rows import rows_of
from villagefp.ui.panels.day_lines import DayLines
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts


class DayPanel(DayLines):
    """Shows a `DayPage`; `narrowed` says that another family was chosen, and the page is to be read again."""

    narrowed = Signal()

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen, _("What may be done today"), _("Nothing is to be done today."))
        self.page: DayPage | None = None
        self.family = ""
        self._folded = frozenset({AWAY})
        self._whole = False
        self.filter = QComboBox()
        self.filter.setAccessibleName(_("Which programmes"))
        self.filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.filter.activated.connect(lambda _index: self._narrow())
        self._by_number = parts.button(_("By household number"), self._forget_order, "link")
        self._by_number.setToolTip(_("Walk by household numbers again"))
        self.hint = parts.label(
            _("Enter starts · Space says why · a number notes · Alt+↑↓ sets the way"), "second", wrap=True
        )
        self.coming = parts.label("", wrap=True)
        self.coming.hide()
        inside = self.layout()
        if not isinstance(inside, QVBoxLayout):
            raise TypeError("lines stand below each other")
        inside.insertWidget(0, self.coming)
        inside.insertLayout(1, parts.row(self.filter, 0, self._by_number))
        inside.addWidget(self.hint)
        self.list.folded.connect(self._fold)
        self.list.more.connect(self._show_whole)
        self.list.moved.connect(self._move)

    def show_page(self, page: DayPage) -> None:
        """Show the lines of a day."""
        self.page = page
        self.coming.setText(page.coming)
        self.coming.setVisible(bool(page.coming))
        self._fill_filter(page)
        self._put()

    def _put(self) -> None:
        if self.page is None:
            return
        rows = rows_of(self.page, folded=self._folded, whole=self._whole)
        self.show_rows(rows)
        for widget in (self.hint, self._by_number):
            widget.setVisible(bool(rows))

    def _fill_filter(self, page: DayPage) -> None:
        entries = [("", _("All programmes")), *((each, due_filters.title(each)) for each in page.families)]
        self.filter.clear()
        for value, text in entries:
            self.filter.addItem(text, value)
        self.filter.setCurrentIndex(max(0, self.filter.findData(page.family)))
        self.filter.setVisible(bool(page.families))

    def _narrow(self) -> None:
        self.family = str(self.filter.currentData())
        self.narrowed.emit()

    def _fold(self, section: str) -> None:
        self._folded ^= {section}
        self._put()

    def _show_whole(self) -> None:
        self._whole = True
        self._put()

    def _move(self, household: RecordId, other: RecordId, before: bool) -> None:
        self._context.jobs.run(
            walking_order.put_beside, self._context.store, household, other, before=before,
            done=self._moved, failed=self._screen.refuse,
        )  # fmt: skip

    def _moved(self, earlier: tuple[RecordId, ...]) -> None:
        self._walked(_("The way is kept."), earlier)

    def _forget_order(self) -> None:
        self._context.jobs.run(walking_order.forget, self._context.store, done=self._forgotten)

    def _forgotten(self, earlier: tuple[RecordId, ...]) -> None:
        self._walked(_("The way goes by household numbers."), earlier)

    def _walked(self, said: str, earlier: tuple[RecordId, ...]) -> None:
        self.noted(said, partial(walking_order.restore, self._context.store, earlier))
