"""The strip at the bottom tells the truth in a few words: where data are, and when something was last saved.

What was said of one page goes when that page is left; when something was last saved stays.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QWidget

from villagefp.i18n import _
from villagefp.ui.widgets import parts


class StatusStrip(QFrame):
    """A state at the left that explains itself when it is pressed, the last save at the right."""

    def __init__(self, explain: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("frame", "strip")
        self._state = parts.button(_("Data stay encrypted on this computer"), explain, "link", icon_name="shield")
        self._last = parts.label("", "second")
        self._stays = ""
        line = parts.row(self._state, 0, self._last)
        line.setContentsMargins(16, 2, 24, 2)
        self.setLayout(line)

    def tell(self, words: str, *, stays: str = "") -> None:
        """Show a short word at the right, and what `stays` of it once the page is left; nothing: what stood before."""
        self._last.setText(words)
        self._stays = stays or self._stays

    def page_left(self) -> None:
        """Say only what holds on every page."""
        self._last.setText(self._stays)
