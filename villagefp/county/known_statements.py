"""Which statements of the county laptops said that they have: so the office sees whom to help with an old form."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from villagefp.county.office_tables import known_statement


def of(connection: Connection, village: bytes, device: bytes) -> dict[str, int]:
    """The highest serial by sort that a laptop told."""
    query = select(known_statement.c.sort, known_statement.c.serial).where(*_one(village, device))
    return {row.sort: row.serial for row in connection.execute(query)}


def note(connection: Connection, village: bytes, device: bytes, told: Mapping[str, int]) -> None:
    """Write down what a laptop tells now, in place of what it told before."""
    connection.execute(delete(known_statement).where(*_one(village, device)))
    rows = [{"village": village, "device": device, "sort": sort, "serial": told[sort]} for sort in sorted(told)]
    if rows:
        connection.execute(insert(known_statement), rows)


def _one(village: bytes, device: bytes) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return known_statement.c.village == village, known_statement.c.device == device
