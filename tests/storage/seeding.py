"""Somebody who knows the whole log of a village and makes a seed of a part of it, as a county does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from villagefp.storage import exchange_facts, log, seeds
from villagefp.storage.codec import BY_NUMBER
from villagefp.storage.exchange_facts import CountyLink
from villagefp.storage.store import Store
from villagefp.wire.change import LoggedChange
from villagefp.wire.cursor import Cursor, Stream
from villagefp.wire.erasure import NOTHING_ERASED, Erasures, fold_erased
from villagefp.wire.scopes import EVERY
from villagefp.wire.seed import Part, Progress, Source, open_part, sign_seed
from villagefp.wire.seed_records import SeedRecord, SeqRange, seed_record
from villagefp.wire.signing import SigningKey

COUNTY = SigningKey(b"county's key".ljust(32))
POSITION = 7
"""Where every seed of these tests stands in each stream."""


def whole_log(*stores: Store) -> list[LoggedChange]:
    """Everything that any of these laptops has."""
    found = {}
    for store in stores:
        with store.read() as connection:
            found |= {one.change.name: one for one in log.logged_changes(connection)}
    return [found[name] for name in sorted(found)]


def seed_of(
    logged: Iterable[LoggedChange],
    covered: Mapping[bytes, Sequence[SeqRange]],
    name: bytes = b"s" * 16,
    erased: Erasures = NOTHING_ERASED,
    statements: Sequence[bytes] = (),
) -> list[Part]:
    """The parts of a seed of the changes that are covered: register, the rest, events."""
    of_record = defaultdict(list)
    for one in logged:
        change = one.change
        if any(first <= change.seq <= last for first, last in covered.get(change.device, ())):
            of_record[change.kind, change.record].append(change)
    stages: list[list[SeedRecord]] = [[], [], []]
    village = b""
    for (number, record), changes in sorted(of_record.items()):
        village = changes[0].village
        kind = BY_NUMBER[number].kind
        heads = fold_erased(kind, record, changes, erased).heads
        if heads:
            stage = 2 if kind.name == "event" else int(kind.name in {"episode", "referral"})
            stages[stage].append(seed_record(heads, changes, covered))
    parts = sign_seed(
        Source(
            village=village,
            seed=name,
            registry=1,
            cursors={Stream(village, scope): Cursor(POSITION, bytes([scope]) * 32) for scope in EVERY},
            erasures=statements,
            covered=covered,
            register=stages[0],
            open_care=stages[1],
            history=stages[2],
        ),
        COUNTY,
    )
    return [open_part(told, [COUNTY.public], village) for told in parts]


def up_to(seqs: Mapping[bytes, int]) -> dict[bytes, list[SeqRange]]:
    """All changes of these devices up to a seq."""
    return {device: [SeqRange(1, last)] for device, last in seqs.items() if last}


def knows_the_county(store: Store) -> None:
    """As after enrolment."""
    with store.save() as save:
        exchange_facts.put_county_link(save.connection, CountyLink("", (COUNTY.public,), bytes(32), "village_doctor"))


def take(store: Store, parts: Sequence[Part]) -> Progress:
    """Each part in a transaction of its own."""
    told = None
    for part in parts:
        with store.taking() as taking:
            before = seeds.progress(taking.connection)
            if before is None or before.seed != part.seed:
                seeds.begin(taking, part.seed)
            told = seeds.apply_part(taking, part)
    assert told is not None
    return told
