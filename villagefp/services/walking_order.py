"""The order in which this worker walks: households as dragged, the others behind them by their numbers. Local."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from villagefp.domain.records import RecordId
from villagefp.storage import local
from villagefp.storage.lines import in_order

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

_KEY = "walking_order"


def places(connection: Connection) -> dict[RecordId, int]:
    """The place of each household that was given one."""
    kept = local.get(connection, _KEY)
    walked = msgspec.msgpack.decode(kept, type=list[bytes]) if kept else []
    return {household: place for place, household in enumerate(walked)}


def sort_key(walked: dict[RecordId, int], household: RecordId | None, household_no: str) -> tuple[int, list[object]]:
    """What households are sorted by: their place, then their number."""
    last = len(walked)
    return walked.get(household, last) if household is not None else last, list(in_order(household_no))


def order(connection: Connection) -> tuple[RecordId, ...]:
    """The households that were given a place, one after the other."""
    return tuple(sorted(found := places(connection), key=found.__getitem__))


def put_beside(store: Store, household: RecordId, other: RecordId, *, before: bool) -> tuple[RecordId, ...]:
    """Walk to a household just before or after another one of its group; the rest of the group stays as it is walked.

    Returns the order there was, for `restore`.
    """
    with store.save() as save:
        earlier = order(save.connection)
        walked = {each: place for place, each in enumerate(earlier)}
        group = _group_of(save.connection, other)
        homes = sorted(group, key=lambda home: sort_key(walked, home, group[home]))
        homes = [home for home in homes if home != household]
        homes.insert(homes.index(other) + (not before), household)
        local.put(save.connection, _KEY, msgspec.msgpack.encode(merged(earlier, homes)))
    return earlier


def restore(store: Store, households: Sequence[RecordId]) -> None:
    """Walk in exactly this order again, all others behind by their numbers."""
    with store.save() as save:
        local.put(save.connection, _KEY, msgspec.msgpack.encode(list(households)))


def put_in_order(store: Store, households: Sequence[RecordId]) -> None:
    """Walk these households one after the other; all others keep their places around them."""
    with store.save() as save:
        walked = sorted(places(save.connection).items(), key=lambda each: each[1])
        local.put(save.connection, _KEY, msgspec.msgpack.encode(merged([each for each, _place in walked], households)))


def forget(store: Store) -> tuple[RecordId, ...]:
    """Walk by household numbers again; returns the order there was, for `restore`."""
    with store.save() as save:
        earlier = order(save.connection)
        local.delete(save.connection, _KEY)
    return earlier


def merged(before: Iterable[RecordId], dragged: Sequence[RecordId]) -> list[RecordId]:
    """The order so far with the dragged ones together, where the first of them that had a place stood."""
    moved = set(dragged)
    kept = list(before)
    place = next((index for index, each in enumerate(kept) if each in moved), len(kept))
    ahead = [each for each in kept[:place] if each not in moved]
    behind = [each for each in kept[place:] if each not in moved]
    return [*ahead, *dict.fromkeys(dragged), *behind]


def _group_of(connection: Connection, household: RecordId) -> dict[RecordId, str]:
    """The numbers of the households of the group that one is in."""
    rows = connection.exec_driver_sql(
        "SELECT id, household_no FROM household WHERE withdrawn = 0"
        " AND coalesce(group_no, '') = (SELECT coalesce(group_no, '') FROM household WHERE id = ?)",
        (household,),
    )
    return {row[0]: row[1] for row in rows}
