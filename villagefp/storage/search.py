"""The search box: one narrow row a person with all by which it is found, kept up to date by the unit of work."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from villagefp.domain import pinyin
from villagefp.domain.records import RecordId
from villagefp.storage import same
from villagefp.storage.records import chunks, marks, select_in

_ALL = 2000
"""From so many touched persons on, all rows are made anew: one pass is cheaper than looking each of them up."""


def normalised(text: str) -> str:
    """Text as it is compared: full width, case and the bars between keys make no difference."""
    if text.isascii():
        return text.lower().replace("|", " ")
    return unicodedata.normalize("NFKC", text).casefold().replace("|", " ").replace("ü", "v")


def find(connection: Connection, text: str, limit: int = 50) -> list[RecordId]:
    """Persons in whose keys every word of the text occurs: names first, best match first."""
    words = normalised(text).split()
    if not words:
        return []
    # instr, not LIKE: as fast, and no character of the text has a meaning of its own.
    conditions = " AND ".join(["instr(keys, ?) > 0"] * len(words))
    first = words[0]
    rank = (f"|{first}|", f"|{first}|", f"|{first}", f"|{first}")
    rows = connection.exec_driver_sql(
        f"""SELECT person FROM person_search WHERE {conditions}
            ORDER BY CASE WHEN substr(keys, 1, {len(first) + 2}) = ? THEN 0 WHEN instr(keys, ?) THEN 1
                          WHEN substr(keys, 1, {len(first) + 1}) = ? THEN 2 WHEN instr(keys, ?) THEN 3 ELSE 4 END,
                     keys
            LIMIT ?""",
        (*words, *rank, limit),
    )
    return [row[0] for row in rows]


def refresh(connection: Connection, changed: Collection[tuple[str, RecordId]]) -> None:
    """Make the rows of those persons anew that a save has touched."""
    touched = _touched(connection, changed)
    touched = same.read(connection, touched).every(touched)  # one who is here twice has one row
    if not touched:
        return
    everybody = len(touched) >= _ALL
    keys = _Keys(connection, None if everybody else touched)
    if everybody:
        connection.exec_driver_sql("DELETE FROM person_search")
    else:
        for chunk in chunks(touched):
            connection.exec_driver_sql(f"DELETE FROM person_search WHERE person IN ({marks(chunk)})", tuple(chunk))
    rows = keys.rows()
    if rows:
        connection.exec_driver_sql("INSERT INTO person_search (person, keys) VALUES (?, ?)", rows)


def all_rows(connection: Connection) -> list[tuple[RecordId, str]]:
    """What the rows of all persons should be."""
    return _Keys(connection, None).rows()


def _touched(connection: Connection, changed: Collection[tuple[str, RecordId]]) -> list[RecordId]:
    persons = {record_id for kind, record_id in changed if kind == "person"}
    if len(persons) >= _ALL:
        return sorted(persons)
    by_kind: dict[str, list[RecordId]] = defaultdict(list)
    for kind, record_id in changed:
        by_kind[kind].append(record_id)
    for kind in ("alias", "phone", "membership"):
        persons.update(_column(connection, f"SELECT person FROM {kind} WHERE 1", "id", by_kind[kind]))
    persons.update(_column(connection, "SELECT person FROM membership WHERE 1", "household", by_kind["household"]))
    return sorted(persons)


def _column(connection: Connection, query: str, column: str, ids: Sequence[RecordId]) -> list[RecordId]:
    return [row[0] for row in select_in(connection, query, column, ids) if row[0] is not None]


class _Keys:
    """The keys of some persons, or of all, read with one query a kind."""

    def __init__(self, connection: Connection, persons: Sequence[RecordId] | None) -> None:
        self._connection = connection
        self._persons = persons
        self._found: dict[RecordId, list[str]] = defaultdict(list)
        self._same = same.read(connection, persons)

    def rows(self) -> list[tuple[RecordId, str]]:
        """Person and keys, the person's own name first: that is what a match is ranked by."""
        people = self._select("SELECT id, name, id_no FROM person WHERE withdrawn = 0", "id")
        people.sort(key=lambda row: (self._same.shown(row[0]) != row[0], row[0]))
        for person, name, _ in people:
            self._add_name(person, name)
        for person, name in self._select("SELECT person, name FROM alias WHERE withdrawn = 0", "person"):
            self._add_name(person, name)
        for person, number in self._select("SELECT person, number FROM phone WHERE withdrawn = 0", "person"):
            self._of(person).append(number)
        for person, _, id_no in people:
            self._of(person).append((id_no or "")[-4:])
        homes = (
            "SELECT m.person, h.household_no FROM membership m JOIN household h ON h.id = m.household"
            " WHERE m.withdrawn = 0 AND h.withdrawn = 0 AND m.left_on IS NULL"
        )
        for person, household_no in self._select(homes, "m.person"):
            self._of(person).append(household_no)
        shown = dict.fromkeys(self._same.shown(person) for person, _, _ in people)
        return [(person, _joined(self._found[person])) for person in shown]

    def _of(self, person: RecordId) -> list[str]:
        """The keys of a person, collected under the id that is shown."""
        return self._found[self._same.shown(person)]

    def _add_name(self, person: RecordId, name: str) -> None:
        self._of(person).extend((name, *pinyin.readings(name)))

    def _select(self, query: str, column: str) -> list[Any]:
        return select_in(self._connection, query, column, self._persons)


def _joined(keys: Iterable[str]) -> str:
    told = dict.fromkeys([normalised(key) for key in keys if key])
    return f"|{'|'.join(told)}|"
