"""A table as lists here look: whole rows chosen, no grid, Enter or a double click opens."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from villagefp.ui import theme
from villagefp.ui.models.table import TableModel
from villagefp.ui.qt import overrides

T = TypeVar("T")
_LEAST = 150
"""Pixels at 100 % that a column which takes what is left needs to be of use."""


class Table(QTableView, Generic[T]):
    """Shows a `TableModel`; `opened` carries the row that was opened."""

    opened = Signal(object)

    def __init__(self, model: TableModel[T], name: str) -> None:
        super().__init__()
        self._rows = model
        model.setParent(self)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.current().px(36))
        heading = self.horizontalHeader()
        heading.setHighlightSections(False)
        heading.setSectionsClickable(False)
        heading.setFixedHeight(theme.current().px(34))
        for number, column in enumerate(model.columns):
            stretch = QHeaderView.ResizeMode.Stretch
            heading.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive if column.width else stretch)
            if column.width:
                self.setColumnWidth(number, theme.current().px(column.width))
        self.doubleClicked.connect(self._open)

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        px, columns = theme.current().px, self._rows.columns
        wide = event.size().width()  # asked for its `viewport`, PySide6 makes the types of all widgets there are: 20 ms
        shown = {number: px(column.width or _LEAST) for number, column in enumerate(columns)}
        for number in sorted(shown, key=lambda number: columns[number].spare, reverse=True):
            if columns[number].spare and sum(shown.values()) > wide:
                del shown[number]
        for number in range(len(columns)):
            self.setColumnHidden(number, number not in shown)

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.text().isprintable() and event.text():
            event.ignore()  # typing goes to the page's search box
        else:
            super().keyPressEvent(event)

    def choose(self, row: int) -> None:
        """Select a row and scroll to it."""
        index = self._rows.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self._rows.rows[index.row()])
