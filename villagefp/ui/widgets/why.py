"""Why a line is on the list: a small window of its own, since it may name what the list does not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from villagefp.i18n import _
from villagefp.services.due_words import Why
from villagefp.ui import theme
from villagefp.ui.widgets import parts

_WIDTH = 460


class WhyWindow(QDialog):
    """Rule, day, what takes it away, source; Esc closes it, one button starts the form."""

    def __init__(self, over: QWidget, who: str, why: Why, start: Callable[[], object] | None = None) -> None:
        super().__init__(over)
        self.setWindowTitle(_("Why is this here?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.why = why
        title = " · ".join(part for part in (who, why.point or why.form) if part)
        inside = parts.column(parts.label(title, "section", wrap=True), margins=24, spacing=8)
        for said in (why.rule, why.counts, why.attempts, why.clears):
            if said:
                inside.addWidget(parts.label(said, wrap=True))
        inside.addWidget(parts.label(_("Form: {form}").format(form=why.form), "second", wrap=True))
        if why.source:
            inside.addWidget(parts.label(_("Source: {source}").format(source=why.source), "second", wrap=True))
        inside.addWidget(parts.label(_("Nothing is owed: declining is a normal answer."), "second", wrap=True))
        buttons = parts.row(0, parts.button(_("Close"), self.reject))
        if start is not None:
            go = parts.button(_("Start"), self.accept, "primary")
            self.accepted.connect(start)
            go.setDefault(True)
            buttons.addWidget(go)
        inside.addSpacing(8)
        inside.addLayout(buttons)
        self.setLayout(inside)
        self.setFixedWidth(theme.current().px(_WIDTH))
