"""Seeds: the state of a village for a laptop that has nothing, or too little, in signed parts and in a useful order.

First the register, so that the program can be used after a quarter of the way; then open episodes, consents and
appointments; then history, newest first. All parts are of one position of each stream. A part is small enough to be
resumed and applied on its own, and holds the heads of its records: the writes that still stand, not those that were
replaced. What a later change overwrites is therefore here, and merging goes on as if the whole log were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from villagefp.wire import signed
from villagefp.wire.change import ChangeName
from villagefp.wire.columns_ids import RecordOf, UnknownNameError
from villagefp.wire.compression import NotCompressedError
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.packed_columns import close_columns, open_columns
from villagefp.wire.packing import MalformedError, Writer
from villagefp.wire.protocol import Count, Hash, Id, Seq, Small
from villagefp.wire.seed_records import MAX_HEADS, Covered, SeedRecord, SeqRange, put_records, take_records
from villagefp.wire.signed import BODY_AT, ExchangeError, Fault, Purpose
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack

MAX_PART = 4_500_000
"""Bytes of a part as it travels: one record, a form with its workbook, may alone take as much; others are small."""
MAX_PARTS = 4096
_AIM = 60 * 1024
"""Bytes that a part is meant to become: columns pack better the more they hold, and a line goes on within a part."""
_MOST = _AIM * 17 // 16
_FIRST = 4 * _AIM
"""Bytes of bodies that are tried first, before it is known how well they pack."""
_HEAD = 24
"""Bytes that a change counts besides its body."""
_BUDGET = 3_000_000
"""Values that one part may make."""


class Stage(IntEnum):
    """What a part is about; parts come in this order."""

    REGISTER = 1
    OPEN_CARE = 2
    HISTORY = 3


class Position(NamedTuple):
    """Where a seed stands in one stream."""

    scope: Small
    position: Count
    chain: Hash


class Seed(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What all parts of a seed have in common."""

    village: Id
    seed: Id  # its own name: parts of two seeds are never mixed
    registry: Small
    total: Annotated[int, Meta(ge=1, le=MAX_PARTS)]
    register_parts: Annotated[int, Meta(ge=1, le=MAX_PARTS)]  # after these the program can be used
    positions: tuple[Position, ...]

    def cursors(self) -> dict[Stream, Cursor]:
        """Where a laptop stands that has applied every part."""
        return {Stream(self.village, each.scope): Cursor(each.position, each.chain) for each in self.positions}


class Content(NamedTuple):
    """What one part brings. Erasures and covered seqs stand in the first part, before any record."""

    records: tuple[SeedRecord, ...]  # same_as among them, as any other kind
    erasures: tuple[bytes, ...]  # signed statements
    covered: Covered


class _Before(msgspec.Struct, array_like=True):
    """What must be known before any record."""

    erasures: tuple[bytes, ...]
    covered: dict[Id, tuple[tuple[Seq, Seq], ...]]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a seed."""

    seed: Seed
    number: int  # from 1
    stage: Stage
    packed: bytes

    def content(self, record_of: RecordOf) -> Content:
        """What it brings; ExchangeError where it makes no sense.

        `record_of` tells of a change that an earlier part has brought which record it is about.
        """
        try:
            return _content(self, record_of)
        except (MalformedError, NotCompressedError, UnknownNameError, OverflowError, RecursionError) as error:
            raise ExchangeError(Fault.DAMAGED) from error


class _Body(msgspec.Struct, array_like=True):
    seed: Seed
    number: Annotated[int, Meta(ge=1, le=MAX_PARTS)]
    stage: Stage
    packed: bytes


_BEFORE = msgspec.msgpack.Decoder(_Before)
_BODY = msgspec.msgpack.Decoder(_Body)


def _content(part: Part, record_of: RecordOf) -> Content:
    reader = open_columns(part.packed, _BUDGET)
    told = reader.text()
    before = signed.decode(_BEFORE, told) if told else _Before((), {})
    records = take_records(reader, part.seed.village, record_of)
    reader.finish()
    covered = {device: [SeqRange(*each) for each in ranges] for device, ranges in before.covered.items()}
    return Content(records, before.erasures, covered)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a seed is made of: records by stage, and what a laptop must know before the first of them."""

    village: bytes
    seed: bytes
    registry: int
    cursors: Mapping[Stream, Cursor]
    erasures: Sequence[bytes]
    covered: Covered
    register: Iterable[SeedRecord]
    open_care: Iterable[SeedRecord]
    history: Iterable[SeedRecord]


def sign_seed(source: Source, key: SigningKey) -> list[bytes]:
    """All parts of a seed as they travel; the same source gives the same bytes.

    Register and open care come in the order of the source, history newest first by the stamp of its last write. Within
    a part records stand in the order in which their laptops wrote them.
    """
    history = sorted(source.history, key=lambda one: (-max(head.stamp for head in one.heads), one.record))
    stages = {Stage.REGISTER: source.register, Stage.OPEN_CARE: source.open_care, Stage.HISTORY: history}
    named: dict[bytes, ChangeName] = {}
    before = _before(source)
    contents = []
    for stage, records in stages.items():
        contents += [(stage, packed) for packed in _packed(list(records), before, named)]
        before = b""
    seed = Seed(
        village=source.village,
        seed=source.seed,
        registry=source.registry,
        total=len(contents),
        register_parts=sum(stage is Stage.REGISTER for stage, _packed in contents),
        positions=tuple(Position(stream.scope, *cursor) for stream, cursor in sorted(source.cursors.items())),
    )
    parts = [
        signed.sign(Purpose.SEED, pack(_Body(seed, number, stage, packed)), key)
        for number, (stage, packed) in enumerate(contents, 1)
    ]
    if len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in parts):
        raise ValueError(f"A seed of {len(parts)} parts, the largest of {max(map(len, parts))} bytes.")
    return parts


def _packed(records: Sequence[SeedRecord], before: bytes, named: dict[bytes, ChangeName]) -> Iterator[bytes]:
    """The parts of a stage, as much in each as fits; the register has one even where nobody is in it.

    `named` has a head of every record that went before, which a part need not say in full, and is carried on.
    """
    sizes = [sum(_HEAD + len(pack(head.fields)) for head in record.heads) for record in records]
    start, room = 0, _FIRST
    while start < len(records) or before:
        end = _filled(records, sizes, start, room)
        packed = _pack(records[start:end], before, named)
        if len(packed) > _MOST and end - start > 1:
            room = min(room * 7 // 8, sum(sizes[start:end]) * _AIM // len(packed))
            continue
        yield packed
        room = max(_AIM, sum(sizes[start:end]) * _AIM // len(packed))
        named |= {record.record: record.heads[0].name for record in records[start:end]}
        start, before = end, b""


def _before(source: Source) -> bytes:
    covered = {
        device: tuple((first, last) for first, last in source.covered[device]) for device in sorted(source.covered)
    }
    return pack(_Before(tuple(source.erasures), covered))


def _filled(records: Sequence[SeedRecord], sizes: Sequence[int], start: int, room: int) -> int:
    """Behind the last record that is expected to fit, and behind the first one in any case."""
    end, heads = start, 0
    while end < len(records):
        room, heads = room - sizes[end], heads + len(records[end].heads)
        if end > start and (room < 0 or heads > MAX_HEADS):
            break
        end += 1
    return end


def _pack(records: Sequence[SeedRecord], before: bytes, named: Mapping[bytes, ChangeName]) -> bytes:
    content = Writer()
    content.text(before)
    content.add(put_records(sorted(records, key=lambda one: one.heads[0].name), named.get))
    return close_columns(content)


def open_part(told: bytes, county: Iterable[bytes], village: bytes) -> Part:
    """A part as the county signed it, its content still packed; ExchangeError or VersionError where it did not."""
    body = signed.decode(_BODY, signed.check(Purpose.SEED, told, county, MAX_PART).body)
    if not body.number <= body.seed.total or body.seed.register_parts > body.seed.total:
        raise ExchangeError(Fault.DAMAGED)
    if (body.stage is Stage.REGISTER) != (body.number <= body.seed.register_parts):
        raise ExchangeError(Fault.DAMAGED)
    if body.seed.village != village:
        raise ExchangeError(Fault.FOREIGN)
    return Part(seed=body.seed, number=body.number, stage=body.stage, packed=body.packed)


def seed_of(told: bytes) -> Seed:
    """What a part says of its seed, for who has signed it: nothing is checked."""
    return signed.decode(_BODY, told[BODY_AT:]).seed


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """How far a laptop has applied a seed; kept with the records, in the same transaction as each part."""

    seed: Seed
    applied: Annotated[int, Meta(ge=0, le=MAX_PARTS)] = 0

    @property
    def usable(self) -> bool:
        """Whether the register is complete, so that people can be found and visited."""
        return self.applied >= self.seed.register_parts

    @property
    def complete(self) -> bool:
        """Whether history is complete; before that nothing may be called overdue."""
        return self.applied == self.seed.total

    def after(self, part: Part) -> Progress:
        """After one more part. One that was applied already changes nothing; ExchangeError where it does not fit."""
        if part.seed != self.seed:
            raise ExchangeError(Fault.FORKED)
        if part.number <= self.applied:
            return self
        if part.number != self.applied + 1:
            raise ExchangeError(Fault.GAP)
        return replace(self, applied=part.number)
