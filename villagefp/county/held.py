"""Groups that were returned: in the log, without a position, and outside all digests until they come into force."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from villagefp.county import log
from villagefp.county.bulk import Rows
from villagefp.county.judging import Group, groups_of
from villagefp.county.tables import held_group
from villagefp.wire.change import LoggedChange
from villagefp.wire.receipt import Reason, Returned

_ROWS = Rows(held_group, replacing=False)


def returned(connection: Connection, village: bytes, device: bytes) -> tuple[Returned, ...]:
    """The groups of a device that are held, with the reason, in order of seq."""
    query = select(held_group.c.first, held_group.c.last, held_group.c.reason, held_group.c.field, held_group.c.change)
    mine = query.where(held_group.c.village == village, held_group.c.device == device).order_by(held_group.c.first)
    return tuple(
        Returned(first, last, Reason(reason), field, change)
        for first, last, reason, field, change in connection.execute(mine)
    )


def groups(connection: Connection, village: bytes, device: bytes) -> list[Group]:
    """The groups of a device that are held, with their changes, in order of seq."""
    seqs = [(group.first, group.last) for group in returned(connection, village, device)]
    return groups_of(log.of_groups(connection, village, device, seqs))


def keep(connection: Connection, village: bytes, device: bytes, held: Iterable[Returned]) -> None:
    """Hold these groups of a device from now on, and no others."""
    connection.execute(delete(held_group).where(held_group.c.village == village, held_group.c.device == device))
    _ROWS.put(
        connection,
        [(village, device, group.first, group.last, int(group.reason), group.field, group.change) for group in held],
    )


def of_village(connection: Connection, village: bytes) -> list[LoggedChange]:
    """The changes of all groups that are held in a village, in order of devices and seqs."""
    query = select(held_group.c.device, held_group.c.first, held_group.c.last).where(held_group.c.village == village)
    rows = connection.execute(query.order_by(held_group.c.device, held_group.c.first)).all()
    return [one for device, first, last in rows for one in log.of_groups(connection, village, device, [(first, last)])]
