"""Persons as lines of a list, and the search box over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import households, same, search
from villagefp.storage.lines import HouseholdLine, PersonLine, in_order
from villagefp.storage.records import select_in
from villagefp.storage.same import Same

_PERSONS = """SELECT id, name, sex, birth_date, birth_precision, id_no, id_status, ethnic, education, marital, died_on
              FROM person WHERE withdrawn = 0"""
# Where somebody is a member of two households, the one joined last is shown.
_HOMES = """SELECT m.person, m.relation, m.presence, h.id, h.household_no, h.group_no
            FROM membership m LEFT JOIN shown_as s ON s.record = m.household
            JOIN household h ON h.id = coalesce(s.shown, m.household)
            WHERE m.withdrawn = 0 AND h.withdrawn = 0 AND m.left_on IS NULL"""
_BIRTH, _ID_STATUS = 3, 6  # places in a row of `_PERSONS`
_LAST_JOINED = "ORDER BY m.joined_on, m.id"
# The person's own phone rather than another's, the one entered first.
_PHONES = "SELECT person, number FROM phone WHERE withdrawn = 0"
_OWN_LAST = "ORDER BY whose = 'self', id DESC"


def person_lines(
    connection: Connection, ids: Sequence[RecordId] | None = None, household_id: RecordId | None = None
) -> list[PersonLine]:
    """Lines of these persons in this order, of the members of a household, or of everybody in the roster's order.

    Who is in the register twice and was said to be one has one line, with what either record tells.
    """
    if household_id is not None:
        ids = _members(connection, household_id)
    known = same.read(connection, ids)
    lines = _lines(connection, ids, known)
    if ids is None:
        return sorted(lines.values(), key=_roster_order)
    return [lines[person] for person in dict.fromkeys(map(known.shown, ids)) if person in lines]


def lines_of(connection: Connection, ids: Sequence[RecordId]) -> dict[RecordId, PersonLine]:
    """The line of each of these persons by the id that was asked for, which may be another one than is shown."""
    known = same.read(connection, ids)
    lines = _lines(connection, ids, known)
    return {person: lines[known.shown(person)] for person in ids if known.shown(person) in lines}


def own_lines(connection: Connection, ids: Sequence[RecordId]) -> dict[RecordId, PersonLine]:
    """The lines of these records alone, whoever else they are: for taking apart what was said to be one."""
    return _lines(connection, ids, Same(()))


def _lines(connection: Connection, ids: Sequence[RecordId] | None, known: Same) -> dict[RecordId, PersonLine]:
    """Lines by the id that is shown."""
    asked = None if ids is None else known.every(ids)
    persons: dict[RecordId, Any] = {}
    for row in select_in(connection, _PERSONS, "id", asked):
        shown = known.shown(row[0])
        persons[shown] = row if shown not in persons else _joined(persons[shown], row, shown)
    homes = {known.shown(row[0]): row for row in select_in(connection, _HOMES, "m.person", asked, _LAST_JOINED)}
    phones = {known.shown(row[0]): row[1] for row in select_in(connection, _PHONES, "person", asked, _OWN_LAST)}
    return {shown: _line(row, homes.get(shown), phones.get(shown)) for shown, row in persons.items()}


def _joined(one: Sequence[Any], other: Sequence[Any], shown: RecordId) -> Sequence[Any]:
    """Two rows of one person: what the row that is shown does not tell is taken from the other one."""
    first, second = (one, other) if one[0] == shown else (other, one)
    filled = [told if told not in (None, "") else also for told, also in zip(first, second, strict=True)]
    if first[_BIRTH] is not None:
        filled[_BIRTH + 1] = first[_BIRTH + 1]  # a date and how exactly it is known are told together
    filled[_ID_STATUS] = (
        first[_ID_STATUS] if first[_ID_STATUS - 1] or not second[_ID_STATUS - 1] else second[_ID_STATUS]
    )
    return filled


def _members(connection: Connection, household_id: RecordId) -> list[RecordId]:
    homes = same.all_of(connection, household_id)
    rows = select_in(
        connection,
        "SELECT person, relation, id FROM membership WHERE withdrawn = 0 AND left_on IS NULL",
        "household",
        homes,
        "ORDER BY relation IS NULL, relation, id",
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
