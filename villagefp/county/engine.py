"""Opening the county's store: PostgreSQL by its URL, or an encrypted SQLite file under its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from villagefp.errors import UserError
from villagefp.i18n import _

WRITES = "villagefp_writes"
"""Execution option of a connection that is going to write."""

BUSY_MILLISECONDS = 30_000
"""One process of an office waits for another: what comes from a hundred villages in a morning queues up."""

_PRAGMAS = (
    "cache_size = -65536",  # KiB
    "journal_mode = WAL",
    "synchronous = FULL",  # what a receipt says is on the disk
    "temp_store = MEMORY",
    "secure_delete = ON",
    f"busy_timeout = {BUSY_MILLISECONDS}",
)


def postgres_engine(url: str, pool_size: int = 8) -> Engine:
    """An engine on a PostgreSQL database named by a URL such as postgresql://county@server/villagefp."""
    try:
        told = make_url(url)
    except ArgumentError as error:
        raise _no_postgres(url) from error
    if told.get_backend_name() != "postgresql":
        raise _no_postgres(url)
    # Read committed: whoever waited for a village's lock sees all that was numbered before.
    return create_engine(
        told.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        hide_parameters=True,  # an error's message names statements, never what was written about people
        pool_size=pool_size,  # without a ping before each use: after a restart one exchange fails and is repeated
    )


def _no_postgres(url: str) -> UserError:
    return UserError(
        _("{url} names no PostgreSQL database. Write it as postgresql://user@server/database.").format(url=url)
    )


def sqlite_engine(path: Path, key: bytes) -> Engine:
    """An engine on a SQLCipher file whose connections are all under a 32-byte key."""
    engine = create_engine(
        "sqlite://",  # the path is the creator's business: the dialect would add a key of its own
        module=sqlcipher,
        creator=lambda: _connect(path, key),
        poolclass=QueuePool,
        hide_parameters=True,  # an error's message names statements, never what was written about people
        pool_size=4,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connect(path: Path, key: bytes) -> Any:
    connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA cipher_log = off")  # it would write to stderr
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    # The whole file is one lock here: it is taken at once, so that two writers never wait for each other.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def is_postgres(connection: Connection) -> bool:
    """Whether a connection speaks to PostgreSQL."""
    return connection.dialect.name == "postgresql"
