"""Whom something is about: typed as in the search box, chosen with the arrows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import households, people
from villagefp.services.pages import HouseholdLine, PersonLine
from villagefp.ui import theme, words
from villagefp.ui.context import ScreenContext
from villagefp.ui.qt import overrides
from villagefp.ui.widgets.fields import Field
from villagefp.ui.widgets.search_box import PAUSE_MS

_HITS = 6
Found = tuple[list[HouseholdLine], list[PersonLine]]


class WhoField(Field):
    """A person or a household; `chosen` is None until one was chosen."""

    def __init__(self, context: ScreenContext, words_said: str) -> None:
        self.line = QLineEdit()
        super().__init__(words_said, self.line)
        self._context = context
        self.chosen: PersonLine | HouseholdLine | None = None
        self.hits = QListWidget()
        self.hits.setAccessibleName(_("Search results"))
        self.hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hits.setFixedHeight(theme.current().px(132))
        self.hits.itemClicked.connect(self._take)
        self.hits.hide()
        inside = self.layout()
        if inside is not None:
            inside.addWidget(self.hits)
        self._found: list[PersonLine | HouseholdLine] = []
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._search)
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)

    def subject(self) -> PersonLine | HouseholdLine:
        """Who was chosen; UserError beside the field where nobody was."""
        if self.chosen is None:
            refusal = _("Please choose a person or a household from the list.")
            self.complain(refusal)
            self.line.setFocus()
            raise UserError(refusal)
        return self.chosen

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.hits.isVisible():
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.hits.setCurrentRow(max(0, min(self.hits.count() - 1, self.hits.currentRow() + step)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hits.currentItem() is not None:
                self._take(self.hits.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _typed(self, _text: str) -> None:
        self.chosen = None
        self._pause.start()

    def _search(self) -> None:
        text, store = self.line.text().strip(), self._context.store
        if not text:
            self.hits.hide()
            return

        def look() -> Found:
            return households.household_lines(store, text)[:2], people.find(store, text, _HITS - 2)

        self._context.jobs.run(look, done=lambda found: self._show(text, found))

    def _show(self, text: str, found: Found) -> None:
        if text != self.line.text().strip():
            return
        self._found = [*found[1], *found[0]]
        self.hits.clear()
        for one in self._found:
            self.hits.addItem(QListWidgetItem(label_of(one)))
        self.hits.setVisible(bool(self._found))
        self.hits.setCurrentRow(0)
        self.complain("" if self._found else _("Nobody found. Try fewer characters."))

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        self.chosen = self._found[self.hits.row(item)]
        self.line.setText(label_of(self.chosen))
        self.hits.hide()
        self.complain("")
        self.focusNextChild()


def label_of(one: PersonLine | HouseholdLine) -> str:
    """A person or household as a line says it."""
    said: Sequence[str]
    if isinstance(one, HouseholdLine):
        said = (one.household_no, words.family(one.head_name))
    else:
        said = (one.household_no, words.name(one))
    return " ".join(part for part in said if part)
