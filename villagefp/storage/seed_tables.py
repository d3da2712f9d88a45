"""The tables of seeds: heads that stand for a part of the log which is not here."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table


def seed_tables(metadata: MetaData) -> tuple[Table, ...]:
    """The tables that revision 0006 added, declared among the others of a store."""
    seed_change = Table(
        "seed_change",
        metadata,
        # A write that still stood when a seed was made, as the county signed it: without link and commitment.
        Column("record", LargeBinary, primary_key=True),
        Column("device", LargeBinary, primary_key=True),
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("seed", LargeBinary, primary_key=True),
        Column("village", LargeBinary, nullable=False),
        Column("grp", BigInteger, nullable=False),
        Column("stamp", BigInteger, nullable=False),
        Column("author", LargeBinary, nullable=False),
        Column("kind", Integer, nullable=False),
        Column("body", LargeBinary),  # none: destroyed by an erasure
        Column("replaces", LargeBinary, nullable=False),
        Index("seed_change_name", "device", "seq"),
        sqlite_with_rowid=False,
    )
    seed_covered = Table(
        "seed_covered",
        metadata,
        # The seqs of each device for which a seed stands.
        Column("seed", LargeBinary, primary_key=True),
        Column("device", LargeBinary, primary_key=True),
        Column("first", BigInteger, primary_key=True, autoincrement=False),
        Column("last", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    return seed_change, seed_covered
