"""Making a seed from the county's log: of every record in force what still stands, in the order of use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import groupby

from sqlalchemy import Connection, func, select

from villagefp.county import log, merging
from villagefp.county.streams import Heads
from villagefp.county.tables import change_log, device, erased_record, erasure, village
from villagefp.wire.change import LoggedChange
from villagefp.wire.cursor import Cursor, Stream, start
from villagefp.wire.declared import BY_NAME, BY_NUMBER
from villagefp.wire.heads import Folded
from villagefp.wire.kinds import Kind
from villagefp.wire.protocol import ID_BYTES, REGISTRY
from villagefp.wire.seed import Source, Stage, sign_seed
from villagefp.wire.seed_records import SeedRecord, SeqRange, seed_record
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack

_REGISTER = frozenset(
    BY_NAME[name].number
    for name in ("village", "worker", "household", "hukou_book", "person", "alias", "phone", "membership", "same_as")
)
_HISTORY = frozenset(BY_NAME[name].number for name in ("event", "access"))
_OVER_BY = {
    BY_NAME[kind].number: BY_NAME[kind].by_name[field].number
    for kind, field in (
        ("episode", "closed_on"),
        ("consent", "withdrawn_on"),
        ("referral", "result_told_on"),
        ("appointment", "settled"),
    )
}
"""The field that says of a record that it is over."""


def made(
    connection: Connection, in_village: bytes, scopes: Collection[int], key: SigningKey
) -> tuple[bytes, list[bytes]]:
    """The name of a seed as the store stands, and its signed parts; the same for the same state."""
    cursors = _cursors(connection, in_village, scopes)
    statements = connection.execute(
        select(erasure.c.told).where(erasure.c.village == in_village).order_by(erasure.c.serial)
    )
    erasures = list(statements.scalars())
    covered = covered_by(connection, in_village, scopes)
    stages: dict[Stage, list[SeedRecord]] = {stage: [] for stage in Stage}
    for folded, ones in records(connection, in_village, scopes):
        if folded.heads:
            record = seed_record(folded.heads, [one.change for one in ones], covered)
            stages[_stage(record.kind, folded)].append(record)
    name = _name(connection, in_village, cursors, len(erasures))
    source = Source(
        village=in_village,
        seed=name,
        registry=REGISTRY,
        cursors=cursors,
        erasures=erasures,
        covered=covered,
        register=_in_order(stages[Stage.REGISTER]),
        open_care=_in_order(stages[Stage.OPEN_CARE]),
        history=stages[Stage.HISTORY],
    )
    return name, sign_seed(source, key)


def _in_order(of_stage: list[SeedRecord]) -> list[SeedRecord]:
    """As laptops wrote them: a household stands beside its people, and columns of what belongs together are short."""
    return sorted(of_stage, key=lambda record: (record.heads[0].name, record.record))


def _stage(kind: int, folded: Folded) -> Stage:
    if kind in _REGISTER:
        return Stage.REGISTER
    over = folded.withdrawn or bool(folded.values.get(_OVER_BY.get(kind, 0)))
    return Stage.HISTORY if over or kind in _HISTORY else Stage.OPEN_CARE


def _cursors(connection: Connection, in_village: bytes, scopes: Collection[int]) -> dict[Stream, Cursor]:
    heads = Heads(connection, in_village).cursors
    streams = [Stream(in_village, scope) for scope in sorted(scopes)]
    return {of: heads.get(of.scope) or start(of) for of in streams}


def _name(connection: Connection, in_village: bytes, cursors: Mapping[Stream, Cursor], erasures: int) -> bytes:
    """What the seed is called: one state, one name. Positions and chains stand for everything that is in force."""
    epoch = connection.execute(
        select(village.c.epoch_counter, village.c.epoch_random).where(village.c.village == in_village)
    ).one()
    stands = [[of.scope, *cursor] for of, cursor in sorted(cursors.items())]
    told = pack([in_village, *epoch, stands, erasures, REGISTRY])
    return blake2b(told, digest_size=ID_BYTES, person=b"vfp seed").digest()


def covered_by(connection: Connection, in_village: bytes, scopes: Collection[int]) -> dict[bytes, list[SeqRange]]:
    """By device the seqs that are in force in these scopes, with those of which the log was trimmed."""
    apart = _apart(connection, in_village, scopes)
    rows = connection.execute(
        select(device.c.device, device.c.accepted).where(device.c.village == in_village, device.c.accepted > 0)
    )
    covered = {row.device: list(_between(apart.get(row.device, ()), row.accepted)) for row in rows}
    return {device_id: ranges for device_id, ranges in sorted(covered.items()) if ranges}


def _apart(connection: Connection, in_village: bytes, scopes: Collection[int]) -> dict[bytes, list[int]]:
    """By device the seqs in the log that are held, wait for the rest of their group, or are of another scope."""
    query = select(change_log.c.device, change_log.c.seq).where(
        change_log.c.village == in_village,
        func.coalesce(change_log.c.scope, -1).not_in(sorted(scopes)),
    )
    apart: dict[bytes, list[int]] = defaultdict(list)
    for row in connection.execute(query.order_by(change_log.c.device, change_log.c.seq)):
        apart[row.device].append(row.seq)
    return apart


def _between(apart: Iterable[int], last: int) -> Iterator[SeqRange]:
    first = 1
    for seq in apart:
        if first < seq:
            yield SeqRange(first, seq - 1)
        first = seq + 1
    if first <= last:
        yield SeqRange(first, last)


def records(
    connection: Connection, in_village: bytes, scopes: Collection[int]
) -> Iterator[tuple[Folded, list[LoggedChange]]]:
    """Every record of these scopes that is not erased, with its changes in force.

    One of a newer peer is folded as if each field showed its latest value: its heads do not depend on that.
    """
    query = select(erased_record.c.kind, erased_record.c.record).where(erased_record.c.village == in_village)
    erased = {(row.kind, row.record) for row in connection.execute(query)}
    ones = log.in_force(connection, in_village, scopes)
    for (number, record), group in groupby(ones, lambda one: (one.change.kind, one.change.record)):
        changes = list(group)
        if (number, record) in erased:
            continue
        kind = BY_NUMBER.get(number) or Kind(number=number, name="", fields=())
        yield merging.fold_all(kind, changes), changes
