"""List rows with a strong line, a quiet one below it, and a word at the right."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from villagefp.ui import theme
from villagefp.ui.qt import overrides

Index = QModelIndex | QPersistentModelIndex


class Row(Struct, frozen=True):
    """One row, and what it stands for."""

    title: str
    second: str
    aside: str
    target: object


class RowsModel(QAbstractListModel):
    """Rows for a list view."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Replace what is listed."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    @overrides
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature; never changed
        return 0 if parent.isValid() else len(self.rows)

    @overrides
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return " · ".join(text for text in (row.title, row.second, row.aside) if text)
        return None


class TwoLines(QStyledItemDelegate):
    """Paints a `Row`."""

    @overrides
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002  Qt's own signature
        return QSize(200, theme.current().px(46))

    @overrides
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        tokens, px = theme.current().tokens, theme.current().px
        state, area = option.state, option.rect
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.weak))
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(tokens.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.hover))
        painter.setPen(QPen(QColor(tokens.line)))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        inside = area.adjusted(12, px(4), -12, -px(4))
        quiet, strong = QFont(option.font), QFont(option.font)
        quiet.setPixelSize(px(13))
        strong.setBold(True)
        painter.setFont(quiet)
        painter.setPen(QColor(tokens.second))
        right = painter.fontMetrics().horizontalAdvance(row.aside) + 16 if row.aside else 0
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, row.aside)
        lines = inside.adjusted(0, 0, -right, 0)
        lower = painter.fontMetrics().elidedText(row.second, Qt.TextElideMode.ElideRight, lines.width())
        painter.drawText(lines, Qt.AlignmentFlag.AlignBottom, lower)
        painter.setFont(strong)
        painter.setPen(QColor(tokens.text))
        upper = painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, lines.width())
        painter.drawText(lines, Qt.AlignmentFlag.AlignTop, upper)
        painter.restore()
