"""What the office keeps for itself: enrolments, envelopes taken, what laptops know, what a backup covers.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _key(name: str, type_: type = sa.LargeBinary) -> sa.Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _bytes(name: str) -> sa.Column:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _big(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False)


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def upgrade() -> None:
    """Make the tables of revision 3."""
    _table(
        "enrolment",
        _key("village"),
        _key("name"),
        _bytes("of_village"),
        _text("village_code"),
        _text("village_name"),
        _text("role"),
        _text("label"),
        _text("address"),
        _bytes("proof"),
        _bytes("ring"),
        _text("offered_at"),
        _big("expires"),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("claimant", sa.LargeBinary),
        sa.Column("answer", sa.LargeBinary),
    )
    _table("given_key", _key("village"), _key("device"), _bytes("told"))
    _table("office_value", _key("village"), _key("name", sa.Text), _bytes("value"))
    _table("envelope", _key("village"), _key("hash"), _text("taken_at"))
    op.add_column("device", sa.Column("knows", sa.LargeBinary))
    op.add_column("device", sa.Column("safe", sa.LargeBinary))
