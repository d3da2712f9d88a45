"""One transaction that takes in what other laptops wrote: verified, put into the log as it is, folded into the records.

What is here already makes no difference; what does not follow is kept aside; what does not hold or contradicts the log
changes nothing and is told by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from msgspec import structs
from sqlalchemy import Connection

from villagefp.storage import arriving, digest_rows, erased, folding, local, log, same, search
from villagefp.storage.folding import Touched
from villagefp.storage.foreign import Delivery, Result, Taken, pack_delivery, unpack_delivery
from villagefp.storage.key_covers import join_cover
from villagefp.storage.local import adopted_stamp
from villagefp.storage.log import Origin
from villagefp.wire import links, stamp
from villagefp.wire.change import LoggedChange, pack_header
from villagefp.wire.erasure import Erasures, RecordName
from villagefp.wire.links import Cover


@dataclass(frozen=True)
class Receiver:
    """Who takes in: this laptop, and what it does with what was touched."""

    origin: Origin
    county_milliseconds: int  # the county's time, or this laptop's where the county's is not known
    derive: Callable[[Connection, Touched], None]


class _Refused(Exception):  # noqa: N818  not an error: it carries an answer out of the verification
    def __init__(self, result: Result, seq: int) -> None:
        super().__init__(result)
        self.result = result
        self.seq = seq


class Taking:
    """One transaction that takes in; what else belongs to the exchange, such as cursors, goes through `connection`."""

    def __init__(self, connection: Connection, receiver: Receiver) -> None:
        self.connection = connection
        self.changed: Touched = set()
        self._receiver = receiver
        self._erasures = erased.known(connection)
        self._names: set[RecordName] = set()
        self._stamp = adopted_stamp(connection)
        self._erased = False

    def take(self, delivery: Delivery) -> Taken:
        """Take in one delivery, and what was kept aside for it."""
        taken = self._take(delivery)
        if taken.result is not Result.APPLIED:
            return taken
        released = tuple(self._released(delivery.origin))
        applied = taken.applied + sum(one.applied for one in released)
        have = log.have(self.connection, delivery.origin)
        return replace(taken, have=have, applied=applied, released=released)

    def _take(self, delivery: Delivery) -> Taken:
        origin = delivery.origin
        result, seq, applied = Result.REPEATED, None, 0
        try:
            fresh = self._verified(delivery)
        except _Refused as refused:
            result, seq = refused.result, refused.seq
        else:
            if fresh is None:
                self._keep_aside(delivery)
                result, seq = Result.KEPT_ASIDE, delivery.first
            elif fresh:
                self._put(delivery, fresh)
                result, applied = Result.APPLIED, len(fresh)
        return Taken(result, origin, log.have(self.connection, origin), applied, seq)

    def erase(self, named: Erasures) -> None:
        """Destroy what an erasure names; the list beside the database has been written by then."""
        self._names |= erased.destroy(self.connection, named)
        self._erasures = self._erasures.joined(named)
        self._erased = True

    @property
    def erasures(self) -> Erasures:
        """What is erased by now."""
        return self._erasures

    def refold(self, names: Iterable[RecordName]) -> None:
        """Make these records anew from the log as well."""
        self._names.update(names)

    def adopt(self, stamps: Iterable[int]) -> None:
        """Let own saves come after these stamps, as far as the county's time allows."""
        for each in stamps:
            self._stamp = stamp.adopt(self._stamp, each, self._receiver.county_milliseconds)

    def finish(self) -> None:
        """Fold what was touched and make anew what is derived; the store calls it just before the commit."""
        self.changed |= folding.refold(self.connection, self._names, self._erasures)
        self.changed |= same.refresh(self.connection, self.changed)
        search.refresh(self.connection, self.changed)
        self._receiver.derive(self.connection, self.changed)
        digest_rows.touch(self.connection, self._names)
        if self._erased:
            arriving.clear(self.connection)  # what is half here may hold what was erased
        local.put_adopted_stamp(self.connection, self._stamp)

    def _verified(self, delivery: Delivery) -> list[LoggedChange] | None:
        """The changes that are not here yet; None where some before them are missing."""
        origin, first, last = delivery.origin, delivery.first, delivery.last
        if origin.village != self._receiver.origin.village:
            raise _Refused(Result.ELSEWHERE, first)
        here = log.links_between(self.connection, origin, first - 1, last + 1)
        starts = _starts(self.connection, origin, first, last + 1)
        before = links.first_link(*_pair(origin)) if first == 1 else here.get(first - 1) or starts.get(first)
        if before is not None and before != delivery.link_before:
            raise _Refused(Result.FORK, first)
        _check_chain(delivery)
        for one in delivery.changes:
            if here.get(one.change.seq, one.link) != one.link:
                raise _Refused(Result.FORK, one.change.seq)
        if starts.get(last + 1, delivery.changes[-1].link) != delivery.changes[-1].link:
            raise _Refused(Result.FORK, last + 1)
        fresh = [one for one in delivery.changes if one.change.seq not in here]
        if fresh and origin.device == self._receiver.origin.device:
            raise _Refused(Result.OWN, fresh[0].change.seq)
        self._check_bodies(delivery, fresh)
        if fresh and before is None and not delivery.attested:
            return None
        return fresh

    def _check_bodies(self, delivery: Delivery, fresh: Iterable[LoggedChange]) -> None:
        keys: dict[int, dict[int, bytes]] = {}
        for one in fresh:
            seq, segment = one.change.seq, links.segment_of(one.change.seq)
            gone = self._erasures.takes(one.change)
            if one.body is None:
                if not gone:
                    raise _Refused(Result.UNEXPLAINED, seq)
                continue
            if segment not in keys:
                keys[segment] = _keys(delivery, segment)
            key = keys[segment].get(links.leaf_of(seq))
            if key is None and gone:
                continue  # its key is destroyed already
            if key is None or links.commitment(key, one.body) != one.commitment:
                raise _Refused(Result.BROKEN, seq)

    def _put(self, delivery: Delivery, fresh: list[LoggedChange]) -> None:
        origin = delivery.origin
        gone = [one.change.seq for one in fresh if self._erasures.takes(one.change)]
        log.keep(self.connection, (structs.replace(one, body=None) if one.change.seq in gone else one for one in fresh))
        self._mark_starts(delivery)
        for segment, cover in delivery.covers.items():
            join_cover(self.connection, origin, segment, cover)
        self._names.update((one.change.kind, one.change.record) for one in fresh)
        self.adopt(one.change.stamp for one in fresh)

    def _mark_starts(self, delivery: Delivery) -> None:
        """Note where the chain begins anew, and forget it where the gap is closed."""
        origin, first = delivery.origin, delivery.first
        self.connection.exec_driver_sql(
            "DELETE FROM chain_start WHERE village = ? AND device = ? AND seq BETWEEN ? AND ?",
            (*_pair(origin), first + 1, delivery.last + 1),
        )
        if first > 1 and not log.links_between(self.connection, origin, first - 1, first - 1):
            self.connection.exec_driver_sql(
                "INSERT OR IGNORE INTO chain_start (village, device, seq, link) VALUES (?, ?, ?, ?)",
                (*_pair(origin), first, delivery.link_before),
            )

    def _keep_aside(self, delivery: Delivery) -> None:
        self.connection.exec_driver_sql(
            "INSERT OR IGNORE INTO kept_aside (village, device, first, last, delivery) VALUES (?, ?, ?, ?, ?)",
            (*_pair(delivery.origin), delivery.first, delivery.last, pack_delivery(delivery)),
        )

    def _released(self, origin: Origin) -> Iterator[Taken]:
        """What was kept aside and follows now; each is tried as if it had just come."""
        query = "SELECT first, last, delivery FROM kept_aside WHERE village = ? AND device = ? AND first <= ?"
        while waiting := self.connection.exec_driver_sql(
            f"{query} ORDER BY first, last LIMIT 1", (*_pair(origin), log.have(self.connection, origin) + 1)
        ).first():
            self.connection.exec_driver_sql(
                "DELETE FROM kept_aside WHERE village = ? AND device = ? AND first = ? AND last = ?",
                (*_pair(origin), waiting.first, waiting.last),
            )
            yield self._take(unpack_delivery(waiting.delivery))


def _pair(origin: Origin) -> tuple[bytes, bytes]:
    return origin.village, origin.device


def _starts(connection: Connection, origin: Origin, first: int, last: int) -> dict[int, bytes]:
    rows = connection.exec_driver_sql(
        "SELECT seq, link FROM chain_start WHERE village = ? AND device = ? AND seq BETWEEN ? AND ?",
        (*_pair(origin), first, last),
    )
    return {row.seq: row.link for row in rows}


def _check_chain(delivery: Delivery) -> None:
    """Every change follows the one before it, under the link it came with."""
    link, origin = delivery.link_before, delivery.origin
    for seq, one in enumerate(delivery.changes, delivery.first):
        change = one.change
        link = links.next_link(link, pack_header(change), one.commitment)
        if link != one.link or (change.village, change.device, change.seq) != (*_pair(origin), seq):
            raise _Refused(Result.BROKEN, seq)


def _keys(delivery: Delivery, segment: int) -> dict[int, bytes]:
    cover: Cover = delivery.covers.get(segment, ())
    first = links.leaf_of(delivery.first) if links.segment_of(delivery.first) == segment else 0
    last = links.leaf_of(delivery.last) if links.segment_of(delivery.last) == segment else links.SEGMENT - 1
    return links.leaf_keys(cover, first, last)
