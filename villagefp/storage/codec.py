"""Between the frozen records of the domain and the rows and field numbers that are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, get_args, get_type_hints

from villagefp.domain.kept import KINDS
from villagefp.domain.records import Record, read_code
from villagefp.wire.declared import BY_NAME
from villagefp.wire.heads import Folded, pack_heads
from villagefp.wire.kinds import Field, FieldType, Kind, Travel
from villagefp.wire.values import Value, in_order

Row = Sequence[Any]

_DERIVED_FROM = {
    "person": "person",
    "household": "household",
    "mother": "person",
    "first": "person",  # of `same_as`, where it may be a household as well
    "second": "person",
}
"""The references, with the kind they lead to, through which a record is part of what is derived of another one."""


class _Telling(NamedTuple):
    """What a change says of records with the same fields told: numbers in order, and how a row gives the values."""

    numbers: tuple[int, ...]
    values: Callable[[Row], tuple[Any, ...]]


class Codec:
    """How records of one class are stored; built once a class, since an import stores thousands of records.

    A row is the id followed by the fields in the order of the registry.
    """

    def __init__(self, record_type: type[Record]) -> None:
        self.record_type = record_type
        self.kind: Kind = BY_NAME[record_type.KIND]
        self.names = tuple(field.name for field in self.kind.fields)
        self._get = attrgetter("id", *self.names)
        self._flags = tuple(place for place, field in enumerate(self.kind.fields, 1) if field.type is FieldType.FLAG)
        self._travelling = {field.number: place for place, field in enumerate(self.kind.fields, 1) if _travels(field)}
        self._wholes = tuple(frozenset(field.number for field in group) for group in self.kind.groups.values())
        self.derived_from = {name: kind for name, kind in _DERIVED_FROM.items() if name in self.names}
        self._tellings: dict[tuple[bool, ...], _Telling] = {}
        columns = ", ".join(f'"{name}"' for name in ("id", *self.names))
        marks = ", ".join("?" * (len(self.names) + 2))
        self.insert_sql = f'INSERT INTO "{self.kind.name}" ({columns}, heads) VALUES ({marks})'
        self.select_sql = f'SELECT {columns} FROM "{self.kind.name}"'
        told = ", ".join(
            f'"{name}" = excluded."{name}"'
            for name in (*(field.name for field in self.kind.fields if _travels(field)), "heads", "withdrawn")
        )
        self.merge_sql = (  # what is local stays as it is here
            f'INSERT INTO "{self.kind.name}" ({columns}, heads, withdrawn) VALUES ({marks}, ?)'
            f" ON CONFLICT (id) DO UPDATE SET {told}"
        )
        self.select_heads_sql = f'SELECT heads, withdrawn, {columns} FROM "{self.kind.name}" WHERE id = ?'

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        """What each field may be; read when first wanted, since the first page wants few of the kinds."""
        return get_type_hints(self.record_type)

    @cached_property
    def _enums(self) -> Sequence[tuple[int, type[StrEnum]]]:
        return [(place, kind) for place, name in enumerate(self.names, 1) if (kind := _enum(self._hints[name]))]

    @cached_property
    def _needed(self) -> Sequence[int]:
        fields = self.kind.fields
        return [field.number for field in fields if type(None) not in get_args(self._hints[field.name])]

    def row(self, record: Record) -> list[Any]:
        """The record as plain values, enums as their codes."""
        row = list(self._get(record))
        for place, _ in self._enums:
            if row[place] is not None:
                row[place] = str(row[place])
        return row

    def record(self, row: Row) -> Record:
        """The record of a row as it was selected."""
        values = self.plain(row)
        for place, kind in self._enums:
            if values[place] is not None:
                values[place] = read_code(kind, values[place])
        return self.record_type(id=values[0], **dict(zip(self.names, values[1:], strict=True)))

    def plain(self, row: Row) -> list[Any]:
        """A selected row as the plain values it was made from: SQLite gives 0 and 1 for no and yes."""
        values = list(row)
        for place in self._flags:
            if values[place] is not None:
                values[place] = bool(values[place])
        return values

    def merged(self, record: bytes, folded: Folded) -> list[Any]:
        """The row that all changes of a record make, for `merge_sql`: id, fields, heads, and whether it is hidden.

        Hidden is what was withdrawn, and a record that was changed elsewhere before its making has come here.
        """
        values = folded.values
        row: list[Any] = [record, *(values.get(field.number) for field in self.kind.fields)]
        hidden = folded.withdrawn or any(values.get(number) is None for number in self._needed)
        return [*row, pack_heads(folded.heads), hidden]

    def told(self, row: Row) -> dict[int, Value]:
        """What a new record's change says: every field that was told, groups whole, local fields left out.

        Thousands of records leave the same few sets of fields untold, so what is said of each set, and its canonical
        order, is worked out once.
        """
        untold = tuple([value is None for value in row])
        telling = self._tellings.get(untold)
        if telling is None:
            telling = self._tellings[untold] = self._telling(untold)
        return dict(zip(telling.numbers, telling.values(row), strict=False))

    def _telling(self, untold: tuple[bool, ...]) -> _Telling:
        told = self._whole({number for number, place in self._travelling.items() if not untold[place]})
        # The id at the end is no field: an itemgetter of a single place would give no tuple.
        return _Telling(tuple(told), itemgetter(*(self._travelling[number] for number in told), 0))

    def _whole(self, numbers: set[int]) -> list[int]:
        """These fields in order, with the others of their groups."""
        return sorted(numbers.union(*(whole for whole in self._wholes if not numbers.isdisjoint(whole))))

    def differing(self, before: Row, after: Row) -> dict[str, Value]:
        """The fields that differ, by name."""
        return {
            name: after[place]
            for place, name in enumerate(self.names, 1)
            if before[place] != after[place]
        }  # fmt: skip

    def written(self, differing: Mapping[str, Value], after: Row) -> Mapping[int, Value]:
        """What a change says of the fields that differ: groups whole, local fields left out."""
        by_name = self.kind.by_name
        numbers = {by_name[name].number for name in differing if _travels(by_name[name])}
        return in_order({number: after[self._travelling[number]] for number in self._whole(numbers)})


def _travels(field: Field) -> bool:
    return field.travel is not Travel.LOCAL


def _enum(hint: Any) -> type[StrEnum] | None:
    for candidate in (hint, *get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, StrEnum):
            return candidate
    return None


def _check_complete(record_type: type[Record]) -> None:
    declared = {"id", *BY_NAME[record_type.KIND].by_name}
    if declared != set(record_type.__struct_fields__):
        raise TypeError(f"{record_type.__name__} and the registry do not agree")


for _record_type in KINDS:
    _check_complete(_record_type)

CODECS: Mapping[type[Record], Codec] = {record_type: Codec(record_type) for record_type in KINDS}
BY_KIND: Mapping[str, Codec] = {codec.kind.name: codec for codec in CODECS.values()}
BY_NUMBER: Mapping[int, Codec] = {codec.kind.number: codec for codec in CODECS.values()}
