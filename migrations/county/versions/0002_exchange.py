"""What the exchange keeps: keys and descent of laptops, beginnings of what a line cut short, pages given back, seeds.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _key(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _bytes(name: str) -> sa.Column:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _big(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Widen `device`, and make the tables of revision 2."""
    op.add_column("device", sa.Column("seal_public", sa.LargeBinary))
    op.add_column("device", sa.Column("parent", sa.LargeBinary))
    op.create_table(
        "prefix",
        _key("village"),
        _key("device"),
        _key("name"),
        _big("length"),
        _big("came_at"),
        _bytes("data"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "given_page",
        _key("village"),
        _key("name"),
        _big("length"),
        _bytes("told"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seed_part",
        _key("village"),
        _key("seed"),
        _key("number", sa.Integer),
        sa.Column("scopes", sa.Text, nullable=False),
        _bytes("told"),
        sa.Column("made_at", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
