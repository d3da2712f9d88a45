"""What is shown where there is nothing yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from villagefp.ui import theme
from villagefp.ui.widgets import parts


def empty_state(icon_name: str, words: str, more: str = "", *buttons: QPushButton) -> QWidget:
    """What to show where there is nothing yet: what to do next, and the button for it."""
    sign = parts.picture(icon_name, theme.current().tokens.faint, size=40)
    line = parts.label(words, "section", wrap=True)
    line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    inside = parts.column(24, parts.row(0, sign, 0), line, spacing=12)
    if more:
        note = parts.label(more, "second", wrap=True)
        note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(note)
    if buttons:
        inside.addLayout(parts.row(0, *buttons, 0))
    inside.addSpacing(24)
    inside.addStretch()  # in a tall page the parts stay together
    made = QWidget()
    made.setLayout(inside)
    return made
