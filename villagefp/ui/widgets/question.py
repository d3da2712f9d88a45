"""What all questions of a form have: a label, room on the page, and an error or warning beside the input, in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from villagefp.forms.views import ChoiceView, NodeView
from villagefp.i18n import _
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.fields import restyle, show_message

Answered = Callable[[str, "str | list[str]"], object]
CHOICES = ("select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file")
_HALF_ROW = 300
"""Pixels at 100 % that options may take to share a row with another question: more would break into two lines."""


class Question(QWidget):
    """Shows one `NodeView` and hands on what is answered."""

    def __init__(self, view: NodeView, answered: Answered, confirm: Callable[[str], object]) -> None:
        super().__init__()
        self.path = view.path
        self.view = view
        self._answered, self._confirm = answered, confirm
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(3)
        self._note: QLabel | None = None
        self._right: QWidget | None = None
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)
        self.setProperty("span", span(view))
        if view.type != "note":
            self.label = parts.label(heading(view), "label", wrap=True)
            self._inside.addWidget(self.label)

    def show_view(self, view: NodeView, *, strict: bool) -> None:
        """Show the question as it stands now; what is missing is said only once somebody tried to save (`strict`)."""
        self.view = view
        self._show_value(view)
        answered = view.value not in ("", [])
        if view.error and (answered or strict):
            self._say(view.error, "error")
        elif view.soft_warning:
            self._say(view.soft_warning, "ask")
        else:
            self._say("", "second")

    def focus_target(self) -> QWidget | None:
        """The widget that takes the keyboard."""
        return None

    def commit(self) -> None:
        """Hand on what was typed and not yet handed on."""

    def _show_value(self, view: NodeView) -> None:
        """Show the value in the input."""

    def _say(self, message: str, role: str) -> None:
        target = self.focus_target()
        if self._note is None:
            if not message:
                return
            self._note = parts.label("", role, wrap=True)
            self._inside.addWidget(self._note)
        if self._note.text() != message:
            show_message(self._note, message, role)
            self._ask_right(role == "ask" and bool(message))
        if target is not None:
            target.setAccessibleDescription(message)
            wrong = "yes" if message and role == "error" else "no"
            if target.property("wrong") != wrong:
                target.setProperty("wrong", wrong)
                restyle(target)

    def _ask_right(self, asked: bool) -> None:
        if self._right is not None:
            self._right.hide()
            self._right.deleteLater()
            self._right = None
        if asked:
            self._right = parts.button(_("It is right"), lambda: self._confirm(self.path), "link")
            self._inside.addWidget(self._right)


def span(view: NodeView) -> int:
    """How many twelfths of a row a question takes on screen."""
    if view.type in ("integer", "decimal", "date", "time", "datetime", "acknowledge"):
        return 4
    if view.type in CHOICES:
        return 6 if sum(map(_estimate, view.choices)) <= _HALF_ROW else 12
    if view.type == "text" and "multiline" not in view.appearance:
        return 4 if view.read_only else 6
    return 12


def _estimate(choice: ChoiceView) -> int:
    """About how wide an option is painted."""
    return 50 + sum(14 if ord(character) > 0xFF else 8 for character in choice.label)


def heading(view: NodeView) -> str:
    """What a question is called, with its unit."""
    return f"{view.label} ({view.unit})" if view.unit else view.label
