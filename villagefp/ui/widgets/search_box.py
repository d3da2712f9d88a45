"""The one search box: name, other name, pinyin, initials, phone, last four of the ID, household number, and places."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QWidget

from villagefp.i18n import _
from villagefp.ui import theme
from villagefp.ui.icons import icon
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.two_lines import Row, RowsModel, TwoLines

PAUSE_MS = 60
_SHOWN = 8


class SearchBox(QLineEdit):
    """Asks for rows a moment after the last key and lists them below; arrows choose, Enter opens, Esc closes."""

    chosen = Signal(object)

    def __init__(self, ask: Callable[[str, Callable[[Sequence[Row]], None]], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._ask = ask
        self.setPlaceholderText(_("Search by name, pinyin, phone, household number …") + "    Ctrl+K")
        self.setAccessibleName(_("Search people and households"))
        self.setClearButtonEnabled(True)
        self.addAction(icon("search", theme.current().tokens.second), QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._search)
        self.textEdited.connect(lambda _text: self._pause.start())
        self._rows = RowsModel()
        self._list = QListView()
        self._list.setModel(self._rows)
        self._list.setItemDelegate(TwoLines(self._list))
        self._list.setAccessibleName(_("Search results"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.clicked.connect(self._open)
        self._nothing = parts.label(_("Nobody found. Try fewer characters."), "second")
        self._nothing.setContentsMargins(12, 10, 12, 10)
        self.results = QFrame(parent.window())
        self.results.setProperty("frame", "results")
        self.results.setLayout(parts.column(self._nothing, self._list, margins=1, spacing=0))
        self.results.hide()

    @overrides
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.results.hide()
        elif (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
            and (self.results.isVisible() or self.text())
        ):
            event.accept()  # Esc closes the list before it leaves the page
            return True
        return super().event(event)

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.results.isVisible():
            step = 1 if key == Qt.Key.Key_Down else -1
            now = self._list.currentIndex().row()
            self._list.setCurrentIndex(self._rows.index(max(0, min(self._rows.rowCount() - 1, now + step))))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._list.currentIndex().isValid():
            self._open(self._list.currentIndex())
        elif key == Qt.Key.Key_Escape and (self.results.isVisible() or self.text()):
            self.close_results()
        else:
            super().keyPressEvent(event)

    def close_results(self) -> None:
        """Empty the box and take the list away."""
        self.clear()
        self.results.hide()

    def _search(self) -> None:
        text = self.text().strip()
        if not text:
            self.results.hide()
            return
        self._ask(text, lambda rows: self._show(text, rows))

    def _show(self, text: str, rows: Sequence[Row]) -> None:
        if text != self.text().strip() or not self.hasFocus():
            return  # an answer to what stood here before
        self._rows.show(rows)
        self._list.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        if rows:
            self._list.setCurrentIndex(self._rows.index(0))
        self.results.move(self.mapTo(self.window(), QPoint(0, self.height() + 4)))
        height = theme.current().px(46) * min(len(rows), _SHOWN) + 4 if rows else self._nothing.sizeHint().height() + 2
        self.results.setFixedSize(max(self.width(), theme.current().px(420)), height)
        self.results.raise_()
        self.results.show()

    def _open(self, index: QModelIndex) -> None:
        row = self._rows.rows[index.row()]
        self.close_results()
        self.chosen.emit(row.target)
