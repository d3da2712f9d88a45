"""The streams of a village: numbering under its lock, reading from a position on, and noticing a county put back.

Every row of the log holds the chain of its stream, so the county knows its chain at every position and a laptop's
sparse checkpoints are enough to find the last one that both have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from villagefp.county import log, store
from villagefp.county.bulk import Rows
from villagefp.county.log import Place, Placed
from villagefp.county.store import County
from villagefp.county.tables import change_log, device, stream, village
from villagefp.wire.change import LoggedChange
from villagefp.wire.cursor import (
    Checkpoints,
    Cursor,
    Epoch,
    Stream,
    kept_positions,
    last_common,
    must_raise,
    next_chain,
    raised,
    start,
)
from villagefp.wire.digest import EMPTY, Digest
from villagefp.wire.hello import Known, tag_of
from villagefp.wire.protocol import HASH_BYTES
from villagefp.wire.scopes import EVERY

_ROWS = Rows(stream, replacing=True)


class Heads:
    """Where the streams of a village end; read under its lock, moved on, and written back before the commit."""

    COLUMNS = (stream.c.scope, stream.c.position, stream.c.chain, stream.c.digest, stream.c.records)

    def __init__(self, connection: Connection, in_village: bytes, rows: Iterable[Sequence[Any]] | None = None) -> None:
        """`rows` are those of `COLUMNS`, where the caller has them already."""
        self._connection = connection
        self.village = in_village
        if rows is None:
            rows = connection.execute(select(*self.COLUMNS).where(stream.c.village == in_village)).all()
        self.cursors: dict[int, Cursor] = {}
        self.digests: dict[int, Digest] = {}
        for scope, position, chain, digest, records in rows:
            self.cursors[scope] = Cursor(position, chain)
            self.digests[scope] = Digest(int.from_bytes(digest, "big"), records)
        self._moved: set[int] = set()

    def number(self, changes: Iterable[tuple[LoggedChange, int]]) -> dict[tuple[bytes, int], Place]:
        """Give each of these changes the next position of its scope; by device and seq."""
        places: dict[tuple[bytes, int], Place] = {}
        for one, scope in changes:
            position, chain = self.cursors.get(scope) or start(Stream(self.village, scope))
            cursor = Cursor(position + 1, next_chain(chain, one.link))
            self.cursors[scope] = cursor
            places[one.change.name] = Place(scope, *cursor)
            self._moved.add(scope)
        return places

    def put(self, scope: int, digest: Digest) -> None:
        """The digest of a scope's records after something changed."""
        self.digests[scope] = digest
        self._moved.add(scope)

    def digest(self, scope: int) -> Digest:
        """The digest of a scope's records."""
        return self.digests.get(scope, EMPTY)

    def write(self) -> None:
        """Keep what has moved."""
        rows = []
        for scope in sorted(self._moved):
            position, chain = self.cursors.get(scope) or start(Stream(self.village, scope))
            total, records = self.digest(scope)
            rows.append((self.village, scope, position, chain, total.to_bytes(HASH_BYTES, "big"), records))
        _ROWS.put(self._connection, rows)
        self._moved.clear()


def cursors(connection: Connection, in_village: bytes) -> dict[int, Cursor]:
    """Where each stream of a village ends; one without changes stands at its start."""
    found = Heads(connection, in_village).cursors
    return {scope: start(Stream(in_village, scope)) for scope in EVERY} | found


def digests(connection: Connection, in_village: bytes) -> dict[int, Digest]:
    """The digests of all records in force, by scope."""
    return dict.fromkeys(EVERY, EMPTY) | Heads(connection, in_village).digests


def read(connection: Connection, of: Stream, after: int, most: int) -> list[Placed]:
    """What follows a position in a stream, at most so many changes, without a gap; the same for ever in an epoch."""
    return list(log.of_stream(connection, of.village, of.scope, after, most))


def chains_at(connection: Connection, of: Stream, positions: Iterable[int]) -> dict[int, bytes]:
    """The chains of a stream at those of these positions that it has."""
    wanted = set(positions)
    if wanted <= {0}:
        return {0: start(of).chain} if wanted else {}
    query = select(change_log.c.position, change_log.c.chain).where(
        change_log.c.village == of.village, change_log.c.scope == of.scope, change_log.c.position.in_(sorted(wanted))
    )
    found = {row.position: row.chain for row in connection.execute(query)}
    return found | ({0: start(of).chain} if 0 in wanted else {})


def checkpoints(connection: Connection, of: Stream) -> dict[int, bytes]:
    """The sparse checkpoints of a stream, as a laptop keeps them too."""
    head = cursors(connection, of.village).get(of.scope, start(of)).position
    return chains_at(connection, of, kept_positions(head))


def common(connection: Connection, of: Stream, theirs: Checkpoints) -> int:
    """The greatest position at which a laptop and the county stood on the same chain."""
    return last_common(chains_at(connection, of, theirs), theirs)


class Shown(StrEnum):
    """What shows that the county's store was put back to an earlier state."""

    EPOCH = "a laptop knows a later epoch, or another one of the same number"
    BEYOND = "a laptop's cursor lies beyond the end of a stream"
    CHAIN = "a laptop's chain differs"
    RECEIPT = "a laptop has a later receipt"


@dataclass(frozen=True)
class Told:
    """What a laptop tells of where it stands, as a hello says it."""

    positions: Mapping[int, int]  # by scope
    tag: bytes  # over its chains at these positions
    known: Known | None = None  # the epoch and the serial of the receipt that it has


@dataclass(frozen=True)
class Compared:
    """What the county sees when it compares what a laptop tells with its own streams."""

    epoch: Epoch  # the one that holds now
    raised: Shown | None  # why it was raised just now
    agrees: bool  # the laptop's cursors are the county's own; where not, both look for the last common point


def compare(county: County, in_village: bytes, device_id: bytes, told: Told) -> Compared:
    """Hold a laptop's cursors against the streams, and raise the epoch where they show that the store was put back.

    By whatever means it was: a backup, a copied file, a replica that lagged. It is done before anything is numbered. A
    laptop that tells an older epoch shows nothing new: it only has to find the last common point.
    """
    with county.numbering(in_village) as (connection, standing):
        serial = connection.execute(
            select(device.c.receipt_serial).where(device.c.village == in_village, device.c.device == device_id)
        ).scalar()
        compared = look(standing, cursors(connection, in_village), told, serial or 0, Chains(connection, in_village))
        shown = compared.raised
        if shown is None:
            return compared
        epoch = raised(standing.epoch, [told.known.epoch] if told.known else [], county.ambient.random)
        connection.execute(
            update(village)
            .where(village.c.village == in_village)
            .values(epoch_counter=epoch.counter, epoch_random=epoch.random)
        )
        # Serials of receipts begin anew with the epoch: an older receipt proves nothing about it.
        connection.execute(update(device).where(device.c.village == in_village).values(receipt_serial=0, receipt=None))
        store.note_epoch(connection, in_village, epoch, county.now(), shown.name.lower())
        store.note(
            connection, standing, store.Act(county.now(), device_id.hex(), f"epoch {epoch.counter}: {shown.value}")
        )
        return Compared(epoch, shown, compared.agrees)


@dataclass(frozen=True)
class Chains:
    """The chains of a village's streams, asked for only where a laptop is behind."""

    connection: Connection
    village: bytes

    def at(self, scope: int, position: int) -> bytes | None:
        """The chain of a scope at one of its positions; none where the log was trimmed up to behind it."""
        return chains_at(self.connection, Stream(self.village, scope), [position]).get(position)


def look(standing: store.Standing, heads: Mapping[int, Cursor], told: Told, serial: int, chains: Chains) -> Compared:
    """The same without raising anything or holding a lock: `raised` says why it must be, and then `compare` does it.

    What shows nothing now shows nothing later either: streams only grow. `serial` is that of the laptop's receipt.
    """
    found = _difference(heads, told, chains)
    return Compared(standing.epoch, _shown(standing, serial, found, told.known), agrees=found is None)


def _difference(heads: Mapping[int, Cursor], told: Told, earlier: Chains) -> Shown | None:
    if any(position > (heads[scope].position if scope in heads else 0) for scope, position in told.positions.items()):
        return Shown.BEYOND
    chains = {}
    for scope, position in told.positions.items():
        at_end = scope in heads and position == heads[scope].position
        chain = heads[scope].chain if at_end else earlier.at(scope, position)
        if chain is None:
            return None  # nobody can tell any more: such a laptop takes a seed
        chains[scope] = chain
    return None if tag_of(chains) == told.tag else Shown.CHAIN


def _shown(standing: store.Standing, serial: int, found: Shown | None, known: Known | None) -> Shown | None:
    if known is None:
        return None  # it has never heard of an epoch, so it has nothing from this county
    if must_raise(standing.epoch, known.epoch):
        return Shown.EPOCH
    if known.epoch != standing.epoch:
        return None
    if found is None and known.serial > serial:
        return Shown.RECEIPT
    return found
