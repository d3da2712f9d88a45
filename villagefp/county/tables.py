"""The tables of the county's store, the same on PostgreSQL and on SQLite.

Every key begins with the village, and no query of the exchange path looks into two of them: so the tables shard by
village. Records of all kinds are in one table, their values packed by field number. A new kind needs no migration
here, what a newer laptop wrote stays as it came, and nobody can join persons with programmes by a line of SQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
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

from villagefp.county.across_tables import across_tables

REVISION = "0005"
"""The revision of `migrations/county` that these tables are; a test compares the two."""

METADATA = MetaData()
clue, moved, looked = across_tables(METADATA)


def _key(name: str, type_: type[TypeEngine[Any]] = LargeBinary) -> Column[Any]:
    return Column(name, type_, primary_key=True, autoincrement=False)


village = Table(
    "village",
    METADATA,
    # One row a village. Whoever numbers changes of it holds this row's lock until its commit.
    _key("village"),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("epoch_counter", BigInteger, nullable=False),
    Column("epoch_random", LargeBinary, nullable=False),
    Column("audited", BigInteger, nullable=False),  # last serial of `audit`
    Column("erasures", BigInteger, nullable=False),  # statements kept: nearly always few, and then nobody asks for them
    sqlite_with_rowid=False,
)

device = Table(
    "device",
    METADATA,
    # A laptop in a village, and how far its changes are here.
    _key("village"),
    _key("device"),
    Column("public", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),  # as people call it
    Column("role", Text, nullable=False),
    Column("revoked", Integer, nullable=False),
    Column("enrolled_at", Text, nullable=False),
    Column("exchanged_at", Text),
    Column("accepted", BigInteger, nullable=False),  # every seq up to here is in the log, in force or held
    Column("link", LargeBinary, nullable=False),  # after that seq
    Column("open_first", BigInteger, nullable=False),  # of a group of which the rest is yet to come; 0 where none is
    Column("held", Integer, nullable=False),  # groups held: nearly always none, and then nobody asks for them
    Column("aside", Integer, nullable=False),  # 1 while batches of it may be kept aside
    Column("safe_seq", BigInteger, nullable=False),
    Column("receipt_serial", BigInteger, nullable=False),
    Column("receipt", LargeBinary),  # what the receipt of that serial says
    Column("seal_public", LargeBinary),  # to which envelopes for it are sealed; none before its first enrolment by code
    Column("parent", LargeBinary),  # the laptop of which it is the successor: revoking that one revokes it as well
    Column("knows", LargeBinary),  # what it said it has: highest serial of each sort of statement, positions of streams
    Column("safe", LargeBinary),  # by scope the position up to which a backup that was read back holds its streams
    Column("inherited", BigInteger),  # the parent's changes up to this seq are this laptop's past as well
    Column("wishes", Integer),  # its rows in `erasure_wish`: nearly always none, and then nobody asks for them
    sqlite_with_rowid=False,
)

change_log = Table(
    "change_log",
    METADATA,
    _key("village"),
    _key("device"),
    _key("seq", BigInteger),
    Column("grp", BigInteger, nullable=False),
    Column("stamp", BigInteger, nullable=False),
    Column("author", LargeBinary, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("replaces", LargeBinary, nullable=False),
    Column("body", LargeBinary),  # none: destroyed by an erasure
    Column("commitment", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("scope", Integer),  # scope, position and chain: none while the change is held
    Column("position", BigInteger),
    Column("chain", LargeBinary),
    Index("change_log_record", "village", "record"),
    Index("change_log_position", "village", "scope", "position", unique=True),
    sqlite_with_rowid=False,
)

key_segment = Table(
    "key_segment",
    METADATA,
    # The nodes that came with a device's changes, by the first change that they came with: whoever destroys a body
    # destroys its key here as well.
    _key("village"),
    _key("device"),
    _key("segment", BigInteger),
    _key("seq", BigInteger),
    Column("cover", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

record = Table(
    "record",
    METADATA,
    # Every record as its changes in force make it.
    _key("village"),
    _key("record"),
    _key("kind", Integer),
    Column("scope", Integer, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("heads", LargeBinary, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    Column("doubts", LargeBinary),  # what somebody should look at; none where nobody need
    Index(
        "record_doubtful",
        "village",
        postgresql_where=text("doubts IS NOT NULL"),
        sqlite_where=text("doubts IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

stream = Table(
    "stream",
    METADATA,
    # Where a stream ends, and the digest of its records.
    _key("village"),
    _key("scope", Integer),
    Column("position", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("records", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

held_group = Table(
    "held_group",
    METADATA,
    # A group that was returned: it is in the log without a position, and counts for nobody.
    _key("village"),
    _key("device"),
    _key("first", BigInteger),
    Column("last", BigInteger, nullable=False),
    Column("reason", Integer, nullable=False),
    Column("field", Integer, nullable=False),
    Column("change", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

kept_aside = Table(
    "kept_aside",
    METADATA,
    # A signed batch before which others are missing.
    _key("village"),
    _key("device"),
    _key("first", BigInteger),
    _key("last", BigInteger),
    Column("delivery", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

prefix = Table(
    "prefix",
    METADATA,
    # The beginning of something that a laptop was sending when the line broke, under the name of the whole.
    _key("village"),
    _key("device"),
    _key("name"),
    Column("length", BigInteger, nullable=False),  # of the whole
    Column("came_at", BigInteger, nullable=False),  # seconds since 1970
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

given_page = Table(
    "given_page",
    METADATA,
    # A page that a laptop gave back after the store was put back, and that cannot be taken before others are here.
    _key("village"),
    _key("name"),
    Column("length", BigInteger, nullable=False),
    Column("told", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

seed_part = Table(
    "seed_part",
    METADATA,
    # A signed part of a seed, kept while a laptop may come back for it.
    _key("village"),
    _key("seed"),
    _key("number", Integer),
    Column("scopes", Text, nullable=False),
    Column("told", LargeBinary, nullable=False),
    Column("made_at", Text, nullable=False),
    sqlite_with_rowid=False,
)

epoch = Table(
    "epoch",
    METADATA,
    # Every epoch of a village with what showed that the store was put back.
    _key("village"),
    _key("counter", BigInteger),
    Column("random", LargeBinary, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("shown_by", Text, nullable=False),
    sqlite_with_rowid=False,
)

statement = Table(
    "statement",
    METADATA,
    # What the county has said of a village, signed; the serial of each thing rises.
    _key("village"),
    _key("sort", Text),
    _key("name", Text),
    _key("serial", BigInteger),
    Column("told", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

erasure = Table(
    "erasure",
    METADATA,
    # Signed statements of what was destroyed: ids only.
    _key("village"),
    _key("serial", BigInteger),
    Column("told", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

erased_record = Table(
    "erased_record",
    METADATA,
    # What the statements name, to be looked up when a change comes.
    _key("village"),
    _key("record"),
    _key("kind", Integer),
    sqlite_with_rowid=False,
)

erased_change = Table(
    "erased_change",
    METADATA,
    _key("village"),
    _key("device"),
    _key("seq", BigInteger),
    sqlite_with_rowid=False,
)

erasure_wish = Table(
    "erasure_wish",
    METADATA,
    # An erasure, as a laptop signed it, that it might not do by itself: it waits for the county, or was refused.
    _key("village"),
    _key("name"),
    Column("device", LargeBinary, nullable=False),
    Column("told", LargeBinary, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("refused", Integer, nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    METADATA,
    # Who did what at the county with a village's records: ids, no names of served people.
    _key("village"),
    _key("serial", BigInteger),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", LargeBinary),
    sqlite_with_rowid=False,
)

alembic_version = Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
