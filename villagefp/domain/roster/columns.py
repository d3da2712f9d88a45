"""Which column says what: by its header, by what its cells look like, and by what the user corrected before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat

from villagefp.domain.roster import dropped_columns, tables
from villagefp.domain.roster.contents import Cell, shares
from villagefp.domain.roster.meanings import Meaning, of_header, plain, role_of
from villagefp.domain.roster.tables import SheetCells, Table

_SAMPLE = 60
_SURE = 0.6
_PLAIN = 0.85  # content so plain that it overrules a header
_HARDLY = 0.3
_ONE_A_TABLE = frozenset(Meaning) - {Meaning.NOT_IMPORTED, Meaning.DROPPED, Meaning.PHONE, Meaning.NOTE, Meaning.ALIAS}
_OVERRULING = frozenset((Meaning.ID_NO, Meaning.PHONE, Meaning.SEX, Meaning.RELATION))
_FREE_TEXT = frozenset((Meaning.NOTE, Meaning.NOT_IMPORTED, Meaning.DROPPED, Meaning.ALIAS))
_NAMES = (Meaning.NAME, Meaning.HEAD_NAME)
_OF_HOUSEHOLD = frozenset(
    (Meaning.HOUSEHOLD_NO, Meaning.GROUP, Meaning.ADDRESS, Meaning.HUKOU_BOOK, Meaning.ROW_NUMBER, Meaning.NOTE)
)
FAMILY = "family"
"""Whose a column is where it tells something of the whole family on the row."""

OF_FAMILY = (Meaning.PHONE, Meaning.PRESENCE, Meaning.LEGACY_METHOD)
_OF_PERSON = frozenset((Meaning.ID_NO, Meaning.BIRTH, Meaning.SEX, Meaning.RELATION))
_SPOUSES = frozenset(("husband", "wife", "spouse"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it means, whose it is, and three samples to judge by."""

    place: int  # from 0
    header: str
    meaning: Meaning
    who: str = ""  # husband, wife, spouse, child1 … or the family, where a family stands on one row
    reason: str = ""  # why it is dropped or not imported
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table with its columns recognised; `families` where each row holds a whole family."""

    table: Table
    columns: tuple[Column, ...]
    signature: str
    families: bool = False

    def place(self, meaning: Meaning, who: str = "") -> int | None:
        """Where the first column of this meaning is."""
        return next((one.place for one in self.columns if one.meaning is meaning and one.who == who), None)


@dataclass(frozen=True)
class MappingMemory:
    """What the user corrected in earlier imports: by header signature, which column means what."""

    entries: Mapping[str, Mapping[int, Meaning]]


def recognise_all(sheets: Iterable[SheetCells], memory: MappingMemory | None) -> Iterator[MappedTable]:
    """Every table of a workbook with its columns recognised; a sheet headed like the one before is read like it."""
    seen: dict[str, MappedTable] = {}
    for sheet in sheets:
        for table in tables.find(sheet):
            signature = signature_of(table)
            before = seen.get(signature) if signature.strip("|") else None
            if before is None:
                before = seen[signature] = recognise(sheet, table, memory)
            yield before if before.table is table else replace(before, table=table)


def signature_of(table: Table) -> str:
    """The headers of a table as one text, by which a corrected mapping is remembered."""
    return "|".join(plain(" ".join(words)) for words in table.headers)


def recognise(sheet: SheetCells, table: Table, memory: MappingMemory | None) -> MappedTable:
    """The table with every column's meaning, remembered corrections applied."""
    places = range(len(table.headers))
    columns = [_by_header(sheet, table, place) for place in places]
    columns = _by_content(columns, [_looks(sheet, table, place) for place in places])
    columns = _household_number(columns, sheet, table)
    families = _is_family_table(columns)
    columns = _families(columns) if families else _single(columns)
    mapped = MappedTable(table, tuple(columns), signature_of(table), families)
    corrected = memory.entries.get(mapped.signature) if memory else None
    return remap(mapped, corrected) if corrected else mapped


def remap(mapped: MappedTable, corrected: Mapping[int, Meaning]) -> MappedTable:
    """The table with the user's corrections; what must not be kept stays dropped, a meaning moves to its new column."""
    columns = list(mapped.columns)
    for place, meaning in corrected.items():
        if not 0 <= place < len(columns) or columns[place].meaning is Meaning.DROPPED or meaning is Meaning.DROPPED:
            continue
        who = columns[place].who
        for other in columns:
            if (
                meaning in _ONE_A_TABLE
                and other.meaning is meaning
                and other.who == who
                and other.place not in corrected
            ):
                columns[other.place] = replace(other, meaning=Meaning.NOT_IMPORTED)
        columns[place] = replace(columns[place], meaning=meaning, reason="")
    return replace(mapped, columns=tuple(columns))


def _looks(sheet: SheetCells, table: Table, place: int) -> dict[Meaning, float]:
    return shares(islice(_cells(sheet, table, place), _SAMPLE))


def _cells(sheet: SheetCells, table: Table, place: int) -> Sequence[Cell]:
    rows = sheet.rows[table.first : min(table.last, table.first + 3 * _SAMPLE)]
    return [row[place] for row in rows if place < len(row) and row[place] not in ("", None)]


def _by_header(sheet: SheetCells, table: Table, place: int) -> Column:
    words = table.headers[place]
    header = " ".join(" ".join(word.split()) for word in words)
    leaf, whole = (plain(words[-1]), plain("".join(words))) if words else ("", "")
    samples = tuple(_shown(cell) for cell in islice(_cells(sheet, table, place), 3))
    why = dropped_columns.reason(whole) or dropped_columns.reason(leaf)
    if why:
        return Column(place, header, Meaning.DROPPED, reason=dropped_columns.sentence(why))
    meaning = of_header(leaf) or of_header(whole)
    who = role_of(whole)
    if meaning is None and who and (leaf == whole or leaf.isdigit()):
        meaning = Meaning.NAME  # a header of the role alone: 丈夫, 妻子
    return Column(place, header, meaning or Meaning.NOT_IMPORTED, who, "", samples)


def _shown(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()


def _by_content(columns: list[Column], looks: list[dict[Meaning, float]]) -> list[Column]:
    """Plain content overrules a wrong header first; then columns without a telling header get what their cells say."""
    overruled = [
        replace(column, meaning=best) if best and _is_wrong(column, best, shown) else column
        for column, shown in zip(columns, looks, strict=True)
        for best in [_best(shown)]
    ]
    taken = {(one.meaning, one.who) for one in overruled if one.meaning in _ONE_A_TABLE}
    result = []
    for column, shown in zip(overruled, looks, strict=True):
        best = _best(shown)
        unknown = column.meaning is Meaning.NOT_IMPORTED and of_header(plain(column.header)) is None
        if best is None or not unknown or shown[best] < _SURE or (best, column.who) in taken:
            result.append(column)
            continue
        if best in _ONE_A_TABLE:
            taken.add((best, column.who))
        result.append(replace(column, meaning=best))
    return result


def _best(shown: dict[Meaning, float]) -> Meaning | None:
    return max(shown, key=lambda meaning: shown[meaning], default=None)


def _is_wrong(column: Column, best: Meaning, shown: dict[Meaning, float]) -> bool:
    """Whether cells say so plainly what a column is that its header must be wrong."""
    if column.meaning in _FREE_TEXT or column.meaning is best or best not in _OVERRULING:
        return False
    return shown[best] >= _PLAIN and shown.get(column.meaning, 0) < _HARDLY


def _household_number(columns: list[Column], sheet: SheetCells, table: Table) -> list[Column]:
    """Where no header names the household number, a running number that stands once a family is it."""
    if any(one.meaning is Meaning.HOUSEHOLD_NO for one in columns):
        return columns
    for column in columns:
        if column.meaning is not Meaning.ROW_NUMBER and not (
            column.meaning is Meaning.NOT_IMPORTED and not column.header
        ):
            continue
        cells = [row[column.place] for row in sheet.rows[table.first : table.last] if any(row)]
        told = [cell for cell in cells if cell not in ("", None)]
        repeated = len(told) - len(set(map(str, told)))
        if len(told) >= 2 and (len(told) < 0.7 * len(cells) or repeated > 0.3 * len(told)) and _numbers(told):
            columns[column.place] = replace(column, meaning=Meaning.HOUSEHOLD_NO)
            break
    return columns


def _numbers(cells: Sequence[Cell]) -> bool:
    return all(
        isinstance(cell, float | int) or (isinstance(cell, str) and cell.strip().isdecimal()) for cell in cells[:50]
    )


def _is_family_table(columns: list[Column]) -> bool:
    """Whether rows hold families: several name columns, and no relation that makes each row one person."""
    names = [one.who for one in columns if one.meaning is Meaning.NAME]
    if any(one.meaning is Meaning.RELATION and not one.who for one in columns) and names.count("") == 1:
        return False
    roles = set(names)
    full_members = _members_with_more_than_a_name(columns)
    return full_members >= 2 or len(roles - {"", "mother", "father"}) >= 2 or bool("" in roles and roles & _SPOUSES)


def _members_with_more_than_a_name(columns: list[Column]) -> int:
    """How many plain name columns are followed by something that only a person has: one a row has one of them."""
    count, open_name = 0, False
    for column in columns:
        if column.meaning is Meaning.NAME:
            open_name = not column.who
        elif open_name and column.meaning in _OF_PERSON:
            count, open_name = count + 1, False
    return count


def _families(columns: list[Column]) -> list[Column]:
    """Each name column opens a person; what follows without a role of its own belongs to that person.

    A phone, a presence or a method that stands once without a role is the family's, wherever its column stands.
    """
    result: list[Column] = []
    seen: list[str] = []
    unowned = Counter(one.meaning for one in columns if not one.who)
    for column in map(_as_member, columns, repeat(_couple(columns))):
        who = column.who
        if column.meaning is Meaning.NAME:
            who = _next_member(who, seen)
            seen.append(who)
        elif who == "child":
            who = next((one for one in reversed(seen) if one.startswith("child")), "child1")
        elif not who and column.meaning in OF_FAMILY and unowned[column.meaning] == 1:
            who = FAMILY
        elif not who and seen and column.meaning not in _OF_HOUSEHOLD:
            who = seen[-1]
        result.append(replace(column, who=who))
    return result


def _as_member(column: Column, couple: bool) -> Column:
    """Head and mother are members too where a family stands on one row; beside a couple the head's name only names."""
    if column.meaning is Meaning.HEAD_NAME:
        return replace(column, who="") if couple else replace(column, meaning=Meaning.NAME, who="head")
    return replace(column, meaning=Meaning.NAME) if column.meaning is Meaning.MOTHER else column


def _next_member(who: str, seen: list[str]) -> str:
    """A name for the next member: child1, child2 …, member2 …; a role that stands again is counted."""
    if who == "child":
        return f"child{1 + sum(1 for one in seen if one.startswith('child'))}"
    if not who:
        return f"member{len(seen) + 1}" if "" in seen else ""
    return who if who not in seen else f"{who}{1 + sum(1 for one in seen if one.startswith(who))}"


def _couple(columns: list[Column]) -> bool:
    return {"husband", "wife"} <= {one.who for one in columns}


def _single(columns: list[Column]) -> list[Column]:
    """One person a row: columns about a spouse or parents of that person are not imported, a mother's name is."""
    named = any(one.meaning is Meaning.NAME and not one.who for one in columns)
    only_name = None if named else next((one for one in columns if one.meaning in _NAMES), None)
    result: list[Column] = []
    taken: set[Meaning] = set()
    for column in columns:
        meaning = _single_meaning(column, named) if column is not only_name else Meaning.NAME
        if meaning in _ONE_A_TABLE and meaning in taken:
            meaning = Meaning.NOT_IMPORTED
        taken.add(meaning)
        result.append(replace(column, meaning=meaning, who=""))
    return result


def _single_meaning(column: Column, named: bool) -> Meaning:
    about_another = bool(column.who) and column.meaning not in (Meaning.HEAD_NAME, Meaning.MOTHER)
    # A list of heads alone says 户主身份证号 of the person of the row.
    kept = not about_another or (column.who == "head" and not named) or column.meaning is Meaning.DROPPED
    return column.meaning if kept else Meaning.NOT_IMPORTED
