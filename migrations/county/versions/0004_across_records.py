"""What the county works out across records and villages: clues, and who moved.

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


def _has(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, nullable=False)


def upgrade() -> None:
    """Make the tables of revision 4."""
    op.create_table(
        "clue",
        _key("village"),
        _key("record"),
        _has("sort", sa.Integer),
        sa.Column("compared", sa.LargeBinary),
        _has("amount", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("clue_compared", "clue", ["village", "sort", "compared"])
    op.create_table(
        "moved",
        _key("village"),
        _key("person"),
        _has("to_village"),
        _has("transfer"),
        _has("whole", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "looked",
        _key("village"),
        _key("scope", sa.Integer),
        _has("position", sa.BigInteger),
        sqlite_with_rowid=False,
    )
