"""Seeds: the state of a village for a laptop that has nothing, or too little, in signed parts and in a useful order.

First the register, so that the program can be used after a quarter of the way; then open episodes, consents and
appointments; then history, newest first. All parts are of one position of each stream. A part is small enough to be
resumed and applied on its own, and holds the heads of its records: the writes that still stand, not those that were
replaced. What a later change overwrites is therefore here, and merging goes on as if the whole log were.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from villagefp.wire import signed
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.protocol import Count, Hash, Id, Seq, Small
from villagefp.wire.seed_records import Covered, SeedRecord, is_value
from villagefp.wire.signed import ExchangeError, Fault, Purpose
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack

MAX_PART = 4_500_000
"""Bytes of a part as it travels: one record, a form with its workbook, may alone take as much; others are small."""
MAX_CONTENT = 8 * 1024 * 1024
"""Bytes of its content after unpacking."""
_GOAL = 192 * 1024
"""Bytes of records at which a part is closed; packed they are about a fifth, but sealed fields do not shrink."""
MAX_PARTS = 4096


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


class Content(msgspec.Struct, array_like=True, kw_only=True):
    """What one part brings. Erasures and covered seqs stand in the first part, before any record."""

    records: tuple[SeedRecord, ...]  # same_as among them, as any other kind
    erasures: tuple[bytes, ...] = ()  # signed statements
    covered: dict[Id, tuple[tuple[Seq, Seq], ...]] = {}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a seed."""

    seed: Seed
    number: int  # from 1
    stage: Stage
    packed: bytes

    def content(self) -> Content:
        """What it brings; ExchangeError where it makes no sense."""
        content = signed.decode(_CONTENT, unpack_content(self.packed))
        if not all(
            is_value(value) for record in content.records for head in record.heads for value in head.fields.values()
        ):
            raise ExchangeError(Fault.DAMAGED)
        return content


class _Body(msgspec.Struct, array_like=True):
    seed: Seed
    number: Annotated[int, Meta(ge=1, le=MAX_PARTS)]
    stage: Stage
    packed: bytes


_CONTENT = msgspec.msgpack.Decoder(Content)
_BODY = msgspec.msgpack.Decoder(_Body)


def pack_content(content: bytes) -> bytes:
    """The one place that knows how a part's content is made small."""
    return zlib.compress(content, 9)


def unpack_content(packed: bytes) -> bytes:
    """The content again; ExchangeError where it is not whole or grows beyond all measure."""
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(packed, MAX_CONTENT)
    except zlib.error as error:
        raise ExchangeError(Fault.DAMAGED) from error
    if stream.unconsumed_tail:
        raise ExchangeError(Fault.TOO_LARGE)
    if not stream.eof or stream.unused_data:
        raise ExchangeError(Fault.DAMAGED)
    return content


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

    Register and open care come in the order of the source, so that a household stands beside its people; history comes
    newest first by the stamp of its last write.
    """
    history = sorted(source.history, key=lambda one: (-max(head.stamp for head in one.heads), one.record))
    stages = {Stage.REGISTER: source.register, Stage.OPEN_CARE: source.open_care, Stage.HISTORY: history}
    contents = [(stage, records) for stage, those in stages.items() for records in _portions(those, stage)]
    seed = Seed(
        village=source.village,
        seed=source.seed,
        registry=source.registry,
        total=len(contents),
        register_parts=sum(stage is Stage.REGISTER for stage, _records in contents),
        positions=tuple(Position(stream.scope, *cursor) for stream, cursor in sorted(source.cursors.items())),
    )
    parts = [
        signed.sign(Purpose.SEED, pack(_Body(seed, number, stage, _packed(records, source, number))), key)
        for number, (stage, records) in enumerate(contents, 1)
    ]
    if len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in parts):
        raise ValueError(f"A seed of {len(parts)} parts, the largest of {max(map(len, parts))} bytes.")
    return parts


def _portions(records: Iterable[SeedRecord], stage: Stage) -> Iterator[tuple[SeedRecord, ...]]:
    """Records in portions of about one part; the register has a part even where nobody is in it."""
    portion: list[SeedRecord] = []
    size = 0
    for record in records:
        length = len(pack(record))
        if portion and size + length > _GOAL:
            yield tuple(portion)
            portion, size = [], 0
        portion.append(record)
        size += length
    if portion or stage is Stage.REGISTER:
        yield tuple(portion)


def _packed(records: tuple[SeedRecord, ...], source: Source, number: int) -> bytes:
    content = Content(records=records)
    if number == 1:
        content.erasures = tuple(source.erasures)
        content.covered = {
            device: tuple((first, last) for first, last in source.covered[device]) for device in sorted(source.covered)
        }
    return pack_content(pack(content))


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
