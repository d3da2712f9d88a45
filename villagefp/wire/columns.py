"""Tables of values, column by column: rows that say different things of different fields, each field in its own column.

A column is of one number and one sort of value: a field that holds a text in one row and nothing in the next has two.
Bytes that are packed answers (a mapping by question number) are taken apart into a table of their own and put together
again to the same bytes; whatever does not come out the same is carried as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise
from typing import Any

from villagefp.wire.columns_bytes import put_bytes, read_answers, read_other, take_bytes
from villagefp.wire.columns_ids import ID_BYTES, Ids, TakenIds
from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.columns_text import put_texts, take_texts
from villagefp.wire.columns_times import day_of, put_near, take_near
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.values import pack

Values = Mapping[int, Any]
"""What a row says, by number."""

DEPTH = 2
"""Answers may hold packed answers once more; deeper ones stay bytes."""
_PATTERN_BITS = 8
_MOST_COLUMNS = 1 << 14


class Sort(IntEnum):
    """What a column holds."""

    TEXT = 1
    NUMBER = 2
    FLAG = 3
    NOTHING = 4
    ID = 5
    BYTES = 6
    TEXTS = 7  # a list of texts: what was ticked
    TABLE = 8  # packed answers
    OTHER = 9  # anything else, packed


_OPTIONAL = 16
"""Added to a sort: not every row has it."""

Key = tuple[int, Sort]
Shape = tuple[Key, ...]
"""The columns that a row has."""


@dataclass(frozen=True)
class Rows:
    """Rows with the milliseconds at which they were written."""

    values: Sequence[Values]
    when: Sequence[int]


@dataclass(frozen=True)
class _Column:
    """A column and the rows that have it."""

    key: Key
    rows: Sequence[int]


@dataclass(frozen=True)
class Putting:
    """Where a table goes. `split` are the fields whose texts say which answers belong together."""

    writer: Writer
    ids: Ids
    split: Sequence[int] = ()
    depth: int = DEPTH
    _read: dict[bytes, dict[int, Any] | None] = field(default_factory=dict)

    def answers(self, packed: bytes) -> dict[int, Any] | None:
        """Packed answers taken apart, once; nothing where they are none."""
        if packed not in self._read:
            self._read[packed] = read_answers(packed)
        return self._read[packed]


@dataclass(frozen=True)
class Taking:
    """Where a table comes from."""

    reader: Reader
    ids: TakenIds
    depth: int = DEPTH


_SIMPLE: Mapping[type, Sort] = {str: Sort.TEXT, int: Sort.NUMBER, bool: Sort.FLAG, type(None): Sort.NOTHING}


def _shapes(to: Putting, rows: Sequence[Values]) -> list[Shape]:
    """The columns of each row; numbers and types that come again are looked at once, bytes and lists each time."""
    known: dict[tuple[tuple[int, ...], tuple[type, ...]], tuple[Shape, list[int]]] = {}
    shapes: list[Shape] = []
    for row in rows:
        alike = tuple(row), tuple(map(type, row.values()))
        if alike not in known:
            sorts = [_SIMPLE.get(kind) for kind in alike[1]]
            shape = tuple([(number, sort or Sort.OTHER) for number, sort in zip(row, sorts, strict=True)])
            known[alike] = shape, [place for place, sort in enumerate(sorts) if sort is None]
        shape, others = known[alike]
        if others:
            parts = list(shape)
            for place in others:
                number = parts[place][0]
                parts[place] = number, _sort_of(to, row[number])
            shape = tuple(parts)
        shapes.append(shape)
    return shapes


def _sort_of(to: Putting, value: Any) -> Sort:
    """The sort of column for a value that its type alone does not tell."""
    if type(value) is bytes:
        if len(value) == ID_BYTES:
            return Sort.ID
        return Sort.TABLE if to.depth and to.answers(value) is not None else Sort.BYTES
    if type(value) is list and value and set(map(type, value)) == {str}:
        return Sort.TEXTS
    return Sort.OTHER


def in_one_order(rows: Sequence[Values]) -> tuple[dict[int, int], list[bool]]:
    """The place of each number in an order that most rows keep, and which rows keep it."""
    keys = [tuple(row) for row in rows]
    different = dict.fromkeys(keys)
    order = sorted({number for numbers in different for number in numbers})
    if any(numbers != tuple(sorted(numbers)) for numbers in different):
        order = _merged(different)
    places = {number: place for place, number in enumerate(order)}
    keeps = {numbers: all(places[one] < places[other] for one, other in pairwise(numbers)) for numbers in different}
    return places, [keeps[numbers] for numbers in keys]


def _merged(rows: Iterable[tuple[int, ...]]) -> list[int]:
    """An order for all numbers: each behind the one that it was first seen behind."""
    order: list[int] = []
    for numbers in rows:
        at = 0
        for number in numbers:
            if number in order:
                at = order.index(number) + 1
            else:
                order.insert(at, number)
                at += 1
    return order


def put_table(to: Putting, rows: Rows, places: Mapping[int, int]) -> None:
    """Rows that all keep the order of these places.

    They come from `in_one_order` of rows that may have been more: fewer ones can give an order that not all keep.
    """
    shapes = _shapes(to, rows.values)
    rows_of: dict[Shape, list[int]] = {}
    for place, shape in enumerate(shapes):
        rows_of.setdefault(shape, []).append(place)
    counts: Counter[Key] = Counter()
    for shape, alike in rows_of.items():
        counts.update(dict.fromkeys(shape, len(alike)))
    keys = sorted(counts, key=lambda key: (places[key[0]], key[1]))
    optional = [key for key in keys if counts[key] < len(shapes)]
    to.writer.number(len(keys))
    before = 0
    for number, sort in keys:
        to.writer.signed(number - before)
        to.writer.plain.append(sort + _OPTIONAL * (counts[number, sort] < len(shapes)))
        before = number
    _put_patterns(to.writer, shapes, optional)
    for key in keys:
        having = sorted(place for shape, alike in rows_of.items() if key in shape for place in alike)
        split = [number for number in to.split if number in places and places[number] < places[key[0]]]
        _put_column(replace(to, split=split), _Column(key, having), rows)


def _put_patterns(writer: Writer, shapes: Sequence[Shape], optional: Sequence[Key]) -> None:
    """Which rows have the columns that not all have, eight columns at a time."""
    for start in range(0, len(optional), _PATTERN_BITS):
        some = optional[start : start + _PATTERN_BITS]
        bits = {shape: sum(1 << bit for bit, key in enumerate(some) if key in shape) for shape in set(shapes)}
        put_numbers(writer, [bits[shape] for shape in shapes])


def _put_column(to: Putting, column: _Column, rows: Rows) -> None:
    (number, sort), writer = column.key, to.writer
    values = [rows.values[place][number] for place in column.rows]
    when = [rows.when[place] for place in column.rows]
    if sort is Sort.TABLE:
        _put_answers(to, number, Rows([rows.values[place] for place in column.rows], when))
    elif sort is Sort.TEXT:
        put_texts(writer, values, when)
    elif sort is Sort.NUMBER:
        put_near(writer, values, [day_of(moment) for moment in when])
    elif sort is Sort.FLAG:
        put_numbers(writer, values)
    elif sort is Sort.ID:
        to.ids.put_column(writer, values, when)
    elif sort is Sort.TEXTS:
        put_numbers(writer, [len(value) for value in values])
        put_texts(writer, [part for value in values for part in value], _repeated(when, map(len, values)))
    elif sort is not Sort.NOTHING:
        put_bytes(writer, values if sort is Sort.BYTES else [pack(value) for value in values])


def _repeated(when: Sequence[int], counts: Iterable[int]) -> list[int]:
    return [moment for moment, count in zip(when, counts, strict=True) for _part in range(count)]


def _put_answers(to: Putting, number: int, rows: Rows) -> None:
    to.writer.number(len(to.split))
    for part in to.split:
        to.writer.number(part)
    for members in _parted(rows.values, to.split):
        answers = [to.answers(rows.values[member][number]) or {} for member in members]
        places, kept = in_one_order(answers)
        put_numbers(to.writer, kept)
        strays = [pack(row) for row, keeps in zip(answers, kept, strict=True) if not keeps]
        if strays:
            put_bytes(to.writer, strays)
        some = [(row, rows.when[member]) for row, keeps, member in zip(answers, kept, members, strict=True) if keeps]
        if some:
            inner = replace(to, split=(), depth=to.depth - 1)
            put_table(inner, Rows([row for row, _ in some], [moment for _, moment in some]), places)


def _parted(rows: Sequence[Values], split: Sequence[int]) -> list[list[int]]:
    """Which rows hold the same texts in the fields to split by, in order of the first of each."""
    parts: dict[tuple[str | None, ...], list[int]] = {}
    for place, row in enumerate(rows):
        parts.setdefault(tuple([_text(row.get(number)) for number in split]), []).append(place)
    return list(parts.values())


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def take_table(of: Taking, when: Sequence[int]) -> list[dict[int, Any]]:
    """Back from `put_table`."""
    keys = _take_keys(of)
    rows: list[dict[int, Any]] = [{} for _row in when]
    everywhere = range(len(when))
    partly = iter(_take_patterns(of.reader, len(when), sum(optional for _, optional in keys)))
    columns = [_Column(key, next(partly) if optional else everywhere) for key, optional in keys]
    for column in columns:
        number = column.key[0]
        values = _take_column(of, column, rows, [when[place] for place in column.rows])
        for place, value in zip(column.rows, values, strict=True):
            if number in rows[place]:
                raise MalformedError("a row says two things of one field")
            rows[place][number] = value
    return rows


def _take_keys(of: Taking) -> list[tuple[Key, bool]]:
    columns = of.reader.number()
    if columns > _MOST_COLUMNS:
        raise MalformedError("more columns than a table can have")
    of.reader.spend(columns)
    keys: list[tuple[Key, bool]] = []
    number = 0
    for _column in range(columns):
        number += of.reader.signed()
        optional, sort = divmod(of.reader.byte(), _OPTIONAL)
        if optional > 1 or not Sort.TEXT <= sort <= Sort.OTHER or (sort == Sort.TABLE and not of.depth):
            raise MalformedError("an unknown sort of column, or answers too deep within answers")
        keys.append(((number, Sort(sort)), bool(optional)))
    return keys


def _take_patterns(reader: Reader, count: int, optional: int) -> Iterator[list[int]]:
    for start in range(0, optional, _PATTERN_BITS):
        bits = min(_PATTERN_BITS, optional - start)
        patterns = take_numbers(reader, count)
        if patterns and not 0 <= min(patterns) <= max(patterns) < 1 << bits:
            raise MalformedError("a row has a column that there is not")
        for bit in range(bits):
            reader.spend(count)
            yield [place for place, pattern in enumerate(patterns) if pattern >> bit & 1]


def _take_column(  # noqa: PLR0911  one answer a sort reads best
    of: Taking, column: _Column, rows: Sequence[Values], when: Sequence[int]
) -> Sequence[Any]:
    count, sort, reader = len(column.rows), column.key[1], of.reader
    reader.spend(count)
    if sort is Sort.TABLE:
        return _take_answers(of, Rows([rows[place] for place in column.rows], when))
    if sort is Sort.TEXT:
        return _filled(reader, take_texts(reader, count, when))
    if sort is Sort.NUMBER:
        return take_near(reader, count, [day_of(moment) for moment in when])
    if sort is Sort.FLAG:
        return [_flag(number) for number in take_numbers(reader, count)]
    if sort is Sort.NOTHING:
        return [None] * count
    if sort is Sort.ID:
        return of.ids.take_column(reader, when)
    if sort is Sort.TEXTS:
        return _take_lists(reader, when)
    found = take_bytes(reader, count)
    return found if sort is Sort.BYTES else [read_other(packed) for packed in found]


def _filled(reader: Reader, texts: list[str]) -> list[str]:
    reader.fill(sum(map(len, texts)))
    return texts


def _flag(number: int) -> bool:
    if number not in {0, 1}:
        raise MalformedError("neither yes nor no")
    return bool(number)


def _take_lists(reader: Reader, when: Sequence[int]) -> list[list[str]]:
    lengths = take_numbers(reader, len(when))
    if lengths and min(lengths) < 1:
        raise MalformedError("a list of nothing")
    reader.spend(sum(lengths))
    parts = iter(_filled(reader, take_texts(reader, sum(lengths), _repeated(when, lengths))))
    return [[next(parts) for _part in range(length)] for length in lengths]


def _take_answers(of: Taking, rows: Rows) -> list[bytes]:
    count = of.reader.number()
    of.reader.spend(count * (1 + len(rows.values)))
    split = [of.reader.number() for _part in range(count)]
    found = [b""] * len(rows.values)
    for members in _parted(rows.values, split):
        kept = [_flag(number) for number in take_numbers(of.reader, len(members))]
        strays = [member for member, keeps in zip(members, kept, strict=True) if not keeps]
        if strays:
            for member, stray in zip(strays, take_bytes(of.reader, len(strays)), strict=True):
                found[member] = stray
        some = [member for member, keeps in zip(members, kept, strict=True) if keeps]
        if some:
            answers = take_table(replace(of, depth=of.depth - 1), [rows.when[member] for member in some])
            for member, row in zip(some, answers, strict=True):
                found[member] = pack(row)
            of.reader.fill(sum(len(found[member]) for member in some))
    return found
