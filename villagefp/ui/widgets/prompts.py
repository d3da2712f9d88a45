"""The panel of danger signs: what to tell, how urgent, why and by which rule; always with icon and word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from villagefp.forms.views import Prompt
from villagefp.i18n import _
from villagefp.services import prompts as signs
from villagefp.services.prompts import Why
from villagefp.ui import theme
from villagefp.ui.icons import icon
from villagefp.ui.widgets import parts

WIDTH = 264
_FLAT_HEIGHT = 110
_ANY = 16_777_215
_ICONS = {"R": "immediate", "Y": "sameday", "G": "soon"}
TELL_KEY, SLIP_KEY = "Ctrl+G", "Ctrl+T"


class PromptPanel(QWidget):
    """Shows what applies now, the most urgent first; says that it is no diagnosis.

    Below the heading stand the tick that all of it was told, and the button that begins a slip.
    """

    told = Signal(bool)
    slip = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.tick = QCheckBox(_("Told"))
        self.tick.setToolTip(_("The person, or the parents, have been told of all this. {key}").format(key=TELL_KEY))
        self.tick.setAccessibleName(_("Told"))
        self.tick.clicked.connect(self._tell)
        self.slip_button: QPushButton = parts.button(_("Referral slip"), self._wish_slip, icon_name="document")
        self.slip_button.toggled.connect(self._show_wish)
        self._acts = parts.row(self.tick, 0, self.slip_button)
        inside = QWidget()
        inside.setLayout(parts.column(parts.label(_("To watch for"), "section"), self._acts, self._rows, 0))
        self.setLayout(parts.column(parts.scrolling(inside)))
        self.setFixedWidth(theme.current().px(WIDTH))
        self.prompts: tuple[Prompt, ...] = ()
        self.why: Callable[[Prompt], Why] | None = None
        self._unfolded: set[str] = set()
        self._signed: frozenset[str] = frozenset()
        self.allow(tick=False, slip=False, at_once=False)
        self._put()

    def set_signed(self, tables: frozenset[str]) -> None:
        """Say which tables a county doctor has signed."""
        if tables != self._signed:
            self._signed = tables
            self._put()

    def set_flat(self, *, flat: bool) -> None:
        """Stand below the form instead of beside it, where the window is narrow or the text large."""
        px = theme.current().px
        self.setMinimumWidth(0 if flat else px(WIDTH))
        self.setMaximumWidth(_ANY if flat else px(WIDTH))
        self.setMaximumHeight(px(_FLAT_HEIGHT) if flat else _ANY)

    def allow(self, *, tick: bool, slip: bool, at_once: bool) -> None:
        """Which of the two can be used; a slip begins `at_once` where nothing is left to be saved first."""
        self.tick.setEnabled(tick)
        self._may_slip = slip
        self.slip_button.setCheckable(not at_once)
        later = _("The referral slip begins once this visit is saved. {key}").format(key=SLIP_KEY)
        now = _("Begin a referral slip. {key}").format(key=SLIP_KEY)
        self.slip_button.setToolTip(now if at_once else later)
        self._show_acts()

    def show_told(self, *, told: bool) -> None:
        """Show whether it was confirmed that the signs were told."""
        self.tick.setChecked(told)

    def show_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Show these; nothing is rebuilt where they are the same."""
        if tuple(prompts) != self.prompts:
            self.prompts = tuple(prompts)
            self._show_acts()
            self._put()

    def press_slip(self) -> None:
        """What the key does: the same as the button."""
        if self.slip_button.isVisible():
            self.slip_button.click()

    def press_told(self) -> None:
        """What the key does: the same as the tick."""
        if self.tick.isVisible() and self.tick.isEnabled():
            self.tick.click()

    def _tell(self) -> None:
        self.told.emit(self.tick.isChecked())

    def _wish_slip(self) -> None:
        self.slip.emit(self.slip_button.isChecked())

    def _show_wish(self) -> None:
        tokens = theme.current().tokens
        wished = self.slip_button.isChecked()
        self.slip_button.setIcon(icon("check", tokens.accent) if wished else icon("document", tokens.text))

    def _show_acts(self) -> None:
        leads_to_slip = signs.slip_for(self.prompts) is not None
        self.tick.setVisible(bool(self.prompts))
        self.slip_button.setVisible(self._may_slip and leads_to_slip)
        if not leads_to_slip and self.slip_button.isChecked():
            self.slip_button.click()

    def _put(self) -> None:
        parts.clear(self._rows)
        for prompt in self.prompts:
            self._rows.addWidget(self._card(prompt))
        if self.prompts:
            signed = all(signs.table_of(prompt.source) in self._signed for prompt in self.prompts)
            note = (
                _("Hints from the rules named, signed by the county; no diagnosis.")
                if signed
                else _("Hints from the rules named; not signed by the county yet, and no diagnosis.")
            )
            self._rows.addWidget(parts.label(note, "second", wrap=True))
            self.setAccessibleName("; ".join(f"{_word(prompt.urgency)}: {prompt.label}" for prompt in self.prompts))
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        else:
            self._rows.addWidget(parts.label(_("No danger sign has been entered."), "second", wrap=True))

    def _card(self, prompt: Prompt) -> QFrame:
        tokens = theme.current().tokens
        tint = {"R": tokens.on_red, "Y": tokens.on_yellow, "G": tokens.on_soon}[prompt.urgency]
        heading = parts.row(
            parts.picture(_ICONS[prompt.urgency], tint), parts.label(_word(prompt.urgency), "strong"), 0, spacing=6
        )
        inside = parts.column(heading, parts.label(prompt.label, wrap=True), margins=12, spacing=6)
        if prompt.source:
            source = _("Source: {source}").format(source=prompt.source)
            if signs.is_unsigned(prompt.source, self._signed):
                source = f"{source} · {signs.not_signed()}"
            inside.addWidget(parts.label(source, "label", wrap=True))
        if self.why is not None:
            self._fold(prompt, heading, inside)
        return parts.frame(f"sign-{prompt.urgency}", inside)

    def _fold(self, prompt: Prompt, heading: QHBoxLayout, inside: QVBoxLayout) -> None:
        """The reason, unfolded on demand and left so while the form is filled further."""
        reason = parts.label("", "label", wrap=True)
        reason.hide()

        def show(*, unfolded: bool) -> None:
            if unfolded and self.why is not None and not reason.text():
                reason.setText(_reason(self.why(prompt)))
            reason.setVisible(unfolded)
            (self._unfolded.add if unfolded else self._unfolded.discard)(prompt.path)

        button = parts.button(_("Why?"), lambda: show(unfolded=button.isChecked()), "link")
        button.setCheckable(True)
        heading.addWidget(button)
        inside.addWidget(reason)
        if prompt.path in self._unfolded:
            button.setChecked(True)
            show(unfolded=True)


def _word(urgency: str) -> str:
    return {"R": _("At once"), "Y": _("Same day"), "G": _("Soon")}.get(urgency, "")


def _reason(why: Why) -> str:
    lines = []
    if why.entered:
        lines.append(_("Entered: {answers}").format(answers=_("; ").join(why.entered)))
    if why.rule:
        lines.append(_("Shown where {rule}.").format(rule=why.rule))
    return "\n".join(lines) or _("Always shown in this form.")
