"""Lays fields out in rows of twelfths, as on paper: short ones side by side, wide ones alone."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from villagefp.ui.qt import overrides

COLUMNS = 12


class FlowLayout(QLayout):
    """Each widget says by its `span` property how many twelfths of a row it takes."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 16, line_gap: int = 12) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap, self._line_gap = gap, line_gap
        self.setContentsMargins(0, 0, 0, 0)

    def insert(self, at: int, widget: QWidget) -> None:
        """Put a widget at a place in the order."""
        self.addWidget(widget)
        self._items.insert(at, self._items.pop())
        self.invalidate()

    @overrides
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @overrides
    def count(self) -> int:
        return len(self._items)

    @overrides
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @overrides
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @overrides
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @overrides
    def hasHeightForWidth(self) -> bool:
        return True

    @overrides
    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    @overrides
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    @overrides
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @overrides
    def minimumSize(self) -> QSize:
        wide = max((item.minimumSize().width() for item in self._items if not item.isEmpty()), default=0)
        return QSize(wide, 0)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        top, row, used = rect.top(), list[tuple[QLayoutItem, int]](), 0
        for item in self._items:
            if item.isEmpty():
                continue
            span = self._span(item, rect.width())
            if used + span > COLUMNS:
                top += self._place(row, QPoint(rect.left(), top), rect.width(), move=move) + self._line_gap
                row, used = [], 0
            row.append((item, span))
            used += span
        if row:
            top += self._place(row, QPoint(rect.left(), top), rect.width(), move=move)
        return top - rect.top()

    def _span(self, item: QLayoutItem, width: int) -> int:
        """The twelfths a widget wants, or as many more as its smallest size needs."""
        widget = item.widget()
        told = widget.property("span") if widget is not None else None
        span = int(told) if told else COLUMNS
        needed = item.minimumSize().width()
        while span < COLUMNS and (width + self._gap) * span // COLUMNS - self._gap < needed:
            span += 1
        return span

    def _place(self, row: list[tuple[QLayoutItem, int]], at: QPoint, width: int, *, move: bool) -> int:
        left, tall = at.x(), 0
        placed: list[tuple[QLayoutItem, QRect]] = []
        for item, span in row:
            wide = (width + self._gap) * span // COLUMNS - self._gap
            high = item.heightForWidth(wide) if item.hasHeightForWidth() else item.sizeHint().height()
            placed.append((item, QRect(left, at.y(), wide, high)))
            left += wide + self._gap
            tall = max(tall, high)
        if move:
            for item, rect in placed:
                item.setGeometry(rect)
        return tall
