"""What a seed holds of a record: the writes that still stand, and what is needed so that others stay replaced.

A part carries them in the columns of batches and pages. Which changes they are is told here, since they are not
consecutive; keys, commitments and links are not: the signature of the county stands for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from villagefp.wire.batch_rows import put_changes, take_changes
from villagefp.wire.change import Change, ChangeName, LoggedChange, pack_body
from villagefp.wire.columns_ids import NameOf, RecordOf
from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.heads import Heads
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.protocol import ID_BYTES, MAX_STAMP
from villagefp.wire.values import in_order

MAX_HEADS = 1 << 14
"""Changes in one part."""


class SeqRange(NamedTuple):
    """Seqs from `first` to `last`, both of them included."""

    first: int
    last: int


Covered = Mapping[bytes, Sequence[SeqRange]]
"""By device the seqs whose effect a seed holds; what is held apart at the county is not among them."""


class SeedRecord(NamedTuple):
    """A record as its heads: the writes that still stand, or are still needed, with the fields for which they are.

    Of what they overwrote they name only what may still come. Who should decide something follows from them.
    """

    heads: tuple[Change, ...]  # in order of device and seq, never none

    @property
    def kind(self) -> int:
        """Its kind."""
        return self.heads[0].kind

    @property
    def record(self) -> bytes:
        """Its id."""
        return self.heads[0].record


def is_value(told: object) -> bool:
    """Whether this is one of the values that a field can hold."""
    if isinstance(told, dict):
        return all(isinstance(element, str) and isinstance(there, bool) for element, there in told.items())
    return told is None or isinstance(told, str | bytes | int)


def is_covered(covered: Covered, name: ChangeName) -> bool:
    """Whether a seed already holds what a change did: then it is not applied again."""
    device, seq = name
    return any(first <= seq <= last for first, last in covered.get(device, ()))


def seed_record(heads: Heads, changes: Iterable[Change], covered: Covered) -> SeedRecord:
    """A record as a seed carries it, from its heads and all of its changes that the seed covers.

    What the heads replaced comes no more, unless it is not covered: after a county was put back, a write may arrive
    later than the one that replaced it. What is needed so that it stays replaced goes along.
    """
    by_name = {change.name: change for change in changes}
    needed = _needed(heads, by_name, covered)
    if not needed:
        raise ValueError("A record of which nothing stands is not part of a seed.")
    return SeedRecord(tuple(_head(by_name[name], needed, covered) for name in sorted(needed)))


def _needed(heads: Heads, by_name: Mapping[ChangeName, Change], covered: Covered) -> dict[ChangeName, set[int]]:
    """For each change that goes along the fields for which it does."""
    needed: dict[ChangeName, set[int]] = {}
    for number, names in heads.items():
        for name in names:
            needed.setdefault(name, set()).add(number)
    replacing = [(c.name, number, old) for c in by_name.values() for number, olds in c.replaces.items() for old in olds]
    for name, number, old in replacing:
        if not is_covered(covered, old):
            needed.setdefault(name, set()).add(number)
    grown = True
    while grown:  # who replaces one that goes along has to go along, up to the heads
        grown = False
        for name, number, old in replacing:
            if number in needed.get(old, ()) and number not in needed.get(name, ()):
                needed.setdefault(name, set()).add(number)
                grown = True
    return needed


def _head(change: Change, needed: Mapping[ChangeName, set[int]], covered: Covered) -> Change:
    # A field stays in `replaces` even if nothing of it may still come: an erasure later reads from it what was written.
    wanted = sorted(needed[change.name])
    return replace(
        change,
        fields=in_order({number: change.fields[number] for number in wanted if number in change.fields}),
        replaces={
            number: tuple(old for old in change.replaces[number] if old in needed or not is_covered(covered, old))
            for number in wanted
            if number in change.replaces
        },
    )


def put_records(records: Sequence[SeedRecord], name_of: NameOf) -> Writer:
    """The columns of these records; those of one device that were written together should stand together.

    `name_of` tells a head of a record that an earlier part of the same seed has brought.
    """
    heads = [head for record in records for head in record.heads]
    writer = Writer()
    writer.number(len(records))
    put_numbers(writer, [len(record.heads) for record in records])
    devices = {device: place for place, device in enumerate(dict.fromkeys(head.device for head in heads))}
    writer.number(len(devices))
    writer.dense += b"".join(devices)
    put_numbers(writer, [devices[head.device] for head in heads])
    put_numbers(writer, _steps([head.name for head in heads]))
    if heads:
        writer.add(put_changes([_bodied(head) for head in heads], name_of))
    return writer


def _steps(names: Sequence[ChangeName]) -> list[int]:
    """How far each seq is from the one before it of the same device: nearly always one."""
    last: dict[bytes, int] = {}
    steps = []
    for device, seq in names:
        steps.append(seq - last.get(device, 0))
        last[device] = seq
    return steps


def _bodied(head: Change) -> LoggedChange:
    return LoggedChange(head, pack_body(head.fields, head.reason), b"", b"")


def take_records(reader: Reader, village: bytes, record_of: RecordOf) -> tuple[SeedRecord, ...]:
    """Back from `put_records`; MalformedError, or UnknownNameError where a record is named that is not here."""
    count = reader.number()
    if count > MAX_HEADS:
        raise MalformedError("more records than a part has")
    counts = take_numbers(reader, count)
    if counts and not (min(counts) > 0 and sum(counts) <= MAX_HEADS):
        raise MalformedError("a record of no changes, or of too many")
    names = _take_names(reader, sum(counts))
    unpacked = take_changes(reader, village, names, record_of) if names else []
    heads = iter(unpacked)
    records = tuple(SeedRecord(tuple([next(heads).change for _head in range(some)])) for some in counts)
    for record in records:
        if len({(head.kind, head.record) for head in record.heads}) > 1:
            raise MalformedError("a record that is two")
        for head in record.heads:
            if not 0 < head.group <= head.seq or not all(map(is_value, head.fields.values())):
                raise MalformedError("a save that comes after its change, or a value that no field holds")
    return records


def _take_names(reader: Reader, count: int) -> list[ChangeName]:
    known = reader.number()
    if known > count:
        raise MalformedError("more devices than changes")
    devices = [reader.take_dense(ID_BYTES) for _device in range(known)]
    places, steps = take_numbers(reader, count), take_numbers(reader, count)
    if places and not 0 <= min(places) <= max(places) < len(devices):
        raise MalformedError("a change of a device that is not listed")
    last = [0] * known
    names = []
    for place, step in zip(places, steps, strict=True):
        last[place] += step
        if not 0 < last[place] <= MAX_STAMP:
            raise MalformedError("a change that nobody can have made")
        names.append((devices[place], last[place]))
    return names
