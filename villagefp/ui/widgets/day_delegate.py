"""Paints the rows of the day's list: household, whom, when, and the two places to press; never why a line is there."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from villagefp.i18n import _
from villagefp.services.day_list import DayLine
from villagefp.ui import theme
from villagefp.ui.icons import pixmap
from villagefp.ui.models.day_rows import DayRow, Heading, Item, More, more_words
from villagefp.ui.qt import overrides
from villagefp.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_ROW, _HEADING, _TWO_LINES = 36, 32, 50
_GRIP, _NUMBER, _FAMILY, _WHO, _WHAT, _WHY, _START = 22, 58, 112, 104, 84, 80, 66
_NARROW_BELOW = 680
_GAP = 8
"""Pixels that are left free behind the longest words."""
_MOST = 300
"""Pixels at 100 % that a family's own words may push the days aside."""
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


class Wants(Struct, frozen=True):
    """How wide the longest words of a list are, in pixels: all its lines have their parts at the same places."""

    family: int = 0
    who: int = 0
    what: int = 0
    when: int = 0


_NOTHING = Wants()


def wants(rows: Iterable[DayRow], font: QFont) -> Wants:
    """What the lines of a list would take to be read whole."""
    lines = [row.line for row in rows if isinstance(row, Item)]
    strong, quiet = _dressed(font)
    said = ({_family(line) for line in lines}, {line.who for line in lines}, {line.what for line in lines},
            {line.when for line in lines})  # fmt: skip
    fonts = (QFontMetrics(each) for each in (strong, font, quiet, font))
    return Wants(
        *(max(map(each.horizontalAdvance, words), default=0) + _GAP for each, words in zip(fonts, said, strict=True))
    )


def places(area: QRect, *, narrow: bool, reason: bool = True, wanted: Wants = _NOTHING) -> Places:
    """The parts of a line in its row: one below the other where the row is narrow; `reason` keeps room for the why.

    Where there is room, a part is as wide as the list wants it, so that no words are cut.
    """
    px = theme.current().px
    start = QRect(area.right() - px(_START) - 4, area.top(), px(_START), area.height())
    why = QRect(start.left() - px(_WHY) * reason, area.top(), px(_WHY) * reason, area.height())
    left, high = area.left() + px(_GRIP), area.height()
    number = QRect(left, area.top(), px(_NUMBER), high)
    if narrow:
        half, top = area.height() // 2, area.top() + 3
        number = QRect(left, top, px(_NUMBER), half - 3)
        right = start.left() - px(_WHY)  # the same with and without a why
        room = max(0, right - number.right() - 8)
        family = QRect(number.right() + 6, top, room // 2, half - 3)
        who = QRect(family.right() + 6, top, room - room // 2 - 6, half - 3)
        wide = max(px(_NUMBER), min(wanted.what, right - 16 - left - wanted.when))
        what = QRect(left, top + half - 3, wide, half - 3)
        when = QRect(what.right() + 6, what.top(), max(0, why.left() - what.right() - 16), half - 3)
    else:
        room = start.left() - px(_WHY) - 10 - number.right() - 24 - wanted.when
        for_family, for_who, for_what = _shared(room, wanted)
        family = QRect(number.right() + 6, area.top(), for_family, high)
        who = QRect(family.right() + 6, area.top(), for_who, high)
        what = QRect(who.right() + 6, area.top(), for_what, high)
        when = QRect(what.right() + 6, area.top(), max(0, why.left() - what.right() - 10), high)
    return Places(QRect(area.left(), area.top(), px(_GRIP), high), number, family, who, what, when, why, start)


def _shared(room: int, wanted: Wants) -> tuple[int, int, int]:
    """How wide family, person and matter are: what they always have, and more of the room left where they want it."""
    px = theme.current().px
    least = [px(_FAMILY), px(_WHO), px(_WHAT)]
    spare = max(0, room - sum(least))
    for number, wish in ((2, min(wanted.what, px(_MOST))), (0, wanted.family), (1, wanted.who)):
        more = min(spare, max(0, wish - least[number]))
        least[number] += more
        spare -= more
    return least[0], least[1], least[2]


def is_narrow(width: int) -> bool:
    """Whether a list of this width has no room for a line in one row."""
    return width < theme.current().px(_NARROW_BELOW)


class DayDelegate(QStyledItemDelegate):
    """Paints headings, lines and the row for the rest; `wanted` is what the list's lines would take."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.wanted = _NOTHING

    def places(self, area: QRect, *, reason: bool = True) -> Places:
        """The parts of a line of this list in its row."""
        return places(area, narrow=is_narrow(area.width()), reason=reason, wanted=self.wanted)

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
            at = self.places(area, reason=row.line.due is not None)
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
    strong, quiet = _dressed(font)
    if row.first:
        if row.movable:
            _paint_grip(painter, look, at.grip)
        _write(painter, at.number, line.household_no, quiet, tokens.second)
        _write(painter, at.family, _family(line), strong, tokens.text)
    _write(painter, at.who, line.who, font, tokens.text)
    _write(painter, at.what, line.what, quiet, tokens.second)
    _write(painter, at.when, line.when, font, tokens.text)
    if line.due is not None:
        _write(painter, at.why, _("Why ⓘ"), quiet, tokens.accent_strong, right=True)
    _write(
        painter, at.start, _("Start ▸") if line.due is not None else _("Open ▸"), font, tokens.accent_strong, right=True
    )


def _family(line: DayLine) -> str:
    return _("{head}'s home").format(head=line.head) if line.head else ""


def _dressed(font: QFont) -> tuple[QFont, QFont]:
    """The font of a family, and of what is told in a small voice."""
    strong, quiet = QFont(font), QFont(font)
    strong.setBold(True)
    quiet.setPixelSize(theme.current().px(13))
    return strong, quiet


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
