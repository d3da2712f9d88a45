"""Finding the tables in a sheet: titles above, header rows that may be two or three, and where the people begin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from villagefp.domain.roster import side_by_side
from villagefp.domain.roster.contents import Cell, of_cell
from villagefp.domain.roster.meanings import Meaning, of_header, plain, role_of

Row = Sequence[Cell]
_LOOK_AHEAD = 60  # rows of a sheet in which its first header must stand
_HEADER_ROWS = 3
_LONGEST_HEADER = 24
_NUMBERS = re.compile(r"[\d一二三四五六七八九十]")
_TOTAL = re.compile(
    r"本?[页组村户]?\s*(?:小\s*计|合\s*计|总\s*计|累\s*计|共\s*计)"
    r"|(?:填表|审核|制表|填报|负责|经办|单位|联系|打印)\S{0,4}[：:]|(?:注|备注|说明|填表说明)[：:]"
    r"|(?:总?户数|总?人[口数]{1,2})\s*[：:]|第?\s*\d+\s*/?\s*页|以下空白|接上页|转下页"
)
_SUM = re.compile(r"\D{0,3}[0-9.]{1,7}\D{0,2}")
_NEVER_CELLS = frozenset((Meaning.NAME, Meaning.ID_NO))
"""Meanings whose words, 姓名 and 身份证号, stand in no cell of a person: where they are, the row is a header."""
_NAME_WORDS = ("姓名", "姓 名", "姓  名", "姓\u3000名", "成员姓名", "家庭成员姓名", "Name", "name")


@dataclass(frozen=True, slots=True)
class SheetCells:
    """One sheet as it was read: all rows from the first, of one width, and the merged ranges (from 0, inclusive)."""

    name: str
    rows: Sequence[Row]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column
    unread: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Cells, row and column from 0, that are read as empty but hold an error, told as its word, or a formula: empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """A part of a sheet under one header; `headers` joins the header rows for every column."""

    sheet: str
    part: int  # 0 for the first table of its sheet
    titles: tuple[str, ...]  # what stands above the header
    headers: tuple[tuple[str, ...], ...]  # per column its header words, outermost first
    header_rows: tuple[int, ...]  # as people count them, from 1
    first: int  # first row of people, from 0
    last: int  # one beyond the last row
    left: int = 0  # its first column, where several tables stand side by side
    right: int | None = None  # one beyond its last column there

    @property
    def key(self) -> str:
        """How the preview names it: the sheet; for a further table in it the row of the header, or its first cell."""
        if not self.part:
            return self.sheet
        return f"{self.sheet} ({letter(self.left) if self.left else ''}{self.header_rows[0]})"


def letter(place: int) -> str:
    """A column, counted from 0, as a spreadsheet names it."""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def rows_of(sheet: SheetCells, table: Table) -> Sequence[Row]:
    """The rows of a table, blank where another table stands beside it."""
    rows = sheet.rows[table.first : table.last]
    if table.right is None:
        return rows
    return [_within(row, table.left, table.right) for row in rows]


def _within(row: Row, left: int, right: int) -> Row:
    here = () if left and _goes_on_adding(row, left, right) else row[left:right]
    return (*("",) * left, *here, *("",) * (len(row) - left - len(here)))


def _goes_on_adding(row: Row, left: int, right: int) -> bool:
    """Whether a row that adds up at its left has only counts here: 合计 … 3人."""
    told = [cell for cell in row[left:right] if cell not in ("", None)]
    return is_total(row) and all(_SUM.fullmatch(str(cell).strip()) for cell in told)


def find(sheet: SheetCells) -> tuple[Table, ...]:
    """The tables of a sheet, none for a sheet without people."""
    rows = sheet.rows
    tables: list[Table] = []
    start = 0
    while start < len(rows):
        header = _next_header(rows, start, min(len(rows), start + _LOOK_AHEAD))
        if not header:
            break
        first = header[-1] + 1
        stop = _next_table(rows, first, header)
        titles = tuple(str(cell) for row in rows[start : header[0]] for cell in row if isinstance(cell, str) and cell)
        header_rows = tuple(number + 1 for number in header)
        headers = _joined(sheet, header)
        whole = Table(sheet.name, len(tables), titles, headers, header_rows, first, stop)
        parts = side_by_side.parts(headers, rows[first:stop])
        tables.extend(_part(whole, len(tables) + place, part) for place, part in enumerate(parts))
        if not parts:
            tables.append(whole)
        start = stop
    if not tables and (first_person := _first_person(rows)) is not None:
        width = max(map(len, rows))
        titles = tuple(str(cell) for row in rows[:first_person] for cell in row if isinstance(cell, str) and cell)
        tables.append(Table(sheet.name, 0, titles, ((),) * width, (), first_person, len(rows)))
    return tuple(tables)


def _part(whole: Table, number: int, columns: range) -> Table:
    """One of several tables that stand side by side under one row of headers."""
    headers = tuple(words if place in columns else () for place, words in enumerate(whole.headers))
    return replace(whole, part=number, headers=headers, left=columns.start, right=columns.stop)


def is_repeated_header(row: Row, table: Table) -> bool:
    """Whether a row between the people repeats the header, as at the top of each printed page."""
    told = [(plain(cell), words) for cell, words in zip(row, table.headers, strict=False) if cell not in ("", None)]
    same = sum(1 for text, words in told if text and any(text == plain(word) for word in words))
    return bool(told) and same * 2 > len(told)


def is_total(row: Row) -> bool:
    """Whether a row adds up, signs or explains, and tells nobody: 小计, 填表人, 注."""
    first = next((cell for cell in row if cell not in ("", None)), "")
    return isinstance(first, str) and _TOTAL.match(first.strip()) is not None


def _next_header(rows: Sequence[Row], start: int, stop: int) -> tuple[int, ...]:
    """The rows of the first header from `start`, best match first found; empty if there is none."""
    for number in range(start, stop):
        if _is_header(rows[number]):
            last = number
            while last + 1 < len(rows) and last - number + 1 < _HEADER_ROWS and _goes_on(rows[last + 1]):
                last += 1
            first = number
            while first > start and number - first + 1 < _HEADER_ROWS and _is_head_of_head(rows[first - 1]):
                first -= 1
            return tuple(range(first, last + 1))
    return ()


def _is_header(row: Row) -> bool:
    meanings, data, both = _looks(row)
    people = meanings & {Meaning.NAME, Meaning.ID_NO, Meaning.RELATION, Meaning.HEAD_NAME}
    if data or (both and people.isdisjoint(_NEVER_CELLS)):
        return False
    count = len(meanings | {Meaning.NAME}) if both else len(meanings)  # 丈夫 alone is the header of his name
    return count >= 3 or (count >= 2 and bool(people))


def _may_be_either(looks: Meaning, text: str) -> bool:
    """Whether a cell that looks like data stands above columns just as well: 配偶, 长子, 父亲; 结婚, 常住."""
    return (looks is Meaning.RELATION and bool(role_of(text))) or looks in (Meaning.MARITAL, Meaning.PRESENCE)


def _goes_on(row: Row) -> bool:
    """Whether the row below a header row still belongs to the header."""
    meanings, data, both = _looks(row)
    return data == both == 0 and len(meanings) >= 2


def _is_head_of_head(row: Row) -> bool:
    """Whether the row above a header row names groups of columns: 丈夫 | 妻子 | 子女1, or 家庭成员基本情况."""
    told = [cell for cell in row if isinstance(cell, str) and cell]
    _meanings, data, both = _looks(row)
    data += both
    grouped = sum(1 for cell in told if role_of(plain(cell)) or of_header(plain(cell)))
    return len(told) >= 2 and grouped >= 2 and data <= grouped and not any("：" in cell or ":" in cell for cell in told)


def _looks(row: Row) -> tuple[set[Meaning], int, int]:
    """The different meanings that cells of a row name, how many look like somebody's data, how many may be either."""
    meanings, data, both = set(), 0, 0
    for cell in row:
        if cell in ("", None):
            continue
        if not isinstance(cell, str):
            data += 1
            continue
        text = plain(cell)
        meaning = of_header(text) if len(text) <= _LONGEST_HEADER and "：" not in cell.strip("：:") else None
        looks = of_cell(cell)
        if looks is Meaning.NAME and meaning is None:
            continue
        if looks is not None and not (meaning and _may_head(looks, text)):
            if _may_be_either(looks, text):
                both += 1
            else:
                data += 1
        elif meaning is not None:
            meanings.add(meaning)
    return meanings, data, both


def _may_head(looks: Meaning, text: str) -> bool:
    """Whether a cell that looks like data may be a header all the same: 户主, 村组; but not 3组."""
    if looks in (Meaning.ADDRESS, Meaning.GROUP):
        return not _NUMBERS.search(text)
    return looks in (Meaning.RELATION, Meaning.NAME)


def _next_table(rows: Sequence[Row], first: int, header: tuple[int, ...]) -> int:
    """Where the next table with another header begins, else the end of the sheet."""
    known = [{plain(cell) for cell in rows[number]} for number in header]
    words = {cell for number in header for cell in rows[number] if isinstance(cell, str)}
    markers = frozenset((*_NAME_WORDS, *(word for word in words if of_header(plain(word)) is Meaning.NAME)))
    for number in range(first, len(rows)):
        row = rows[number]
        if markers.isdisjoint(row) or not _is_header(row):
            continue
        told = {plain(cell) for cell in row} - {""}
        if not any(told <= one for one in known):
            return number
        place = [plain(cell) for cell in row]
        if not any(place == [plain(cell) for cell in rows[line]] for line in header):
            return number
    return len(rows)


def _first_person(rows: Sequence[Row]) -> int | None:
    """The first row that can only be a person's, for a sheet without any header."""
    for number, row in enumerate(rows[:_LOOK_AHEAD]):
        seen = {looks for cell in row if (looks := of_cell(cell)) is not None}
        if Meaning.ID_NO in seen or len(seen & {Meaning.SEX, Meaning.RELATION, Meaning.BIRTH, Meaning.NAME}) >= 3:
            return number
    return None


def _joined(sheet: SheetCells, header: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    """Per column the header words from the outermost row to the innermost, merged cells spread over their range."""
    width = max(len(sheet.rows[number]) for number in header)
    grid = [[cell if isinstance(cell, str) else "" for cell in sheet.rows[number]] for number in header]
    spread = False
    for top, left, bottom, right in sheet.merged:
        if header[0] <= top <= header[-1] and right > left:
            spread = True
            for line in range(top, min(bottom, header[-1]) + 1):
                grid[line - header[0]][left : right + 1] = [grid[top - header[0]][left]] * (right - left + 1)
    if not spread:
        _spread_by_blanks(grid)
    return tuple(_words_of_column(grid, place) for place in range(width))


def _words_of_column(grid: list[list[str]], place: int) -> tuple[str, ...]:
    words = (line[place] for line in grid if place < len(line))
    return tuple(dict.fromkeys(word for word in words if word))


def _spread_by_blanks(grid: list[list[str]]) -> None:
    """Without merged ranges, an outer header covers the blanks at its right that have an inner header below."""
    for line, below in pairwise(grid):
        for place in range(1, len(line)):
            outer = line[place - 1]
            if not line[place] and below[place] and outer and (below[place - 1] or role_of(plain(outer))):
                line[place] = outer
