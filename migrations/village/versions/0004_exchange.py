"""What the exchange needs beside the log: conflicts, what waits, what was given, received, returned and erased.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _key(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def upgrade() -> None:
    """Make the tables that revision 4 adds."""
    device = ("village", "device")
    _table(
        "conflict",
        _key("record"),
        _key("field", sa.Integer),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("heads", sa.LargeBinary, nullable=False),
    )
    _table("not_understood", _key("kind", sa.Integer), _key("field", sa.Integer), _key("record"))
    _table(
        "kept_aside",
        *map(_key, device),
        _key("first", sa.BigInteger),
        _key("last", sa.BigInteger),
        sa.Column("delivery", sa.LargeBinary, nullable=False),
    )
    _table(
        "chain_start",
        *map(_key, device),
        _key("seq", sa.BigInteger),
        sa.Column("link", sa.LargeBinary, nullable=False),
    )
    _table(
        "sending",
        *map(_key, device),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("safe", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.Text, nullable=False),
    )
    _table(
        "given_away",
        *map(_key, device),
        _key("first", sa.BigInteger),
        _key("last", sa.BigInteger),
        _key("road", sa.Text),
        sa.Column("given_at", sa.Text, nullable=False),
    )
    _table(
        "returned_group",
        *map(_key, device),
        _key("first", sa.BigInteger),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Integer, nullable=False),
        sa.Column("field", sa.Integer, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.Text, nullable=False),
    )
    _table("erased_record", _key("kind", sa.Integer), _key("record"))
    _table("erased_change", _key("device"), _key("seq", sa.BigInteger))
