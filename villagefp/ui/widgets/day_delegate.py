"""Paints the rows of the day's list: household, whom, when, and the two places to press; never why a line is there."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from villagefp.i18n import _
from villagefp.ui import theme
from villagefp.ui.icons import pixmap
from villagefp.ui.models.day_rows import Heading, Item, More, more_words
from villagefp.ui.qt import overrides
from villagefp.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_ROW, _HEADING, _TWO_LINES = 36, 32, 50
_GRIP, _NUMBER, _FAMILY, _WHO, _WHAT, _WHY, _START = 22, 58, 112, 104, 84, 80, 66
_NARROW_BELOW = 680
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Places(Struct, frozen=True):
    """Where the parts of a line stand."""

    grip: QRect
    number: QRect
    family: QRect
    who: QRect
    what: QRect
    when: QRect
    why: QRect
    start: QRect


def places(area: QRect, *, narrow: bool, reason: bool = True) -> Places:
    """The parts of a line in its row: one below the other where the row is narrow; `reason` keeps room for the why."""
    px = theme.current().px
    start = QRect(area.right() - px(_START) - 4, area.top(), px(_START), area.height())
    why = QRect(start.left() - px(_WHY) * reason, area.top(), px(_WHY) * reason, area.height())
    left, high = area.left() + px(_GRIP), area.height()
    number = QRect(left, area.top(), px(_NUMBER), high)
    if narrow:
        half, top = area.height() // 2, area.top() + 3
        number = QRect(left, top, px(_NUMBER), half - 3)
        room = max(0, why.left() - number.right() - 8)
        family = QRect(number.right() + 6, top, room // 2, half - 3)
        who = QRect(family.right() + 6, top, room - room // 2 - 6, half - 3)
        what = QRect(left, top + half - 3, px(_NUMBER), half - 3)
        when = QRect(family.left(), what.top(), max(0, why.left() - family.left() - 10), half - 3)
    else:
        family = QRect(number.right() + 6, area.top(), px(_FAMILY), high)
        who = QRect(family.right() + 6, area.top(), px(_WHO), high)
        what = QRect(who.right() + 6, area.top(), px(_WHAT), high)
        when = QRect(what.right() + 6, area.top(), max(0, why.left() - what.right() - 10), high)
    return Places(QRect(area.left(), area.top(), px(_GRIP), high), number, family, who, what, when, why, start)


def is_narrow(width: int) -> bool:
    """Whether a list of this width has no room for a line in one row."""
    return width < theme.current().px(_NARROW_BELOW)


class DayDelegate(QStyledItemDelegate):
    """Paints headings, lines and the row for the rest."""

    @overrides
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row, px = index.data(Qt.ItemDataRole.UserRole), theme.current().px
        if isinstance(row, Heading):
            return QSize(200, px(_HEADING))
        narrow = isinstance(row, Item) and is_narrow(option.rect.width())
        return QSize(200, px(_TWO_LINES if narrow else _ROW))

    @overrides
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, look = index.data(Qt.ItemDataRole.UserRole), theme.current()
        area, chosen = option.rect, bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if isinstance(row, Heading):
            painter.fillRect(area, QColor(look.tokens.weak if chosen else look.tokens.ground))
        elif chosen:
            painter.fillRect(area, QColor(look.tokens.weak))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(look.tokens.hover))
        if chosen:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(look.tokens.accent))
        painter.setPen(QPen(QColor(look.tokens.line)))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if isinstance(row, Heading):
            _paint_heading(painter, look, area, row, option.font)
        elif isinstance(row, More):
            painter.setPen(QColor(look.tokens.accent_strong))
            painter.drawText(area, _MIDDLE | Qt.AlignmentFlag.AlignHCenter, more_words(row))
        elif isinstance(row, Item):
            at = places(area, narrow=is_narrow(area.width()), reason=row.line.due is not None)
            _paint_line(painter, look, at, row, option.font)
        painter.restore()


def _paint_heading(painter: QPainter, look: Theme, area: QRect, row: Heading, font: QFont) -> None:
    inside = area.adjusted(12, 0, -12, 0)
    if row.section:
        side = look.px(14)
        name = "next" if row.folded else "down"
        painter.drawPixmap(inside.left(), area.center().y() - side // 2, pixmap(name, look.tokens.second, side))
        inside.setLeft(inside.left() + side + 6)
    strong = QFont(font)
    strong.setBold(True)
    painter.setFont(strong)
    painter.setPen(QColor(look.tokens.text))
    painter.drawText(inside, _MIDDLE, row.text)


def _paint_line(painter: QPainter, look: Theme, at: Places, row: Item, font: QFont) -> None:
    tokens, line = look.tokens, row.line
    strong, quiet = QFont(font), QFont(font)
    strong.setBold(True)
    quiet.setPixelSize(look.px(13))
    if row.first:
        if row.movable:
            _paint_grip(painter, look, at.grip)
        _write(painter, at.number, line.household_no, quiet, tokens.second)
        _write(painter, at.family, _("{head}'s home").format(head=line.head) if line.head else "", strong, tokens.text)
    _write(painter, at.who, line.who, font, tokens.text)
    _write(painter, at.what, line.what, quiet, tokens.second)
    _write(painter, at.when, line.when, font, tokens.text)
    if line.due is not None:
        _write(painter, at.why, _("Why ⓘ"), quiet, tokens.accent_strong, right=True)
    _write(
        painter, at.start, _("Start ▸") if line.due is not None else _("Open ▸"), font, tokens.accent_strong, right=True
    )


def _paint_grip(painter: QPainter, look: Theme, area: QRect) -> None:
    """Six dots: here a household is taken and dragged."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.tokens.faint))
    dot, step = look.px(2), look.px(5)
    for across in (0, 1):
        for down in (-1, 0, 1):
            left = area.left() + look.px(8) + across * step
            painter.drawEllipse(left, area.center().y() + down * step - dot // 2, dot, dot)


def _write(painter: QPainter, area: QRect, text: str, font: QFont, colour: str, *, right: bool = False) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _MIDDLE | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft), shown)
