"""Stock, appointments, published forms and programmes, parameters of the county; what is due, derived.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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
    """Make the tables that revision 3 adds."""
    _kind(
        "stock_item",
        sa.Column("item_code", sa.Text),
        sa.Column("product", sa.Text),
        sa.Column("spec", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("days_per_unit", sa.Integer),
    )
    _kind(
        "stock_move",
        sa.Column("item", sa.LargeBinary),
        sa.Column("direction", sa.Text),
        sa.Column("quantity", sa.Integer),
        sa.Column("batch_no", sa.Text),
        sa.Column("expiry", sa.Text),
        sa.Column("moved_on", sa.Text),
        sa.Column("event", sa.LargeBinary),
        sa.Column("place", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("private", sa.LargeBinary),
    )
    op.create_index("stock_move_item", "stock_move", ["item"])
    op.create_index("stock_move_event", "stock_move", ["event"])
    _kind(
        "appointment",
        sa.Column("person", sa.LargeBinary),
        sa.Column("household", sa.LargeBinary),
        sa.Column("wished_on", sa.Text),
        sa.Column("part", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("settled", sa.Text),
        sa.Column("event", sa.LargeBinary),
    )
    op.create_index("appointment_person", "appointment", ["person"])
    op.create_index("appointment_household", "appointment", ["household"])
    op.create_index("appointment_wished_on", "appointment", ["wished_on"])
    for package, names in (("form_package", "form"), ("programme_package", "programme")):
        _kind(
            package,
            sa.Column(names, sa.Text),
            sa.Column("version", sa.Text),
            sa.Column("from_on", sa.Text),
            sa.Column("body", sa.LargeBinary),
        )
        op.create_index(f"{package}_{names}", package, [names])
    _kind("county_param", sa.Column("name", sa.Text), sa.Column("value", sa.Text), sa.Column("from_on", sa.Text))
    op.create_table(
        "due_plan",
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        sa.Column("household", sa.Boolean, nullable=False),
        sa.Column("items", sa.LargeBinary, nullable=False),
        sa.Column("private", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
