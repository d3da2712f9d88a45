"""Which column says what: by its header, by what its cells look like, and by what the user corrected before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from villagefp.domain.roster import births, dropped_columns, tables, whose
from villagefp.domain.roster.columns import (
    ONE_A_TABLE,
    Column,
    MappedTable,
    MappingMemory,
    remap,
    without_private_samples,
)
from villagefp.domain.roster.contents import Cell, shares
from villagefp.domain.roster.meanings import Meaning, of_header, plain, role_of
from villagefp.domain.roster.tables import Row, SheetCells, Table, is_total
from villagefp.domain.widths import bare

_SAMPLE = 60
_SURE = 0.6
_PLAIN = 0.85  # content so plain that it overrules a header
_HARDLY = 0.3
_OVERRULING = frozenset((Meaning.ID_NO, Meaning.PHONE, Meaning.SEX, Meaning.RELATION))
_FREE_TEXT = frozenset((Meaning.NOTE, Meaning.NOT_IMPORTED, Meaning.DROPPED, Meaning.ALIAS))


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
    told = tables.rows_of(sheet, table)
    rows = [row for row in told[: 3 * _SAMPLE] if not is_total(row)]
    cells = [_told(rows, place) for place in range(len(table.headers))]
    columns = [_by_header(table, place, of_column) for place, of_column in enumerate(cells)]
    columns = _by_content(columns, [shares(islice(of_column, _SAMPLE)) for of_column in cells], rows)
    columns = _household_number(columns, told)
    columns = whose.of_women(columns)
    families = whose.is_family_table(columns)
    columns = whose.of_families(columns) if families else whose.of_one_person(columns)
    mapped = MappedTable(table, tuple(map(without_private_samples, columns)), signature_of(table), families)
    corrected = memory.entries.get(mapped.signature) if memory else None
    return remap(mapped, corrected) if corrected else mapped


def _told(rows: Sequence[Row], place: int) -> Sequence[Cell]:
    return [row[place] for row in rows if place < len(row) and row[place] not in ("", None)]


def _by_header(table: Table, place: int, cells: Sequence[Cell]) -> Column:
    words = table.headers[place]
    header = " ".join(" ".join(word.split()) for word in words)
    leaf, whole = (plain(words[-1]), plain("".join(words))) if words else ("", "")
    samples = tuple(_shown(cell) for cell in islice(cells, 3))
    why = dropped_columns.reason(whole) or dropped_columns.reason(leaf)
    why = why or dropped_columns.reason_in_full(bare(header).lower())
    if why:
        return Column(place, header, Meaning.DROPPED, reason=dropped_columns.sentence(why))
    meaning = of_header(leaf) or of_header(whole)
    who = role_of(whole)
    if meaning is None and who and (leaf == whole or leaf.isdigit()):
        meaning = Meaning.NAME  # a header of the role alone: 丈夫, 妻子
    return Column(place, header, meaning or Meaning.NOT_IMPORTED, who, "", samples)


def _shown(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()


def _by_content(columns: list[Column], looks: list[dict[Meaning, float]], rows: Sequence[Row]) -> list[Column]:
    """Plain content overrules a wrong header first; then columns without a telling header get what their cells say."""
    overruled = [
        replace(column, meaning=best) if best and _is_wrong(column, best, shown) else column
        for column, shown in zip(columns, looks, strict=True)
        for best in [_best(shown)]
    ]
    taken = {(one.meaning, one.who) for one in overruled if one.meaning in ONE_A_TABLE}
    result = []
    for column, shown in zip(overruled, looks, strict=True):
        best = _best(shown)
        unknown = column.meaning is Meaning.NOT_IMPORTED and of_header(plain(column.header)) is None
        if best is None or not unknown or shown[best] < _SURE or (best, column.who) in taken:
            result.append(column)
            continue
        if best is Meaning.BIRTH and not births.may_be(column, overruled, rows):
            result.append(column)
            continue
        if best is Meaning.PHONE and column.header and any(one.meaning is Meaning.PHONE for one in overruled):
            result.append(column)  # somebody's phone, but whose?
            continue
        if best in ONE_A_TABLE:
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


def _household_number(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """Where no header names the household number, a running number that stands once a family is it."""
    if any(one.meaning is Meaning.HOUSEHOLD_NO for one in columns):
        return columns
    for column in columns:
        if column.meaning is not Meaning.ROW_NUMBER and not (
            column.meaning is Meaning.NOT_IMPORTED and not column.header
        ):
            continue
        cells = [row[column.place] for row in rows if any(row)]
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
