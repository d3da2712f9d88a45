"""What a form does about its danger signs: the tick that they were told, the question before saving, the slip after."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from villagefp.forms.session import FormSession
from villagefp.forms.views import Prompt
from villagefp.i18n import _
from villagefp.services import prompts as signs
from villagefp.services.prompts import Slip
from villagefp.ui.context import Place
from villagefp.ui.orders import FormOrder
from villagefp.ui.panels.filling import FillingScreen
from villagefp.ui.widgets.prompts import SLIP_KEY, TELL_KEY, PromptPanel

if TYPE_CHECKING:
    from villagefp.domain.records import RecordId

_SLIPS = frozenset({"referral", "private_referral"})


class FormPrompts(QObject):
    """Stands between the form and its panel."""

    def __init__(self, form: FillingScreen) -> None:
        super().__init__(form)
        self._form = form
        self.panel = PromptPanel()
        self._slip_wished = False
        self._before: list[Prompt] = []
        self.panel.told.connect(self._tell)
        self.panel.slip.connect(self._wish_slip)
        for keys, pressed in ((TELL_KEY, self.panel.press_told), (SLIP_KEY, self.panel.press_slip)):
            QShortcut(QKeySequence(keys), form).activated.connect(pressed)
        context = form.context
        context.jobs.run(signs.signed_tables, context.store, done=self.panel.set_signed)

    def show(self, session: FormSession) -> None:
        """Show the signs of a form that was opened."""
        self._before = session.prompts()
        package = session.package
        filling = self._form.visit is not None
        has_slip = any(write.target in _SLIPS for write in package.writes)
        self.panel.why = partial(signs.why, session)
        self.panel.setVisible(any(question.urgency for question in package.questions))
        self.panel.allow(tick=filling, slip=self._person() is not None and not has_slip, at_once=not filling)
        self._show(session)

    def answered(self, session: FormSession) -> set[str]:
        """Show the signs after an answer; says which places are to be shown anew."""
        changed = signs.follow(session, self._before)
        self._before = session.prompts()
        self._show(session)
        return changed

    def ask(self, session: FormSession) -> None:
        """Ask once before saving where a sign for today or at once is not confirmed as told; either answer saves."""
        untold = signs.untold(session)
        if not untold:
            return
        told = "\n".join(f"· {prompt.label}" for prompt in untold)
        question = f"{signs.ask_told()}\n\n{told}"
        if self._form.context.dialogs.confirm(question, _("Told"), _("Save without it")):
            signs.tell(session, told=True)
            self._show(session)

    def slip(self, prompts: tuple[Prompt, ...]) -> FormOrder | None:
        """The slip that was wished, once the visit with these signs is kept."""
        return self._order(signs.slip_for(prompts)) if self._slip_wished else None

    def _show(self, session: FormSession) -> None:
        self.panel.show_prompts(session.prompts())
        self.panel.show_told(told=signs.is_told(session))

    def _tell(self, told: bool) -> None:
        if self._form.visit is not None:
            signs.tell(self._form.visit.session, told=told)
            self._form.answer("", "")

    def _wish_slip(self, wished: bool) -> None:
        if self._form.visit is not None:
            self._slip_wished = wished
            return
        session = self._form.session
        order = self._order(signs.slip_for(session.prompts())) if session else None
        if order is not None:
            self._form.context.go(Place("form", order))

    def _order(self, slip: Slip | None) -> FormOrder | None:
        person = self._person()
        return FormOrder(signs.SLIP, person_id=person, slip=slip) if slip and person else None

    def _person(self) -> RecordId | None:
        form = self._form
        return form.visit.subject.person if form.visit else form.kept.event.person if form.kept else None
