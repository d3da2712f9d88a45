"""Events as a timeline: newest first, with what superseded what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from villagefp.domain.records import Household, RecordId
from villagefp.i18n import _, language
from villagefp.services import catalogue
from villagefp.services.pages import TimelineEntry
from villagefp.storage import events, people, records, same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store


def of_person(store: Store, connection: Connection, person_id: RecordId) -> tuple[TimelineEntry, ...]:
    """A person's events, newest first."""
    return _entries(store, connection, events.of_persons(connection, same.all_of(connection, person_id)))


def of_household(
    store: Store, connection: Connection, household_id: RecordId, members: Sequence[RecordId]
) -> tuple[TimelineEntry, ...]:
    """The events of a household and of those who live in it now, newest first."""
    persons = same.read(connection, members).every(members)
    homes = same.all_of(connection, household_id)
    found = {stored.event.id: stored for home in homes for stored in events.of_household(connection, home)}
    found |= {stored.event.id: stored for stored in events.of_persons(connection, persons)}
    return _entries(store, connection, found.values())


def recent(store: Store, connection: Connection, limit: int = 20) -> tuple[TimelineEntry, ...]:
    """The village's latest events by day of entry, newest first; a household's bear its number."""
    stored = events.recent(connection, limit)
    homes = sorted({one.event.household for one in stored if one.event.household and not one.event.person})
    numbers = dict.fromkeys(homes, _("not here yet"))
    numbers |= {home.id: home.household_no for home in records.where_in(connection, Household, "id", homes)}
    return tuple(
        replace(entry, person_name=entry.person_name or numbers.get(entry.event.household or b"", ""))
        for entry in _entries(store, connection, stored)
    )


def _entries(store: Store, connection: Connection, found: Iterable[events.StoredEvent]) -> tuple[TimelineEntry, ...]:
    forms = catalogue.of(store)
    stored = sorted(found, key=lambda one: (one.event.occurred_on, one.event.created_at, one.event.id), reverse=True)
    superseded = {one.event.revision_of for one in stored if one.event.revision_of is not None}
    whose = sorted({one.event.person for one in stored if one.event.person})
    names = dict.fromkeys(people.not_here(connection, whose), _("not here yet"))
    names |= {person: line.name for person, line in people.lines_of(connection, whose).items()}
    return tuple(
        TimelineEntry(
            event=one.event,
            form_title=forms.neutral_title(one.event.form, one.event.form_version, language()),
            author_name=one.author_name,
            person_name=names.get(one.event.person, "") if one.event.person else "",
            superseded=one.event.id in superseded,
        )
        for one in stored
    )
