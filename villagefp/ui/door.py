"""What the screens before the store is open are given, and the frame they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from villagefp.domain.ambient import Ambient
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.settings import Settings
from villagefp.ui import theme
from villagefp.ui.dialogs import Dialogs
from villagefp.ui.jobs import Jobs
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.banner import Banner

if TYPE_CHECKING:
    from villagefp.storage.store import Store

WIDTH = 420


@dataclass(frozen=True)
class DoorContext:
    """One per folder: the real village's, or the practice village's."""

    folder: Path
    jobs: Jobs
    ambient: Ambient
    settings: Settings
    dialogs: Dialogs
    entered: Callable[[Store], None]
    show: Callable[[str], None]  # another door of the same folder: sign_in, recovery, founding
    practice: Callable[[], None]  # open the practice village instead
    choose_language: Callable[[str], None]


class DoorScreen(QWidget):
    """A card in the middle of the window, with a banner above it and quiet ways elsewhere below."""

    painted = Signal()

    def __init__(self, door: DoorContext) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.door = door
        self.banner = Banner(self)
        self.inside = QVBoxLayout()
        self.inside.setContentsMargins(32, 28, 32, 28)
        self.inside.setSpacing(6)
        self.card = parts.frame("card", self.inside)
        self.below = parts.row(spacing=4)
        middle = parts.column(0, self.banner, self.card, self.below, 0, spacing=12)
        held = QWidget()
        held.setLayout(middle)
        held.setFixedWidth(theme.current().px(WIDTH))
        across = QWidget()
        across.setLayout(parts.row(0, held, 0, margins=16, spacing=0))
        self.setLayout(parts.column(parts.scrolling(across), spacing=0))

    @overrides
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()

    def put_below(self) -> None:
        """The ways elsewhere that every door has: the practice village, the other language."""
        now = self.door.settings.get("language")
        other, name = ("en", "English") if now == "zh_CN" else ("zh_CN", "中文")
        self.below.addWidget(parts.button(_("Try the practice village"), self.door.practice, "quiet"))
        self.below.addStretch(1)
        self.below.addWidget(parts.button(name, lambda: self.door.choose_language(other), "quiet"))

    def refuse(self, error: BaseException) -> None:
        """Show a refusal above the card and let the worker try again."""
        self.set_busy(busy=False)
        if not isinstance(error, UserError):
            raise error
        self.banner.tell(str(error))

    def set_busy(self, *, busy: bool) -> None:
        """While a key is derived nothing else can be pressed."""
        self.card.setEnabled(not busy)
