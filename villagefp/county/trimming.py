"""Trimming the log: what was overwritten, is safe and was read by everybody goes, and a seed stands for it.

What still stands is kept, with all that keeps it standing: records fold to the same, now and after what comes later.
So are links and chains that somebody may ask for: of the change before one that is kept, of the last one of each
laptop, and at the sparse checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from villagefp.county.seed_making import covered_by, records
from villagefp.county.store import Act, County, note
from villagefp.county.streams import Heads
from villagefp.county.tables import change_log, device
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.cursor import kept_positions
from villagefp.wire.heads import Heads as HeadsOfRecord
from villagefp.wire.scopes import EVERY
from villagefp.wire.seed_records import Covered, is_covered


def trim(county: County, village: bytes, below: Mapping[int, int]) -> int:
    """Destroy what nobody needs any more up to these positions, by scope; how many changes went.

    The caller answers for the positions: they are covered by a verified backup, and every laptop that exchanged in the
    last 400 days stands at or behind them. An older laptop sends what it has, and takes a seed.
    """
    with county.numbering(village) as (connection, standing):
        kept = _standing(connection, village)
        gone = _trimmable(connection, village, below, kept)
        for device_id, seqs in gone.items():
            for first, last in _runs(sorted(seqs)):
                connection.execute(
                    delete(change_log).where(
                        change_log.c.village == village,
                        change_log.c.device == device_id,
                        change_log.c.seq.between(first, last),
                    )
                )
        count = sum(map(len, gone.values()))
        note(connection, standing, Act(county.now(), "county", f"trimmed {count} changes"))
    return count


def _runs(seqs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of consecutive seqs."""
    start = 0
    for place in range(1, len(seqs) + 1):
        if place == len(seqs) or seqs[place] != seqs[place - 1] + 1:
            yield seqs[start], seqs[place - 1]
            start = place


def _standing(connection: Connection, village: bytes) -> set[ChangeName]:
    """The changes without which a record would not be what it is."""
    covered = covered_by(connection, village, EVERY)
    kept: set[ChangeName] = set()
    for folded, ones in records(connection, village, EVERY):
        kept |= needed(folded.heads, ones, covered)
    return kept


def needed(heads: HeadsOfRecord, ones: Iterable[LoggedChange], covered: Covered) -> set[ChangeName]:
    """Heads, what overwrites a change that may still come, and what overwrites any of these in whatever field."""
    replacing = [(one.change.name, old) for one in ones for olds in one.change.replaces.values() for old in olds]
    kept = {name for names in heads.values() for name in names}
    kept |= {name for name, old in replacing if not is_covered(covered, old)}
    grown = True
    while grown:
        before = len(kept)
        kept |= {name for name, old in replacing if old in kept}
        grown = len(kept) > before
    return kept


def _trimmable(
    connection: Connection, village: bytes, below: Mapping[int, int], kept: set[ChangeName]
) -> dict[bytes, set[int]]:
    """By device the seqs that can go."""
    columns = select(change_log.c.device, change_log.c.seq, change_log.c.scope, change_log.c.position)
    checkpoints = {
        scope: kept_positions(cursor.position) for scope, cursor in Heads(connection, village).cursors.items()
    }
    early: dict[bytes, set[int]] = {}
    wanted: dict[bytes, set[int]] = {}
    for row in connection.execute(columns.where(change_log.c.village == village)):
        if row.position is not None and row.position <= below.get(row.scope, 0):
            here = {*checkpoints[row.scope], below[row.scope]}  # somebody may stand there
            if (row.device, row.seq) not in kept and row.position not in here:
                early.setdefault(row.device, set()).add(row.seq)
        else:
            wanted.setdefault(row.device, set()).add(row.seq - 1)  # a page says the link before it
    accepted = connection.execute(select(device.c.device, device.c.accepted).where(device.c.village == village))
    for device_id, last in accepted:
        wanted.setdefault(device_id, set()).add(last)
    return {device_id: seqs - wanted.get(device_id, set()) for device_id, seqs in early.items()}
