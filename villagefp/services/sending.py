"""Where what was entered on this laptop stands: waiting, on its way, received by the county, returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from villagefp.domain.records import RecordId
from villagefp.storage import sending
from villagefp.storage.sending import Progress
from villagefp.wire.receipt import State

if TYPE_CHECKING:
    from villagefp.storage.store import Store


def state_of(store: Store, record: RecordId) -> State:
    """Where a record stands; nothing is received without a receipt."""
    with store.read() as connection:
        return sending.states_of(connection, store.origin, [record])[record]


def progress(store: Store) -> Progress:
    """How many of this laptop's changes stand where."""
    with store.read() as connection:
        return sending.progress(connection, store.origin)
