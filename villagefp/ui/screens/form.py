"""A form being filled: one section at a time, danger signs at the right, a draft at each answer."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QVBoxLayout, QWidget

from villagefp.domain.records import Outcome, RecordId
from villagefp.forms.session import FormSession
from villagefp.i18n import _, language, ngettext
from villagefp.services import prompts as signs
from villagefp.services import visits, worded_days
from villagefp.services.visit_checks import check_day, occurred_on
from villagefp.services.visits import KeptVisit, SavedVisit, Visit, VisitRefused
from villagefp.ui import theme, words
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.icons import icon
from villagefp.ui.orders import FormOrder, SheetOrder
from villagefp.ui.panels.filling import FillingScreen
from villagefp.ui.panels.form_keys import FormKeys
from villagefp.ui.panels.form_prompts import FormPrompts
from villagefp.ui.qt import overrides
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.draft_keeper import DraftKeeper
from villagefp.ui.widgets.fields import TextField
from villagefp.ui.widgets.form_page import FormPage
from villagefp.ui.widgets.sheet import Sheet
from villagefp.ui.widgets.step_button import StepButton

if TYPE_CHECKING:
    from villagefp.storage.store import Store

NAME = "form"
_STEPS_WIDTH = 196
_NEWBORN_DAYS = 42
_NARROW_BELOW = 780


def title() -> str:
    """The screen's name for people."""
    return _("Form")


def build(context: ScreenContext, target: object = None) -> Form:
    """The form that the order names."""
    if not isinstance(target, FormOrder):
        raise TypeError("a form needs an order")
    return Form(context, target)


class Form(FillingScreen):
    """Fills a visit, or shows a kept one."""

    def __init__(self, context: ScreenContext, order: FormOrder) -> None:
        super().__init__(context)
        self.order = order
        self._pages: tuple[str, ...] = ()
        self._at = 0
        self._strict = False
        self._held: QWidget | None = None
        self._steps: list[StepButton] = []
        self._state: QLabel = parts.label("", "second")
        self._drafts = DraftKeeper(context, self._draft_kept, self)
        self._signs = FormPrompts(self)
        self.prompts = self._signs.panel
        self._left = parts.column(spacing=4)
        self._middle = QVBoxLayout()
        self._foot = parts.row(spacing=8)
        self._list = QWidget()
        self._list.setLayout(self._left)
        self._list.setFixedWidth(theme.current().px(_STEPS_WIDTH))
        self._line = parts.row(self._list, spacing=20)
        self._line.addLayout(self._middle, 1)
        self._line.addWidget(self.prompts)
        self.body.addLayout(self._line, 1)
        self.body.addWidget(parts.rule())
        self.body.addLayout(self._foot)
        for keys, pressed in (
            ("Ctrl+S", self.save), ("Ctrl+Return", self.save), ("Ctrl+Enter", self.save),
            ("Ctrl+PgDown", lambda: self.turn(1)), ("Ctrl+PgUp", lambda: self.turn(-1)),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self).activated.connect(pressed)
        self._keys = FormKeys(self, order.sheaf)
        self._open()

    @property
    @overrides
    def at_end(self) -> bool:
        return self._at == len(self._pages) - 1

    def resume_target(self) -> object:
        """Where to go on after the window was dressed anew: at the draft, once there is one."""
        if self.visit is not None and self._drafts.kept:
            return replace(self.order, draft_id=self.visit.draft_id, event_id=None)
        return self.order

    @overrides
    def print_shown(self) -> bool:
        if self.kept is None:
            return False
        self._print_kept()
        return True

    @overrides
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.current().px(_NARROW_BELOW)
        self._list.setVisible(not narrow)
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._foot.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self.prompts.set_flat(flat=narrow)

    def show_page(self, number: int, path: str | None = None) -> None:
        """Show a section; what was typed in the one before is taken first."""
        session = self.session
        if session is None:
            return
        if self.page is not None:
            self.page.commit()
        self._at = number
        parts.clear(self._middle)
        self.page = FormPage(session, self._pages[number], self.answer, read_only=self.visit is None)
        heading = session.node(self._pages[number]).label
        self._middle.addWidget(parts.label(heading, "section"))
        self._middle.addWidget(parts.scrolling(self.page), 1)
        if self._strict:
            self.page.insist()
        self._mark_steps()
        self._show_foot()
        self.page.focus(path)

    # opening

    def _open(self) -> None:
        store, order = self.context.store, self.order
        jobs, on = self.context.jobs, order.sheaf.on if order.sheaf else self.context.ambient.today()
        if order.event_id is not None:
            jobs.run(visits.open_event, store, order.event_id, done=self._show_kept, failed=self.refuse)
        elif order.draft_id is not None:
            jobs.run(visits.resume_visit, store, order.draft_id, done=self._resume, failed=self.refuse)
        else:
            jobs.run(_begin, store, order, on, done=self._begun, failed=self.refuse)

    def _begun(self, told: tuple[Visit, bool]) -> None:
        visit, resumed = told
        if not resumed:
            self._show_visit(visit)
            return
        self._resume(visit)
        self.context.hint(_("Going on with the draft that was begun before."))

    def _resume(self, visit: Visit) -> None:
        self._drafts.kept = True
        self._show_visit(visit)

    def _show_visit(self, visit: Visit) -> None:
        self.kept, self.visit = None, visit
        self._show(visit.session, visit.page)

    def _show_kept(self, kept: KeptVisit) -> None:
        self.kept = kept
        self._show(kept.session, "")
        day = words.day(kept.event.occurred_on, self.context.ambient.today())
        self._state.setText(f"{day} · {words.outcome(kept.event.outcome)}")

    def _show(self, session: FormSession, page: str) -> None:
        self._pages = session.pages
        form_title = session.package.title.get(language()[:2]) or next(iter(session.package.title.values()))
        about = _about(session) or words.family(session.inputs.household.get("head_name", ""))
        self._progress, self._state = parts.label("", "second"), parts.label("", "second")
        self.put_heading(
            f"{form_title} · {about}", self._progress, self._state, back=_("Back"),
        )  # fmt: skip
        parts.clear(self._left)
        self._steps = []
        for number, path in enumerate(self._pages):
            step = StepButton(session.node(path).label, self._list.width(), partial(self.show_page, number))
            self._steps.append(step)
            self._left.addWidget(step)
        self._left.addStretch(1)
        self._signs.show(session)
        at = self._pages.index(page) if page in self._pages else 0
        self.show_page(at)

    # filling

    @overrides
    def answer(self, path: str, value: str | list[str]) -> None:
        if self.visit is None or self.page is None:
            return
        session = self.visit.session
        if path:
            self.page.show_again(self._take(session, path, value))
        self.page.show_again(self._signs.answered(session))
        self._drafts.keep(self.visit, self._pages[self._at])

    def _take(self, session: FormSession, path: str, value: str | list[str]) -> set[str]:
        if isinstance(value, str) and session.node(path).type == "date":
            return worded_days.answer(session, path, value, self.context.ambient.today())
        return session.set_answer(path, value)

    def _draft_kept(self) -> None:
        now = words.clock(self.context.ambient.now())
        self._state.setText(_("Draft kept {time}").format(time=now))

    @overrides
    def turn(self, step: int) -> None:
        if 0 <= self._at + step < len(self._pages):
            self.show_page(self._at + step)

    def _mark_steps(self) -> None:
        session = self.session
        if session is None:
            return
        wrong = {violation.path for violation in session.problems()} if self._strict else set()
        tokens = theme.current().tokens
        for number, step in enumerate(self._steps):
            step.setChecked(number == self._at)
            faulty = any(path.startswith(f"{self._pages[number]}/") for path in wrong)
            passed = number < self._at or (self._strict and number != self._at)
            step.setIcon(
                icon("sameday", tokens.on_yellow)
                if faulty
                else icon("check", tokens.accent)
                if passed
                else icon("blank")
            )
        self._progress.setText(_("section {at} of {all}").format(at=self._at + 1, all=len(self._pages)))

    def _show_foot(self) -> None:
        parts.clear(self._foot)
        back = parts.button(_("Previous section"), lambda: self.turn(-1))
        back.setEnabled(self._at > 0)
        on = parts.button(_("Next section"), lambda: self.turn(1))
        last = self._at == len(self._pages) - 1
        on.setEnabled(not last)
        self.save_button = None
        if self.visit is None:
            buttons = [parts.button(_("Correct"), self._ask_reason, icon_name="edit")]
            ends = [back, on, parts.button(_("Print"), self._print_kept, icon_name="print")]
        else:
            buttons = [
                parts.button(_("Not this time"), lambda: self._end(Outcome.NOT_THIS_TIME)),
                parts.button(_("No more wished"), lambda: self._end(Outcome.DECLINED)),
            ]
            save = parts.button(_("Save  Ctrl+S"), self.save, "primary" if last else "")
            save.setAccessibleName(_("Save"))
            self.save_button = save
            save_print = parts.button(_("Save and print"), lambda: self.save(then_print=True))
            if not last:
                on.setProperty("kind", "primary")
            ends = [back, on, save_print, save]
        self._foot.addLayout(parts.row(*buttons, 0))
        self._foot.addLayout(parts.row(0, *ends))

    # ending

    @overrides
    def save(self, *, then_print: bool = False) -> None:
        if self.visit is None or self.page is None:
            return
        visit, store = self.visit, self.context.store
        self.page.commit()
        gives_slip = self.order.slip is not None  # it is wanted on paper, there and then
        printed = then_print or gives_slip
        if problems := visit.session.problems():  # nobody is asked about a sign that a slip of the hand made
            self._refused(VisitRefused(problems))
        elif signs.untold(visit.session):
            self._hold()
            self.context.jobs.run(_checked, store, visit, printed, done=self._ask_told, failed=self._refused)
        else:
            self._finish(Outcome.DONE, then_print=printed)

    def _ask_told(self, printed: bool) -> None:
        if self.visit is not None:
            self._signs.ask(self.visit.session)
            self._finish(Outcome.DONE, then_print=printed)

    def _end(self, outcome: Outcome) -> None:
        if self.visit is None:
            return
        if self._drafts.kept and not self.context.dialogs.confirm(
            _("What was answered on this form will not be kept. End the form all the same?"), _("End it")
        ):
            return
        self._finish(outcome, then_print=False)

    def _finish(self, outcome: Outcome, *, then_print: bool) -> None:
        visit = self.visit
        if visit is None:
            return
        self._hold()
        self.context.jobs.run(
            visits.save_visit, self.context.store, visit, outcome,
            done=lambda saved: self._saved(saved, then_print=then_print), failed=self._refused,
        )  # fmt: skip

    def _hold(self) -> None:
        """Take no more answers while the visit is looked at and kept; what had the keys gets them back if it is not."""
        focus = QApplication.focusWidget()
        self._held = focus if focus is not None and self.isAncestorOf(focus) else None
        self.setEnabled(False)
        self._drafts.stop()

    def _saved(self, saved: SavedVisit, *, then_print: bool) -> None:
        self._keys.saved(saved.event_id)
        self.context.note(_("Saved"))
        slip = self._signs.slip(saved.prompts)
        if then_print:
            self.context.replace(Place("preview", self._sheet(saved.event_id)))
            if slip is not None:
                self.context.go(Place("form", slip))
        elif slip is not None:
            self.context.replace(Place("form", slip))
        else:
            self.context.back()

    def _refused(self, error: BaseException) -> None:
        self.setEnabled(True)
        self._drafts.resume()
        if not isinstance(error, VisitRefused):
            if self._held is not None:
                self._held.setFocus()
            self.refuse(error)
            return
        self._strict = True
        first = next((violation.path for violation in error.violations if violation.path), None)
        count = len(error.violations)
        said = ngettext(
            "{count} answer is still to be put right: {first}",
            "{count} answers are still to be put right: {first}",
            count,
        ).format(count=count, first=error.violations[0].message)
        page = next((n for n, path in enumerate(self._pages) if first and first.startswith(f"{path}/")), self._at)
        self.show_page(page, first)
        self.banner.tell(said)

    # a kept visit

    def _ask_reason(self) -> None:
        reason = TextField(_("Why is it corrected?"))

        def begin(sheet: Sheet) -> None:
            if self.kept is None:
                return
            self.context.jobs.run(
                visits.amend, self.context.store, self.kept.event.id, reason.text,
                done=partial(self._correct, sheet), failed=sheet.refuse,
            )  # fmt: skip

        note = _("The entry stays readable as it was; the corrected one stands beside it.")
        Sheet(self, _("Correct this visit"), [reason], _("Begin"), begin, note=note).open()

    def _correct(self, sheet: Sheet, visit: Visit) -> None:
        sheet.accept()
        self._show_visit(visit)

    def _print_kept(self) -> None:
        if self.kept is not None:
            self.context.go(Place("preview", self._sheet(self.kept.event.id)))

    def _sheet(self, event_id: RecordId) -> SheetOrder:
        session = self.session
        if session is None:
            raise RuntimeError("nothing is open that could be printed")
        person = self.visit.subject.person if self.visit else self.kept.event.person if self.kept else None
        if person is None:
            return SheetOrder(household_no=session.inputs.household.get("household_no", ""), event_id=event_id)
        return SheetOrder(form_id=session.package.form_id, person_id=person, event_id=event_id)


def _about(session: FormSession) -> str:
    """The person a form is about; a newborn with its age in days."""
    person = session.inputs.person
    days = int(person.get("age_days", _NEWBORN_DAYS))
    if days >= _NEWBORN_DAYS:
        return person.get("name", "")
    return f"{person.get('name', '')} · " + ngettext("{days} day", "{days} days", days).format(days=days)


def _checked(store: Store, visit: Visit, then_print: bool) -> bool:
    """What was to be printed, once the day of the visit is one that can be; VisitRefused where it is not."""
    check_day(store, visit.subject, occurred_on(visit, visit.session.answers()))
    return then_print


def _begin(store: Store, order: FormOrder, on: date) -> tuple[Visit, bool]:
    """The form as it was left, where it was begun before and not saved; a slip that another visit asks for is new."""
    about: dict[str, Any] = {"person_id": order.person_id, "household_id": order.household_id}
    draft = None if order.slip is not None else visits.begun_draft(store, order.form_id, **about)
    if draft is not None:
        return visits.resume_visit(store, draft), True
    return visits.start_visit(store, order.form_id, **about, on=on, slip=order.slip), False
