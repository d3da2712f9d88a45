"""The change log as it is kept: appending the changes of a save with their links, and reading them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.storage import local
from villagefp.wire import links
from villagefp.wire.change import Change, LoggedChange, pack_body, pack_header, pack_replaces, read_logged
from villagefp.wire.links import Cover

_COLUMNS = "village, device, seq, grp, stamp, author, kind, record, body, replaces, commitment, link"
_APPEND = f"INSERT INTO change_log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TOGETHER = 500
"""Records asked for in one statement."""
_NEW_SEGMENT = "INSERT INTO key_segment (village, device, segment, cover) VALUES (?, ?, ?, ?)"


class Origin(Struct, frozen=True):
    """Whose changes they are: this laptop's, in this village."""

    village: bytes
    device: bytes


class Tail(Struct, frozen=True):
    """Where a device's log ends: the next save goes on from here."""

    seq: int
    stamp: int
    link: bytes
    cover: Cover | None  # of the segment of `seq`; none where no segment has begun


def own_origin(connection: Connection) -> Origin:
    """Whose changes this laptop's next save makes; ValueError in a file that is no store."""
    village, device = (local.get(connection, key) for key in (local.VILLAGE_KEY, local.DEVICE_KEY))
    if village is None or device is None:
        raise ValueError("The store does not say which village and device it is of.")
    return Origin(village, device)


def read_tail(connection: Connection, origin: Origin) -> Tail:
    """Where the log of a device ends."""
    mine = (origin.village, origin.device)
    last = connection.exec_driver_sql(
        "SELECT seq, stamp, link FROM change_log WHERE village = ? AND device = ? ORDER BY seq DESC LIMIT 1", mine
    ).first()
    if last is None:
        return Tail(0, 0, links.first_link(*mine), None)
    cover = connection.exec_driver_sql(
        "SELECT cover FROM key_segment WHERE village = ? AND device = ? AND segment = ?",
        (*mine, links.segment_of(last.seq)),
    ).scalar_one()
    return Tail(last.seq, last.stamp, last.link, links.unpack_cover(cover))


def append(connection: Connection, tail: Tail, changes: Sequence[Change], random: Callable[[int], bytes]) -> Tail:
    """Append the changes of one save, which follow the tail without a gap; returns the new tail."""
    link, cover = tail.link, tail.cover
    for portion in _by_segment(changes):
        first, last = portion[0], portion[-1]
        segment = links.segment_of(first.seq)
        if cover is None or segment != links.segment_of(first.seq - 1):
            cover = links.whole_segment(random(links.KEY_BYTES))
            connection.exec_driver_sql(_NEW_SEGMENT, (first.village, first.device, segment, links.pack_cover(cover)))
        keys = links.leaf_keys(cover, links.leaf_of(first.seq), links.leaf_of(last.seq))
        if len(keys) < len(portion):
            raise ValueError("The key of a change that is not yet made was destroyed.")
        rows: list[tuple[Any, ...]] = []
        for change, key in zip(portion, keys.values(), strict=True):
            body = pack_body(change.fields, change.reason)
            committed = links.commitment(key, body)
            link = links.next_link(link, pack_header(change), committed)
            rows.append(_row(change, body, committed, link))
        connection.exec_driver_sql(_APPEND, rows)
        tail = Tail(last.seq, last.stamp, link, cover)
    return tail


def keep(connection: Connection, logged: Iterable[LoggedChange]) -> None:
    """Put changes of other laptops into the log, as they came; whoever calls has verified them."""
    rows = [as_row(one) for one in logged]
    if rows:
        connection.exec_driver_sql(_APPEND, rows)


def links_between(connection: Connection, origin: Origin, first: int, last: int) -> dict[int, bytes]:
    """The links of a device's changes that are here, by seq."""
    rows = connection.exec_driver_sql(
        "SELECT seq, link FROM change_log WHERE village = ? AND device = ? AND seq BETWEEN ? AND ?",
        (origin.village, origin.device, first, last),
    )
    return {row.seq: row.link for row in rows}


def changes_between(connection: Connection, origin: Origin, first: int, last: int) -> list[LoggedChange]:
    """The changes of a device that are here, in the order of seq."""
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM change_log WHERE village = ? AND device = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        (origin.village, origin.device, first, last),
    )
    return [from_row(row) for row in rows]


def link_before(connection: Connection, origin: Origin, seq: int) -> bytes:
    """The link that a change of a device follows; LookupError where the change before it is not here."""
    if seq == 1:
        return links.first_link(origin.village, origin.device)
    return links_between(connection, origin, seq - 1, seq - 1)[seq - 1]


def chain_starts(connection: Connection) -> dict[tuple[bytes, bytes, int], bytes]:
    """The links before those changes whose predecessor is not here, by village, device and seq."""
    rows = connection.exec_driver_sql("SELECT village, device, seq, link FROM chain_start")
    return {(village, device, seq): link for village, device, seq, link in rows}


def have(connection: Connection, origin: Origin) -> int:
    """The seq up to which all changes of a device are here without a gap; 0 where not even the first is."""
    mine = (origin.village, origin.device)
    gaps = "SELECT min(seq) FROM chain_start WHERE village = ? AND device = ?"
    before = connection.exec_driver_sql(gaps, mine).scalar_one()
    query = "SELECT max(seq) FROM change_log WHERE village = ? AND device = ? AND (? IS NULL OR seq < ?)"
    return connection.exec_driver_sql(query, (*mine, before, before)).scalar_one() or 0


def _by_segment(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """The changes in portions whose keys are of one segment."""
    start = 0
    while start < len(changes):
        end = start + links.SEGMENT - links.leaf_of(changes[start].seq)
        yield changes[start:end]
        start = end


def as_row(logged: LoggedChange) -> tuple[Any, ...]:
    """A change as its row."""
    return _row(logged.change, logged.body, logged.commitment, logged.link)


def _row(change: Change, body: bytes | None, committed: bytes, link: bytes) -> tuple[Any, ...]:
    return (
        change.village,
        change.device,
        change.seq,
        change.group,
        change.stamp,
        change.author,
        change.kind,
        change.record,
        body,
        pack_replaces(change.replaces),
        committed,
        link,
    )


def logged_changes(connection: Connection) -> Iterator[LoggedChange]:
    """The whole log, device by device in the order of seq."""
    rows = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM change_log ORDER BY village, device, seq")
    for row in rows:
        yield from_row(row)


def changes_of(connection: Connection, record: bytes) -> list[LoggedChange]:
    """All changes of one record, in the order of seq: its history."""
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM change_log WHERE record = ? ORDER BY village, device, seq", (record,)
    )
    return [from_row(row) for row in rows]


def changes_of_records(connection: Connection, kind: int, records: Sequence[bytes]) -> dict[bytes, list[LoggedChange]]:
    """All changes of these records, by record."""
    found: dict[bytes, list[LoggedChange]] = defaultdict(list)
    for start in range(0, len(records), _TOGETHER):
        asked = tuple(records[start : start + _TOGETHER])
        marks = ", ".join("?" * len(asked))
        query = f"SELECT {_COLUMNS} FROM change_log WHERE record IN ({marks}) AND kind = ?"
        for row in connection.exec_driver_sql(query, (*asked, kind)):
            one = from_row(row)
            found[one.change.record].append(one)
    return found


def changes_of_group(connection: Connection, made: Change) -> list[Change]:
    """All changes of the save that made a change, in the order of seq."""
    found = []
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM change_log WHERE village = ? AND device = ? AND seq >= ? ORDER BY seq",
        (made.village, made.device, made.group),
    )
    for row in rows:  # read no further than the save goes
        change = from_row(row).change
        if change.group != made.group:
            break
        found.append(change)
    rows.close()
    return found


def from_row(row: Any) -> LoggedChange:
    """A change from its row."""
    *header, body, replaces, committed, link = row
    return read_logged(header, replaces, body, committed, link)


def covers(connection: Connection) -> dict[tuple[bytes, bytes, int], Cover]:
    """The key covers that are kept, by village, device and segment."""
    rows = connection.exec_driver_sql("SELECT village, device, segment, cover FROM key_segment")
    return {(village, device, segment): links.unpack_cover(cover) for village, device, segment, cover in rows}


def covers_of(connection: Connection, origin: Origin, first: int, last: int) -> dict[int, Cover]:
    """The key covers of a device for these seqs, by segment."""
    rows = connection.exec_driver_sql(
        "SELECT segment, cover FROM key_segment WHERE village = ? AND device = ? AND segment BETWEEN ? AND ?",
        (origin.village, origin.device, links.segment_of(first), links.segment_of(last)),
    )
    return {row.segment: links.unpack_cover(row.cover) for row in rows}


def count(connection: Connection, kinds: Sequence[int]) -> int:
    """How many changes of these kinds the log holds: the same number, the same records."""
    marks = ", ".join("?" * len(kinds))
    query = f"SELECT count(*) FROM change_log WHERE kind IN ({marks})"
    return int(connection.exec_driver_sql(query, tuple(kinds)).scalar_one())
