"""What the county published and nobody has looked at yet: it waits here from the exchange that brought it."""

from __future__ import annotations

from sqlalchemy import Connection

from villagefp.storage import local
from villagefp.wire.statements import Statement

_PREFIX = "stated "


def keep(connection: Connection, told: bytes, statement: Statement) -> None:
    """Keep a signed statement until it is published here; the connection is an exchange's."""
    local.put(connection, f"{_PREFIX}{statement.serial:08} {statement.sort.value} {statement.name}", told)


def waiting(connection: Connection) -> list[bytes]:
    """The statements that nobody has looked at yet, in the order of their serials."""
    return local.values_below(connection, _PREFIX)


def done(connection: Connection, told: bytes) -> None:
    """A statement was published here, or refused for good; the connection is a save's."""
    connection.exec_driver_sql(
        "DELETE FROM local_value WHERE key >= ? AND key < ? AND value = ?", (_PREFIX, _PREFIX + "\uffff", told)
    )
