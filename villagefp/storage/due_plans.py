"""What is due, derived: one row a person or household with its plan, made anew in each save that touches it.

A plan does not depend on the day it is read on: `followups.on_day` says how it stands today. All rows are made anew
where they were made by other rules than count today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from villagefp.domain.followups import Facts, Planned, plan
from villagefp.domain.programmes import Programme, read_all
from villagefp.domain.records import RecordId
from villagefp.storage import facts, local, rules, same
from villagefp.storage.due_entry import DueEntry
from villagefp.storage.due_rows import STAMP, all_plans, stale
from villagefp.storage.records import chunks, marks, select_in
from villagefp.storage.rules import RuleTexts

_EVERYBODY = 2000
"""From so many touched persons on nobody waits for the rows: whoever reads them next has them made in one pass."""
_READ = frozenset({"person", "membership", "referral", "event", "episode", "household", "same_as"})
"""The kinds that facts are read from."""

_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class Planner:
    """The rules of a day, read."""

    programmes: Mapping[str, Programme]
    params: Mapping[str, str]

    @classmethod
    def of(cls, texts: RuleTexts) -> Planner:
        """The planner of these files."""
        return cls(read_all(texts.programmes), texts.params)

    def planned(self, told: Facts) -> tuple[Planned, ...]:
        """What the rules foresee for somebody: open items before private ones, as they are kept."""
        return tuple(sorted(plan(told, self.programmes, self.params), key=lambda item: item.private))


def refresh(connection: Connection, changed: Iterable[tuple[str, RecordId]], entry: DueEntry) -> None:
    """Make the rows anew that a save has touched.

    A save of thousands, as an import is, leaves all of them stale instead: stale rows are made anew before anybody
    reads them.
    """
    by_kind: dict[str, list[RecordId]] = defaultdict(list)
    for kind, record in changed:
        by_kind[kind].append(record)
    if not _READ & by_kind.keys():
        return
    in_force = rules.in_force(connection, entry.today)
    if local.get(connection, STAMP) != in_force.digest:
        return
    if len(by_kind["person"]) >= _EVERYBODY:
        local.delete(connection, STAMP)
        return
    persons, households = (same.read(connection, each).every(each) for each in _touched(connection, by_kind))
    _forget(connection, [*persons, *households])
    found = [*facts.of_persons(connection, persons, entry.unseal), *facts.of_households(connection, households)]
    _keep(connection, found, Planner.of(in_force), entry)


def rebuild(connection: Connection, entry: DueEntry) -> None:
    """Make all rows anew from the records alone."""
    in_force = rules.in_force(connection, entry.today)
    connection.exec_driver_sql("DELETE FROM due_plan")
    local.put(connection, STAMP, in_force.digest)
    _keep(connection, _everybody(connection, entry), Planner.of(in_force), entry)


def differences(connection: Connection, entry: DueEntry) -> list[str]:
    """Persons and households whose rows are not what their records make; empty where all is well."""
    if stale(connection, entry.today):
        return []  # they are made anew before anybody reads them
    planner = Planner.of(rules.in_force(connection, entry.today))
    kept = {each.subject: each.items for each in all_plans(connection, entry.unseal)}
    made = {_subject(each): planner.planned(each) for each in _everybody(connection, entry)}
    return [
        f"{subject.hex()}: what is due is out of date"
        for subject in sorted(made.keys() | kept.keys())
        if made.get(subject, ()) != kept.get(subject, ())
    ]


def _everybody(connection: Connection, entry: DueEntry) -> list[Facts]:
    return [*facts.of_persons(connection, None, entry.unseal), *facts.of_households(connection, None)]


def _touched(
    connection: Connection, by_kind: Mapping[str, Sequence[RecordId]]
) -> tuple[list[RecordId], list[RecordId]]:
    """Whose facts a save has changed: those of a person, and of mother and children where they look at them."""
    persons = set(by_kind["person"])
    persons.update(_column(connection, "SELECT mother FROM person WHERE 1", "id", by_kind["person"]))
    for kind in ("membership", "referral"):
        persons.update(_column(connection, f"SELECT person FROM {kind} WHERE 1", "id", by_kind[kind]))
    events = [*by_kind["event"], *_column(connection, "SELECT revision_of FROM event WHERE 1", "id", by_kind["event"])]
    told = set(_column(connection, "SELECT person FROM event WHERE 1", "id", events))
    told.update(_column(connection, "SELECT person FROM episode WHERE 1", "id", by_kind["episode"]))
    if by_kind["same_as"] or same.read(connection, by_kind["person"]):
        told.update(by_kind["person"])  # a mother who is one with another record has that one's births as well
    told.update(same.read(connection, told).every(told))
    persons.update(told)
    persons.update(_column(connection, "SELECT id FROM person WHERE 1", "mother", sorted(told)))
    households = {*by_kind["household"]}
    households.update(_column(connection, "SELECT household FROM event WHERE 1", "id", events))
    return sorted(persons), sorted(households)


def _column(connection: Connection, query: str, column: str, ids: Sequence[RecordId]) -> list[RecordId]:
    return [row[0] for row in select_in(connection, query, column, ids) if row[0] is not None] if ids else []


def _forget(connection: Connection, subjects: Sequence[RecordId]) -> None:
    for chunk in chunks(subjects):
        connection.exec_driver_sql(f"DELETE FROM due_plan WHERE subject IN ({marks(chunk)})", tuple(chunk))


def _keep(connection: Connection, found: Iterable[Facts], planner: Planner, entry: DueEntry) -> None:
    rows = []
    for each in found:
        items = planner.planned(each)
        if not items:
            continue
        plain = tuple(item for item in items if not item.private)
        private = tuple(item for item in items if item.private)
        sealed = entry.seal(_encode(private)) if private else None
        rows.append((_subject(each), each.person is None, _encode(plain), sealed))
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO due_plan (subject, household, items, private) VALUES (?, ?, ?, ?)", rows
        )


def _subject(told: Facts) -> RecordId:
    subject = told.person.id if told.person is not None else told.household
    if subject is None:
        raise ValueError("Facts are about a person or a household.")
    return subject
