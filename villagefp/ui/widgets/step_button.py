"""A section of a form in the list beside it: its whole name, on two lines where one is too short."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout
from PySide6.QtWidgets import QApplication, QPushButton

from villagefp.ui import theme

_LINES = 2
_AROUND = 42
"""Pixels that borders, padding and the icon take beside the words."""


class StepButton(QPushButton):
    """The name is told whole to readers and in the tool tip; on screen it may end in “…”."""

    def __init__(self, name: str, width: int, pressed: Callable[[], object]) -> None:
        """`width` in pixels, the icon included."""
        strong = QFont(QApplication.font())  # as it is painted while its section is shown
        strong.setPixelSize(theme.current().px(13))
        strong.setBold(True)
        super().__init__("\n".join(broken(name, strong, width - _AROUND, _LINES)))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setProperty("kind", "step")
        self.clicked.connect(lambda _checked=False: pressed())


def broken(text: str, font: QFont, width: int, most: int) -> list[str]:
    """Words in lines that fit into a width; the last of `most` lines ends in “…” where more would follow."""
    layout, found = QTextLayout(text, font), list[str]()
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start, end = line.textStart(), line.textStart() + line.textLength()
        if len(found) == most - 1:
            found.append(QFontMetrics(font).elidedText(text[start:], Qt.TextElideMode.ElideRight, width))
            break
        found.append(text[start:end].rstrip())
    layout.endLayout()
    return found
