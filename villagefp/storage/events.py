"""Events as they are listed: of persons, of a household, of the last days; withdrawn ones are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.records import Event, RecordId, Worker
from villagefp.storage.records import where, where_in


class StoredEvent(Struct, frozen=True):
    """An event, and the name of the worker who entered it."""

    event: Event
    author_name: str


def of_persons(connection: Connection, persons: Sequence[RecordId]) -> list[StoredEvent]:
    """The events that are about these persons."""
    return _named(connection, where_in(connection, Event, "person", persons))


def of_household(connection: Connection, household_id: RecordId) -> list[StoredEvent]:
    """The events that are about a household."""
    return _named(connection, where(connection, Event, household=household_id))


def recent(connection: Connection, limit: int = 20) -> list[StoredEvent]:
    """The events entered last, newest first: ids sort by the time of making."""
    rows = connection.exec_driver_sql("SELECT id FROM event WHERE withdrawn = 0 ORDER BY id DESC LIMIT ?", (limit,))
    found = where_in(connection, Event, "id", [row[0] for row in rows])
    return _named(connection, sorted(found, key=lambda event: event.id, reverse=True))


def _named(connection: Connection, events: Iterable[Event]) -> list[StoredEvent]:
    names = {worker.id: worker.name for worker in where(connection, Worker)}
    return [StoredEvent(event, names.get(event.author or b"", "")) for event in events]
