"""Between the frozen records of the domain and the rows and field numbers that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any, get_args, get_type_hints

from villagefp.domain.kept import KINDS
from villagefp.domain.records import Record
from villagefp.wire.declared import BY_NAME
from villagefp.wire.kinds import Field, FieldType, Kind, Travel
from villagefp.wire.values import Value

Row = Sequence[Any]


class Codec:
    """How records of one class are stored; built once a class, since an import stores thousands of records.

    A row is the id followed by the fields in the order of the registry.
    """

    def __init__(self, record_type: type[Record]) -> None:
        self.record_type = record_type
        self.kind: Kind = BY_NAME[record_type.KIND]
        self.names = tuple(field.name for field in self.kind.fields)
        self._get = attrgetter("id", *self.names)
        hints = get_type_hints(record_type)
        self._enums = tuple((place, kind) for place, name in enumerate(self.names, 1) if (kind := _enum(hints[name])))
        self._codes = tuple((place, {one: str(one.value) for one in kind}) for place, kind in self._enums)
        self._flags = tuple(place for place, field in enumerate(self.kind.fields, 1) if field.type is FieldType.FLAG)
        travelling = [(place, field) for place, field in enumerate(self.kind.fields, 1) if _travels(field)]
        self._travelling = tuple((place, field.number) for place, field in travelling)
        by_number = sorted(self._travelling, key=lambda one: one[1])
        self._numbers = tuple(number for _, number in by_number)
        self._of_numbers = itemgetter(*(place for place, _ in by_number), 0)
        places = {field.name: place for place, field in travelling}
        self._groups = tuple(
            tuple((places[field.name], field.number) for field in members) for members in self.kind.groups.values()
        )
        self._wholes = tuple(frozenset(number for _, number in group) for group in self._groups)
        columns = ", ".join(f'"{name}"' for name in ("id", *self.names))
        marks = ", ".join("?" * (len(self.names) + 2))
        self.insert_sql = f'INSERT INTO "{self.kind.name}" ({columns}, heads) VALUES ({marks})'
        self.select_sql = f'SELECT {columns} FROM "{self.kind.name}"'
        self.select_heads_sql = f'SELECT heads, withdrawn, {columns} FROM "{self.kind.name}" WHERE id = ?'

    def row(self, record: Record) -> list[Any]:
        """The record as plain values, enums as their codes."""
        row = list(self._get(record))
        for place, codes in self._codes:
            value = row[place]
            if value is not None:
                row[place] = codes.get(value) or str(value)
        return row

    def record(self, row: Row) -> Record:
        """The record of a row as it was selected."""
        values = self.plain(row)
        for place, kind in self._enums:
            if values[place] is not None:
                values[place] = kind(values[place])
        return self.record_type(id=values[0], **dict(zip(self.names, values[1:], strict=True)))

    def plain(self, row: Row) -> list[Any]:
        """A selected row as the plain values it was made from: SQLite gives 0 and 1 for no and yes."""
        values = list(row)
        for place in self._flags:
            if values[place] is not None:
                values[place] = bool(values[place])
        return values

    def told(self, row: Row) -> dict[int, Value]:
        """What a new record's change says: every field that was told, groups whole, local fields left out."""
        values = self._of_numbers(row)
        pairs = zip(self._numbers, values, strict=False)  # the id at the end of the values is no field
        told: dict[int, Value] = {number: value for number, value in pairs if value is not None}
        numbers = told.keys()
        partly = [whole for whole in self._wholes if not (numbers >= whole or numbers.isdisjoint(whole))]
        if not partly:
            return told
        whole = frozenset().union(*partly)
        pairs = zip(self._numbers, values, strict=False)
        return {number: value for number, value in pairs if value is not None or number in whole}

    def differing(self, before: Row, after: Row) -> dict[str, Value]:
        """The fields that differ, by name."""
        return {
            name: after[place]
            for place, name in enumerate(self.names, 1)
            if before[place] != after[place]
        }  # fmt: skip

    def written(self, differing: Mapping[str, Value], after: Row) -> dict[int, Value]:
        """What a change says of the fields that differ: groups whole, local fields left out."""
        by_name = self.kind.by_name
        numbers = {by_name[name].number for name in differing if _travels(by_name[name])}
        for group in self._groups:
            if any(number in numbers for _, number in group):
                numbers.update(number for _, number in group)
        return {number: after[place] for place, number in self._travelling if number in numbers}


def _travels(field: Field) -> bool:
    return field.travel is not Travel.LOCAL


def _enum(hint: Any) -> type[Enum] | None:
    for candidate in (hint, *get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, Enum):
            return candidate
    return None


def _check_complete(record_type: type[Record]) -> None:
    declared = {"id", *BY_NAME[record_type.KIND].by_name}
    if declared != {field.name for field in dataclass_fields(record_type)}:
        raise TypeError(f"{record_type.__name__} and the registry do not agree")


for _record_type in KINDS:
    _check_complete(_record_type)

CODECS: Mapping[type[Record], Codec] = {record_type: Codec(record_type) for record_type in KINDS}
BY_KIND: Mapping[str, Codec] = {codec.kind.name: codec for codec in CODECS.values()}
