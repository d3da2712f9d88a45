"""Whether persons are here, as rules of follow-ups ask: born, died, living in the village, away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from villagefp.domain.followup_days import PersonFacts
from villagefp.domain.records import Presence, RecordId, read_code
from villagefp.storage import same
from villagefp.storage.records import select_in

PERSONS = "SELECT id, birth_date, died_on, mother FROM person WHERE withdrawn = 0"
MEMBERS = """SELECT person, presence, expected_back, left_on FROM membership
              WHERE withdrawn = 0 AND household IS NOT NULL"""


def person_facts(connection: Connection, persons: Sequence[RecordId]) -> list[PersonFacts]:
    """Of these persons only what says whether they are here."""
    known = same.read(connection, persons)
    members = by_first(select_in(connection, MEMBERS, "person", known.every(persons)), known.shown)
    return [person_of(members, *row) for row in select_in(connection, PERSONS, "id", persons)]


def person_of(
    members: Mapping[RecordId, Sequence[Any]],
    person: RecordId,
    born: str | None,
    died: str | None,
    mother: RecordId | None,
) -> PersonFacts:
    """A person's facts from a row of `PERSONS` and the rows of `MEMBERS`."""
    homes = members.get(person, ())
    here = [home for home in homes if home[3] is None]
    last = here[-1] if here else None
    return PersonFacts(
        id=person,
        birth_date=born,
        died_on=died,
        mother=mother,
        member=bool(here) or not homes,  # nobody has left who was in no household yet
        presence=read_code(Presence, last[1]) if last is not None and last[1] else None,
        expected_back=last[2] if last is not None else None,
    )


def by_first(rows: Iterable[Any], shown: Callable[[RecordId], RecordId]) -> dict[Any, list[Any]]:
    """Rows by their first column, a person, under the id that is shown."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[shown(row[0])].append(row)
    return found
