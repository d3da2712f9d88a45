"""Import a roster in three steps on one page: the file, the columns as they were understood, what will happen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from villagefp.domain.roster.meanings import Meaning
from villagefp.i18n import _
from villagefp.services import roster
from villagefp.services.roster import ImportCancelled, RosterPlan, RosterPreview, RosterResult
from villagefp.ui.context import Place, ScreenContext
from villagefp.ui.jobs import Handle
from villagefp.ui.qt import overrides
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.roster_columns import ColumnsCard
from villagefp.ui.widgets.roster_outcome import OutcomeCard

NAME = "import_roster"


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
        inside = QWidget()
        inside.setLayout(parts.column(first, self._steps, 0, spacing=16))
        self.body.addWidget(parts.scrolling(inside), 1)
        self.body.addWidget(self._running)
        if file is not None:
            self._open(file)

    @overrides
    def first_focus(self) -> QWidget:
        return self.choose

    def _choose(self) -> None:
        file = self.context.dialogs.open_file(_("Choose a workbook"), _("Workbooks (*.xlsx *.xls)"))
        if file is not None:
            self._open(file)

    def _open(self, file: Path) -> None:
        store, today = self.context.store, self.context.ambient.today()
        self.banner.still()
        parts.clear(self._steps)
        self.columns = self.outcome = None
        self._file_name.setText(file.name)
        self._busy(_("Reading the workbook …"))

        def work() -> tuple[RosterPreview, RosterPlan]:
            preview = roster.open_workbook(file, remembered=roster.remembered(store), today=today)
            return preview, roster.plan_import(store, preview, today)

        self.context.jobs.run(work, done=lambda found: self._show(*found), failed=self._failed)

    def _show(self, preview: RosterPreview, plan: RosterPlan) -> None:
        self._idle()
        self.preview = preview
        self.columns, self.outcome = ColumnsCard(preview, self._remap), None
        self._steps.addWidget(self.columns)
        self._show_plan(plan)

    def _remap(self, corrected: Mapping[tuple[str, int], Meaning]) -> None:
        if self.preview is None:
            return
        store, today, preview = self.context.store, self.context.ambient.today(), self.preview
        self._busy(_("Looking at the rows again …"))

        def work() -> tuple[RosterPreview, RosterPlan]:
            changed = roster.remap(preview, corrected)
            return changed, roster.plan_import(store, changed, today)

        self.context.jobs.run(work, done=lambda found: self._remapped(*found), failed=self._failed)

    def _remapped(self, preview: RosterPreview, plan: RosterPlan) -> None:
        self._idle()
        self.preview = preview
        self._show_plan(plan)

    def _show_plan(self, plan: RosterPlan) -> None:
        self.plan = plan
        self._put_outcome(OutcomeCard(plan.preview, roster.dry_run(plan), self._save_issues, begin=self._import))

    def _put_outcome(self, card: OutcomeCard) -> None:
        if self.outcome is not None:
            self._steps.removeWidget(self.outcome)
            self.outcome.hide()
            self.outcome.deleteLater()
        self.outcome = card
        self._steps.addWidget(card)

    def _import(self) -> None:
        if self.plan is None:
            return
        self._handle = self.context.jobs.handle(self._went_on)
        self._busy(_("Importing …"), can_stop=True)
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
            self._put_outcome(OutcomeCard(self.preview, result, self._save_issues, begin=None))
        self.context.note(_("Saved"))
        go = (_("Go to households"), lambda: self.context.go(Place("households")))
        self.banner.tell(_("The roster is in the register."), "done", go)

    def _failed(self, error: BaseException) -> None:
        self._idle()
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

    def _busy(self, words: str, *, can_stop: bool = False) -> None:
        self._doing.setText(words)
        self.progress.setRange(0, 0)
        self.cancel.setVisible(can_stop)
        self._running.show()
        self._set_open(is_open=False)

    def _idle(self) -> None:
        self._handle = None
        self._running.hide()
        self._set_open(is_open=True)

    def _set_open(self, *, is_open: bool) -> None:
        for widget in (self.choose, self.columns, self.outcome):
            if widget is not None:
                widget.setEnabled(is_open)
