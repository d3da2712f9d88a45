"""The panel of danger signs: what to tell, how urgent, from where the rule comes; always with icon and word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from villagefp.forms.views import Prompt
from villagefp.i18n import _
from villagefp.ui import theme
from villagefp.ui.widgets import parts

WIDTH = 264
_FLAT_HEIGHT = 110
_ANY = 16_777_215
_ICONS = {"R": "immediate", "Y": "sameday", "G": "soon"}


class PromptPanel(QWidget):
    """Shows what applies now, the most urgent first; says that it is no diagnosis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._rows.setContentsMargins(0, 0, 0, 0)
        inside = QWidget()
        inside.setLayout(parts.column(parts.label(_("To watch for"), "section"), self._rows, 0))
        self.setLayout(parts.column(parts.scrolling(inside)))
        self.setFixedWidth(theme.current().px(WIDTH))
        self.prompts: tuple[Prompt, ...] = ()
        self._signed = False
        self._put()

    def set_signed(self, *, signed: bool) -> None:
        """Say whether a county doctor has signed the table of danger signs."""
        if signed != self._signed:
            self._signed = signed
            self._put()

    def set_flat(self, *, flat: bool) -> None:
        """Stand below the form instead of beside it, where the window is narrow or the text large."""
        px = theme.current().px
        self.setMinimumWidth(0 if flat else px(WIDTH))
        self.setMaximumWidth(_ANY if flat else px(WIDTH))
        self.setMaximumHeight(px(_FLAT_HEIGHT) if flat else _ANY)

    def show_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Show these; nothing is rebuilt where they are the same."""
        if tuple(prompts) != self.prompts:
            self.prompts = tuple(prompts)
            self._put()

    def _put(self) -> None:
        parts.clear(self._rows)
        for prompt in self.prompts:
            self._rows.addWidget(_card(prompt))
        if self.prompts:
            note = (
                _("Hints from the rules named, signed by the county; no diagnosis.")
                if self._signed
                else _("Hints from the rules named; not signed by the county yet, and no diagnosis.")
            )
            self._rows.addWidget(parts.label(note, "second", wrap=True))
            self.setAccessibleName("; ".join(f"{_word(prompt.urgency)}: {prompt.label}" for prompt in self.prompts))
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        else:
            self._rows.addWidget(parts.label(_("No danger sign has been entered."), "second", wrap=True))


def _word(urgency: str) -> str:
    return {"R": _("At once"), "Y": _("Same day"), "G": _("Soon")}.get(urgency, "")


def _card(prompt: Prompt) -> QFrame:
    tokens = theme.current().tokens
    tint = {"R": tokens.on_red, "Y": tokens.on_yellow, "G": tokens.on_soon}[prompt.urgency]
    heading = parts.row(
        parts.picture(_ICONS[prompt.urgency], tint), parts.label(_word(prompt.urgency), "strong"), 0, spacing=6
    )
    inside = parts.column(heading, parts.label(prompt.label, wrap=True), margins=12, spacing=6)
    if prompt.source:
        inside.addWidget(parts.label(_("Source: {source}").format(source=prompt.source), "label", wrap=True))
    return parts.frame(f"sign-{prompt.urgency}", inside)
