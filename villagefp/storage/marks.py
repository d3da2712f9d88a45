"""Marks: what somebody should look at, such as an ID number that cannot be right; local, settled by a person."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.i18n import said_again

_NOBODY = b""


class Mark(Struct, frozen=True):
    """Something about a record that somebody should look at: an ID number that cannot be right, a missing name."""

    id: RecordId
    person_id: RecordId | None
    kind: str
    message: str  # a whole sentence; kept in the language of its day, read in the one in use
    where: str  # sheet and row of the roster it came from, or empty
    household_id: RecordId | None = None


def add(connection: Connection, marks: Iterable[Mark]) -> None:
    """Keep marks; one that was made before, settled or not, is not made again, nor in another language.

    The connection is a save's.
    """
    told = list(marks)
    if not told:
        return
    query = "SELECT person, household, kind, message, place FROM data_issue"
    known = {(*row[:3], said_again(row[3]), said_again(row[4])) for row in connection.exec_driver_sql(query)}
    rows = []
    for mark in told:
        about = (mark.person_id or _NOBODY, mark.household_id or _NOBODY, mark.kind)
        if (*about, mark.message, mark.where) not in known:
            rows.append((mark.id, *about, mark.message, mark.where))
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO data_issue (id, person, household, kind, message, place) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (person, household, kind, place, message) DO NOTHING",
            rows,
        )


def open_marks(
    connection: Connection, *, person_id: RecordId | None = None, household_id: RecordId | None = None
) -> list[Mark]:
    """The marks that are not settled: of a person, of a household and its members, or all, in the language in use."""
    query = "SELECT id, person, kind, message, place, household FROM data_issue WHERE settled = 0"
    told: tuple[RecordId, ...] = ()
    if person_id is not None:
        query, told = f"{query} AND person = ?", (person_id,)
    elif household_id is not None:
        query = f"""{query} AND (household = ? OR person IN (SELECT person FROM membership
                    WHERE household = ? AND withdrawn = 0 AND left_on IS NULL))"""
        told = (household_id, household_id)
    rows = connection.exec_driver_sql(f"{query} ORDER BY id", told)
    return [
        Mark(mark, person or None, kind, said_again(message), said_again(place), household or None)
        for mark, person, kind, message, place, household in rows
    ]


def settle(connection: Connection, mark_id: RecordId) -> None:
    """Take a mark off the list: somebody has looked."""
    connection.exec_driver_sql("UPDATE data_issue SET settled = 1 WHERE id = ?", (mark_id,))


def settle_kind(connection: Connection, person_id: RecordId, kind: str) -> None:
    """Take a person's marks of one kind off the list: what they asked for has been done."""
    connection.exec_driver_sql("UPDATE data_issue SET settled = 1 WHERE person = ? AND kind = ?", (person_id, kind))


def reopen(connection: Connection, mark_id: RecordId) -> None:
    """Put a mark on the list again: what settled it was taken back."""
    connection.exec_driver_sql("UPDATE data_issue SET settled = 0 WHERE id = ?", (mark_id,))


def renew(connection: Connection, mark: Mark) -> RecordId:
    """Keep a mark of what was made doubtful just now; one that said the same before is open again. Returns its id."""
    query = """SELECT id FROM data_issue
               WHERE person = ? AND household = ? AND kind = ? AND place = ? AND message = ?"""
    told = (mark.person_id or _NOBODY, mark.household_id or _NOBODY, mark.kind, mark.where, mark.message)
    known: RecordId | None = connection.exec_driver_sql(query, told).scalar()
    if known is None:
        add(connection, [mark])
        return mark.id
    reopen(connection, known)
    return known
