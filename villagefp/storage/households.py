"""Households as lines of a list."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.records import Presence, RecordId
from villagefp.storage import records, same, search
from villagefp.storage.lines import HouseholdLine, in_order
from villagefp.storage.same import Same

_ELSEWHERE = (Presence.AWAY.value, Presence.ELSEWHERE_HUKOU_HERE.value)
_HOUSEHOLDS = """SELECT h.id, h.household_no, h.group_no, p.name, h.address
                 FROM household h LEFT JOIN person p ON p.id = h.head AND p.withdrawn = 0 WHERE h.withdrawn = 0"""
_COUNTS = """SELECT m.household, sum(m.presence IS NULL OR m.presence NOT IN (?, ?)),
                    sum(coalesce(m.presence IN (?, ?), 0))
             FROM membership m JOIN person p ON p.id = m.person AND p.withdrawn = 0 AND p.died_on IS NULL
             WHERE m.household IS NOT NULL AND m.withdrawn = 0 AND m.left_on IS NULL GROUP BY m.household"""
# The same where somebody is in the register twice: who is one is counted once, in the household that is shown.
_COUNTS_ONCE = """SELECT household, sum(here), sum(away) FROM (
                    SELECT coalesce(sh.shown, m.household) AS household, coalesce(sp.shown, m.person) AS who,
                           max(m.presence IS NULL OR m.presence NOT IN (?, ?)) AS here,
                           min(coalesce(m.presence IN (?, ?), 0)) AS away
                    FROM membership m JOIN person p ON p.id = m.person AND p.withdrawn = 0 AND p.died_on IS NULL
                    LEFT JOIN shown_as sh ON sh.record = m.household LEFT JOIN shown_as sp ON sp.record = m.person
                    WHERE m.household IS NOT NULL AND m.withdrawn = 0 AND m.left_on IS NULL GROUP BY 1, 2)
                  GROUP BY household"""
_VISITS_HERE = """SELECT household, max(occurred_on) FROM event
                  WHERE household IS NOT NULL AND withdrawn = 0 GROUP BY household"""
_VISITS_OF_MEMBERS = """SELECT m.household, max(e.visited_on)
                        FROM (SELECT person, max(occurred_on) AS visited_on FROM event
                              WHERE person IS NOT NULL AND withdrawn = 0 GROUP BY person) e
                        JOIN membership m ON m.person = e.person
                        WHERE m.household IS NOT NULL AND m.withdrawn = 0 AND m.left_on IS NULL GROUP BY m.household"""

_TOTALS = """SELECT (SELECT count(*) FROM household WHERE withdrawn = 0),
                    (SELECT count(*) FROM membership m JOIN household h ON h.id = m.household AND h.withdrawn = 0
                     JOIN person p ON p.id = m.person AND p.withdrawn = 0 AND p.died_on IS NULL
                     WHERE m.withdrawn = 0 AND m.left_on IS NULL)"""
_TOTALS_ONCE = """SELECT (SELECT count(*) FROM household h WHERE h.withdrawn = 0
                          AND NOT EXISTS (SELECT 1 FROM shown_as s WHERE s.record = h.id)),
                         (SELECT count(*) FROM (
                          SELECT DISTINCT coalesce(sh.shown, m.household), coalesce(sp.shown, m.person)
                          FROM membership m JOIN household h ON h.id = m.household AND h.withdrawn = 0
                          JOIN person p ON p.id = m.person AND p.withdrawn = 0 AND p.died_on IS NULL
                          LEFT JOIN shown_as sh ON sh.record = h.id LEFT JOIN shown_as sp ON sp.record = p.id
                          WHERE m.withdrawn = 0 AND m.left_on IS NULL))"""


class Totals(Struct, frozen=True):
    """How many households a village has, and how many people live or are registered in them."""

    households: int
    persons: int


def totals(connection: Connection) -> Totals:
    """The numbers alone: making every line to count them takes ten times as long."""
    query = _TOTALS_ONCE if same.read(connection) else _TOTALS
    households, persons = connection.exec_driver_sql(query).one()
    return Totals(households, persons)


def head_names(connection: Connection) -> dict[RecordId, str]:
    """The name of each household's head; empty where it has none."""
    rows = connection.exec_driver_sql(
        "SELECT h.id, p.name FROM household h LEFT JOIN person p ON p.id = h.head AND p.withdrawn = 0"
        " WHERE h.withdrawn = 0"
    )
    return {household: name or "" for household, name in rows}


def lines(connection: Connection, text: str = "", group_no: str | None = None) -> list[HouseholdLine]:
    """Lines in the order of groups and numbers; `text` looks at number, address, head and members."""
    known = same.read(connection)
    counted = _COUNTS_ONCE if known else _COUNTS
    counts = {
        household: (resident, away)
        for household, resident, away in connection.exec_driver_sql(counted, (*_ELSEWHERE, *_ELSEWHERE))
    }
    visits = _last_visits(connection, known)
    found = [
        HouseholdLine(
            id=household,
            household_no=number,
            group_no=group or "",
            head_name=head or "",
            address=address or "",
            resident=counts.get(household, (0, 0))[0],
            away=counts.get(household, (0, 0))[1],
            last_visit_on=visits.get(household),
        )
        for household, number, group, head, address in connection.exec_driver_sql(_HOUSEHOLDS)
        if (group_no is None or group_no == (group or "")) and known.shown(household) == household
    ]
    return sorted(_matching(connection, found, text, known), key=_order)


def _last_visits(connection: Connection, known: Same) -> dict[RecordId, str]:
    latest: dict[RecordId, str] = {}
    for query in (_VISITS_HERE, _VISITS_OF_MEMBERS):
        for household, day in connection.exec_driver_sql(query):
            shown = known.shown(household)
            latest[shown] = max(day, latest.get(shown, ""))
    return latest


def _matching(connection: Connection, found: list[HouseholdLine], text: str, known: Same) -> list[HouseholdLine]:
    words = search.normalised(text).split()
    if not words:
        return found
    hits = known.every(search.find(connection, text, limit=len(found) + 1000))
    of_members = set(map(known.shown, _homes_of(connection, hits)))
    return [
        line
        for line in found
        if line.id in of_members
        or all(word in search.normalised(f"{line.household_no} {line.address} {line.head_name}") for word in words)
    ]


def _homes_of(connection: Connection, persons: list[RecordId]) -> set[RecordId]:
    rows = records.select_in(
        connection,
        "SELECT household FROM membership WHERE household IS NOT NULL AND withdrawn = 0 AND left_on IS NULL",
        "person",
        persons,
    )
    return {row[0] for row in rows}


def _order(line: HouseholdLine) -> tuple[Any, ...]:
    return in_order(line.group_no), in_order(line.household_no), line.id
