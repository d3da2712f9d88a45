"""What the exchange carries: batches cut, cursors, pages kept, what arrives in pieces, digests, and evidence.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _key(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _has(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, nullable=False)


def _mark(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("0"))


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def upgrade() -> None:
    """Make the tables that revision 5 adds."""
    _table(
        "outbox",
        _key("village"),
        _key("device"),
        _key("first", sa.BigInteger),
        _has("last", sa.BigInteger),
        _has("name"),
        _has("length", sa.Integer),
        _mark("offered"),
        _has("data"),
    )
    op.create_index("outbox_name", "outbox", ["name"])
    _table(
        "stream_cursor", _key("scope", sa.Integer), _has("position", sa.BigInteger), _has("chain"), _has("checkpoints")
    )
    _table(
        "kept_page",
        _key("name"),
        _has("scope", sa.Integer),
        _has("first", sa.BigInteger),
        _has("last", sa.BigInteger),
        _has("epoch"),
        _mark("lost"),
        _has("runs"),
        _has("told"),
    )
    _table("arriving", _key("name"), _has("number", sa.BigInteger), _has("length", sa.Integer), _has("data"))
    _table(
        "digested",
        _key("kind", sa.Integer),
        _key("record"),
        _has("scope", sa.Integer),
        sa.Column("heads", sa.LargeBinary),
    )
    _table("to_digest", _key("kind", sa.Integer), _key("record"))
    _table("known_scope", _key("kind", sa.Integer), _key("record"), _has("scope", sa.Integer))
    _table("evidence", _key("number", sa.BigInteger), _has("at", sa.Text), _has("sort", sa.Text), _has("told"))
