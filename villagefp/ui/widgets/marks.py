"""Things about a record that somebody should look at, each with what it says and a way to settle it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from villagefp.i18n import _
from villagefp.services.pages import Mark
from villagefp.ui import theme
from villagefp.ui.widgets import parts


def marks_card(
    marks: Sequence[Mark],
    settle: Callable[[Mark], object],
    mend: Callable[[Mark], Callable[[], object] | None],
    who: Callable[[Mark], str] = lambda _mark: "",
) -> parts.Card:
    """A card that lists marks; `mend` says what puts one right, where something here does, `who` whom it is about."""
    made = parts.Card(title=_("To look at"))
    for mark in marks:
        words = parts.column(parts.label(mark.message, wrap=True), spacing=0)
        if beside := " · ".join(part for part in (who(mark), mark.where) if part):
            words.addWidget(parts.label(beside, "second", wrap=True))
        line = parts.row(parts.picture("sameday", theme.current().tokens.on_yellow), spacing=10)
        line.addLayout(words, 1)
        acts: list[tuple[str, Callable[[], object]]] = [(_("Settled"), partial(settle, mark))]
        if (start := mend(mark)) is not None:
            acts.insert(0, (_("Correct"), start))
        for title, act in acts:
            pressed = parts.button(title, act)
            pressed.setAccessibleDescription(mark.message)  # several marks have buttons of the same name
            line.addWidget(pressed)
        made.add(line)
    return made
