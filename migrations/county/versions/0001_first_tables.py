"""The first tables: log, records, streams, devices, what is held or kept aside, epochs, statements, erasures, audit.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _key(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.LargeBinary, nullable=nullable)


def _big(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _small(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=nullable)


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def upgrade() -> None:
    """Make all tables of revision 1."""
    _villages_and_devices()
    _log_and_records()
    _apart()
    _said_and_done()


def _villages_and_devices() -> None:
    _table(
        "village",
        _key("village"),
        _text("code"),
        _text("name"),
        _big("epoch_counter"),
        _bytes("epoch_random"),
        _big("audited"),
        _big("erasures"),
    )
    _table(
        "device",
        _key("village"),
        _key("device"),
        _bytes("public"),
        _text("label"),
        _text("role"),
        _small("revoked"),
        _text("enrolled_at"),
        _text("exchanged_at", nullable=True),
        _big("accepted"),
        _bytes("link"),
        _big("open_first"),
        _small("held"),
        _small("aside"),
        _big("safe_seq"),
        _big("receipt_serial"),
        _bytes("receipt", nullable=True),
    )


def _log_and_records() -> None:
    _table(
        "change_log",
        _key("village"),
        _key("device"),
        _key("seq", sa.BigInteger),
        _big("grp"),
        _big("stamp"),
        _bytes("author"),
        _small("kind"),
        _bytes("record"),
        _bytes("replaces"),
        _bytes("body", nullable=True),
        _bytes("commitment"),
        _bytes("link"),
        _small("scope", nullable=True),
        _big("position", nullable=True),
        _bytes("chain", nullable=True),
    )
    op.create_index("change_log_record", "change_log", ["village", "record"])
    op.create_index("change_log_position", "change_log", ["village", "scope", "position"], unique=True)
    _table(
        "key_segment",
        _key("village"),
        _key("device"),
        _key("segment", sa.BigInteger),
        _key("seq", sa.BigInteger),
        _bytes("cover"),
    )
    _table(
        "record",
        _key("village"),
        _key("record"),
        _key("kind", sa.Integer),
        _small("scope"),
        _bytes("fields"),
        _bytes("heads"),
        _small("withdrawn"),
        _bytes("doubts", nullable=True),
    )
    doubtful = sa.text("doubts IS NOT NULL")
    op.create_index("record_doubtful", "record", ["village"], postgresql_where=doubtful, sqlite_where=doubtful)
    _table(
        "stream",
        _key("village"),
        _key("scope", sa.Integer),
        _big("position"),
        _bytes("chain"),
        _bytes("digest"),
        _big("records"),
    )


def _apart() -> None:
    _table(
        "held_group",
        _key("village"),
        _key("device"),
        _key("first", sa.BigInteger),
        _big("last"),
        _small("reason"),
        _small("field"),
        _big("change"),
    )
    _table(
        "kept_aside",
        _key("village"),
        _key("device"),
        _key("first", sa.BigInteger),
        _key("last", sa.BigInteger),
        _bytes("delivery"),
    )


def _said_and_done() -> None:
    _table(
        "epoch",
        _key("village"),
        _key("counter", sa.BigInteger),
        _bytes("random"),
        _text("began_at"),
        _text("shown_by"),
    )
    _table(
        "statement", _key("village"), _key("sort", sa.Text), _key("name", sa.Text), _key("serial", sa.BigInteger),
        _bytes("told"),
    )  # fmt: skip
    _table("erasure", _key("village"), _key("serial", sa.BigInteger), _bytes("told"))
    _table("erased_record", _key("village"), _key("record"), _key("kind", sa.Integer))
    _table("erased_change", _key("village"), _key("device"), _key("seq", sa.BigInteger))
    _table(
        "audit",
        _key("village"),
        _key("serial", sa.BigInteger),
        _text("at"),
        _text("who"),
        _text("what"),
        _bytes("about", nullable=True),
    )
