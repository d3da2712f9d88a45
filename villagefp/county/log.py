"""The change log as the county keeps it: rows of changes, and changes of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from villagefp.county.bulk import Changes, Rows, select_among
from villagefp.county.tables import change_log, key_segment
from villagefp.wire import links
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_replaces, read_logged
from villagefp.wire.links import Cover


class Place(NamedTuple):
    """Where a change stands in its stream."""

    scope: int
    position: int
    chain: bytes  # of the stream after it


@dataclass(frozen=True)
class Placed:
    """A change in force."""

    delivered: LoggedChange
    place: Place


_ROWS = Rows(change_log, replacing=False)
_PLACES = Changes(change_log, ("scope", "position", "chain"))
_COVERS = Rows(key_segment, replacing=False)
_CHANGE = "village, device, seq, grp, stamp, author, kind, record, replaces, body, commitment, link"
_OF_RECORDS = f"SELECT {_CHANGE} FROM change_log WHERE village = ? AND record {{among}}"
_NAMED = "SELECT seq, record FROM change_log WHERE village = ? AND device = ? AND seq {among}"
_LINKS = "SELECT seq, link FROM change_log WHERE village = ? AND device = ? AND seq {among}"
_IN_FORCE = f"SELECT {_CHANGE} FROM change_log WHERE village = ? AND position IS NOT NULL AND record {{among}}"


def append(connection: Connection, changes: Iterable[LoggedChange], places: Mapping[ChangeName, Place]) -> None:
    """Put changes into the log; those without a place are held, or wait for the rest of their group."""
    _ROWS.put(connection, [_row(one, places.get(one.change.name)) for one in changes])


def _row(one: LoggedChange, place: Place | None) -> tuple[Any, ...]:
    change = one.change
    return (
        change.village,
        change.device,
        change.seq,
        change.group,
        change.stamp,
        change.author,
        change.kind,
        change.record,
        pack_replaces(change.replaces),
        one.body,
        one.commitment,
        one.link,
        *(place or (None, None, None)),
    )


def release(connection: Connection, changes: Iterable[LoggedChange], places: Mapping[ChangeName, Place]) -> None:
    """Give changes that are in the log already their places."""
    _PLACES.put(
        connection,
        [(one.change.village, one.change.device, one.change.seq, *places[one.change.name]) for one in changes],
    )


def put_covers(connection: Connection, first: Change, covers: Mapping[int, Cover]) -> None:
    """Keep the key nodes that came with changes, of which this is the first."""
    rows = [
        (first.village, first.device, segment, first.seq, links.pack_cover(cover)) for segment, cover in covers.items()
    ]
    _COVERS.put(connection, rows)


def covers_of(connection: Connection, village: bytes, device: bytes, segments: Collection[int]) -> dict[int, Cover]:
    """The key nodes that are kept of these segments."""
    query = select(key_segment.c.segment, key_segment.c.cover).where(
        key_segment.c.village == village, key_segment.c.device == device, key_segment.c.segment.in_(sorted(segments))
    )
    covers: dict[int, Cover] = {}
    for segment, packed in connection.execute(query):
        covers[segment] = _joined(covers.get(segment, ()), links.unpack_cover(packed))
    return covers


def replace_covers(connection: Connection, village: bytes, device: bytes, covers: Mapping[int, Cover]) -> None:
    """Keep these nodes of these segments, and no others."""
    connection.execute(
        delete(key_segment).where(
            key_segment.c.village == village, key_segment.c.device == device, key_segment.c.segment.in_(sorted(covers))
        )
    )
    _COVERS.put(
        connection, [(village, device, segment, 0, links.pack_cover(cover)) for segment, cover in covers.items()]
    )


def _joined(one: Cover, other: Cover) -> Cover:
    """The nodes of two covers of one segment, without those that hang under another of them."""
    nodes = sorted({*one, *other})
    held: set[tuple[int, int]] = set()
    kept = []
    for node in nodes:  # those nearer to the root come first
        above = {(depth, node.place >> (node.depth - depth)) for depth in range(node.depth + 1)}
        if held.isdisjoint(above):
            held.add((node.depth, node.place))
            kept.append(node)
    return tuple(sorted(kept, key=lambda node: node.place << (links.DEPTH - node.depth)))


def links_of(connection: Connection, village: bytes, device: bytes, first: int, last: int) -> dict[int, bytes]:
    """The links of a device's changes that are here, by seq."""
    query = select(change_log.c.seq, change_log.c.link).where(
        change_log.c.village == village, change_log.c.device == device, change_log.c.seq.between(first, last)
    )
    return {row.seq: row.link for row in connection.execute(query)}


def links_at(connection: Connection, village: bytes, device: bytes, seqs: Collection[int]) -> dict[int, bytes]:
    """The links of these changes of a device, by seq, wherever they lie."""
    return dict(select_among(connection, _LINKS, [village, device], seqs, "bigint[]"))


class Named:
    """The records that a batch names by changes: all of them are asked for at once, before it is unpacked."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]], village: bytes) -> None:
        self._reading = reading
        self._village = village
        self._found: dict[ChangeName, bytes] = {}

    def look_up(self, names: Collection[ChangeName]) -> None:
        """Find the records that these changes are about, where the changes are here."""
        seqs: dict[bytes, list[int]] = {}
        for device, seq in names:
            seqs.setdefault(device, []).append(seq)
        if not seqs:
            return
        with self._reading() as connection:
            for device, of_device in seqs.items():
                rows = select_among(connection, _NAMED, [self._village, device], of_device, "bigint[]")
                self._found.update({(device, seq): bytes(record) for seq, record in rows})

    def record_of(self, name: ChangeName) -> bytes | None:
        """The record that a change is about; nothing where the change is not here."""
        return self._found.get(name)


def of_records(
    connection: Connection, village: bytes, records: Collection[bytes], *, held_too: bool = False
) -> list[LoggedChange]:
    """The changes in force of these records, or all of them."""
    query = _OF_RECORDS if held_too else _IN_FORCE
    return [_delivered(row) for row in select_among(connection, query, [village], records)]


def in_force(connection: Connection, village: bytes, scopes: Collection[int]) -> Iterator[LoggedChange]:
    """The changes in force of these scopes, record by record."""
    columns = [change_log.c[name] for name in _CHANGE.split(", ")]
    query = select(*columns).where(change_log.c.village == village, change_log.c.scope.in_(sorted(scopes)))
    order = (change_log.c.record, change_log.c.kind, change_log.c.device, change_log.c.seq)
    for row in connection.execute(query.order_by(*order)):
        yield _delivered(row)


def of_groups(
    connection: Connection, village: bytes, device: bytes, groups: Sequence[tuple[int, int]]
) -> list[LoggedChange]:
    """The changes of a device from the first to the last seq of each of these groups, in order."""
    columns = [change_log.c[name] for name in _CHANGE.split(", ")]
    found: list[LoggedChange] = []
    for first, last in groups:
        query = select(*columns).where(
            change_log.c.village == village, change_log.c.device == device, change_log.c.seq.between(first, last)
        )
        found += [_delivered(row) for row in connection.execute(query.order_by(change_log.c.seq))]
    return found


def of_stream(connection: Connection, village: bytes, scope: int, after: int, most: int) -> Iterator[Placed]:
    """The changes of a stream that follow a position, at most so many, in order."""
    columns = [change_log.c[name] for name in _CHANGE.split(", ")]
    query = (
        select(*columns, change_log.c.scope, change_log.c.position, change_log.c.chain)
        .where(change_log.c.village == village, change_log.c.scope == scope, change_log.c.position > after)
        .order_by(change_log.c.position)
        .limit(most)
    )
    for row in connection.execute(query):
        yield Placed(_delivered(row[:-3]), Place(*row[-3:]))


def _delivered(row: Sequence[Any]) -> LoggedChange:
    *header, replaces, body, commitment, link = row
    return read_logged(header, replaces, body, commitment, link)
