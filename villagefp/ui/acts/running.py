"""Doing an act: its sheet waits, goes when the act is done, and stays with the refusal when it is not."""

from __future__ import annotations

from collections.abc import Callable

from villagefp.ui.screen import Screen
from villagefp.ui.widgets.sheet import Sheet


def run(screen: Screen, sheet: Sheet, work: Callable[[], object]) -> None:
    """Do an act's work on the database thread."""
    sheet.go.setEnabled(False)

    def done(_result: object) -> None:
        sheet.accept()
        screen.saved()

    screen.context.jobs.run(work, done=done, failed=sheet.refuse)
