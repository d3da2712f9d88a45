"""What all screens have in common: a banner, a heading with actions, a body that scrolls, and reading again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.ui.context import ScreenContext
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.banner import Banner


class Screen(QWidget):
    """One page of the window. A screen collects input, calls one service through jobs, shows the answer."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__()
        self.context = context
        self.banner = Banner(self)
        self.heading = QHBoxLayout()
        self.heading.setSpacing(8)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 16, 24, 16)
        self.body.setSpacing(12)
        self.body.addWidget(self.banner)
        self.body.addLayout(self.heading)

    def refresh(self) -> None:
        """Read again what is shown; the window calls it when the screen opens and after each save."""

    def first_focus(self) -> QWidget | None:
        """Where the keyboard starts; None leaves it to Qt."""
        return None

    def step_back(self) -> bool:
        """Esc: True if the screen went a step back inside itself, so that the window need not leave it."""
        return False

    def resume_target(self) -> object:
        """What to build this screen from when the window is dressed anew; None for what it was built from."""
        return None

    def print_shown(self) -> bool:
        """Ctrl+P: True if there is something here to print, and it was opened."""
        return False

    def refuse(self, error: BaseException) -> None:
        """Show an expected refusal at the top of this page; a bug goes on to the hook."""
        if not isinstance(error, UserError):
            raise error
        self.banner.tell(str(error))

    def put_heading(
        self, title: str, *actions: QWidget, back: str = "", beside: QWidget | QLayout | None = None
    ) -> None:
        """Set the page's heading: the way back, the title, what stands beside it, the actions at the right."""
        parts.clear(self.heading)
        if back:
            self.heading.addWidget(parts.button(back, self.context.back, "link", icon_name="back"))
        heading = parts.label(title, "title")
        self.heading.addWidget(heading)
        if isinstance(beside, QLayout):
            self.heading.addLayout(beside)
        elif beside is not None:
            self.heading.addWidget(beside)
        self.heading.addStretch(1)
        for action in actions:
            self.heading.addWidget(action)

    def saved(self, words: str | None = None) -> None:
        """After a save that was confirmed: all screens read again, the status strip says so."""
        self.context.note(words or _("Saved"))
        self.context.changes.saved.emit()


Build = Callable[[ScreenContext, object], Screen]
"""Each screen's `build(context, target)`."""
