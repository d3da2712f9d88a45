"""Who is one and the same, and who moves to another village.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _kind(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.LargeBinary, primary_key=True),
        *columns,
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    """Make the tables that revision 7 adds."""
    _kind(
        "same_as",
        sa.Column("sort", sa.Text),
        sa.Column("first", sa.LargeBinary),
        sa.Column("second", sa.LargeBinary),
        sa.Column("same", sa.Boolean),
    )
    op.create_index("same_as_first", "same_as", ["first"])
    op.create_index("same_as_second", "same_as", ["second"])
    _kind(
        "transfer",
        sa.Column("person", sa.LargeBinary),
        sa.Column("from_village", sa.Text),
        sa.Column("to_village", sa.Text),
        sa.Column("asked_on", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("consent_on", sa.Text),
        sa.Column("consent_how", sa.Text),
        sa.Column("state", sa.Text),
        sa.Column("agreed", sa.Boolean),
        sa.Column("state_on", sa.Text),
    )
    op.create_index("transfer_person", "transfer", ["person"])
    op.create_table(
        "shown_as",
        sa.Column("record", sa.LargeBinary, primary_key=True),
        sa.Column("shown", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("shown_as_shown", "shown_as", ["shown"])
