"""Own changes on their way to the county: cut from the log into signed batches, once, so that a transfer can go on.

What was never offered is cut anew together with what came later; an offered batch keeps its bytes until a backup of the
county holds it. Groups stay whole, and one that is larger than a batch goes in parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from villagefp.storage import device_key, log, outbox_rows, sending, trust
from villagefp.storage.log import Origin
from villagefp.storage.outbox_rows import (
    Slot,
    Waiting,
    county_lost_erasures,
    data,
    drop,
    erasure_received,
    erasures_waiting,
    forget,
    keep_county_erasure,
    offered,
    waiting,
)
from villagefp.wire.batch import Packing, read_header
from villagefp.wire.change import ChangeName
from villagefp.wire.columns_ids import NameOf
from villagefp.wire.cut import cut
from villagefp.wire.signing import SigningKey

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

__all__ = [
    "Waiting",
    "county_lost_erasures",
    "cut_again",
    "data",
    "drop",
    "erasure_received",
    "erasures_waiting",
    "fill",
    "forget",
    "keep_county_erasure",
    "offered",
    "shorten",
    "waiting",
]


_PORTION = 1500
"""Changes that are read at once, and the rest of the last one's group."""


@dataclass(frozen=True)
class _Plan:
    """Consecutive changes to be cut, and the batches in whose place they come."""

    first: int
    last: int
    instead: tuple[Slot, ...] = ()


@dataclass(frozen=True)
class _Fresh:
    """What was cut by a plan."""

    plan: _Plan
    batches: tuple[tuple[Slot, bytes], ...]


def fill(store: Store) -> None:
    """Cut what no receipt confirms and no batch holds. The cutting holds nobody up who saves meanwhile."""
    device_key.own_key(store)  # made where there is none yet
    while not _filled(store):
        pass  # somebody else cut in between, or this laptop took another identity


def _filled(store: Store) -> bool:
    with store.read() as connection:
        sender = _sender(connection)
        before = outbox_rows.slots_of(connection, sender.origin)
        plans = _plans(connection, sender.origin, before)
        fresh = [_cut(connection, sender, plan, _names(connection, sender.origin)) for plan in plans]
    return not fresh or _kept(store, sender.origin, before, fresh)


@dataclass(frozen=True)
class _Sender:
    """Under which identity is cut, and its key."""

    origin: Origin
    key: SigningKey


def _sender(connection: Connection) -> _Sender:
    key = trust.found_key(connection)
    if key is None:
        raise LookupError("This laptop has no key to sign with.")
    return _Sender(log.own_origin(connection), key)


def _kept(store: Store, origin: Origin, before: Sequence[Slot], fresh: Sequence[_Fresh]) -> bool:
    with store.save() as save:
        here = log.own_origin(save.connection), outbox_rows.slots_of(save.connection, origin)
        if here != (origin, before):
            return False
        for one in fresh:
            outbox_rows.remove(save.connection, origin, one.plan.instead)
            for slot, batch in one.batches:
                outbox_rows.put(save.connection, origin, slot, batch)
    return True


def cut_again(store: Store, name: bytes) -> None:
    """Cut the changes of a batch without names of records, which the county could not look up; once, and for good."""
    while not _cut_without_names(store, name):
        pass  # somebody else cut in between


def _cut_without_names(store: Store, name: bytes) -> bool:
    with store.read() as connection:
        sender = _sender(connection)
        found = outbox_rows.slot_named(connection, name)
        if found is None or found[0] != sender.origin:
            return True  # it was confirmed and forgotten, or cut anew meanwhile
        before = outbox_rows.slots_of(connection, sender.origin)
        plan = _to_the_end_of_its_group(connection, sender.origin, before, _Plan(found[1].first, found[1].last))
        fresh = _cut(connection, sender, plan, lambda _record: None)
    final = tuple((Slot(each.first, each.last, offered=True), batch) for each, batch in fresh.batches)
    return _kept(store, sender.origin, before, [_Fresh(plan, final)])


def shorten(connection: Connection, up_to: int) -> None:
    """Leave nothing above a seq in the batches of this laptop, which ends with a group, as a new identity wants it."""
    sender = _sender(connection)
    met = [slot for slot in outbox_rows.slots_of(connection, sender.origin) if slot.first <= up_to < slot.last]
    outbox_rows.drop(connection, sender.origin, up_to)
    for slot in met:
        fresh = _cut(connection, sender, _Plan(slot.first, up_to), _names(connection, sender.origin))
        for each, batch in fresh.batches:
            outbox_rows.put(connection, sender.origin, each, batch)


def _plans(connection: Connection, origin: Origin, slots: Sequence[Slot]) -> list[_Plan]:
    """What is to be cut: what nothing holds above the receipts, at the end together with what was never offered."""
    received = sending.received(connection, origin)
    tail = log.read_tail(connection, origin).seq
    plans: list[_Plan] = []
    for plan in _uncovered(slots, received + 1, tail):
        if not plans or plan.last > plans[-1].last:
            plans.append(_to_the_end_of_its_group(connection, origin, slots, plan))
    if plans and plans[-1].last == tail:
        last = plans.pop()
        done = plans[-1].last if plans else received
        for slot in reversed(slots):
            if done < slot.first and slot.last + 1 == last.first and not slot.offered:
                last = _Plan(slot.first, tail, (slot, *last.instead))
        plans.append(last)
    return plans


def _uncovered(slots: Sequence[Slot], first: int, last: int) -> Iterator[_Plan]:
    for slot in slots:
        if slot.first > first:
            yield _Plan(first, slot.first - 1)
        first = max(first, slot.last + 1)
    if first <= last:
        yield _Plan(first, last)


def _to_the_end_of_its_group(connection: Connection, origin: Origin, slots: Sequence[Slot], plan: _Plan) -> _Plan:
    """The plan so long that its last group is whole, in place of the batches that it meets."""
    last = plan.last
    while True:
        last = max(last, _end_of_group(connection, origin, last))
        met = [slot for slot in slots if slot.first <= last and slot.last >= plan.first]
        reach = max((slot.last for slot in met), default=last)
        if reach <= last:
            return _Plan(plan.first, last, tuple(met))
        last = reach


def _end_of_group(connection: Connection, origin: Origin, seq: int) -> int:
    """The seq of the last change of the group that a change is of."""
    mine = (origin.village, origin.device)
    query = "SELECT grp FROM change_log WHERE village = ? AND device = ? AND seq = ?"
    group = connection.exec_driver_sql(query, (*mine, seq)).scalar_one()
    behind = connection.exec_driver_sql(
        "SELECT min(seq) FROM change_log WHERE village = ? AND device = ? AND seq > ? AND grp <> ?", (*mine, seq, group)
    ).scalar()
    if behind is not None:
        return int(behind) - 1
    last = "SELECT max(seq) FROM change_log WHERE village = ? AND device = ?"
    return int(connection.exec_driver_sql(last, mine).scalar_one())


def _cut(connection: Connection, sender: _Sender, plan: _Plan, name_of: NameOf) -> _Fresh:
    """Cut portion by portion: a whole village in memory at once would be felt on a small laptop."""
    covers = log.covers_of(connection, sender.origin, plan.first, plan.last)
    packing = Packing(key=sender.key, cover_of=covers.__getitem__, name_of=name_of)
    batches: list[tuple[Slot, bytes]] = []
    first = plan.first
    while first <= plan.last:
        last = min(plan.last, _end_of_group(connection, sender.origin, min(plan.last, first + _PORTION)))
        logged = log.changes_between(connection, sender.origin, first, last)
        some = list(_slots(cut(logged, log.link_before(connection, sender.origin, first), packing)))
        if last < plan.last and len(some) > 1:
            some.pop()  # there is room in it for what follows
        batches += some
        first = some[-1][0].last + 1
    return _Fresh(plan, tuple(batches))


def _slots(batches: Iterable[bytes]) -> Iterator[tuple[Slot, bytes]]:
    for batch in batches:
        header = read_header(batch)
        yield Slot(header.first, header.last, offered=False), batch


_OF_RECORD = """SELECT device, seq FROM change_log WHERE record = ? AND village = ?
    UNION SELECT device, seq FROM seed_change WHERE record = ? AND village = ?"""


def _names(connection: Connection, origin: Origin) -> NameOf:
    """Names of records by a change of theirs that is at the county, or will be before the batch that names it.

    Own ones are better, since another device has to be named once with its sixteen bytes, and late ones, since a county
    that trims its log keeps what still stands.
    """
    cursor = connection.connection.cursor()  # asked once an id, thousands of times for a first load
    received = sending.received(connection, origin)
    known: dict[bytes, ChangeName | None] = {}

    def name_of(record: bytes) -> ChangeName | None:
        if record not in known:
            rows = cursor.execute(_OF_RECORD, (record, origin.village) * 2).fetchall()
            known[record] = max(rows, key=preference, default=None)
        return known[record]

    def preference(name: ChangeName) -> tuple[int, int, bytes]:
        device, seq = name
        if device != origin.device:
            return 1, seq, device
        return (2, seq, device) if seq <= received else (0, -seq, device)

    return name_of
