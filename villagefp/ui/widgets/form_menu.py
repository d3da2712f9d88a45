"""A button whose menu holds the forms that can be begun, in groups; the titles are read beside the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QPushButton

from villagefp.i18n import _
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.orders import FormOrder
from villagefp.ui.widgets import parts

if TYPE_CHECKING:
    from villagefp.services.form_menu import FormGroup
    from villagefp.storage.store import Store


def form_button(
    context: ScreenContext,
    groups: Callable[[Store], Sequence[FormGroup]],
    order: Callable[[str], FormOrder],
) -> QPushButton:
    """The button; a chosen form opens as `order` of its id says."""
    made = parts.button(_("Fill a form"), lambda: None, icon_name="visit")
    menu = QMenu(made)
    made.setMenu(menu)

    def fill(found: Sequence[FormGroup]) -> None:
        for group in found:
            below = menu if len(found) == 1 else menu.addMenu(group.heading)
            for form_id, title in group.forms:
                chosen = below.addAction(title)
                chosen.triggered.connect(
                    lambda _checked=False, form_id=form_id: context.go(Place("form", order(form_id)))
                )

    context.jobs.run(groups, context.store, done=fill)
    return made
