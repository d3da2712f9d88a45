"""Many rows in one statement, on PostgreSQL and on SQLite.

PostgreSQL takes a column as one binary array (`unnest`), which is as fast as rows go in; SQLite takes rows one by one
at no cost. Both statements are made once from a table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, Text

from villagefp.county.engine import is_postgres

_ARRAYS = {BigInteger: "bigint[]", Integer: "integer[]", LargeBinary: "bytea[]", Text: "text[]"}
_PORTION = 500
"""Values in one IN list: SQLite takes some thousands."""


class Rows:
    """How rows of a table go in: a row whose key is there already replaces it where `replacing` is asked for."""

    def __init__(self, table: Table, *, replacing: bool) -> None:
        names = [column.name for column in table.columns]
        keys = [column.name for column in table.primary_key]
        into = f"INSERT INTO {table.name} ({', '.join(names)})"
        conflict = _replace(keys, names) if replacing else ""
        arrays = ", ".join(f"%b::{_ARRAYS[type(column.type)]}" for column in table.columns)
        self._postgres = f"{into} SELECT * FROM unnest({arrays}){conflict}"
        self._sqlite = f"{into} VALUES ({', '.join('?' * len(names))}){conflict}"

    def put(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Put these rows in, each with all columns in the table's order."""
        if not rows:
            return
        if is_postgres(connection):
            execute(connection, self._postgres, [list(column) for column in zip(*rows, strict=True)])
        else:
            connection.exec_driver_sql(self._sqlite, [tuple(row) for row in rows])


class Changes:
    """How some columns of rows that are there change."""

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        keys = [column.name for column in table.primary_key]
        told = [*keys, *names]
        arrays = ", ".join(f"%b::{_ARRAYS[type(table.c[name].type)]}" for name in told)
        sets = ", ".join(f"{name} = told.{name}" for name in names)
        same = " AND ".join(f"{table.name}.{key} = told.{key}" for key in keys)
        self._postgres = (
            f"UPDATE {table.name} SET {sets} FROM unnest({arrays}) AS told ({', '.join(told)}) WHERE {same}"
        )
        self._sqlite = (
            f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in names)} "
            f"WHERE {' AND '.join(f'{key} = ?' for key in keys)}"
        )
        self._keys = len(keys)

    def put(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Change these rows, each told as its key and then the columns that change."""
        if not rows:
            return
        if is_postgres(connection):
            execute(connection, self._postgres, [list(column) for column in zip(*rows, strict=True)])
        else:
            turned = [(*row[self._keys :], *row[: self._keys]) for row in rows]
            connection.exec_driver_sql(self._sqlite, turned)


def _replace(keys: Sequence[str], names: Sequence[str]) -> str:
    told = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {told}"


def execute(connection: Connection, sql: str, parameters: Sequence[Any]) -> None:
    """Run a statement of PostgreSQL with binary arrays, inside the transaction of the connection."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(sql, parameters)


def together(connection: Connection) -> AbstractContextManager[object]:
    """Within this block what is put goes to PostgreSQL at once and is answered at once; an error rises at its end."""
    if not is_postgres(connection):
        return nullcontext()
    driver: Any = connection.connection.driver_connection
    pipeline: AbstractContextManager[object] = driver.pipeline()
    return pipeline


def select_among(
    connection: Connection, sql: str, before: Sequence[Any], values: Collection[Any], array: str = "bytea[]"
) -> Iterator[tuple[Any, ...]]:
    """Rows of a query that ends in a column which must be among these values.

    The query is written with `?` for each of the parameters `before`, and with a `{among}` for the list. PostgreSQL
    looks up value by value: with a list, as long as it knows little of a young table, it reads the whole village.
    """
    if not values:
        return
    if is_postgres(connection):
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:
            each = sql.replace("?", "%b").replace("{among}", "= told.id")
            told = f"SELECT found.* FROM unnest(%b::{array}) AS told (id), LATERAL ({each} OFFSET 0) AS found"
            yield from cursor.execute(told, [list(values), *before]).fetchall()
        return
    every = list(values)
    for start in range(0, len(every), _PORTION):
        portion = every[start : start + _PORTION]
        told = sql.replace("{among}", f"IN ({', '.join('?' * len(portion))})")
        yield from map(tuple, connection.exec_driver_sql(told, (*before, *portion)))
