"""Several laptops of one village, real stores all, and what passes between them: decoded, in any order and portion."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conftest import PASSPHRASE, Steps
from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Record
from villagefp.storage import apply, due_plans, due_rows, local, log, rebuild, records
from villagefp.storage.codec import BY_KIND
from villagefp.storage.foreign import Delivery, Taken
from villagefp.storage.log import Origin
from villagefp.storage.opened import DEVICE_KEY, Store
from villagefp.storage.store import open_store
from villagefp.wire import links
from villagefp.wire.kinds import Travel


@dataclass
class Laptop:
    """One laptop: its store, its clock."""

    store: Store
    clock: Steps
    ambient: Ambient
    folder: Path

    @property
    def origin(self) -> Origin:
        return self.store.origin

    def again(self) -> Store:
        """Close and open, as the next morning does."""
        self.store.close()
        self.store = open_store(self.folder, PASSPHRASE, self.ambient)
        return self.store


def laptop(template: Path, folder: Path, seed: int, now: datetime) -> Laptop:
    """A laptop with the village as it was founded, under an identity of its own."""
    shutil.copytree(template, folder)
    clock = Steps(now)
    ambient = Ambient(now=clock, random=random.Random(seed).randbytes)
    store = open_store(folder, PASSPHRASE, ambient)
    with store.save() as save:
        local.put(save.connection, DEVICE_KEY, ambient.new_id())
    made = Laptop(store, clock, ambient, folder)
    made.again()
    return made


def devices(store: Store) -> dict[bytes, int]:
    """How far a store has the changes of each device."""
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT device FROM change_log").scalars().all()
        return {device: log.have(connection, Origin(store.origin.village, device)) for device in found}


def delivery(store: Store, device: bytes, first: int, last: int, *, attested: bool = False) -> Delivery:
    """What a store would give of a device: changes, the link before them, and their keys alone."""
    origin = Origin(store.origin.village, device)
    with store.read() as connection:
        here = [one for one in log.logged_changes(connection) if one.change.device == device]
        covers = log.covers(connection)
    by_seq = {one.change.seq: one for one in here}
    before = links.first_link(origin.village, device) if first == 1 else by_seq[first - 1].link
    segments = range(links.segment_of(first), links.segment_of(last) + 1)
    return Delivery(
        origin=origin,
        link_before=before,
        changes=tuple(by_seq[seq] for seq in range(first, last + 1)),
        covers={
            segment: _narrowed(covers[origin.village, device, segment], segment, first, last) for segment in segments
        },
        attested=attested,
    )


def _narrowed(cover: links.Cover, segment: int, first: int, last: int) -> links.Cover:
    start = segment << links.DEPTH
    leaves = links.leaf_keys(cover, max(first - start, 0), min(last - start, links.SEGMENT - 1))
    return tuple(links.Node(links.DEPTH, leaf, key) for leaf, key in leaves.items())


def give(sender: Store, receiver: Store, county: int | None = None) -> list[Taken]:
    """Everything the receiver lacks, device by device."""
    there, here = devices(sender), devices(receiver)
    wanted = [
        delivery(sender, device, here.get(device, 0) + 1, last)
        for device, last in sorted(there.items())
        if last > here.get(device, 0)
    ]
    return apply.apply(receiver, wanted, county) if wanted else []


def meet(*stores: Store) -> None:
    """Everybody gives to everybody."""
    for receiver in stores:
        for sender in stores:
            if sender is not receiver:
                give(sender, receiver)


def contents(store: Store) -> dict[str, Any]:
    """All that laptops with the same changes must have alike."""
    told: dict[str, Any] = {}
    with store.read() as connection:
        for name, codec in BY_KIND.items():
            columns = [field.name for field in codec.kind.fields if field.travel is not Travel.LOCAL]
            query = f'SELECT id, heads, withdrawn, {", ".join(columns)} FROM "{name}" ORDER BY id'
            told[name] = [tuple(row) for row in connection.exec_driver_sql(query)]
        for table, order in (
            ("change_log", "village, device, seq"),
            ("person_search", "person"),
            ("conflict", "record, field"),
            ("not_understood", "kind, field, record"),
            ("erased_record", "kind, record"),
        ):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {order}")
            told[table] = [tuple(row) for row in rows]
        told["due"] = {each.subject: each.items for each in due_rows.all_plans(connection, store.unseal)}
    return told


def assert_sound(store: Store) -> None:
    """What `doctor` asks."""
    with store.read() as connection:
        assert rebuild.differences(connection) == []
        assert rebuild.broken_links(connection) == []
        assert rebuild.search_differences(connection) == []
        assert due_plans.differences(connection, store.due_entry()) == []


def add(store: Store, *made: Record) -> Any:
    """Enter records in one save; the first of them."""
    with store.save() as save:
        save.add_many(made)
    return made[0]


def get(store: Store, record: Any) -> Any:
    """A record as it is shown now; None where it is not."""
    with store.read() as connection:
        return records.get(connection, type(record), record.id)


def change(store: Store, record: Record) -> None:
    """Keep what differs, in one save."""
    with store.save() as save:
        save.change(record)
