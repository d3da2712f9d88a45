"""Import a roster in three steps on one page: the file, the columns as they were understood, what will happen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QProgressBar, QVBoxLayout, QWidget

from villagefp.i18n import _
from villagefp.services import roster
from villagefp.services.roster import ImportCancelled, RosterPlan, RosterPreview, RosterResult
from villagefp.ui import theme
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.jobs import Handle
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.roster_columns import ColumnsCard, Corrected
from villagefp.ui.widgets.roster_outcome import OutcomeCard

NAME = "import_roster"
_AROUND = 60
"""Pixels at 100 % that are seen above and below what the keys were put on."""
Planned = tuple[RosterPreview, RosterPlan]


def title() -> str:
    """The screen's name for people."""
    return _("Import")


def build(context: ScreenContext, target: object = None) -> ImportRoster:
    """The screen; with a file as target it is opened at once."""
    return ImportRoster(context, target if isinstance(target, Path) else None)


class ImportRoster(Screen):
    """Nothing is written before “Import” is pressed, and a stopped import leaves nothing."""

    def __init__(self, context: ScreenContext, file: Path | None) -> None:
        super().__init__(context)
        self.put_heading(_("Import a roster"))
        self.preview: RosterPreview | None = None
        self.plan: RosterPlan | None = None
        self.result: RosterResult | None = None
        self.columns: ColumnsCard | None = None
        self.outcome: OutcomeCard | None = None
        self._handle: Handle | None = None
        self._corrected: list[Corrected] = []
        self._file_name = parts.label(_("No file has been chosen yet."), "second", wrap=True)
        self.choose = parts.button(_("Choose a workbook"), self._choose, "primary", icon_name="document")
        told = _("An Excel workbook (.xlsx or .xls) as the village keeps it. It is only read, never changed.")
        first = parts.Card(parts.label(told, "second", wrap=True), title=_("1  The file"))
        first.add(parts.row(self.choose, self._file_name))
        self._steps = QVBoxLayout()
        self._steps.setSpacing(16)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress"))
        self._doing = parts.label("", "second")
        self.cancel = parts.button(_("Stop"), self._cancel)
        self._running = QWidget()
        self._running.setLayout(parts.column(self._doing, parts.row(self.progress, self.cancel, spacing=12), spacing=4))
        self._running.hide()
        self._inside = QWidget()
        self._inside.setLayout(parts.column(first, self._steps, 0, spacing=16))
        self._area = parts.scrolling(self._inside)
        self.body.addWidget(self._area, 1)
        self.body.addWidget(self._running)
        if file is not None:
            self._open(file)

    @overrides
    def first_focus(self) -> QWidget:
        return self.choose

    def _choose(self) -> None:
        if self._at_work:
            return
        file = self.context.dialogs.open_file(_("Choose a workbook"), _("Workbooks (*.xlsx *.xls)"))
        if file is not None:
            self._open(file)

    def _open(self, file: Path) -> None:
        store, today = self.context.store, self.context.ambient.today()
        self.banner.still()
        parts.clear(self._steps)
        self.columns = self.outcome = self.preview = self.plan = None
        self._file_name.setText(file.name)
        self._busy(_("Reading the workbook …"))

        def work() -> Planned:
            preview = roster.open_workbook(file, remembered=roster.remembered(store), today=today)
            return preview, roster.plan_import(store, preview, today)

        self.context.jobs.run(work, done=self._show, failed=self._failed)

    def _show(self, told: Planned) -> None:
        self._idle()
        self.columns = ColumnsCard(told[0], self._remap)
        self._steps.addWidget(self.columns)
        self._show_plan(told)
        self._give_keys(self.columns.to_look_at() or self._main)

    def _remap(self, corrected: Corrected) -> None:
        """Take a column as it was set right; what is set right meanwhile waits its turn."""
        self._corrected.append(corrected)
        if not self._at_work:
            self._take_corrected()

    def _take_corrected(self) -> None:
        if self.preview is None:
            return
        store, today, before = self.context.store, self.context.ambient.today(), self.preview
        corrected, self._corrected = tuple(self._corrected), []
        self._busy(_("Looking at the rows again …"))
        if self.outcome is not None:
            self.outcome.setEnabled(False)  # the keys stand on the menu that was used

        def work() -> Planned:
            changed = before
            for each in corrected:
                changed = roster.remap(changed, each)
            return changed, roster.plan_import(store, changed, today)

        self.context.jobs.run(work, done=self._remapped, failed=self._failed)

    def _remapped(self, told: Planned) -> None:
        self._idle()
        self._show_plan(told)
        if self._corrected:
            self._take_corrected()
        elif self.columns is not None:
            self.columns.show_preview(told[0])

    def _show_plan(self, told: Planned) -> None:
        self.preview, self.plan = told
        self._put_outcome(OutcomeCard(self.preview, roster.dry_run(self.plan), self._save_issues, begin=self._import))

    def _put_outcome(self, card: OutcomeCard) -> None:
        old, self.outcome = self.outcome, card
        self._steps.addWidget(card)
        QWidget.setTabOrder(self._main, self.cancel)
        if old is None:
            return
        focus = QApplication.focusWidget()
        if focus is not None and old.isAncestorOf(focus):
            card.show()
            self._main.setFocus()  # before what has the keys goes: Qt would hand them to the rail
        self._steps.removeWidget(old)
        old.hide()
        old.deleteLater()

    def _import(self) -> None:
        if self.plan is None or self._at_work:
            return
        self._handle = self.context.jobs.handle(self._went_on)
        self._give_keys(self._main)  # they stay on “Import”, which does nothing more; “Stop” is one Tab away
        self._busy(_("Importing …"), can_stop=True)
        self._set_open(is_open=False)
        self.context.jobs.run(
            roster.import_roster, self.context.store, self.plan, self._handle.report, self._handle.cancelled,
            done=self._imported, failed=self._failed,
        )  # fmt: skip

    def _went_on(self, done: int, of: int) -> None:
        self.progress.setRange(0, max(1, of))
        self.progress.setValue(done)

    def _imported(self, result: RosterResult) -> None:
        self._idle()
        self.result, self.plan = result, None
        if self.preview is not None:
            self._put_outcome(OutcomeCard(self.preview, result, self._save_issues, begin=None, leave=self._leave))
        self.context.note(_("Saved"))
        self.banner.tell(_("The roster is in the register."), "done")
        self._give_keys(self._main)

    def _leave(self) -> None:
        self.context.go(Place("households"))

    def _failed(self, error: BaseException) -> None:
        self._corrected = []
        self._idle()
        if self.columns is not None and self.preview is not None:
            self.columns.show_preview(self.preview)  # a correction that leaves nobody to import is not taken
        if isinstance(error, ImportCancelled):
            self.banner.tell(str(error), "ask")
        else:
            self.refuse(error)

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._doing.setText(_("Stopping …"))

    def _save_issues(self, result: RosterResult) -> None:
        file = self.context.dialogs.save_file(_("Save the list of issues"), _("roster issues") + ".xlsx", "*.xlsx")
        if file is not None:
            self.context.jobs.run(
                roster.save_issue_report, self.context.store, result, file,
                done=lambda _none: self.banner.tell(_("Kept as {file}.").format(file=file.name), "done"),
                failed=self.refuse,
            )  # fmt: skip

    @property
    def _at_work(self) -> bool:
        """True while a workbook is read, looked at again or imported."""
        return not self._running.isHidden()

    @property
    def _main(self) -> QWidget:
        """The button by which one goes on."""
        return (self.outcome.main if self.outcome is not None else None) or self.choose

    def _busy(self, words: str, *, can_stop: bool = False) -> None:
        self._doing.setText(words)
        self.progress.setRange(0, 0)
        self.cancel.setVisible(can_stop)
        self._running.show()

    def _idle(self) -> None:
        self._handle = None
        self._set_open(is_open=True)
        if self.cancel.hasFocus():
            self._main.setFocus()
        self._running.hide()

    def _set_open(self, *, is_open: bool) -> None:
        """Whether columns and file can be changed; nothing that has the keys is shut, or Qt takes them elsewhere."""
        for widget in (self.choose, self.columns):
            if widget is not None:
                widget.setEnabled(is_open)
        if self.outcome is not None and is_open:
            self.outcome.setEnabled(True)

    def _give_keys(self, widget: QWidget) -> None:
        """Put the keys where one goes on, unless somebody has taken them to another part of the window meanwhile."""
        focus = QApplication.focusWidget()
        if focus is not None and focus.window() is self.window() and not self.isAncestorOf(focus):
            return
        widget.setFocus()
        QTimer.singleShot(0, widget, lambda: self._bring_in_sight(widget))

    def _bring_in_sight(self, widget: QWidget) -> None:
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # what was just added has its place by then
        around = theme.current().px(_AROUND)
        for corner in (widget.rect().bottomLeft(), widget.rect().topLeft()):
            self._area.ensureVisible(0, widget.mapTo(self._inside, corner).y(), 0, around)
