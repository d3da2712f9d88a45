"""The beginnings of what was on its way down when the line broke: they survive a restart, and the rest follows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from villagefp.wire.hello import MAX_COMING

MAX_BYTES = 16 * 1024 * 1024
"""Of all of them together; the oldest goes first."""


def held(connection: Connection) -> dict[bytes, int]:
    """By name how many bytes of it are here."""
    rows = connection.exec_driver_sql("SELECT name, length FROM arriving ORDER BY number")
    return {bytes(row.name): row.length for row in rows}


def keep(connection: Connection, name: bytes, data: bytes) -> None:
    """Keep what is here of something from its first byte on, in place of what was kept of it before."""
    last = connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM arriving").scalar_one()
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO arriving (name, number, length, data) VALUES (?, ?, ?, ?)",
        (name, last + 1, len(data), data),
    )
    room, places = MAX_BYTES, MAX_COMING
    for other, length in connection.exec_driver_sql("SELECT name, length FROM arriving ORDER BY number DESC").all():
        room, places = room - length, places - 1
        if room < 0 or places < 0:
            forget(connection, [other])


def take(connection: Connection, name: bytes) -> bytes:
    """What is here of something, from its first byte on; nothing where nothing is. It stays here until forgotten."""
    found = connection.exec_driver_sql("SELECT data FROM arriving WHERE name = ?", (name,)).scalar()
    return b"" if found is None else bytes(found)


def forget(connection: Connection, names: Iterable[bytes]) -> None:
    """Let go of these: they came whole, or nobody announces them any more."""
    for name in names:
        connection.exec_driver_sql("DELETE FROM arriving WHERE name = ?", (name,))


def clear(connection: Connection) -> None:
    """Let go of everything, as where something was erased that could be read in it."""
    connection.exec_driver_sql("DELETE FROM arriving")
