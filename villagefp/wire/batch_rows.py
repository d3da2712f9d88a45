"""The changes of a batch, a page or a part of a seed as columns, and back.

First what every change has (kind, group, stamp, author, record, what it replaces, the author's words), then a table a
kind with what its changes say. A body that an erasure has destroyed is not there; a body that would not come out byte
for byte as it was committed to is carried as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec

from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_body
from villagefp.wire.columns import Putting, Rows, Taking, Values, in_one_order, put_table, take_table
from villagefp.wire.columns_bytes import put_bytes, take_bytes
from villagefp.wire.columns_ids import Ahead, Firsts, Ids, NameOf, Names, RecordOf, TakenIds, take_names
from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.declared import BY_NAME
from villagefp.wire.packing import MalformedError, Reader, Writer

_EVENT = BY_NAME["event"]
_SPLIT: Mapping[int, tuple[int, ...]] = {
    _EVENT.number: (_EVENT.by_name["form"].number, _EVENT.by_name["form_version"].number)
}
"""Answers to one version of one form stand in one table. Which fields say so is told in the batch."""
_COUNTER_BITS = 16
_LARGEST = 1 << 63
"""What a database keeps is below it."""


_REASON = -1
"""The author's words stand in the table like a field of this number."""
_BODY = msgspec.msgpack.Decoder(tuple[dict[int, Any], str | None])


class _State(IntEnum):
    ROW = 0  # in the table of its kind
    WHOLE = 1  # as it is
    GONE = 2  # destroyed


class Body(NamedTuple):
    """What a change says, as it was committed to and as it reads."""

    packed: bytes | None
    fields: Mapping[int, Any]
    reason: str | None


_GONE = Body(None, {}, None)


@dataclass(frozen=True)
class Unpacked:
    """A change as it came out: its body, or nothing where it was destroyed."""

    change: Change
    body: bytes | None


def put_changes(logged: Sequence[LoggedChange], name_of: NameOf) -> Writer:
    """The columns of these changes; village, devices and seqs are told elsewhere."""
    changes = [entry.change for entry in logged]
    names = Names(_firsts([change.name for change in changes]))
    ids = Ids(names, name_of)
    body = Writer()
    when = [change.stamp >> _COUNTER_BITS for change in changes]
    put_numbers(body, [change.kind for change in changes])
    put_numbers(body, [change.seq - change.group for change in changes])
    _put_stamps(body, changes)
    ids.put_column(body, [change.record for change in changes], when)
    ids.put_column(body, [change.author for change in changes], when)
    _put_replaces(body, changes, names)
    _put_bodies(body, logged, when, ids)
    head = Writer()
    ids.put(head)
    names.put(head)
    head.add(body)
    return head


def _firsts(written: Sequence[ChangeName]) -> Firsts:
    firsts: dict[bytes, int] = {}
    for device, seq in written:
        firsts.setdefault(device, seq)
    return firsts


def take_changes(
    reader: Reader,
    village: bytes,
    written: Sequence[ChangeName],
    record_of: RecordOf,
    ahead: Ahead = lambda _names: None,
) -> list[Unpacked]:
    """Back from `put_changes`, given which changes they are; a body that was destroyed leaves no fields."""
    count = len(written)
    reader.spend(count)
    ids = TakenIds(reader)
    names = take_names(reader, _firsts(written))
    ids.name(names, record_of, ahead)
    kinds = take_numbers(reader, count)
    groups = [seq - back for (_device, seq), back in zip(written, take_numbers(reader, count), strict=True)]
    stamps = _take_stamps(reader, [(device, group) for (device, _), group in zip(written, groups, strict=True)])
    if not 0 <= min(stamps) <= max(stamps) < _LARGEST or not 0 <= min(kinds) <= max(kinds) < _LARGEST >> 32:
        raise MalformedError("a stamp or a kind that no program makes")
    when = [stamp >> _COUNTER_BITS for stamp in stamps]
    records = ids.take_column(reader, when)
    authors = ids.take_column(reader, when)
    replaces = _take_replaces(reader, count, names)
    bodies = _take_bodies(reader, kinds, when, ids)
    ids.finish()
    unpacked = []
    for place, body in enumerate(bodies):
        change = Change(
            village=village,
            device=written[place][0],
            seq=written[place][1],
            group=groups[place],
            stamp=stamps[place],
            author=authors[place],
            kind=kinds[place],
            record=records[place],
            fields=body.fields,
            replaces=replaces[place],
            reason=body.reason,
        )
        unpacked.append(Unpacked(change, body.packed))
    return unpacked


def _put_stamps(writer: Writer, changes: Sequence[Change]) -> None:
    """One stamp a group, as a save gives it, or one a change."""
    starts = _starts([(change.device, change.group) for change in changes])
    alike = all(
        start or change.stamp == changes[place - 1].stamp
        for place, (start, change) in enumerate(zip(starts, changes, strict=True))
    )
    stamps = [change.stamp for start, change in zip(starts, changes, strict=True) if start or not alike]
    writer.plain.append(alike)
    put_numbers(writer, [stamp >> _COUNTER_BITS for stamp in stamps])
    put_numbers(writer, [stamp & (1 << _COUNTER_BITS) - 1 for stamp in stamps])


def _starts(groups: Sequence[ChangeName]) -> list[bool]:
    """Where another group begins than that of the row before; a group has a device and the seq of its first change."""
    return [not place or group != groups[place - 1] for place, group in enumerate(groups)]


def _take_stamps(reader: Reader, groups: Sequence[ChangeName]) -> list[int]:
    alike = reader.byte()
    starts = [start or not alike for start in _starts(groups)]
    times = take_numbers(reader, sum(starts))
    counters = take_numbers(reader, sum(starts))
    told = iter([time << _COUNTER_BITS | counter for time, counter in zip(times, counters, strict=True)])
    stamps: list[int] = []
    for start in starts:
        stamps.append(next(told) if start else stamps[-1])
    return stamps


def _put_replaces(writer: Writer, changes: Sequence[Change], names: Names) -> None:
    """For each field that was written over, whose writes it had."""
    told = [(number, sorted(change.replaces[number])) for change in changes for number in sorted(change.replaces)]
    put_numbers(writer, [len(change.replaces) for change in changes])
    put_numbers(writer, [number for number, _ in told])
    put_numbers(writer, [len(replaced) for _, replaced in told])
    put_numbers(writer, [names.place(name) for _, replaced in told for name in replaced])


def _take_replaces(reader: Reader, count: int, names: Sequence[ChangeName]) -> list[dict[int, tuple[ChangeName, ...]]]:
    fields = _take_counts(reader, count)
    numbers = iter(take_numbers(reader, sum(fields)))
    counts = iter(told := _take_counts(reader, sum(fields)))
    places = take_numbers(reader, sum(told))
    if places and not 0 <= min(places) <= max(places) < len(names):
        raise MalformedError("a change that is not named")
    replaced = iter([names[place] for place in places])
    return [
        {next(numbers): tuple([next(replaced) for _name in range(next(counts))]) for _field in range(some)}
        for some in fields
    ]


def _take_counts(reader: Reader, count: int) -> list[int]:
    counts = take_numbers(reader, count)
    if counts and min(counts) < 0:
        raise MalformedError("a count below zero")
    reader.spend(sum(counts))
    return counts


def _put_bodies(writer: Writer, logged: Sequence[LoggedChange], when: Sequence[int], ids: Ids) -> None:
    rows = [_row(entry) for entry in logged]
    by_kind: dict[int, list[int]] = {}
    for place, (entry, row) in enumerate(zip(logged, rows, strict=True)):
        if row is not None:
            by_kind.setdefault(entry.change.kind, []).append(place)
    orders: dict[int, Mapping[int, int]] = {}
    for kind, members in by_kind.items():
        orders[kind], kept = in_one_order([rows[place] or {} for place in members])
        for place, keeps in zip(members, kept, strict=True):
            if not keeps:
                rows[place] = None
    states = [_State.GONE if entry.body is None else _State.WHOLE for entry in logged]
    states = [state if row is None else _State.ROW for state, row in zip(states, rows, strict=True)]
    put_numbers(writer, states)
    whole = [entry.body or b"" for entry, state in zip(logged, states, strict=True) if state is _State.WHOLE]
    if whole:
        put_bytes(writer, whole)
    for kind, members in by_kind.items():
        some = [(place, row) for place in members if (row := rows[place]) is not None]
        if some:
            table = Rows([row for _, row in some], [when[place] for place, _ in some])
            put_table(Putting(writer, ids, _SPLIT.get(kind, ())), table, orders[kind])


def _row(entry: LoggedChange) -> Values | None:
    """What a change says, the author's words among it; nothing where it would not come out the same."""
    change = entry.change
    if entry.body is None or not set(map(type, change.fields)) <= {int} or min(change.fields, default=0) < 0:
        return None
    if pack_body(change.fields, change.reason) != entry.body:
        return None
    return change.fields if change.reason is None else {**change.fields, _REASON: change.reason}


def _take_bodies(reader: Reader, kinds: Sequence[int], when: Sequence[int], ids: TakenIds) -> list[Body]:
    states = take_numbers(reader, len(kinds))
    if not set(states) <= {*_State}:
        raise MalformedError("an unknown way to carry a body")
    whole = [place for place, state in enumerate(states) if state == _State.WHOLE]
    bodies: list[Body] = [_GONE] * len(kinds)
    if whole:
        for place, packed in zip(whole, take_bytes(reader, len(whole)), strict=True):
            bodies[place] = _read_body(packed)
    by_kind: dict[int, list[int]] = {}
    for place, (kind, state) in enumerate(zip(kinds, states, strict=True)):
        if state == _State.ROW:
            by_kind.setdefault(kind, []).append(place)
    for members in by_kind.values():
        rows = take_table(Taking(reader, ids), [when[place] for place in members])
        for place, row in zip(members, rows, strict=True):
            bodies[place] = body = _packed(row)
            reader.fill(len(body.packed or b""))
    return bodies


def _packed(row: dict[int, Any]) -> Body:
    reason = row.pop(_REASON, None)
    if not isinstance(reason, str | None):
        raise MalformedError("a reason that is no text")
    try:
        return Body(pack_body(row, reason), row, reason)
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedError("a number that is too large") from error


def _read_body(packed: bytes) -> Body:
    try:
        fields, reason = _BODY.decode(packed)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise MalformedError("a body that is none") from error
    return Body(packed, fields, reason)
