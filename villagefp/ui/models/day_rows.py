"""The day's list as rows: headings of groups and sections, lines, and one row that shows the rest."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from villagefp.i18n import _, ngettext
from villagefp.services.day_list import AWAY, NOW, SECTIONS, DayLine, DayPage
from villagefp.ui import words
from villagefp.ui.qt import overrides

Index = QModelIndex | QPersistentModelIndex
SHOWN_AT_FIRST = 60
_NOWHERE = QModelIndex()


class Heading(Struct, frozen=True):
    """A group or a section; one that folds can be chosen."""

    text: str
    section: str = ""  # of a section that folds
    folded: bool = False

    @property
    def chosen(self) -> bool:
        """Whether the keys stop here."""
        return bool(self.section)


class Item(Struct, frozen=True):
    """One line; the first of a household shows its number and family."""

    line: DayLine
    first: bool
    movable: bool

    @property
    def chosen(self) -> bool:
        """Whether the keys stop here."""
        return True


class More(Struct, frozen=True):
    """What stands for the lines that are not shown yet."""

    count: int

    @property
    def chosen(self) -> bool:
        """Whether the keys stop here."""
        return True


DayRow = Heading | Item | More


def rows_of(page: DayPage, *, folded: frozenset[str], whole: bool) -> list[DayRow]:
    """The rows of a page; not more than `SHOWN_AT_FIRST` lines unless the whole is wanted."""
    found: list[DayRow] = []
    left = SHOWN_AT_FIRST
    for section in SECTIONS:
        groups = page.sections[section]
        if section != NOW and groups:
            found.append(Heading(_section_title(section, page.count(section)), section, section in folded))
        if section in folded:
            continue
        for group in groups:
            lines = group.lines if whole else group.lines[: max(left, 0)]
            left -= len(group.lines)
            if not lines:
                continue
            found.append(Heading(words.group(group.group_no) or _("Without a group")))
            found += _items(lines, movable=section == NOW)
    if left < 0 and not whole:
        found.append(More(-left))
    return found


def _items(lines: Sequence[DayLine], *, movable: bool) -> list[Item]:
    before: list[object] = [None, *(line.household_id for line in lines)]
    return [
        Item(line, line.household_id is None or line.household_id != earlier, movable and line.household_id is not None)
        for line, earlier in zip(lines, before, strict=False)
    ]


def _section_title(section: str, count: int) -> str:
    told = _("When they are back ({count})") if section == AWAY else ngettext("Soon ({count})", "Soon ({count})", count)
    return told.format(count=count)


class DayRows(QAbstractListModel):
    """Gives rows to the view as a whole; it has no text to copy, only one for readers."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[DayRow] = ()

    def show(self, rows: Sequence[DayRow]) -> None:
        """Replace what is listed."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    @overrides
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @overrides
    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.rows[index.row()].chosen:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    @overrides
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row)
        return None


def spoken(row: DayRow) -> str:
    """A row as a screen reader says it."""
    if isinstance(row, Heading):
        return row.text
    if isinstance(row, More):
        return more_words(row)
    line = row.line
    parts = (line.household_no, words.family(line.head), line.who, line.what, line.when)
    return " · ".join(part for part in parts if part)


def more_words(row: More) -> str:
    """What the row for the rest says."""
    return ngettext("Show {count} more line", "Show {count} more lines", row.count).format(count=row.count)
