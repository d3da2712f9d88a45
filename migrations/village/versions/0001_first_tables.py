"""The first tables: records, change log, and what the store itself keeps.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables of revision 1."""
    op.create_table(
        "village",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("code", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("role", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "household",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("household_no", sa.Text),
        sa.Column("group_no", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("head", sa.LargeBinary),
        sa.Column("note", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("household_household_no", "household", ["household_no"])
    op.create_table(
        "hukou_book",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("book_no", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("head", sa.LargeBinary),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("name_status", sa.Text),
        sa.Column("sex", sa.Text),
        sa.Column("birth_date", sa.Text),
        sa.Column("birth_precision", sa.Text),
        sa.Column("birth_told", sa.Text),
        sa.Column("id_no", sa.Text),
        sa.Column("id_status", sa.Text),
        sa.Column("mother", sa.LargeBinary),
        sa.Column("ethnic", sa.Text),
        sa.Column("education", sa.Text),
        sa.Column("marital", sa.Text),
        sa.Column("occupation", sa.Text),
        sa.Column("file_no", sa.Text),
        sa.Column("died_on", sa.Text),
        sa.Column("legacy_method", sa.LargeBinary),
        sa.Column("legacy_method_status", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("person_id_no", "person", ["id_no"])
    op.create_index("person_mother", "person", ["mother"])
    op.create_table(
        "alias",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("name", sa.Text),
        sa.Column("sort", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("alias_person", "alias", ["person"])
    op.create_table(
        "phone",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("number", sa.Text),
        sa.Column("whose", sa.Text),
        sa.Column("may_mention_health", sa.Boolean),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("phone_person", "phone", ["person"])
    op.create_table(
        "membership",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("household", sa.LargeBinary),
        sa.Column("hukou_book", sa.LargeBinary),
        sa.Column("relation", sa.Text),
        sa.Column("joined_on", sa.Text),
        sa.Column("joined_why", sa.Text),
        sa.Column("left_on", sa.Text),
        sa.Column("left_why", sa.Text),
        sa.Column("presence", sa.Text),
        sa.Column("presence_since", sa.Text),
        sa.Column("expected_back", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("membership_household", "membership", ["household"])
    op.create_index("membership_hukou_book", "membership", ["hukou_book"])
    op.create_index("membership_person", "membership", ["person"])
    op.create_table(
        "event",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("household", sa.LargeBinary),
        sa.Column("event_type", sa.Text),
        sa.Column("form", sa.Text),
        sa.Column("form_version", sa.Text),
        sa.Column("occurred_on", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("author_role", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("next_offer_on", sa.Text),
        sa.Column("consent", sa.LargeBinary),
        sa.Column("signature", sa.Text),
        sa.Column("created_at", sa.Text),
        sa.Column("revision_of", sa.LargeBinary),
        sa.Column("correction_reason", sa.Text),
        sa.Column("answers", sa.LargeBinary),
        sa.Column("answers_sealed", sa.LargeBinary),
        sa.Column("author", sa.LargeBinary),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("event_household", "event", ["household", "occurred_on", "withdrawn"])
    op.create_index("event_person", "event", ["person", "occurred_on", "withdrawn"])
    op.create_index("event_revision_of", "event", ["revision_of"])
    op.create_table(
        "access",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("worker", sa.LargeBinary),
        sa.Column("person", sa.LargeBinary),
        sa.Column("day", sa.Text),
        sa.Column("action", sa.Text),
        sa.Column("heads", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("access_day", "access", ["day"])
    op.create_index("access_person", "access", ["person"])
    op.create_table(
        "change_log",
        sa.Column("village", sa.LargeBinary, primary_key=True),
        sa.Column("device", sa.LargeBinary, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("grp", sa.BigInteger, nullable=False),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("author", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("replaces", sa.LargeBinary, nullable=False),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("link", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("change_log_record", "change_log", ["record"])
    op.create_table(
        "key_segment",
        sa.Column("village", sa.LargeBinary, primary_key=True),
        sa.Column("device", sa.LargeBinary, primary_key=True),
        sa.Column("segment", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("cover", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_search",
        sa.Column("person", sa.LargeBinary, primary_key=True),
        sa.Column("keys", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("form_version", sa.Text, nullable=False),
        sa.Column("person", sa.LargeBinary),
        sa.Column("household", sa.LargeBinary),
        sa.Column("occurred_on", sa.Text, nullable=False),
        sa.Column("answers", sa.LargeBinary, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "data_issue",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary, nullable=False),
        sa.Column("household", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index("data_issue_once", "data_issue", ["person", "household", "kind", "place", "message"], unique=True)
    op.create_table(
        "local_value",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
