"""The columns of a workbook as they were understood: header, three samples, and a menu to set each right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from villagefp.domain.roster.columns import Column, MappedTable
from villagefp.domain.roster.meanings import Meaning
from villagefp.i18n import _, ngettext
from villagefp.services import roster
from villagefp.services.roster import RosterPreview
from villagefp.ui import theme
from villagefp.ui.widgets import parts

Corrected = Mapping[tuple[str, int], Meaning]


class ColumnsCard(parts.Card):
    """One block for each layout of the workbook; sheets that look alike are set right together."""

    def __init__(self, preview: RosterPreview, corrected: Callable[[Corrected], object]) -> None:
        super().__init__(title=_("2  The columns"))
        self._corrected = corrected
        self._choices = roster.meaning_choices()
        self.boxes: dict[tuple[str, int], QComboBox] = {}
        told = _("Each column is taken as the menu says. Set right what was understood wrongly; it is remembered.")
        self.add(parts.label(told, "second", wrap=True))
        alike: dict[str, list[MappedTable]] = {}
        for table in preview.tables:
            alike.setdefault(table.signature, []).append(table)
        for tables in alike.values():
            self._block(tables)

    def _block(self, tables: list[MappedTable]) -> None:
        names = _(", ").join(table.table.key for table in tables)
        count = ngettext("{count} table: {names}", "{count} tables alike: {names}", len(tables))
        self.add(parts.label(count.format(count=len(tables), names=names), "strong", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        shown = [column for column in tables[0].columns if column.header or column.samples]
        for line, column in enumerate(shown):
            header = parts.label(column.header or _("(no heading)"))
            samples = parts.label("  ·  ".join(_short(sample) for sample in column.samples), "second")
            grid.addWidget(header, line, 0)
            grid.addWidget(samples, line, 1)
            grid.addWidget(self._meaning(tables, column), line, 2)
        held = QWidget()
        held.setLayout(grid)
        self.add(held)

    def _meaning(self, tables: list[MappedTable], column: Column) -> QWidget:
        if column.meaning is Meaning.DROPPED:
            return parts.label(_("not taken over: {reason}").format(reason=column.reason), "tag-yellow")
        box = QComboBox()
        box.setAccessibleName(_("Meaning of column {header}").format(header=column.header))
        box.setFixedWidth(theme.current().px(220))
        for meaning, words in self._choices:
            box.addItem(words, meaning)
        box.setCurrentIndex(max(0, box.findData(column.meaning)))
        box.activated.connect(partial(self._set, tables, column.place, box))
        self.boxes[tables[0].table.key, column.place] = box
        return box

    def _set(self, tables: list[MappedTable], place: int, box: QComboBox, _index: int) -> None:
        meaning = Meaning(box.currentData())
        self._corrected({(table.table.key, place): meaning for table in tables})


def _short(sample: str) -> str:
    return sample if len(sample) <= 14 else sample[:13] + "…"
