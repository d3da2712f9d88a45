"""What an import will do, or did: numbers, what is not taken over, and the rows somebody should look at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLayout, QWidget

from villagefp.domain.roster.told import RosterIssue
from villagefp.i18n import _
from villagefp.services import roster
from villagefp.services.roster import RosterPreview, RosterResult
from villagefp.ui import theme
from villagefp.ui.models.table import Column, TableModel
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.table import Table

_TALL, _HEAD, _ROW = 300, 40, 36
"""Pixels at 100 %: a list of a few issues is no taller than they are."""
_CELLS = 18


class OutcomeCard(parts.Card):
    """Opening an issue shows its row of the workbook below the list. `main` is the button by which one goes on."""

    def __init__(
        self,
        preview: RosterPreview,
        result: RosterResult,
        save_issues: Callable[[RosterResult], object],
        *,
        begin: Callable[[], object] | None,
        leave: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(title=_("3  What will happen") if begin else _("3  What was done"))
        self._preview = preview
        self.result = result
        self.add(self._numbers())
        for column in result.dropped:
            said = _("Column “{column}” is not taken over: {reason}").format(column=column.column, reason=column.reason)
            self.add(parts.label(said, "second", wrap=True))
        if result.not_imported:
            names = _(", ").join(column.column for column in result.not_imported)
            self.add(parts.label(_("Not imported: {columns}.").format(columns=names), "second", wrap=True))
        self.row_text: QLabel = parts.label("", "second", wrap=True)
        if result.issues:
            self._issues()
        buttons = parts.row(spacing=8)
        self.main: QWidget | None = None
        if result.issues:
            self.main = parts.button(_("Save the list of issues"), lambda: save_issues(result))
            buttons.addWidget(self.main)
        buttons.addStretch(1)
        if begin is not None:
            self.begin = parts.button(_("Import"), begin, "primary")
            self.begin.setEnabled(bool(result.created or result.updated))
            if not self.begin.isEnabled():
                buttons.addWidget(parts.label(_("Everything is in the register already."), "second"))
            else:
                self.main = self.begin
            buttons.addWidget(self.begin)
        if leave is not None:
            self.main = parts.button(_("Go to households"), leave, "primary")
            buttons.addWidget(self.main)
        self.add(buttons)

    def _numbers(self) -> QLayout:
        result = self.result
        told = (
            (result.households, _("households in the file")), (result.persons, _("persons in the file")),
            (result.created, _("new")), (result.updated, _("changed")), (result.unchanged, _("as they were")),
            (len(result.issues), _("to look at")),
        )  # fmt: skip
        line = parts.row(spacing=28)
        for number, words in told:
            line.addLayout(parts.column(parts.label(str(number), "title"), parts.label(words, "second"), spacing=0))
        line.addStretch(1)
        return line

    def _issues(self) -> None:
        columns: list[Column[RosterIssue]] = [
            Column(_("Sheet"), lambda issue: issue.sheet, width=110, spare=1),
            Column(_("Row"), lambda issue: str(issue.row), right=True, width=64),
            Column(_("Column"), lambda issue: issue.column, width=120, spare=3),
            Column(_("Kind"), lambda issue: roster.kind_label(issue.kind.value), width=170, spare=2),
            Column(_("What to do"), lambda issue: issue.message),
        ]
        model = TableModel(columns)
        model.show(self.result.issues)
        self.table = Table(model, _("Rows to look at"))
        self.table.setFixedHeight(theme.current().px(min(_TALL, _HEAD + _ROW * len(self.result.issues))))
        self.table.selectionModel().currentRowChanged.connect(
            lambda index, _before: self._show_row(self.result.issues[index.row()])
        )
        self.add(
            parts.label(_("These rows are taken over as well and marked; choose one to see it as it stands."), "second")
        )
        self.add(self.table)
        self.add(self.row_text)

    def _show_row(self, issue: RosterIssue) -> None:
        """The row of the workbook, cell by cell."""
        for sheet in self._preview.sheets:
            if sheet.name == issue.sheet and 0 < issue.row <= len(sheet.rows):
                cells = [str(cell).strip() for cell in sheet.rows[issue.row - 1] if str(cell).strip()][:_CELLS]
                row = _("Row {row}: {cells}").format(row=issue.row, cells="  |  ".join(cells))
                self.row_text.setText(row)
