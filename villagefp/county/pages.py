"""What follows a position in a stream for one laptop: where its own changes stand, and pages of everybody else's.

A page is cut by what follows its own beginning alone, so the same position gives the same bytes as long as as much
follows, and a page that a line cut short goes on at its byte. Only the last page of a stream changes when it grows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from villagefp.county import log
from villagefp.county.streams import chains_at
from villagefp.county.tables import change_log
from villagefp.wire import links
from villagefp.wire.batch import TooManyError
from villagefp.wire.change import LoggedChange
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.hello import Placed, pack_steps
from villagefp.wire.links import Cover
from villagefp.wire.page import MAX_CHANGES, MAX_PACKED, Origin, make_page, sign_page
from villagefp.wire.page_changes import CoversOf, pack_changes
from villagefp.wire.signing import SigningKey

_FIRST = 4 * MAX_PACKED
"""Bytes of bodies that are tried first: packed they are about a fifth."""
_HEAD = 64
"""Bytes that a change counts besides its body."""


class _Row(NamedTuple):
    """What has to be known of a change before it is read."""

    position: int
    device: bytes
    seq: int
    chain: bytes
    size: int


class TrimmedError(Exception):
    """The log does not reach back to where a laptop stands: it takes a seed."""


@dataclass(frozen=True)
class Reader:
    """A laptop that reads a stream, and the county's key that signs what it reads."""

    connection: Connection
    of: Stream
    device: bytes
    key: SigningKey


@dataclass(frozen=True)
class Following:
    """What follows next in a stream: own changes, or a signed page of others', and the position after it."""

    told: Placed | bytes
    position: int


def after(reader: Reader, position: int, head: int) -> Iterator[Following]:
    """What follows a position up to the end of a stream, for a laptop, in order and without a gap.

    Nothing is read or signed before it is asked for, so a caller whose room is full just stops. TrimmedError where what
    follows is not in the log any more.
    """
    ahead = _Ahead(reader, position, head)
    while rows := ahead.rows():
        own = rows[0].device == reader.device
        alike = list(takewhile(lambda row: (row.device == reader.device) is own, rows))  # noqa: B023  used up at once
        if own:
            told: Placed | bytes = _placed(reader.of.scope, alike)
            count = _rising(alike)
        else:
            count, told = _page(reader, alike, ahead.chain())
        ahead.pass_by(count)
        yield Following(told, ahead.position)


class _Ahead:
    """The rows that come next in a stream: at least as many as a page takes, or all that there are."""

    def __init__(self, reader: Reader, position: int, head: int) -> None:
        self._connection = reader.connection
        self._of = reader.of
        self._head = head
        self._chain: bytes | None = None
        self._rows: list[_Row] = []
        self.position = position

    def rows(self) -> Sequence[_Row]:
        read_to = self._rows[-1].position if self._rows else self.position
        if len(self._rows) < MAX_CHANGES and read_to < self._head:
            came = enumerate(self._read(read_to), read_to + 1)
            self._rows += [row for _place, row in takewhile(lambda each: each[0] == each[1].position, came)]
            if not self._rows:
                raise TrimmedError
        return self._rows

    def _read(self, position: int) -> Iterator[_Row]:
        size = func.coalesce(func.length(change_log.c.body), 0)
        query = (
            select(change_log.c.position, change_log.c.device, change_log.c.seq, change_log.c.chain, size)
            .where(
                change_log.c.village == self._of.village,
                change_log.c.scope == self._of.scope,
                change_log.c.position > position,
                change_log.c.position <= self._head,
            )
            .order_by(change_log.c.position)
            .limit(MAX_CHANGES)
        )
        return (_Row(*row) for row in self._connection.execute(query))

    def chain(self) -> Cursor:
        """Where the stream stands before these rows."""
        if self._chain is None:
            self._chain = chains_at(self._connection, self._of, [self.position]).get(self.position)
        if self._chain is None:
            raise TrimmedError
        return Cursor(self.position, self._chain)

    def pass_by(self, count: int) -> None:
        last = self._rows[count - 1]
        self.position, self._chain = last.position, last.chain
        del self._rows[:count]


def _rising(rows: Sequence[_Row]) -> int:
    """How many of these have rising seqs: what was held and is released comes after younger ones."""
    count = 1
    while count < len(rows) and rows[count].seq > rows[count - 1].seq:
        count += 1
    return count


def _placed(scope: int, rows: Sequence[_Row]) -> Placed:
    seqs = [row.seq for row in rows[: _rising(rows)]]
    return Placed(scope, rows[0].position, seqs[0], pack_steps(seqs))


def _page(reader: Reader, rows: Sequence[_Row], before: Cursor) -> tuple[int, bytes]:
    """As many of these changes as a page takes, and the page."""
    room = _FIRST
    count = _filled(rows, room)
    changes = list(log.of_stream(reader.connection, *reader.of, before.position, count))
    source = _Source(reader.connection, reader.of.village)
    while True:
        taken = [one.delivered for one in changes[:count]]
        try:
            packed = pack_changes(taken, source.covers_of(taken))
        except TooManyError:
            if count == 1:
                raise
            room = room * 3 // 4
            count = min(_filled(rows, room), count - 1)
            continue
        page = make_page(before, reader.of, source.origins(taken), [one.link for one in taken], packed)
        return count, sign_page(page, reader.key)


def _filled(rows: Sequence[_Row], room: int) -> int:
    """How many of these are expected to fit; one does always."""
    count = 0
    for row in rows[:MAX_CHANGES]:
        room -= row.size + _HEAD
        if room < 0:
            break
        count += 1
    return max(count, 1)


class _Source:
    """What a page says besides its changes: their keys, and the links before them."""

    def __init__(self, connection: Connection, village: bytes) -> None:
        self._connection = connection
        self._village = village
        self._covers: dict[tuple[bytes, int], Cover] = {}

    def covers_of(self, changes: Sequence[LoggedChange]) -> CoversOf:
        """The keys that are kept of these changes."""
        wanted: dict[bytes, set[int]] = defaultdict(set)
        for one in changes:
            device, segment = one.change.device, links.segment_of(one.change.seq)
            if (device, segment) not in self._covers:
                wanted[device].add(segment)
        for device, segments in wanted.items():
            found = log.covers_of(self._connection, self._village, device, segments)
            self._covers.update({(device, segment): found.get(segment, ()) for segment in segments})
        return lambda device, segment: self._covers[device, segment]

    def origins(self, changes: Sequence[LoggedChange]) -> list[Origin]:
        """Where these changes come from; only the first of consecutive ones needs the link before it."""
        known = {one.change.name: one.link for one in changes}
        wanted: dict[bytes, set[int]] = defaultdict(set)
        for one in changes:
            device, seq = one.change.name
            if (device, seq - 1) not in known:
                wanted[device].add(seq - 1)
        for device, seqs in wanted.items():
            found = log.links_at(self._connection, self._village, device, seqs - {0})
            known.update({(device, seq): link for seq, link in found.items()})
            known[device, 0] = links.first_link(self._village, device)
        return [Origin(device, seq, known[device, seq - 1]) for device, seq in (one.change.name for one in changes)]
