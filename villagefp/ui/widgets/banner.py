"""The banner at the top of a page: one sentence, one next step, details folded."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from villagefp.i18n import _
from villagefp.ui import theme
from villagefp.ui.widgets import parts

_ICONS = {"error": "info", "done": "check", "ask": "sameday"}


class Banner(QWidget):
    """Empty and without height until something is to be said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.text = ""
        self.hide()

    def tell(self, text: str, kind: str = "error", step: tuple[str, Callable[[], object]] | None = None) -> None:
        """Say one sentence, with the button for the next step where there is one."""
        parts.clear(self._layout)
        tokens = theme.current().tokens
        tint = {"error": tokens.on_red, "done": tokens.on_done, "ask": tokens.on_yellow}[kind]
        line = parts.row(parts.picture(_ICONS[kind], tint), parts.label(text, wrap=True), spacing=10)
        line.setContentsMargins(12, 8, 8, 8)
        if step is not None:
            line.addWidget(parts.button(step[0], step[1]))
        line.addWidget(parts.icon_button("close", _("Close this message"), self.still))
        self._layout.addWidget(parts.frame(f"banner-{kind}", line))
        self.text = text
        self.setAccessibleName(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def still(self) -> None:
        """Say nothing any more."""
        parts.clear(self._layout)
        self.text = ""
        self.hide()
