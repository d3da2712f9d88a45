"""Programmes: consents, episodes, referrals and benefit cases.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables that revision 2 adds."""
    op.create_table(
        "consent",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("programme", sa.Text),
        sa.Column("given_on", sa.Text),
        sa.Column("how", sa.Text),
        sa.Column("text_version", sa.Text),
        sa.Column("event", sa.LargeBinary),
        sa.Column("withdrawn_on", sa.Text),
        sa.Column("private", sa.LargeBinary),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("consent_person", "consent", ["person"])
    op.create_table(
        "episode",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("programme", sa.Text),
        sa.Column("opened_on", sa.Text),
        sa.Column("opened_by", sa.LargeBinary),
        sa.Column("consent", sa.LargeBinary),
        sa.Column("closed_on", sa.Text),
        sa.Column("closed_why", sa.Text),
        sa.Column("closed_by", sa.LargeBinary),
        sa.Column("lmp", sa.Text),
        sa.Column("edd", sa.Text),
        sa.Column("delivered_on", sa.Text),
        sa.Column("discharged_on", sa.Text),
        sa.Column("checked_on", sa.Text),
        sa.Column("started_on", sa.Text),
        sa.Column("joined_on", sa.Text),
        sa.Column("private", sa.LargeBinary),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("episode_person", "episode", ["person", "programme"])
    op.create_table(
        "referral",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("given_on", sa.Text),
        sa.Column("urgency", sa.Text),
        sa.Column("to_facility", sa.Text),
        sa.Column("follow_by", sa.Text),
        sa.Column("arrived", sa.Text),
        sa.Column("result_told_on", sa.Text),
        sa.Column("event", sa.LargeBinary),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("referral_person", "referral", ["person"])
    op.create_table(
        "benefit_case",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("benefit", sa.Text),
        sa.Column("opened_on", sa.Text),
        sa.Column("submitted_on", sa.Text),
        sa.Column("decided_on", sa.Text),
        sa.Column("decision", sa.Text),
        sa.Column("event", sa.LargeBinary),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("benefit_case_person", "benefit_case", ["person"])
