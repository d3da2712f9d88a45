"""What came back from the county: about whom, and the next step, for the first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.domain.records import Event, Household, Person, Record, RecordId
from villagefp.storage import local, people, records
from villagefp.storage.codec import BY_NUMBER

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.sending import ReturnedGroup


class ReturnedLine(Struct, frozen=True):
    """One save that came back: whom it is about, why, and the visit that can be opened, where it is one."""

    who: str  # the person's name or the household's number; empty for what is about nobody
    reason: str
    person_id: RecordId | None = None
    household_id: RecordId | None = None
    event: Event | None = None


def returned_lines(connection: Connection) -> tuple[ReturnedLine, ...]:
    """All that came back, oldest first."""
    if not local.anything_returned(connection):
        return ()
    from villagefp.storage import sending  # noqa: PLC0415  receipts, 10 ms of a first page that seldom has any

    return tuple(_line(connection, group) for group in sending.returned_groups(connection))


def _line(connection: Connection, group: ReturnedGroup) -> ReturnedLine:
    found = [record for kind, each in group.records if (record := _record(connection, kind, each)) is not None]
    event = next((record for record in found if isinstance(record, Event)), None)
    person = next((told for record in found if (told := _reference(record, Person, "person")) is not None), None)
    home = next((told for record in found if (told := _reference(record, Household, "household")) is not None), None)
    from villagefp.wire.receipt import in_words  # noqa: PLC0415  as above

    return ReturnedLine(_who(connection, person, home), in_words(group.group), person, home, event)


def _record(connection: Connection, kind: int, record_id: RecordId) -> Record | None:
    codec = BY_NUMBER.get(kind)
    return records.get(connection, codec.record_type, record_id) if codec is not None else None


def _reference(record: Record, kind: type[Record], name: str) -> RecordId | None:
    return record.id if isinstance(record, kind) else getattr(record, name, None)


def _who(connection: Connection, person: RecordId | None, home: RecordId | None) -> str:
    if person is not None:
        return next((line.name for line in people.person_lines(connection, [person])), "")
    household = records.get(connection, Household, home) if home is not None else None
    return household.household_no if household is not None else ""
