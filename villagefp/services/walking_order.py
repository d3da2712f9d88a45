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


def put_in_order(store: Store, households: Sequence[RecordId]) -> None:
    """Walk these households one after the other; all others keep their places around them."""
    with store.save() as save:
        walked = sorted(places(save.connection).items(), key=lambda each: each[1])
        local.put(save.connection, _KEY, msgspec.msgpack.encode(merged([each for each, _place in walked], households)))


def forget(store: Store) -> None:
    """Walk by household numbers again."""
    with store.save() as save:
        local.delete(save.connection, _KEY)


def merged(before: Iterable[RecordId], dragged: Sequence[RecordId]) -> list[RecordId]:
    """The order so far with the dragged ones together, where the first of them that had a place stood."""
    moved = set(dragged)
    kept = list(before)
    place = next((index for index, each in enumerate(kept) if each in moved), len(kept))
    ahead = [each for each in kept[:place] if each not in moved]
    behind = [each for each in kept[place:] if each not in moved]
    return [*ahead, *dict.fromkeys(dragged), *behind]
