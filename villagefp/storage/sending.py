"""How far this laptop's changes have come: given away, received, returned. Nothing but a receipt says "received"."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage.log import Origin
from villagefp.wire.receipt import Reason, Receipts, Returned, State

_WORST = (State.RETURNED, State.WAITING, State.ON_ITS_WAY, State.RECEIVED)
"""A record is only as far as the change that is furthest behind."""


@dataclass(frozen=True)
class ReturnedGroup:
    """A save that the county holds apart, with the reason."""

    origin: Origin
    group: Returned
    told_at: str
    records: tuple[tuple[int, RecordId], ...]  # kind and id of what it wrote, the record it is about first


@dataclass(frozen=True)
class Progress:
    """How many of this laptop's changes stand where; what came back under a former identity counts as well."""

    waiting: int
    on_its_way: int
    received: int
    returned: int

    @property
    def not_received(self) -> int:
        """What no receipt has confirmed, and what came back."""
        return self.waiting + self.on_its_way + self.returned


def give_away(connection: Connection, origin: Origin, seqs: range, road: str, at: str) -> None:
    """Note that changes left by a road (http, or the name of a file); the connection is a transaction's."""
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO given_away (village, device, first, last, road, given_at) VALUES (?, ?, ?, ?, ?, ?)",
        (origin.village, origin.device, seqs.start, seqs.stop - 1, road, at),
    )


def take_back(connection: Connection, origin: Origin, road: str) -> None:
    """Note that what left by a road did not arrive: the line was cut, the stick is lost."""
    connection.exec_driver_sql(
        "DELETE FROM given_away WHERE village = ? AND device = ? AND road = ?", (origin.village, origin.device, road)
    )


def anything_left_by(connection: Connection, origin: Origin, road: str) -> bool:
    """Whether something that left by a road is not confirmed yet."""
    query = "SELECT EXISTS (SELECT 1 FROM given_away WHERE village = ? AND device = ? AND road = ?)"
    return bool(connection.exec_driver_sql(query, (origin.village, origin.device, road)).scalar_one())


def note_receipts(connection: Connection, origin: Origin, receipts: Receipts, at: str) -> None:
    """Keep what all receipts so far say together; it may be less than before, where the county was put back."""
    mine = (origin.village, origin.device)
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO sending (village, device, received, safe, told_at) VALUES (?, ?, ?, ?, ?)",
        (*mine, receipts.accepted, receipts.safe_seq, at),
    )
    connection.exec_driver_sql(
        "DELETE FROM given_away WHERE village = ? AND device = ? AND last <= ?", (*mine, receipts.accepted)
    )
    told = [receipt for receipt in receipts.by_epoch.values() if receipt]
    if told:  # else nothing was said yet of what came back under a former identity
        connection.exec_driver_sql("DELETE FROM returned_group WHERE village = ?", (origin.village,))
    else:
        connection.exec_driver_sql("DELETE FROM returned_group WHERE village = ? AND device = ?", mine)
    groups = {(origin.device, group) for receipt in told for group in receipt.returned}
    groups |= {(one.device, group) for receipt in told for one in receipt.former for group in one.returned}
    for device, group in sorted(groups):
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO returned_group (village, device, first, last, reason, field, change, told_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (origin.village, device, group.first, group.last, int(group.reason), group.field, group.change, at),
        )


def received(connection: Connection, origin: Origin) -> int:
    """The own seq up to which a receipt confirms everything; 0 without one."""
    query = "SELECT received FROM sending WHERE village = ? AND device = ?"
    return connection.exec_driver_sql(query, (origin.village, origin.device)).scalar() or 0


def progress(connection: Connection, origin: Origin) -> Progress:
    """How far the changes of this laptop have come, in numbers."""
    mine = (origin.village, origin.device)
    query = "SELECT coalesce(max(seq), 0) FROM change_log WHERE village = ? AND device = ?"
    last = connection.exec_driver_sql(query, mine).scalar_one()
    confirmed = min(received(connection, origin), last)
    returned = {True: 0, False: 0}  # of this identity, of former ones
    for one in returned_groups(connection):
        returned[one.origin == origin] += one.group.last - one.group.first + 1
    given = {
        seq
        for row in connection.exec_driver_sql(
            "SELECT first, last FROM given_away WHERE village = ? AND device = ?", mine
        )
        for seq in range(max(row.first, confirmed + 1), min(row.last, last) + 1)
    }
    return Progress(
        waiting=last - confirmed - len(given),
        on_its_way=len(given),
        received=confirmed - returned[True],
        returned=sum(returned.values()),
    )


def returned_groups(connection: Connection) -> list[ReturnedGroup]:
    """What came back, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT village, device, first, last, reason, field, change, told_at FROM returned_group ORDER BY device, first"
    ).all()
    found = []
    for village, device, first, last, reason, field, change, told_at in rows:
        group = Returned(first, last, Reason(reason), field, change)
        written = connection.exec_driver_sql(
            "SELECT seq, kind, record FROM change_log WHERE village = ? AND device = ? AND seq BETWEEN ? AND ?"
            " ORDER BY seq <> ?, seq",
            (village, device, first, last, first + change if group.reason is not Reason.WAITS else first),
        )
        names = dict.fromkeys((row.kind, row.record) for row in written)
        found.append(ReturnedGroup(Origin(village, device), group, told_at, tuple(names)))
    return found


def states_of(connection: Connection, origin: Origin, records: list[RecordId]) -> dict[RecordId, State]:
    """Where records stand with what was entered here; what came from other laptops came through the county."""
    confirmed = {
        (row.village, row.device): row.received
        for row in connection.exec_driver_sql("SELECT village, device, received FROM sending")
    }
    own = {(origin.village, origin.device), *confirmed}  # with the identities this laptop had before
    back = [((one.origin.village, one.origin.device), one.group) for one in returned_groups(connection)]
    given = connection.exec_driver_sql("SELECT village, device, first, last FROM given_away").all()
    told: dict[RecordId, State] = {}
    for record in records:
        states = {State.RECEIVED}
        for village, device, seq in connection.exec_driver_sql(
            "SELECT village, device, seq FROM change_log WHERE record = ?", (record,)
        ):
            place = (village, device)
            if place not in own:
                continue
            if any(place == where and group.holds(seq) for where, group in back):
                states.add(State.RETURNED)
            elif seq > confirmed.get(place, 0):
                left = any((row.village, row.device) == place and row.first <= seq <= row.last for row in given)
                states.add(State.ON_ITS_WAY if left else State.WAITING)
        told[record] = next(state for state in _WORST if state in states)
    return told
