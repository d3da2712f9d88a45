"""What the county has said: signed statements, of which a later one about the same thing has a higher serial."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from villagefp.county.store import County
from villagefp.county.tables import statement as table
from villagefp.errors import UserError
from villagefp.i18n import _


def say(county: County, village: bytes, told: bytes, *, sort: str, name: str, serial: int) -> None:
    """Keep a signed statement about a thing of a village; UserError where a later one is kept already."""
    with county.numbering(village) as (connection, _standing):
        highest = connection.execute(
            select(func.max(table.c.serial)).where(
                table.c.village == village, table.c.sort == sort, table.c.name == name
            )
        ).scalar()
        if highest is not None and serial <= highest:
            raise UserError(
                _("Statement {serial} about “{name}” is not taken: number {highest} is here already.").format(
                    serial=serial, name=name, highest=highest
                )
            )
        connection.execute(table.insert().values(village=village, sort=sort, name=name, serial=serial, told=told))


def since(county: County, village: bytes, sort: str, serial: int) -> list[bytes]:
    """The statements of a sort after a serial, by name and serial: what a laptop that knows that one still needs."""
    query = (
        select(table.c.told)
        .where(table.c.village == village, table.c.sort == sort, table.c.serial > serial)
        .order_by(table.c.name, table.c.serial)
    )
    with county.read() as connection:
        return [told for (told,) in connection.execute(query)]


def after(connection: Connection, village: bytes, known: Mapping[str, int]) -> list[bytes]:
    """What a laptop still needs that knows these serials by sort, by sort and serial.

    Serials rise across the names of a sort, so one number says which of them it has, also when not all fit at once.
    """
    highest = select(table.c.sort, func.max(table.c.serial)).where(table.c.village == village).group_by(table.c.sort)
    missing = {sort: known.get(sort, 0) for sort, last in connection.execute(highest) if last > known.get(sort, 0)}
    told: list[bytes] = []
    for sort, serial in sorted(missing.items()):
        query = select(table.c.told).where(table.c.village == village, table.c.sort == sort, table.c.serial > serial)
        told += connection.execute(query.order_by(table.c.serial)).scalars()
    return told
