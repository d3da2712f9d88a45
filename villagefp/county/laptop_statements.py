"""What the county says to one laptop after its enrolment: another role, or keys of sealed fields that came to be."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from villagefp.county import said
from villagefp.county.keys import CountyKeys
from villagefp.county.store import County
from villagefp.county.tables import statement as statement_table
from villagefp.wire.statements import Sort, Statement, compressed, sign_statement

ROLE, RING = "role", "ring"
"""The contents of such a statement by name."""


def say(county: County, keys: CountyKeys, village: bytes, device: bytes, contents: Mapping[str, bytes]) -> None:
    """Tell a laptop of a village something, with its next exchange by whatever road."""
    query = select(func.max(statement_table.c.serial)).where(
        statement_table.c.village == village, statement_table.c.sort == Sort.LAPTOP.value
    )
    with county.read() as connection:
        serial = (connection.execute(query).scalar() or 0) + 1
    statement = Statement(
        sort=Sort.LAPTOP,
        name=device.hex(),
        version=str(serial),
        serial=serial,
        from_on=county.ambient.today().isoformat(),
        packed=compressed(contents),
    )
    told = sign_statement(statement, keys.sign)
    said.say(county, village, told, sort=Sort.LAPTOP.value, name=statement.name, serial=serial)
