"""What happened, newest first, year by year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from villagefp.domain.records import Outcome
from villagefp.i18n import _
from villagefp.services.pages import TimelineEntry
from villagefp.ui import theme, words
from villagefp.ui.widgets import parts

_SHOWN = 40


class Timeline(QWidget):
    """Rows of events; a corrected one is there, quieter, and says so."""

    def __init__(
        self, entries: Sequence[TimelineEntry], today: date, opened: Callable[[TimelineEntry], object], *, names: bool
    ) -> None:
        super().__init__()
        self._today, self._opened, self._names = today, opened, names
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._entries = entries
        self._year = today.year
        self._put(entries[:_SHOWN])
        if len(entries) > _SHOWN:
            self._more = parts.button(_("Show all {count}").format(count=len(entries)), self._put_rest, "link")
            self._rows.addWidget(self._more)
        if not entries:
            self._rows.addWidget(parts.label(_("Nothing has been entered yet."), "second"))

    def _put(self, entries: Sequence[TimelineEntry]) -> None:
        for entry in entries:
            year = int(entry.event.occurred_on[:4])
            if year != self._year:
                self._year = year
                self._rows.addWidget(parts.label(str(year), "second"))
            self._rows.addWidget(self._row(entry))

    def _put_rest(self) -> None:
        self._more.hide()
        self._put(self._entries[_SHOWN:])

    def _row(self, entry: TimelineEntry) -> QFrame:
        event = entry.event
        told = date.fromisoformat(event.occurred_on)
        day = parts.label(_("{month}/{day}").format(month=told.month, day=told.day), "second")
        day.setFixedWidth(theme.current().px(64))
        line = parts.row(day, spacing=8)
        title = f"{entry.person_name} · {entry.form_title}" if self._names and entry.person_name else entry.form_title
        link = parts.button(title, lambda: self._opened(entry), "link")
        line.addWidget(link)
        if event.outcome is not Outcome.DONE:
            line.addWidget(parts.label(words.outcome(event.outcome), "tag"))
        if entry.superseded:
            line.addWidget(parts.label(_("corrected later"), "tag"))
        elif event.revision_of is not None:
            line.addWidget(parts.label(_("correction"), "tag"))
        line.addStretch(1)
        line.addWidget(parts.label(entry.author_name, "second"))
        line.setContentsMargins(0, 2, 0, 2)
        made = QFrame()
        made.setLayout(line)
        return made
