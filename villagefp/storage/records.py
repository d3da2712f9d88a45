"""Records of any kind, read by id or by the value of a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from villagefp.domain.records import Record, RecordId
from villagefp.storage.codec import CODECS

R = TypeVar("R", bound=Record)
_CHUNK = 500
"""Ids in one statement; SQLite's plan stays a look-up by key."""


def get(connection: Connection, record_type: type[R], record_id: RecordId) -> R | None:
    """The record with this id, or None where it is not here or was withdrawn."""
    codec = CODECS[record_type]
    row = connection.exec_driver_sql(f"{codec.select_sql} WHERE id = ? AND withdrawn = 0", (record_id,)).first()
    return None if row is None else cast("R", codec.record(row))


def where(connection: Connection, record_type: type[R], **equals: object) -> list[R]:
    """The records whose fields have these values, in order of making; withdrawn ones are left out."""
    codec = CODECS[record_type]
    unknown = set(equals) - {"id", *codec.names}
    if unknown:
        raise ValueError(f"{codec.kind.name} has no field {sorted(unknown)}")
    conditions = "".join(f' AND "{name}" IS ?' for name in equals)
    rows = connection.exec_driver_sql(
        f"{codec.select_sql} WHERE withdrawn = 0{conditions} ORDER BY id", (*equals.values(),)
    )
    return [cast("R", codec.record(row)) for row in rows]


def where_in(connection: Connection, record_type: type[R], field: str, values: Sequence[object]) -> list[R]:
    """The records whose field has one of these values; withdrawn ones are left out."""
    codec = CODECS[record_type]
    if field not in {"id", *codec.names}:
        raise ValueError(f"{codec.kind.name} has no field {field}")
    rows = select_in(connection, f"{codec.select_sql} WHERE withdrawn = 0", f'"{field}"', values)
    return [cast("R", codec.record(row)) for row in rows]


def select_in(
    connection: Connection, query: str, column: str, values: Sequence[object] | None, order: str = ""
) -> list[Any]:
    """The rows of a query (it ends in a condition) whose column has one of these values; without values, all rows."""
    if values is None:
        return list(connection.exec_driver_sql(f"{query} {order}").all())
    return [
        row
        for chunk in chunks(values)
        for row in connection.exec_driver_sql(f"{query} AND {column} IN ({marks(chunk)}) {order}", tuple(chunk))
    ]


def marks(chunk: Sequence[object]) -> str:
    """As many question marks as there are values."""
    return ", ".join("?" * len(chunk))


def chunks(values: Sequence[object]) -> Iterator[Sequence[object]]:
    """The values in portions that fit one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
