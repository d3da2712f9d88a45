"""Which records are of one person or one household: pairs that were said to be the same, and what hangs together.

Whoever is shown is the connected component of such pairs, by the smallest id that is here. Rows keep their own ids, so
taking a pair back brings both back after any number of edits, and cycles and repeats change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b

from villagefp.domain.records import RecordId

PERSON, HOUSEHOLD = "person", "household"
SORTS = (PERSON, HOUSEHOLD)
Pair = tuple[RecordId, RecordId]


def in_order(one: RecordId, other: RecordId) -> Pair:
    """The pair as it is kept: the smaller id first."""
    return (one, other) if one < other else (other, one)


def pair_id(one: RecordId, other: RecordId) -> RecordId:
    """The id of the record about a pair: a UUIDv8 (RFC 9562) made of the two ids, the same on every laptop.

    122 bits of BLAKE2b over the ids in order; version and variant say that it is no UUIDv7.
    """
    first, second = in_order(one, other)
    made = bytearray(blake2b(first + second, digest_size=16, person=b"vfp same_as").digest())
    made[6] = 0x80 | (made[6] & 0x0F)
    made[8] = 0x80 | (made[8] & 0x3F)
    return bytes(made)


def components(pairs: Iterable[Pair]) -> list[tuple[RecordId, ...]]:
    """What hangs together by these pairs, each component in order of ids."""
    beside: dict[RecordId, set[RecordId]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    found: list[tuple[RecordId, ...]] = []
    seen: set[RecordId] = set()
    for start in sorted(beside):
        if start in seen:
            continue
        together, waiting = {start}, [start]
        while waiting:
            fresh = beside[waiting.pop()] - together
            together |= fresh
            waiting.extend(fresh)
        seen |= together
        found.append(tuple(sorted(together)))
    return found
