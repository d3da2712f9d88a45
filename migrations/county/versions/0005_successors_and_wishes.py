"""What a laptop's successor shares with it, and erasures that wait for the county's decision.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of revision 5."""
    op.add_column("device", sa.Column("inherited", sa.BigInteger))
    op.add_column("device", sa.Column("wishes", sa.Integer))
    op.create_table(
        "erasure_wish",
        sa.Column("village", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("name", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("device", sa.LargeBinary, nullable=False),
        sa.Column("told", sa.LargeBinary, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
