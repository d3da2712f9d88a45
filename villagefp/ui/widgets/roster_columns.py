"""The columns of a workbook as they were understood: header, three samples, and a menu to set each right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from villagefp.domain.roster.columns import Column, MappedTable
from villagefp.domain.roster.meanings import Meaning
from villagefp.i18n import _, ngettext
from villagefp.services import roster
from villagefp.services.roster import RosterPreview
from villagefp.ui import theme
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.menu_box import MenuBox

_LEAST, _WIDEST = 220, 380
"""Pixels at 100 % that a menu takes: as many as its longest meaning, within these."""
Corrected = Mapping[tuple[str, int], Meaning]


class ColumnsCard(parts.Card):
    """One block for each layout of the workbook; sheets that look alike are set right together."""

    def __init__(self, preview: RosterPreview, corrected: Callable[[Corrected], object]) -> None:
        super().__init__(title=_("2  The columns"))
        self._corrected = corrected
        self._choices = roster.meaning_choices()
        self.boxes: dict[tuple[str, int], MenuBox] = {}
        self._wide = 0
        self._samples: dict[tuple[str, int], QLabel] = {}
        self._taken: dict[tuple[str, int], Meaning] = {}
        told = _("Each column is taken as the menu says. Set right what was understood wrongly; it is remembered.")
        self.add(parts.label(told, "second", wrap=True))
        alike: dict[str, list[MappedTable]] = {}
        for table in preview.tables:
            alike.setdefault(table.signature, []).append(table)
        for tables in alike.values():
            self._block(tables)

    def show_preview(self, preview: RosterPreview) -> None:
        """Show what each column is taken for now: one that was set right may have taken another one's meaning."""
        for table in preview.tables:
            for column in table.columns:
                box = self.boxes.get((table.table.key, column.place))
                if box is not None:
                    self._show(box, (table.table.key, column.place), column)

    def to_look_at(self) -> QWidget | None:
        """The menu that wants a look first: of a column that is not taken over, else the first there is."""
        unknown = (self.boxes[key] for key, taken in self._taken.items() if taken is Meaning.NOT_IMPORTED)
        return next(unknown, next(iter(self.boxes.values()), None))

    def _show(self, box: MenuBox, key: tuple[str, int], column: Column) -> None:
        self._taken[key] = column.meaning
        box.setCurrentIndex(max(0, box.findData(column.meaning)))
        self._samples[key].setText("  ·  ".join(_short(sample) for sample in column.samples))

    def _block(self, tables: list[MappedTable]) -> None:
        names = _(", ").join(table.table.key for table in tables)
        count = ngettext("{count} table: {names}", "{count} tables alike: {names}", len(tables))
        self.add(parts.label(count.format(count=len(tables), names=names), "strong", wrap=True))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        shown = [column for column in tables[0].columns if column.header or column.samples]
        for line, column in enumerate(shown):
            header = parts.label(column.header or _("(no heading)"))
            samples = parts.label("", "second")
            self._samples[tables[0].table.key, column.place] = samples
            grid.addWidget(header, line, 0)
            grid.addWidget(samples, line, 1)
            grid.addWidget(self._meaning(tables, column), line, 2)
        held = QWidget()
        held.setLayout(grid)
        self.add(held)

    def _meaning(self, tables: list[MappedTable], column: Column) -> QWidget:
        if column.meaning is Meaning.DROPPED:
            return parts.label(_("not taken over: {reason}").format(reason=column.reason), "tag-yellow")
        box = MenuBox()
        box.setAccessibleName(_("Meaning of column {header}").format(header=column.header))
        for meaning, words in self._choices:
            box.addItem(words, meaning)
        if not self._wide:  # all menus offer the same
            px = theme.current().px
            self._wide = min(px(_WIDEST), max(px(_LEAST), box.sizeHint().width()))
        box.setFixedWidth(self._wide)
        key = tables[0].table.key, column.place
        self._show(box, key, column)
        box.activated.connect(partial(self._set, tables, column.place, box))
        self.boxes[key] = box
        return box

    def _set(self, tables: list[MappedTable], place: int, box: MenuBox, _index: int) -> None:
        meaning, key = Meaning(box.currentData()), (tables[0].table.key, place)
        if meaning is self._taken[key]:
            return
        self._taken[key] = meaning
        self._corrected({(table.table.key, place): meaning for table in tables})


def _short(sample: str) -> str:
    return sample if len(sample) <= 14 else sample[:13] + "…"
