"""Keys that spare typing in a form: the same as last time, and at the desk Enter that goes on by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from shiboken6 import isValid

from villagefp.domain.records import RecordId
from villagefp.forms.session import FormSession
from villagefp.i18n import _, language
from villagefp.ui.panels.filling import FillingScreen
from villagefp.ui.qt import overrides
from villagefp.ui.sheaf import Keyed, Said, Sheaf
from villagefp.ui.widgets.question import Question

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MANY = ("select_multiple", "select_multiple_from_file", "rank")


class FormKeys(QObject):
    """Ctrl+R answers as last time. With a stack of paper, Enter on the last question turns the page."""

    def __init__(self, form: FillingScreen, sheaf: Sheaf | None) -> None:
        super().__init__(form)
        self._form, self._sheaf = form, sheaf
        QShortcut(QKeySequence("Ctrl+R"), form).activated.connect(self.as_last_time)
        if sheaf is not None:
            app = QApplication.instance()
            if isinstance(app, QApplication):
                app.focusChanged.connect(self._follow)

    @overrides
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _ENTER
            and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            and watched is QApplication.focusWidget()
        ):
            return self._enter(watched)
        return False

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        """Look at the keys of what has the focus, and of nothing else."""
        if old is not None and isValid(old):
            old.removeEventFilter(self)
        if new is not None and self._form.isAncestorOf(new):
            new.installEventFilter(self)

    def as_last_time(self) -> None:
        """Answer the question that the keys stand on as the last visit did, else as the sheet keyed before."""
        question, visit = self._question(), self._form.visit
        if question is None or visit is None or question.view.read_only:
            return
        name = question.view.name
        said: Said = visit.session.inputs.previous.get(name, "")
        if not said and self._sheaf is not None:
            said = self._sheaf.said_last(visit.form_id, name)
        if not said:
            self._form.context.hint(_("Nothing was entered here last time."))
            return
        if question.view.type in _MANY and isinstance(said, str):
            said = said.split()
        self._form.answer(question.path, said)

    def saved(self, event_id: RecordId) -> None:
        """Count the sheet, where it is one of a stack."""
        visit = self._form.visit
        if self._sheaf is None or visit is None:
            return
        session = visit.session
        self._sheaf.keep(
            Keyed(event_id, _words(session)),
            (visit.subject.person, visit.subject.household, visit.form_id),
            open_answers(session),
        )

    def _question(self) -> Question | None:
        """The question that the keys stand on."""
        focus, page = QApplication.focusWidget(), self._form.page
        questions = [one for one in page.widgets.values() if isinstance(one, Question)] if page is not None else []
        return next((one for one in questions if one.focus_target() is focus and focus is not None), None)

    def _enter(self, watched: QObject) -> bool:
        """True where Enter did more than go to the next question."""
        form = self._form
        if isinstance(watched, QPushButton) and watched is form.save_button:
            form.save()
            return True
        question = self._question()
        if question is None or question is not self._last():
            return False
        question.commit()
        if question is not self._last():
            return False  # the answer brought a further question
        if form.at_end:
            if form.save_button is not None:
                form.save_button.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            form.turn(1)
        return True

    def _last(self) -> Question | None:
        """The last question of the section that can be answered."""
        page = self._form.page
        if page is None:
            return None
        asked = [
            one
            for path in page.order
            if isinstance(one := page.widgets.get(path), Question)
            and not one.isHidden()
            and not one.view.read_only
            and one.focus_target() is not None
        ]
        return asked[-1] if asked else None


def _words(session: FormSession) -> str:
    """What a sheet is called in the list of those keyed: whom it is about; no form is named."""
    person, household = session.inputs.person, session.inputs.household
    who = person.get("name") or household.get("head_name", "")
    return " ".join(part for part in (household.get("household_no", ""), who) if part) or _title(session)


def _title(session: FormSession) -> str:
    titles = session.package.title
    return titles.get(language()[:2]) or next(iter(titles.values()), session.package.form_id)


def open_answers(session: FormSession) -> dict[str, Said]:
    """What another family's sheet may be filled with on demand: nothing sealed, and no list of rows."""
    sealed = {question.name for question in session.package.questions if question.sealed}
    return {
        name: [str(each) for each in value] if isinstance(value, list) else str(value)
        for name, value in session.answers().items()
        if name not in sealed and not (isinstance(value, list) and any(isinstance(each, dict) for each in value))
    }
