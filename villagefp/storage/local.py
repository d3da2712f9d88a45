"""What this laptop remembers beside the records: small values by key, encrypted like all else and never in the log."""

from __future__ import annotations

from sqlalchemy import Connection


def get(connection: Connection, key: str) -> bytes | None:
    """The value kept under a key."""
    row = connection.exec_driver_sql("SELECT value FROM local_value WHERE key = ?", (key,)).first()
    return None if row is None else bytes(row[0])


def values_below(connection: Connection, prefix: str) -> list[bytes]:
    """The values of all keys that begin so."""
    rows = connection.exec_driver_sql(
        "SELECT value FROM local_value WHERE key >= ? AND key < ? ORDER BY key", (prefix, prefix + "\uffff")
    )
    return [bytes(row[0]) for row in rows]


def put(connection: Connection, key: str, value: bytes) -> None:
    """Keep a value under a key, in place of what was there; the connection is a save's."""
    connection.exec_driver_sql("INSERT OR REPLACE INTO local_value (key, value) VALUES (?, ?)", (key, value))


def delete(connection: Connection, key: str) -> None:
    """Forget a key."""
    connection.exec_driver_sql("DELETE FROM local_value WHERE key = ?", (key,))
