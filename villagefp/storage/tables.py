"""The tables of a village's store: one a kind of record, made from the registry, and those of the store itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

from villagefp.storage.exchange_tables import exchange_tables
from villagefp.storage.seed_tables import seed_tables
from villagefp.wire.declared import DECLARED
from villagefp.wire.kinds import FieldType, Kind

METADATA = MetaData()

_TYPES: dict[FieldType, type[TypeEngine[Any]]] = {
    FieldType.TEXT: Text,
    FieldType.CODE: Text,
    FieldType.DATE: Text,
    FieldType.MOMENT: Text,
    FieldType.FLAG: Boolean,
    FieldType.NUMBER: Integer,
    FieldType.REFERENCE: LargeBinary,
    FieldType.BYTES: LargeBinary,
}
# The second and third column of an index answer "last visited when" without reading the visits.
_INDEXED: dict[str, tuple[tuple[str, ...], ...]] = {
    "household": (("household_no",),),
    "person": (("id_no",), ("mother",)),
    "alias": (("person",),),
    "phone": (("person",),),
    "membership": (("person",), ("household",), ("hukou_book",)),
    "event": (("person", "occurred_on", "withdrawn"), ("household", "occurred_on", "withdrawn"), ("revision_of",)),
    "access": (("person",), ("day",)),
    "consent": (("person",),),
    "episode": (("person", "programme"),),
    "referral": (("person",),),
    "benefit_case": (("person",),),
    "stock_move": (("item",), ("event",)),
    "appointment": (("person",), ("household",), ("wished_on",)),
    "form_package": (("form",),),
    "programme_package": (("programme",),),
    "same_as": (("first",), ("second",)),
    "transfer": (("person",),),
}


def _kind_table(kind: Kind) -> Table:
    """One row a record: its fields, which writes are their heads, and whether it is withdrawn.

    No foreign keys: a reference may come before what it refers to. Rows lie in the order of their ids, which is the
    order in which they were made, so a save touches few pages.
    """
    return Table(
        kind.name,
        METADATA,
        Column("id", LargeBinary, primary_key=True),
        *(Column(field.name, _TYPES[field.type]) for field in kind.fields),
        Column("heads", LargeBinary, nullable=False),
        Column("withdrawn", Boolean, nullable=False, server_default=text("0")),
        *(Index(f"{kind.name}_{names[0]}", *names) for names in _INDEXED.get(kind.name, ())),
        sqlite_with_rowid=False,
    )


KIND_TABLES = {kind.name: _kind_table(kind) for kind in DECLARED}

change_log = Table(
    "change_log",
    METADATA,
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("grp", BigInteger, nullable=False),
    Column("stamp", BigInteger, nullable=False),
    Column("author", LargeBinary, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("body", LargeBinary),  # values and reason; none where an erasure destroyed them
    Column("replaces", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Index("change_log_record", "record"),
    sqlite_with_rowid=False,
)

key_segment = Table(
    "key_segment",
    METADATA,
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("segment", BigInteger, primary_key=True, autoincrement=False),
    Column("cover", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

person_search = Table(
    "person_search",
    METADATA,
    Column("person", LargeBinary, primary_key=True),
    Column("keys", Text, nullable=False),
    sqlite_with_rowid=False,
)

draft = Table(
    "draft",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("form", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("person", LargeBinary),
    Column("household", LargeBinary),
    Column("occurred_on", Text, nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("page", Text, nullable=False),
    sqlite_with_rowid=False,
)

data_issue = Table(
    "data_issue",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    # Empty bytes, not NULL, stand for "none": NULLs would make the same mark twice.
    Column("person", LargeBinary, nullable=False),
    Column("household", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("settled", Boolean, nullable=False, server_default=text("0")),
    Index("data_issue_once", "person", "household", "kind", "place", "message", unique=True),
    sqlite_with_rowid=False,
)

local_value = Table(
    "local_value",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

due_plan = Table(
    "due_plan",
    METADATA,
    Column("subject", LargeBinary, primary_key=True),  # a person or a household
    Column("household", Boolean, nullable=False),
    Column("items", LargeBinary, nullable=False),
    Column("private", LargeBinary),  # sealed: those of programmes whose name would tell
    sqlite_with_rowid=False,
)

shown_as = Table(
    "shown_as",
    METADATA,
    # Derived: a person or household that is the same as another one, and which of them is shown.
    Column("record", LargeBinary, primary_key=True),
    Column("shown", LargeBinary, nullable=False),
    Index("shown_as_shown", "shown"),
    sqlite_with_rowid=False,
)

conflict = Table(
    "conflict",
    METADATA,
    # Derived from the log: what somebody should decide. Field 0 is an edit that a withdrawal had not seen.
    Column("record", LargeBinary, primary_key=True),
    Column("field", Integer, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),
    Column("heads", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

not_understood = Table(
    "not_understood",
    METADATA,
    # Derived from the log: what a newer peer wrote, to be folded in once it is known. Field 0 is a whole kind.
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("field", Integer, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

kept_aside = Table(
    "kept_aside",
    METADATA,
    # Changes before which others are missing, as they came.
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

chain_start = Table(
    "chain_start",
    METADATA,
    # The link before a change whose predecessor is not here: it is in a scope that this laptop does not get.
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("link", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

sending = Table(
    "sending",
    METADATA,
    # What the county's receipts say of this laptop's changes, under each identity that it had.
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("received", BigInteger, nullable=False),
    Column("safe", BigInteger, nullable=False),
    Column("told_at", Text, nullable=False),
    sqlite_with_rowid=False,
)

given_away = Table(
    "given_away",
    METADATA,
    # Changes that left on a stick, in a file or in a request, and that no receipt has answered.
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("road", Text, primary_key=True),
    Column("given_at", Text, nullable=False),
    sqlite_with_rowid=False,
)

returned_group = Table(
    "returned_group",
    METADATA,
    Column("village", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("reason", Integer, nullable=False),
    Column("field", Integer, nullable=False),  # 0 where it is about no single field
    Column("change", BigInteger, nullable=False),  # which of the group's changes it is about, or waits for
    Column("told_at", Text, nullable=False),
    sqlite_with_rowid=False,
)

erased_record = Table(
    "erased_record",
    METADATA,
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

erased_change = Table(
    "erased_change",
    METADATA,
    Column("device", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

EXCHANGE = exchange_tables(METADATA)
SEEDS = seed_tables(METADATA)

# Alembic's own table, declared here so that a fresh store is made without importing Alembic.
alembic_version = Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

BOOKKEEPING = (
    change_log,
    key_segment,
    person_search,
    draft,
    data_issue,
    local_value,
    due_plan,
    shown_as,
    conflict,
    not_understood,
    kept_aside,
    chain_start,
    sending,
    given_away,
    returned_group,
    erased_record,
    erased_change,
    *EXCHANGE,
    *SEEDS,
    alembic_version,
)
"""What is no record: it stays on this laptop."""
