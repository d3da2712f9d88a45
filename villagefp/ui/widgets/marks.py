"""Things about a record that somebody should look at, each with what it says and a way to settle it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from villagefp.i18n import _
from villagefp.services.pages import Mark
from villagefp.ui import theme
from villagefp.ui.widgets import parts


def marks_card(marks: Sequence[Mark], settle: Callable[[Mark], object]) -> parts.Card:
    """A card that lists marks."""
    made = parts.Card(title=_("To look at"))
    for mark in marks:
        words = parts.column(parts.label(mark.message, wrap=True), spacing=0)
        if mark.where:
            words.addWidget(parts.label(mark.where, "second"))
        line = parts.row(parts.picture("sameday", theme.current().tokens.on_yellow), spacing=10)
        line.addLayout(words, 1)
        line.addWidget(parts.button(_("Settled"), partial(settle, mark)))
        made.add(line)
    return made
