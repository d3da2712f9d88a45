"""What a seed brought: the heads of records, and which changes they stand for.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _key(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _has(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, nullable=False)


def upgrade() -> None:
    """Make the tables that revision 6 adds."""
    op.create_table(
        "seed_change",
        _key("record"),
        _key("device"),
        _key("seq", sa.BigInteger),
        _key("seed"),
        _has("village"),
        _has("grp", sa.BigInteger),
        _has("stamp", sa.BigInteger),
        _has("author"),
        _has("kind", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        _has("replaces"),
        sqlite_with_rowid=False,
    )
    op.create_index("seed_change_name", "seed_change", ["device", "seq"])
    op.create_table(
        "seed_covered",
        _key("seed"),
        _key("device"),
        _key("first", sa.BigInteger),
        _has("last", sa.BigInteger),
        sqlite_with_rowid=False,
    )
