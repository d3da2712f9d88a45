"""The small parts screens are made of: labels by role, buttons by kind, cards, rows and empty states."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from villagefp.ui import theme
from villagefp.ui.icons import SIZE, icon, pixmap

_PLAIN_TEXT, _ALWAYS_OFF, _NO_FOCUS = 0, 1, 0
"""Of `Qt.TextFormat`, `Qt.ScrollBarPolicy`, `Qt.FocusPolicy`: the namespace `Qt` takes 12 ms to load, and the first
paint is waiting."""


def label(text: str, role: str = "", parent: QWidget | None = None, *, wrap: bool = False) -> QLabel:
    """Words in one of the roles of the stylesheet: title, section, strong, second, error …"""
    made = QLabel(text, parent)
    made.setProperty("textFormat", _PLAIN_TEXT)
    if role:
        made.setProperty("role", role)
    if wrap:
        made.setWordWrap(True)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made


def picture(name: str, colour: str, parent: QWidget | None = None, size: int = SIZE) -> QLabel:
    """An icon that is only looked at."""
    made = QLabel(parent)
    made.setPixmap(pixmap(name, colour, theme.current().px(size)))
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def button(
    text: str, pressed: Callable[[], object], kind: str = "", *, icon_name: str = "", parent: QWidget | None = None
) -> QPushButton:
    """A button with words; `kind` is primary, quiet, link, step or nothing."""
    made = QPushButton(text, parent)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    if kind:
        made.setProperty("kind", kind)
    if icon_name:
        tokens = theme.current().tokens
        tint = {"primary": tokens.on_accent, "quiet": tokens.accent_strong, "link": tokens.accent_strong}
        made.setIcon(icon(icon_name, tint.get(kind, tokens.text)))
        side = theme.current().px(SIZE)
        made.setIconSize(QSize(side, side))
    made.clicked.connect(lambda _checked=False: pressed())
    return made


def icon_button(name: str, what: str, pressed: Callable[[], object], parent: QWidget | None = None) -> QToolButton:
    """A button that is only an icon; `what` is its name for readers and its tool tip."""
    made = QToolButton(parent)
    made.setIcon(icon(name))
    side = theme.current().px(SIZE)
    made.setIconSize(QSize(side, side))
    made.setAccessibleName(what)
    made.setToolTip(what)
    made.clicked.connect(lambda _checked=False: pressed())
    return made


def column(*items: QWidget | QLayout | int, margins: int = 0, spacing: int = 8) -> QVBoxLayout:
    """Things below each other; a number is a space, 0 stretches."""
    made = QVBoxLayout()
    _fill(made, items, margins, spacing)
    return made


def row(*items: QWidget | QLayout | int, margins: int = 0, spacing: int = 8) -> QHBoxLayout:
    """Things beside each other; a number is a space, 0 stretches."""
    made = QHBoxLayout()
    _fill(made, items, margins, spacing)
    return made


def _fill(layout: QBoxLayout, items: tuple[QWidget | QLayout | int, ...], margins: int, spacing: int) -> None:
    layout.setContentsMargins(margins, margins, margins, margins)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            if item:
                layout.addSpacing(item)
            else:
                layout.addStretch(1)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)


def frame(kind: str, layout: QLayout | None = None, parent: QWidget | None = None) -> QFrame:
    """A frame that the stylesheet dresses by its kind: card, rail, strip, sign-R …"""
    made = QFrame(parent)
    made.setProperty("frame", kind)
    if layout is not None:
        made.setLayout(layout)
    return made


class Card(QFrame):
    """A titled group on its own ground; more goes into `inside`."""

    def __init__(self, *items: QWidget | QLayout | int, title: str = "", aside: QWidget | None = None) -> None:
        super().__init__()
        self.setProperty("frame", "card")
        self.inside = column(*items, margins=16, spacing=8)
        if title:
            heading = row(label(title, "section"), 0, spacing=8)
            if aside is not None:
                heading.addWidget(aside)
            self.inside.insertLayout(0, heading)
        self.setLayout(self.inside)

    def add(self, what: QWidget | QLayout) -> None:
        """Put one more thing below the others."""
        if isinstance(what, QLayout):
            self.inside.addLayout(what)
        else:
            self.inside.addWidget(what)


def rule() -> QFrame:
    """A hairline between rows."""
    return frame("rule")


def scrolling(content: QWidget) -> QScrollArea:
    """Content that scrolls down, never sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setProperty("horizontalScrollBarPolicy", _ALWAYS_OFF)
    area.setProperty("focusPolicy", _NO_FOCUS)
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let Qt delete it."""
    while layout.count():
        item: QLayoutItem | None = layout.takeAt(0)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()  # and keep its parent: a button may be clearing the layout it stands in
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
            inner.deleteLater()
