"""Walking down a table: whose cells stand in which row, whether it has one person or one family a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from villagefp.domain.roster import words
from villagefp.domain.roster.columns import Column, MappedTable
from villagefp.domain.roster.contents import Cell
from villagefp.domain.roster.homes import Homes
from villagefp.domain.roster.issues import IssueBook
from villagefp.domain.roster.meanings import Meaning, of_header, plain
from villagefp.domain.roster.tables import Row, SheetCells, is_repeated_header, is_total, rows_of
from villagefp.domain.roster.whose import FAMILY, OF_FAMILY

PERSON_CELLS = (
    Meaning.NAME, Meaning.RELATION, Meaning.SEX, Meaning.ID_NO, Meaning.BIRTH, Meaning.AGE, Meaning.ETHNIC,
    Meaning.EDUCATION, Meaning.MARITAL, Meaning.OCCUPATION, Meaning.PHONE, Meaning.PRESENCE, Meaning.LEGACY_METHOD,
    Meaning.ALIAS, Meaning.MOTHER, Meaning.HUKOU_BOOK,
)  # fmt: skip
HOUSEHOLD_CELLS = (Meaning.HOUSEHOLD_NO, Meaning.GROUP, Meaning.ADDRESS, Meaning.HEAD_NAME)

_COUNT = re.compile(r"共\s*\d+|\d+\s*[人户]$")
_QUIET = frozenset((Meaning.ROW_NUMBER, Meaning.GROUP, Meaning.HOUSEHOLD_NO, Meaning.ADDRESS))
_BLANK = ("", None)
_ROLES = ("", "head", "husband", "wife", "spouse")
_RELATIONS = {"head": "02", "spouse": "10", "mother": "52", "father": "51"}


class PersonCells(NamedTuple):
    """The cells of one person: the household's, their own in the order of `PERSON_CELLS`, and the role."""

    row: int
    home: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    role: str = ""  # husband, wife, child2 … where a family stands on one row
    relation: str | None = None  # what the role says
    more: tuple[tuple[Column, Cell], ...] = ()  # further phones and other names


class TableWalk:
    """One walk down one table; rows that are nobody's are passed, told where they are unclear."""

    def __init__(self, sheet: SheetCells, mapped: MappedTable, homes: Homes, issues: IssueBook) -> None:
        self._rows = rows_of(sheet, mapped.table)
        self._mapped = mapped
        self._homes = homes
        self._issues = issues
        self._further = mapped.further()
        self._family_phone = mapped.place(Meaning.PHONE, FAMILY)
        self._header_words = frozenset(word for header in mapped.table.headers for word in header)
        titles = (*mapped.table.titles, sheet.name)
        self._group = next((group for title in titles if (group := words.group_in(title))), None)

    def persons(self) -> Iterator[PersonCells]:
        """Everybody in the table, from top to bottom, the head of a one-row family first."""
        mapped, rows = self._mapped, self._rows
        roles = sorted({one.who for one in mapped.columns if one.meaning is Meaning.NAME}, key=_role_order) or [""]
        people = [zip(*(_column(rows, mapped, one, role) for one in PERSON_CELLS), strict=False) for role in roles]
        homes = zip(*(_column(rows, mapped, one, "") for one in HOUSEHOLD_CELLS[:-1]), self._heads(), strict=False)
        shared = zip(*(_column(rows, mapped, one, FAMILY) for one in OF_FAMILY), strict=False)
        numbers = range(mapped.table.first + 1, mapped.table.last + 1)
        for number, row, home, family, *members in zip(numbers, rows, homes, shared, *people, strict=False):
            if home[1] in _BLANK and self._group is not None:
                home = (home[0], self._group, *home[2:])  # noqa: PLW2901  the group of sheet, title or heading
            if mapped.families:
                yield from self._family(number, row, (home, family), dict(zip(roles, members, strict=True)))
            elif self._is_person(row, members[0]):
                yield PersonCells(number, home, members[0], more=self._more(row, ""))
            else:
                self._pass(number, row)

    def _heads(self) -> Iterable[Cell]:
        """The name of the head in each row; in a list of heads alone it is the name itself."""
        name = next((one for one in self._mapped.columns if one.meaning is Meaning.NAME and not one.who), None)
        heads_alone = (
            name is not None and not self._mapped.families and of_header(plain(name.header)) is Meaning.HEAD_NAME
        )
        return _column(self._rows, self._mapped, Meaning.NAME if heads_alone else Meaning.HEAD_NAME, "")

    def _is_person(self, row: Row, cells: tuple[Cell, ...]) -> bool:
        """Whether a row is a person's and no subtotal, footer or repeated header."""
        name, relation, _sex, id_no, birth = cells[:5]
        if is_total(row):
            return False
        if relation in _BLANK and id_no in _BLANK and birth in _BLANK:
            return name not in _BLANK and not _COUNT.match(str(name).strip())
        return name not in self._header_words or not is_repeated_header(row, self._mapped.table)

    def _family(
        self,
        number: int,
        row: Row,
        household: tuple[tuple[Cell, ...], tuple[Cell, ...]],
        members: dict[str, tuple[Cell, ...]],
    ) -> Iterator[PersonCells]:
        """The members of a family on one row; its phone is the head's, its method the wife's."""
        home, (phone, presence, method) = household
        there = {
            role: cells
            for role, cells in members.items()
            if cells[0] not in _BLANK or cells[3] not in _BLANK or cells[4] not in _BLANK
        }
        if not there or is_total(row) or is_repeated_header(row, self._mapped.table):
            self._pass(number, row)
            return
        if home[0] in _BLANK and any(not role.startswith("child") for role in there):
            self._homes.leave()  # a row of a child alone goes on with the family above
        named = next((role for role, cells in there.items() if home[3] not in _BLANK and cells[0] == home[3]), None)
        head = named or next((role for role in _ROLES[1:4] if role in there), "" if "" in there else None)
        if head is not None:
            there[head] = _with(_with(there[head], Meaning.PHONE, phone), Meaning.PRESENCE, presence)
            partner = next((role for role in ("wife", "spouse") if role in there), head)
            there[partner] = _with(there[partner], Meaning.LEGACY_METHOD, method)
        for place, role in enumerate(sorted(there, key=lambda role: (role != head, _role_order(role)))):
            more = self._more(row, role)
            if place == 0:
                more += self._more_of_family(row, there[role])
            yield PersonCells(number, home, there[role], role, "02" if role == head else _relation(role), more)

    def _more(self, row: Row, role: str) -> tuple[tuple[Column, Cell], ...]:
        """What a person has in further columns of phones and other names."""
        if role not in self._further:
            return ()
        return tuple((one, cell) for one in self._further[role] if (cell := row[one.place]) not in _BLANK)

    def _more_of_family(self, row: Row, first: tuple[Cell, ...]) -> tuple[tuple[Column, Cell], ...]:
        """The phones of the family; its first one too where the first of the row has another."""
        more = self._more(row, FAMILY)
        place = self._family_phone
        if place is None or row[place] in (*_BLANK, first[PERSON_CELLS.index(Meaning.PHONE)]):
            return more
        return ((self._mapped.columns[place], row[place]), *more)

    def _pass(self, number: int, row: Row) -> None:
        """What stands between the people: a heading that names the group, a subtotal, nothing, or something unclear."""
        told = [cell for cell in row if cell not in _BLANK]
        if not told or is_repeated_header(row, self._mapped.table):
            return
        first = str(told[0]).strip()
        if len(told) == 1 and isinstance(told[0], str) and (group := words.group_in(first)):
            self._group = group
        elif not is_total(row) and not _COUNT.match(first):
            quiet = {one.place for one in self._mapped.columns if one.meaning in _QUIET}
            if any(cell not in _BLANK and place not in quiet for place, cell in enumerate(row)):
                self._issues.row_unclear(number)
            return
        self._homes.leave()


def _column(rows: Sequence[Row], mapped: MappedTable, meaning: Meaning, role: str) -> Iterable[Cell]:
    place = mapped.place(meaning, role)
    return repeat("") if place is None else [row[place] for row in rows]


def _with(cells: tuple[Cell, ...], meaning: Meaning, cell: Cell) -> tuple[Cell, ...]:
    """The cells of a person with one filled from the family's, where the own one is blank."""
    place = PERSON_CELLS.index(meaning)
    return cells if cell in _BLANK or cells[place] not in _BLANK else (*cells[:place], cell, *cells[place + 1 :])


def _role_order(role: str) -> tuple[int, str]:
    return (_ROLES.index(role), "") if role in _ROLES else (len(_ROLES), role)


def _relation(role: str) -> str | None:
    if role in ("husband", "wife"):
        return "11" if role == "husband" else "12"
    return _RELATIONS.get(role.rstrip("0123456789"))
