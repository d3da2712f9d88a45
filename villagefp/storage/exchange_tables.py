"""The tables of the exchange: what was cut for the county, where it stands, what it sent. Nothing of it is a record."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text


def exchange_tables(metadata: MetaData) -> tuple[Table, ...]:
    """The tables that revision 0005 added, declared among the others of a store."""
    outbox = Table(
        "outbox",
        metadata,
        # Own changes as signed batches, until a county backup holds them.
        Column("village", LargeBinary, primary_key=True),
        Column("device", LargeBinary, primary_key=True),
        Column("first", BigInteger, primary_key=True, autoincrement=False),
        Column("last", BigInteger, nullable=False),
        Column("name", LargeBinary, nullable=False),
        Column("length", Integer, nullable=False),
        Column("offered", Boolean, nullable=False, server_default=text("0")),
        Column("data", LargeBinary, nullable=False),
        Index("outbox_name", "name"),
        sqlite_with_rowid=False,
    )
    stream_cursor = Table(
        "stream_cursor",
        metadata,
        Column("scope", Integer, primary_key=True, autoincrement=False),
        Column("position", BigInteger, nullable=False),
        Column("chain", LargeBinary, nullable=False),
        Column("checkpoints", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    kept_page = Table(
        "kept_page",
        metadata,
        # Pages as the county signed them, until a county backup holds them.
        Column("name", LargeBinary, primary_key=True),
        Column("scope", Integer, nullable=False),
        Column("first", BigInteger, nullable=False),
        Column("last", BigInteger, nullable=False),
        Column("epoch", LargeBinary, nullable=False),
        Column("lost", Boolean, nullable=False, server_default=text("0")),  # the county was put back before it
        Column("runs", LargeBinary, nullable=False),  # whose changes it holds
        Column("told", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    arriving = Table(
        "arriving",
        metadata,
        # The beginnings of what was on its way down when the line broke.
        Column("name", LargeBinary, primary_key=True),
        Column("number", BigInteger, nullable=False),  # rises: the oldest goes first
        Column("length", Integer, nullable=False),
        Column("data", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    digested = Table(
        "digested",
        metadata,
        # Derived: the heads with which a record stands in the digest of its scope; none: it counts as erased.
        Column("kind", Integer, primary_key=True, autoincrement=False),
        Column("record", LargeBinary, primary_key=True),
        Column("scope", Integer, nullable=False),
        Column("heads", LargeBinary),
        sqlite_with_rowid=False,
    )
    to_digest = Table(
        "to_digest",
        metadata,
        # Records that something from elsewhere has touched since the digests were made.
        Column("kind", Integer, primary_key=True, autoincrement=False),
        Column("record", LargeBinary, primary_key=True),
        sqlite_with_rowid=False,
    )
    known_scope = Table(
        "known_scope",
        metadata,
        # The scope of erased records, which their rows no longer tell.
        Column("kind", Integer, primary_key=True, autoincrement=False),
        Column("record", LargeBinary, primary_key=True),
        Column("scope", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    evidence = Table(
        "evidence",
        metadata,
        # Digests that differed, receipts that contradict each other: for whoever looks into it.
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("at", Text, nullable=False),
        Column("sort", Text, nullable=False),
        Column("told", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    return outbox, stream_cursor, kept_page, arriving, digested, to_digest, known_scope, evidence
