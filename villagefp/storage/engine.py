"""Opening the encrypted database: SQLCipher under SQLAlchemy's pool, with the pragmas that keep records safe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

WRITES = "villagefp_writes"
"""Execution option of a connection that is going to write: it takes the write lock when it begins."""

BUSY_MILLISECONDS = 5000

_PRAGMAS = (
    "cache_size = -8192",  # KiB: a village fits, and it costs a laptop of 4 GB little
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk before it is told
    "wal_autocheckpoint = 0",  # never inside a save: `Store.rest` does it when nobody waits
    "temp_store = MEMORY",
    "secure_delete = ON",
    f"busy_timeout = {BUSY_MILLISECONDS}",
)


_AS_THEY_ARE: tuple[tuple[type, Callable[..., Any]], ...] = (
    (bytes, bytes.__bytes__),
    (type(None), {}.get),
    (bool, int),
)
"""The driver looks long for a way to adapt bytes, None and bool, at each parameter; told one, it writes rows in a third
of the time. Each of these calls gives back what it got."""

for _type, _same in _AS_THEY_ARE:
    sqlcipher.register_adapter(_type, _same)


def connect(path: Path, key: bytes) -> Any:
    """A raw connection under a 32-byte key; it reads the file at once, so a wrong key or a damaged file is noticed."""
    # isolation_level None: transactions begin when we say, so that DDL is inside them.
    connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA cipher_log = off")  # it would write to stderr
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def make_engine(path: Path, key: bytes) -> Engine:
    """An engine whose connections are all under the key."""
    engine = create_engine(
        "sqlite://",  # the path is the creator's business: the dialect would add a key of its own
        module=sqlcipher,
        creator=lambda: connect(path, key),
        poolclass=QueuePool,
        hide_parameters=True,  # an error's message names statements, never what was written about people
        pool_size=2,
        max_overflow=6,
        pool_use_lifo=True,  # the connection used last has a warm page cache
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    # A connection that only reads cannot write: there is one path that does, and it says so.
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
