"""What the parts of a form's page know of the page: the visit, the section shown, and how to go on."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from villagefp.forms.session import FormSession
from villagefp.services.visits import KeptVisit, Visit
from villagefp.ui.context import ScreenContext
from villagefp.ui.screen import Screen
from villagefp.ui.widgets.form_page import FormPage


class FillingScreen(Screen):
    """A page on which a form is filled or read."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        self.visit: Visit | None = None
        self.kept: KeptVisit | None = None
        self.page: FormPage | None = None
        self.save_button: QPushButton | None = None

    @property
    def session(self) -> FormSession | None:
        """The form being filled or read."""
        return self.visit.session if self.visit else self.kept.session if self.kept else None

    @property
    def at_end(self) -> bool:
        """Whether the last section is shown."""
        raise NotImplementedError

    def answer(self, path: str, value: str | list[str]) -> None:
        """Take an answer, show what hangs on it, keep the draft."""
        raise NotImplementedError

    def turn(self, step: int) -> None:
        """Show the section before or after this one, where there is one."""
        raise NotImplementedError

    def save(self, *, then_print: bool = False) -> None:
        """Keep the visit, unless something is to be put right first."""
        raise NotImplementedError
