"""Persons as lines of a list, and the search box over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import households, search
from villagefp.storage.lines import HouseholdLine, PersonLine, in_order
from villagefp.storage.records import select_in

_PERSONS = """SELECT id, name, sex, birth_date, birth_precision, id_no, id_status, ethnic, education, marital, died_on
              FROM person WHERE withdrawn = 0"""
# Where somebody is a member of two households, the one joined last is shown.
_HOMES = """SELECT m.person, m.relation, m.presence, h.id, h.household_no, h.group_no
            FROM membership m JOIN household h ON h.id = m.household
            WHERE m.withdrawn = 0 AND h.withdrawn = 0 AND m.left_on IS NULL"""
_LAST_JOINED = "ORDER BY m.joined_on, m.id"
# The person's own phone rather than another's, the one entered first.
_PHONES = "SELECT person, number FROM phone WHERE withdrawn = 0"
_OWN_LAST = "ORDER BY whose = 'self', id DESC"


def person_lines(
    connection: Connection, ids: Sequence[RecordId] | None = None, household_id: RecordId | None = None
) -> list[PersonLine]:
    """Lines of these persons in this order, of the members of a household, or of everybody in the roster's order."""
    if household_id is not None:
        ids = _members(connection, household_id)
    persons = select_in(connection, _PERSONS, "id", ids)
    homes = {row[0]: row for row in select_in(connection, _HOMES, "m.person", ids, _LAST_JOINED)}
    phones = {row[0]: row[1] for row in select_in(connection, _PHONES, "person", ids, _OWN_LAST)}
    lines = {row[0]: _line(row, homes.get(row[0]), phones.get(row[0])) for row in persons}
    if ids is None:
        return sorted(lines.values(), key=_roster_order)
    return [lines[person] for person in dict.fromkeys(ids) if person in lines]


def _members(connection: Connection, household_id: RecordId) -> list[RecordId]:
    rows = connection.exec_driver_sql(
        "SELECT person FROM membership WHERE household = ? AND withdrawn = 0 AND left_on IS NULL"
        " ORDER BY relation IS NULL, relation, id",
        (household_id,),
    )
    return [row[0] for row in rows]


def _line(person: Any, home: Any, phone: str | None) -> PersonLine:
    record_id, name, sex, birth_date, precision, id_no, id_status, ethnic, education, marital, died_on = person
    _person, relation, presence, household_id, household_no, group_no = home or (None,) * 6
    return PersonLine(
        id=record_id,
        household_id=household_id,
        household_no=household_no or "",
        group_no=group_no or "",
        name=name,
        sex=sex,
        birth_date=birth_date,
        birth_precision=precision,
        id_no=id_no,
        id_status=id_status,
        relation=relation,
        ethnic=ethnic,
        education=education,
        marital=marital,
        phone=phone,
        presence=presence,
        died_on=died_on,
    )


def _roster_order(line: PersonLine) -> tuple[Any, ...]:
    return in_order(line.group_no), in_order(line.household_no), line.relation or "~", line.id


def find_persons(connection: Connection, text: str, limit: int = 50) -> list[PersonLine]:
    """Persons found by name, other names, pinyin, initials, phone, end of the ID number or household number."""
    return person_lines(connection, ids=search.find(connection, text, limit))


def household_lines(connection: Connection, text: str = "", group_no: str | None = None) -> list[HouseholdLine]:
    """Lines of all households, or of those of a group, or of those found by number, address or a member."""
    return households.lines(connection, text, group_no)


def name_of(connection: Connection, person: RecordId) -> str | None:
    """The name of a person, of one whose entry was taken back too; None where she is not here yet."""
    return connection.exec_driver_sql("SELECT name FROM person WHERE id = ?", (person,)).scalar()


def not_here(connection: Connection, persons: Sequence[RecordId]) -> set[RecordId]:
    """Which of these persons another laptop knows, but not yet this one."""
    known = select_in(connection, "SELECT id FROM person WHERE name IS NOT NULL", "id", persons)
    return set(persons) - {row[0] for row in known}
