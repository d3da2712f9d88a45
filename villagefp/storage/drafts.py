"""Drafts: forms begun and not yet saved, kept with every answer; they stay on this laptop."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Connection

from villagefp.domain.records import RecordId


class Draft(Struct, frozen=True):
    """A form being filled: about whom, how far, and the answers so far."""

    id: RecordId
    form: str
    form_version: str
    person: RecordId | None
    household: RecordId | None
    occurred_on: str
    answers: bytes
    started_at: str
    updated_at: str
    page: str


_COLUMNS = ", ".join(Draft.__struct_fields__)


def put_draft(connection: Connection, draft: Draft) -> None:
    """Keep a draft as it is now, in place of what it was; the connection is a save's."""
    marks = ", ".join("?" * len(Draft.__struct_fields__))
    connection.exec_driver_sql(f"INSERT OR REPLACE INTO draft ({_COLUMNS}) VALUES ({marks})", astuple(draft))


def drafts(connection: Connection) -> list[Draft]:
    """All drafts, the one touched last first."""
    rows = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM draft ORDER BY updated_at DESC, id DESC")
    return [Draft(*row) for row in rows]


def get_draft(connection: Connection, draft_id: RecordId) -> Draft | None:
    """One draft, or None where it was saved or thrown away."""
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM draft WHERE id = ?", (draft_id,)).first()
    return None if row is None else Draft(*row)


def delete_draft(connection: Connection, draft_id: RecordId) -> None:
    """Throw a draft away, or end it as its visit is saved; the connection is a save's."""
    connection.exec_driver_sql("DELETE FROM draft WHERE id = ?", (draft_id,))


def delete_drafts_about(connection: Connection, person: RecordId) -> None:
    """Throw away every draft about a person who is taken off the list."""
    connection.exec_driver_sql("DELETE FROM draft WHERE person = ?", (person,))
