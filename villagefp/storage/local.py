"""What this laptop remembers beside the records: small values by key, encrypted like all else and never in the log."""

from __future__ import annotations

from sqlalchemy import Connection

VILLAGE_KEY = "village"
DEVICE_KEY = "device"
WORKER_KEY = "worker"
"""Under which the village, this laptop and the worker who made the store stand."""
ADOPTED = "adopted stamp"
"""The greatest stamp of another laptop that own saves must come after."""
HEARD = "roster told "
"""Before the id of each person whom the register had when a roster told of them."""
STATEMENT = "erasure "
"""Before the serial of each signed erasure of this laptop."""


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


def adopted_stamp(connection: Connection) -> int:
    """The greatest stamp of another laptop that own saves must come after."""
    return int.from_bytes(get(connection, ADOPTED) or b"", "big")


def put_adopted_stamp(connection: Connection, stamp: int) -> None:
    """From now on own saves come after this one."""
    put(connection, ADOPTED, stamp.to_bytes(8, "big"))


def anything_to_catch_up(connection: Connection) -> bool:
    """Whether anything was erased here, or written by a newer program."""
    kept = connection.exec_driver_sql(
        """SELECT EXISTS (SELECT 1 FROM erased_record) OR EXISTS (SELECT 1 FROM erased_change)
           OR EXISTS (SELECT 1 FROM not_understood)"""
    ).scalar_one()
    return bool(kept) or bool(values_below(connection, STATEMENT))


def anything_returned(connection: Connection) -> bool:
    """Whether the county could not take something."""
    return bool(connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM returned_group)").scalar_one())
