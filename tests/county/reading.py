"""What a county's store holds, and what it should: folded anew from the logs of the laptops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tests.county.laptops import Laptop
from villagefp.county.doubts import Doubt, doubts_of, unpack_doubts
from villagefp.county.store import County
from villagefp.county.streams import digests
from villagefp.county.tables import record
from villagefp.wire.change import Change, ChangeName
from villagefp.wire.declared import BY_NUMBER
from villagefp.wire.digest import EMPTY, Digest
from villagefp.wire.heads import fold, pack_heads
from villagefp.wire.scopes import scope_of
from villagefp.wire.values import in_order, pack


@dataclass(frozen=True)
class Kept:
    """A record as its row says."""

    scope: int
    fields: bytes
    heads: bytes
    withdrawn: bool
    doubts: tuple[Doubt, ...]


def stored(county: County, village: bytes) -> Mapping[tuple[int, bytes], Kept]:
    """All records of a village; the digests of its streams are checked on the way."""
    columns = (record.c.kind, record.c.record, record.c.scope, record.c.fields, record.c.heads, record.c.withdrawn)
    with county.read() as connection:
        rows = connection.execute(select(*columns, record.c.doubts).where(record.c.village == village)).all()
        kept_digests = digests(connection, village)
    found = {
        (kind, name): Kept(scope, fields, heads, bool(withdrawn), unpack_doubts(doubts))
        for kind, name, scope, fields, heads, withdrawn, doubts in rows
    }
    made: dict[int, Digest] = dict.fromkeys(kept_digests, EMPTY)
    for (kind, name), one in found.items():
        # An erased record has no heads at all.
        scoped = made[one.scope]
        made[one.scope] = scoped.put(kind, name, None, one.heads) if one.heads else scoped.erase(kind, name, None)
    assert kept_digests == made
    return found


def in_force(laptops: Iterable[Laptop], without: Collection[ChangeName] = ()) -> Mapping[tuple[int, bytes], Kept]:
    """The records that these logs make, without the changes that are held."""
    changes: dict[tuple[int, bytes], list[Change]] = defaultdict(list)
    for laptop in laptops:
        for one in laptop.log:
            if one.change.name not in without:
                changes[one.change.kind, one.change.record].append(one.change)
    made = {}
    for name, ones in changes.items():
        folded = fold(BY_NUMBER[name[0]], ones)
        made[name] = Kept(
            scope=scope_of(ones[0]),
            fields=pack(in_order(folded.values)),
            heads=pack_heads(folded.heads),
            withdrawn=folded.withdrawn,
            doubts=doubts_of(BY_NUMBER[name[0]], folded),
        )
    return made
