"""Numbered options as on paper: chosen by their number, by arrows and space, or by a click.

One painted widget for all options of a question: a form has a hundred and more of them, and a button each would take
longer to build than a section may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from villagefp.i18n import _
from villagefp.ui import theme
from villagefp.ui.qt import overrides

_GAP = 6
_PAD = 10
_BOX = 18
_SECOND_DIGIT_MS = 900


@dataclass(frozen=True)
class Option:
    """One option: its code, its words, and the number it is chosen by: the code on paper, or its place."""

    code: str
    label: str
    sign: str = ""


class Choices(QWidget):
    """`chosen` carries the codes after each change by the worker."""

    chosen = Signal(list)

    def __init__(self, name: str, options: Sequence[Option], *, many: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.many = many
        self._name = name
        self._options: Sequence[Option] = options
        self._codes: list[str] = []
        self._current = 0
        self._enabled = True
        self._typed = ""
        self._second_digit = QTimer(self, interval=_SECOND_DIGIT_MS, singleShot=True)
        self._second_digit.timeout.connect(self._forget_typed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.sizePolicy().setHeightForWidth(True)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._tell()

    @property
    def codes(self) -> list[str]:
        """What is chosen now."""
        return list(self._codes)

    def show_state(self, options: Sequence[Option], codes: Sequence[str], *, read_only: bool) -> None:
        """Show options and what is chosen of them, as the form says."""
        if options != self._options:
            self._options = options
            self.updateGeometry()
        self._codes = [code for code in codes if code]
        self._enabled = not read_only
        self._tell()
        self.update()

    @overrides
    def hasHeightForWidth(self) -> bool:
        return True

    @overrides
    def heightForWidth(self, width: int) -> int:
        rects = self._rects(width)
        return (rects[-1].bottom() + 2) if rects else self._high()

    @overrides
    def sizeHint(self) -> QSize:
        return QSize(200, self._high())

    @overrides
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._high())

    @overrides
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  Qt's own signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (option, rect) in enumerate(zip(self._options, self._rects(self.width()), strict=True)):
            self._paint(painter, number, option, rect)

    @overrides
    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, rect in enumerate(self._rects(self.width())):
            if rect.contains(event.position().toPoint()):
                self._current = number
                self._choose(number)

    @overrides
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is not None and self._options:
            self._current = (self._current + step) % len(self._options)
            self._tell()
            self.update()
        elif key == Qt.Key.Key_Space:
            self._choose(self._current)
        elif text.isascii() and text.isdigit():
            self._type(text)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._enabled and self._codes:
            self._codes = []
            self._changed()
        else:
            super().keyPressEvent(event)

    @overrides
    def focusInEvent(self, event: QFocusEvent) -> None:
        chosen = [number for number, option in enumerate(self._options) if option.code in self._codes]
        if chosen:
            self._current = chosen[0]
        super().focusInEvent(event)
        self.update()

    @overrides
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._forget_typed()
        super().focusOutEvent(event)
        self.update()

    def _type(self, digit: str) -> None:
        """Choose by the number on paper; where there are ten and more, a second digit may follow the first."""
        signs = [option.sign or option.code for option in self._options]
        codes = [option.code for option in self._options]
        before, self._typed = self._typed, self._typed + digit
        if self._typed not in signs:
            before, self._typed = "", digit
        if self._typed not in signs:
            self._forget_typed()
            return
        if before in signs and self.many and codes[signs.index(before)] in self._codes:
            self._choose(signs.index(before))  # the first digit alone was not meant
        self._current = signs.index(self._typed)
        self._choose(self._current)
        self._second_digit.start()

    def _forget_typed(self) -> None:
        self._typed = ""

    def _choose(self, number: int) -> None:
        if not self._enabled or not 0 <= number < len(self._options):
            return
        code = self._options[number].code
        if self.many:
            kept = set(self._codes) ^ {code}
            self._codes = [option.code for option in self._options if option.code in kept]
        else:
            self._codes = [code]
        self._changed()

    def _changed(self) -> None:
        self._tell()
        self.update()
        self.chosen.emit(list(self._codes))

    def _tell(self) -> None:
        """What a screen reader says: the question, what is chosen, and the option the keys stand on."""
        chosen = [option.label for option in self._options if option.code in self._codes]
        self.setAccessibleName(self._name)
        words = _("chosen: {labels}").format(labels=", ".join(chosen)) if chosen else _("nothing chosen")
        if self._options:
            at = self._options[min(self._current, len(self._options) - 1)]
            words += f"; {at.sign or at.code} {at.label}"
        self.setAccessibleDescription(words)
        if self.hasFocus():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def _high(self) -> int:
        return theme.current().px(30)

    def _rects(self, width: int) -> list[QRect]:
        metrics, px = QFontMetrics(self.font()), theme.current().px
        at, high, found = QPoint(0, 1), self._high(), list[QRect]()
        for option in self._options:
            wide = px(_BOX) + metrics.horizontalAdvance(option.label) + 2 * _PAD + 6
            wide = min(wide, width)
            if at.x() and at.x() + wide > width:
                at = QPoint(0, at.y() + high + _GAP)
            found.append(QRect(at, QSize(wide, high)))
            at = QPoint(at.x() + wide + _GAP, at.y())
        return found

    def _paint(self, painter: QPainter, number: int, option: Option, rect: QRect) -> None:
        tokens, px = theme.current().tokens, theme.current().px
        chosen, here = option.code in self._codes, self.hasFocus() and number == self._current
        ground = tokens.weak if chosen else tokens.surface if self._enabled else tokens.ground
        edge = (
            tokens.focus if here else tokens.accent if chosen else tokens.line if not self._enabled else tokens.border
        )
        painter.setPen(QPen(QColor(edge), 2 if here else tokens.border_width))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
        box = QRect(rect.left() + _PAD - 2, rect.center().y() - px(_BOX) // 2 + 1, px(_BOX), px(_BOX))
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.faint), 1))
        painter.setBrush(QColor(tokens.accent if chosen else ground))
        round_ = 4 if self.many else px(_BOX) // 2
        painter.drawRoundedRect(box, round_, round_)
        small = QFont(self.font())
        small.setPixelSize(px(12))
        painter.setFont(small)
        painter.setPen(QColor(tokens.on_accent if chosen else tokens.second))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, option.sign or option.code)
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.on_weak if chosen else tokens.text if self._enabled else tokens.second))
        text = rect.adjusted(_PAD + px(_BOX) + 4, 0, -_PAD + 4, 0)
        label = painter.fontMetrics().elidedText(option.label, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
