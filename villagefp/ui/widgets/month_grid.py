"""The grid of a month in one painted widget: arrows move by days and weeks, PgUp and PgDn by months."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from villagefp.i18n import _, ngettext
from villagefp.services.month import WEEKS, MonthDay, MonthPage, same_day
from villagefp.ui import theme, words
from villagefp.ui.qt import overrides

_HEAD = 28
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
_CENTRE = Qt.AlignmentFlag.AlignCenter


class MonthGrid(QWidget):
    """`moved` carries the day that the keys stand on, `entered` says that its list is wanted."""

    moved = Signal(object)
    entered = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self.day = today
        self.page: MonthPage | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Calendar of the month"))

    def show_page(self, page: MonthPage, day: date) -> None:
        """Show a month, with the keys on a day of it."""
        self.page, self.day = page, day
        self._tell()
        self.update()

    @overrides
    def sizeHint(self) -> QSize:
        px = theme.current().px
        return QSize(px(480), px(_HEAD + WEEKS * 60))

    @overrides
    def minimumSizeHint(self) -> QSize:
        px = theme.current().px
        return QSize(px(250), px(_HEAD + WEEKS * 34))

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.moved.emit(self.day + timedelta(days=step))
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.moved.emit(same_day(self.day, -1 if event.key() == Qt.Key.Key_PageUp else 1))
        elif event.key() == Qt.Key.Key_Home:
            self.moved.emit(self._today)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    @overrides
    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, shown in enumerate(self.page.days if self.page else ()):
            if self._cell(number).contains(event.position().toPoint()):
                self.moved.emit(shown.day)

    @overrides
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    @overrides
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    @overrides
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  Qt's own signature
        painter, look = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPixelSize(look.px(13))
        painter.setFont(small)
        painter.setPen(QColor(look.tokens.second))
        for column, name in enumerate(words.short_weekdays()):
            cell = self._cell(column)
            painter.drawText(QRect(cell.left(), 0, cell.width(), look.px(_HEAD)), _CENTRE, name)
        for number, shown in enumerate(self.page.days if self.page else ()):
            self._paint(painter, self._cell(number), shown)

    def _cell(self, number: int) -> QRect:
        head = theme.current().px(_HEAD)
        wide, high = self.width() / 7, (self.height() - head) / WEEKS
        column, week = number % 7, number // 7
        left, top = round(column * wide), head + round(week * high)
        return QRect(left, top, round((column + 1) * wide) - left, head + round((week + 1) * high) - top)

    def _paint(self, painter: QPainter, cell: QRect, shown: MonthDay) -> None:
        tokens, px = theme.current().tokens, theme.current().px
        here = shown.day == self.day
        inside = cell.adjusted(2, 2, -2, -2)
        edge = tokens.focus if here and self.hasFocus() else tokens.accent if here else tokens.line
        painter.setPen(QPen(QColor(edge), 2 if here else 1))
        painter.setBrush(QColor(tokens.weak if here else tokens.surface if shown.inside else tokens.ground))
        painter.drawRoundedRect(inside, 6, 6)
        strong, small = QFont(self.font()), QFont(self.font())
        strong.setBold(shown.day == self._today)
        small.setPixelSize(px(12))
        number = QRect(inside.left() + 8, inside.top() + 2, px(22), px(24))
        painter.setFont(strong)
        painter.setPen(
            QColor(tokens.accent_strong if shown.day == self._today else tokens.text if shown.inside else tokens.second)
        )
        painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, str(shown.day.day))
        painter.setFont(small)
        painter.setPen(QColor(tokens.accent_strong if shown.note.festival else tokens.second))
        beside = QRect(number.right(), number.top(), inside.right() - number.right() - 6, number.height())
        note = painter.fontMetrics().elidedText(shown.note.text, Qt.TextElideMode.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        self._paint_counts(painter, inside, shown)

    def _paint_counts(self, painter: QPainter, inside: QRect, shown: MonthDay) -> None:
        """A filled mark for appointments, an empty one for windows that end, each with its number."""
        tokens, px = theme.current().tokens, theme.current().px
        left, top = inside.left() + 8, inside.bottom() - px(20)
        if top < inside.top() + px(22):
            top, left = inside.bottom() - px(12), inside.center().x()
        for count, filled in ((shown.appointments, True), (shown.ending, False)):
            if not count:
                continue
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(QColor(tokens.accent if filled else tokens.surface))
            painter.drawEllipse(left, top + px(4), px(8), px(8))
            painter.setPen(QColor(tokens.text))
            painter.drawText(QRect(left + px(12), top, px(22), px(16)), Qt.AlignmentFlag.AlignVCenter, str(count))
            left += px(36)

    def _tell(self) -> None:
        """What a screen reader says of the day that the keys stand on."""
        shown = next((one for one in (self.page.days if self.page else ()) if one.day == self.day), None)
        said = [words.heading_date(self.day)]
        if shown is not None:
            said.append(shown.note.text)
            if shown.appointments:
                said.append(
                    ngettext("{count} appointment", "{count} appointments", shown.appointments).format(
                        count=shown.appointments
                    )
                )
            if shown.ending:
                said.append(
                    ngettext("{count} window ends", "{count} windows end", shown.ending).format(count=shown.ending)
                )
        self.setAccessibleDescription(" · ".join(part for part in said if part))
        if self.hasFocus():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
