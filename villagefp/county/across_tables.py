"""Tables of what the county works out across records and villages: clues, and who moved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy.types import TypeEngine


def _key(name: str, type_: type[TypeEngine[Any]] = LargeBinary) -> Column[Any]:
    return Column(name, type_, primary_key=True, autoincrement=False)


def across_tables(metadata: MetaData) -> tuple[Table, ...]:
    """The tables in one metadata: clues, moved persons, and how far late changes were looked for."""
    clue = Table(
        "clue",
        metadata,
        # By what a record is held against others of its village; derived from the record alone.
        _key("village"),
        _key("record"),
        Column("sort", Integer, nullable=False),
        Column("compared", LargeBinary),  # none: it was held against others before
        Column("amount", BigInteger, nullable=False),
        Index("clue_compared", "village", "sort", "compared"),
        sqlite_with_rowid=False,
    )
    moved = Table(
        "moved",
        metadata,
        # A person who went to another village: what comes late for her is copied there.
        _key("village"),
        _key("person"),
        Column("to_village", LargeBinary, nullable=False),
        Column("transfer", LargeBinary, nullable=False),
        Column("whole", Integer, nullable=False),  # 1 until all that is here of her has been copied
        sqlite_with_rowid=False,
    )
    looked = Table(
        "looked",
        metadata,
        # Up to which position of a stream changes of moved persons were looked for.
        _key("village"),
        _key("scope", Integer),
        Column("position", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    return clue, moved, looked
