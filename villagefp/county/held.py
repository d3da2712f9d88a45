"""Groups that were returned: in the log, without a position, and outside all digests until they come into force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, select, update

from villagefp.county import log
from villagefp.county.bulk import Rows
from villagefp.county.judging import Group, groups_of
from villagefp.county.lineage import Ancestor
from villagefp.county.tables import device as device_table
from villagefp.county.tables import held_group
from villagefp.wire.change import LoggedChange
from villagefp.wire.receipt import Former, Reason, Returned

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


def of_past(connection: Connection, village: bytes, past: Sequence[Ancestor]) -> tuple[Former, ...]:
    """What is held of former identities of a laptop, as far as they are its past."""
    found = []
    for one in past:
        if one.kin.held:
            groups_ = tuple(group for group in returned(connection, village, one.kin.device) if group.last <= one.up_to)
            found += [Former(one.kin.device, groups_)] if groups_ else []
    return tuple(found)


def with_changes(connection: Connection, village: bytes, former: Iterable[Former]) -> list[Group]:
    """The same with their changes."""
    found: list[Group] = []
    for one in former:
        seqs = [(group.first, group.last) for group in one.returned]
        found += groups_of(log.of_groups(connection, village, one.device, seqs))
    return found


def keep_former(
    connection: Connection,
    village: bytes,
    former: Iterable[Former],
    verdicts: Iterable[tuple[Group, Returned | None]],
) -> tuple[Former, ...]:
    """Hold of these groups of former identities those that are still apart; returns them."""
    before = {(one.device, group.first): group for one in former for group in one.returned}
    left: dict[bytes, list[Returned]] = {}
    for group, verdict in verdicts:
        if verdict is not None:
            left.setdefault(group.device, []).append(verdict)
        if verdict != before[group.name]:
            _settled(connection, village, group, verdict)
    return tuple(Former(device, tuple(groups)) for device, groups in left.items())


def _settled(connection: Connection, village: bytes, group: Group, verdict: Returned | None) -> None:
    """Hold a group no longer, or for another reason."""
    mine = (held_group.c.village == village, held_group.c.device == group.device)
    connection.execute(delete(held_group).where(*mine, held_group.c.first == group.first))
    if verdict is not None:
        _ROWS.put(connection, [_row(village, group.device, verdict)])
    count = select(func.count()).select_from(held_group).where(*mine).scalar_subquery()
    theirs = (device_table.c.village == village, device_table.c.device == group.device)
    connection.execute(update(device_table).where(*theirs).values(held=count))


def keep(connection: Connection, village: bytes, device: bytes, held: Iterable[Returned]) -> None:
    """Hold these groups of a device from now on, and no others."""
    connection.execute(delete(held_group).where(held_group.c.village == village, held_group.c.device == device))
    _ROWS.put(connection, [_row(village, device, group) for group in held])


def _row(village: bytes, device: bytes, group: Returned) -> tuple[bytes, bytes, int, int, int, int, int]:
    return village, device, group.first, group.last, int(group.reason), group.field, group.change


def of_village(connection: Connection, village: bytes) -> list[LoggedChange]:
    """The changes of all groups that are held in a village, in order of devices and seqs."""
    query = select(held_group.c.device, held_group.c.first, held_group.c.last).where(held_group.c.village == village)
    rows = connection.execute(query.order_by(held_group.c.device, held_group.c.first)).all()
    return [one for device, first, last in rows for one in log.of_groups(connection, village, device, [(first, last)])]
