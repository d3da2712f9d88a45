"""Trimming the log: what was overwritten, is safe and was read by everybody goes, and a seed stands for it.

What still stands is kept, with all that keeps it standing: records fold to the same, now and after what comes later.
Of a change that does no more than overwrite one that is kept the header stays, without its body, at a position below
zero: it counts as before and nobody reads it. So do links and chains that somebody may ask for: of the change before
one that is kept, of the last one of each laptop, and at the sparse checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from villagefp.county import devices
from villagefp.county.seed_making import covered_by, records
from villagefp.county.store import Act, County, note
from villagefp.county.streams import Heads
from villagefp.county.tables import change_log, device
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.cursor import kept_positions
from villagefp.wire.scopes import EVERY
from villagefp.wire.seed_records import seed_record
from villagefp.wire.values import unpack

KEPT = timedelta(days=400)
"""A laptop that was away for longer sends what it has and takes a seed."""


@dataclass(frozen=True)
class _Kept:
    """The changes without which a record would not be what it is."""

    whole: AbstractSet[ChangeName]
    headers: AbstractSet[ChangeName]  # of these only what they overwrote


def trim(county: County, village: bytes, below: Mapping[int, int]) -> int:
    """Destroy what nobody needs any more up to these positions, by scope; of how many changes.

    The caller answers for the positions, as `unneeded` gives them. An older laptop sends what it has, and takes a seed.
    """
    with county.numbering(village) as (connection, standing):
        kept = _standing(connection, village)
        early = _early(connection, village, below, kept.whole)
        gone = [name for name in early if name not in kept.headers]
        bare = [name for name, hidden in early.items() if name in kept.headers and not hidden]
        for device_id, first, last in _runs(sorted(gone)):
            connection.execute(delete(change_log).where(*_between(village, device_id, first, last)))
        for device_id, first, last in _runs(sorted(bare)):
            where = _between(village, device_id, first, last)
            connection.execute(update(change_log).where(*where).values(body=None, position=-change_log.c.position))
        count = len(gone) + len(bare)
        note(connection, standing, Act(county.now(), "county", f"trimmed {count} changes"))
    return count


def unneeded(county: County, village: bytes) -> dict[int, int]:
    """By scope the position up to which the log may be trimmed: a verified backup holds it, and every laptop of which
    anything was heard in the last 400 days has read it."""
    since = (county.ambient.now() - KEPT).isoformat(timespec="seconds")
    with county.read() as connection:
        packed = connection.execute(
            select(device.c.safe).where(device.c.village == village, device.c.safe.is_not(None))
        )
        backed_up = [unpack(told) for told in packed.scalars()]
        read = devices.reached(connection, village, since)
    if not backed_up or not read:
        return {}
    safe = {scope: max(told.get(scope, 0) for told in backed_up) for scope in EVERY}
    return {scope: min([safe[scope], *(told[scope] for told in read if scope in told)]) for scope in EVERY}


def _between(village: bytes, device_id: bytes, first: int, last: int) -> tuple[ColumnElement[bool], ...]:
    return (
        change_log.c.village == village,
        change_log.c.device == device_id,
        change_log.c.seq.between(first, last),
    )


def _runs(names: Sequence[ChangeName]) -> Iterator[tuple[bytes, int, int]]:
    """Device, first and last of consecutive seqs."""
    start = 0
    for place in range(1, len(names) + 1):
        device_id, seq = names[place - 1]
        if place == len(names) or names[place] != (device_id, seq + 1):
            yield device_id, names[start][1], seq
            start = place


def _standing(connection: Connection, village: bytes) -> _Kept:
    covered = covered_by(connection, village, EVERY)
    whole: set[ChangeName] = set()
    headers: set[ChangeName] = set()
    for folded, ones in records(connection, village, EVERY):
        if folded.heads:
            of_seed = seed_record(folded.heads, [one.change for one in ones], covered)
            stands = {head.name for head in of_seed.heads}
            whole |= stands
            headers |= _overwriting(stands, ones)
    return _Kept(whole, headers - whole)


def _overwriting(kept: AbstractSet[ChangeName], ones: Iterable[LoggedChange]) -> set[ChangeName]:
    """What overwrites a kept change in a field in which it no longer stands, and what overwrites that."""
    replacing = [(one.change.name, old) for one in ones for olds in one.change.replaces.values() for old in olds]
    found = set(kept)
    grown = True
    while grown:
        before = len(found)
        found |= {name for name, old in replacing if old in found}
        grown = len(found) > before
    return found


def _early(
    connection: Connection, village: bytes, below: Mapping[int, int], whole: AbstractSet[ChangeName]
) -> dict[ChangeName, bool]:
    """The changes up to these positions that nobody has to read any more, and whose links nobody asks for.

    True of those of which an earlier trimming left the header.
    """
    columns = select(change_log.c.device, change_log.c.seq, change_log.c.scope, change_log.c.position)
    checkpoints = {
        scope: kept_positions(cursor.position) | {below.get(scope, 0)}  # somebody may stand there
        for scope, cursor in Heads(connection, village).cursors.items()
    }
    early: dict[ChangeName, bool] = {}
    accepted = connection.execute(select(device.c.device, device.c.accepted).where(device.c.village == village))
    asked: set[ChangeName] = {(device_id, last) for device_id, last in accepted}
    for row in connection.execute(columns.where(change_log.c.village == village)):
        if row.position is None or row.position > below.get(row.scope, 0):
            asked.add((row.device, row.seq - 1))  # a page says the link before it
        elif row.position not in checkpoints[row.scope]:
            early[row.device, row.seq] = row.position < 0
    return {name: hidden for name, hidden in early.items() if name not in whole and name not in asked}
