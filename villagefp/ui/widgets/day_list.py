"""The list of a day: arrows move, one key acts on a line, households are dragged. Nothing can be copied out of it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView

from villagefp.ui import theme
from villagefp.ui.models.day_rows import DayRow, DayRows, Heading, Index, Item, More
from villagefp.ui.qt import overrides
from villagefp.ui.widgets.day_delegate import DayDelegate, Places, wants

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)


class DayList(QListView):
    """`opened`, `asked` and `acted` carry a line (`acted` with the key that was pressed); `moved` two households."""

    opened = Signal(object)
    asked = Signal(object)
    acted = Signal(str, object)
    folded = Signal(str)
    more = Signal()
    moved = Signal(bytes, bytes, bool)
    chosen = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows = DayRows()
        self._rows.setParent(self)
        self.setModel(self._rows)
        self._delegate = DayDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self._taken: Item | None = None
        self._pressed_at = QPoint()
        self._target: tuple[int, bool] | None = None

    @property
    def rows(self) -> list[DayRow]:
        """What is listed."""
        return list(self._rows.rows)

    @property
    def current(self) -> Item | None:
        """The line that the keys stand on."""
        row = self._row(self.currentIndex())
        return row if isinstance(row, Item) else None

    def show_rows(self, rows: list[DayRow]) -> None:
        """List these; the keys stay on the line they stood on, or go to the one that took its place."""
        before, place = self.current, max(0, self.currentIndex().row())
        self._delegate.wanted = wants(rows, self.font())
        self._rows.show(rows)
        key = before.line.key if before is not None else None
        same = (n for n, row in enumerate(rows) if isinstance(row, Item) and row.line.key == key)
        after = (n for n, row in enumerate(rows) if n >= place and isinstance(row, Item))
        first = (n for n, row in enumerate(rows) if row.chosen)
        at = next(same, next(after, next(first, None)))
        if at is not None:
            self.setCurrentIndex(self._rows.index(at, 0))
        self.chosen.emit()

    @overrides
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit()

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self._row(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.SelectAll):
            event.accept()  # a list of who is due does not leave this screen
        elif event.key() in _ENTER:
            self._open(row)
        elif event.key() in _ENDS:
            self._go_to_end(last=event.key() == Qt.Key.Key_End)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(up=event.key() == Qt.Key.Key_Up)
        elif event.key() == Qt.Key.Key_Space and isinstance(row, Item):
            self.asked.emit(row)
        elif event.text().isascii() and event.text().isdigit() and isinstance(row, Item):
            self.acted.emit(event.text(), row)
        elif event.text().strip() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    @overrides
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        row = self._row(index)
        if isinstance(row, (Heading, More)):
            self._open(row)
        elif isinstance(row, Item) and event.button() == Qt.MouseButton.LeftButton:
            parts = self._places(index)
            if row.line.due is not None and parts.why.contains(at):
                self.asked.emit(row)
            elif parts.start.contains(at):
                self.opened.emit(row)
            elif row.movable:
                self._taken, self._pressed_at = row, at

    @overrides
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._taken is None:
            super().mouseMoveEvent(event)
            return
        if (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._target = self._below(at)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport().update()

    @overrides
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        taken, target, self._taken, self._target = self._taken, self._target, None, None
        self.unsetCursor()
        self.viewport().update()
        super().mouseReleaseEvent(event)
        other = self.rows[target[0]] if target is not None else None
        if target is not None and taken is not None and isinstance(other, Item):
            self._move(taken, other, before=target[1])

    @overrides
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row(self.indexAt(event.position().toPoint()))
        if isinstance(row, Item):
            self.opened.emit(row)

    @overrides
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target is None:
            return
        number, before = self._target
        area = self.visualRect(self._rows.index(number, 0))
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(theme.current().tokens.accent), 3))
        height = area.top() if before else area.bottom()
        painter.drawLine(area.left(), height, area.right(), height)

    def _go_to_end(self, *, last: bool) -> None:
        """Stand on the first or the last row that can be chosen: headings are passed over."""
        places = [number for number, row in enumerate(self._rows.rows) if row.chosen]
        if places:
            self.setCurrentIndex(self._rows.index(places[-1 if last else 0], 0))

    def _row(self, index: QModelIndex) -> DayRow | None:
        return self._rows.rows[index.row()] if index.isValid() and index.row() < len(self._rows.rows) else None

    def _places(self, index: QModelIndex) -> Places:
        return self._delegate.places(self.visualRect(index))

    def _open(self, row: DayRow | None) -> None:
        if isinstance(row, Item):
            self.opened.emit(row)
        elif isinstance(row, More):
            self.more.emit()
        elif isinstance(row, Heading) and row.section:
            self.folded.emit(row.section)

    def _below(self, at: QPoint) -> tuple[int, bool] | None:
        """Where the dragged household would stand: beside a household of its own group, before or after its lines."""
        index = self.indexAt(at)
        row = self._row(index)
        if self._taken is None or not isinstance(row, Item) or not _beside(self._taken, row):
            return None
        first, last = self._block(index.row())
        top, bottom = (
            self.visualRect(self._rows.index(first, 0)).top(),
            self.visualRect(self._rows.index(last, 0)).bottom(),
        )
        before = at.y() < (top + bottom) // 2
        return (first if before else last), before

    def _block(self, number: int) -> tuple[int, int]:
        """The first and last row of the household that a row belongs to."""
        first = last = number
        home = self._home(number)
        while self._home(first - 1) == home:
            first -= 1
        while self._home(last + 1) == home:
            last += 1
        return first, last

    def _home(self, number: int) -> bytes | None:
        row = self._rows.rows[number] if 0 <= number < len(self._rows.rows) else None
        return row.line.household_id if isinstance(row, Item) else None

    def _step(self, *, up: bool) -> None:
        """Walk to this household one place earlier or later."""
        taken, at = self.current, self.currentIndex().row()
        if taken is None or not taken.movable:
            return
        first, last = self._block(at)
        number = first - 1 if up else last + 1
        other = self._rows.rows[number] if 0 <= number < len(self._rows.rows) else None
        if isinstance(other, Item):
            self._move(taken, other, before=up)

    def _move(self, taken: Item, other: Item, *, before: bool) -> None:
        if _beside(taken, other) and taken.line.household_id and other.line.household_id:
            self.moved.emit(taken.line.household_id, other.line.household_id, before)


def _beside(taken: Item, other: Item) -> bool:
    """Whether a household may be walked to before or after another one: both of one group, and not the same."""
    return (
        other.movable
        and taken.line.household_id != other.line.household_id
        and taken.line.group_no == other.line.group_no
    )
