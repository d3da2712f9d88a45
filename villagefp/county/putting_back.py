"""After the store was put back to an earlier state: what was erased since is erased again, before anything is read,
and every village begins a new epoch, so that laptops offer what the store has lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select, update

from villagefp.county import erasing, erasure_list
from villagefp.county.store import Act, County, note, note_epoch
from villagefp.county.tables import device as device_table
from villagefp.county.tables import village as village_table
from villagefp.wire.cursor import raised


def erase_again(county: County, path: Path, keys: Iterable[bytes]) -> int:
    """Apply the list of erasures that is kept beside the store; returns how many it had not."""
    trusted = tuple(keys)
    quiet = County(county.engine, county.ambient)  # they are in the list already
    here = set(_villages(county))
    return sum(
        erasing.apply(quiet, village, told, trusted) for village, told in erasure_list.read(path) if village in here
    )


def begin_epochs(county: County, who: str) -> int:
    """Raise the epoch of every village; returns how many there are."""
    every = _villages(county)
    for village in every:
        with county.numbering(village) as (connection, standing):
            epoch = raised(standing.epoch, [], county.ambient.random)
            connection.execute(
                update(village_table)
                .where(village_table.c.village == village)
                .values(epoch_counter=epoch.counter, epoch_random=epoch.random)
            )
            # Serials of receipts begin anew with the epoch: an older receipt proves nothing about it.
            connection.execute(
                update(device_table).where(device_table.c.village == village).values(receipt_serial=0, receipt=None)
            )
            note_epoch(connection, village, epoch, county.now(), "restored")
            note(connection, standing, Act(county.now(), who, "restored"))
    return len(every)


def _villages(county: County) -> list[bytes]:
    with county.read() as connection:
        return [village for (village,) in connection.execute(select(village_table.c.village))]
