"""The digest of a stream: one number that says whether two sides have the same heads of all its records.

Each record gives a BLAKE2b-256 hash of its kind, id and packed heads; the digest is their sum modulo 2^256, with the
number of records. Why a sum: it does not depend on any order, and when one save changes one record's heads, the old
hash is taken off and the new one put on, in two microseconds, however large the village is. A hash over a sorted list
would have to be made anew from everything, a tree needs storage of its own, and XOR forgets whatever came in twice.
A sum can be forged by somebody who may choose very many records (generalised birthday); the digest is not made to stop
that: links and signatures are. It finds what was lost by mischance.

Heads name changes and fields, so that a lost head, a change applied to one side alone and a lost withdrawal all show.
Values need not be hashed: the links bind them. A record without heads, of which erasures left nothing, counts as not
there: a laptop that took a seed has never heard of it. An erased record counts as erased, whatever changes of it a
side still has, for each side forgets them at its own time. Digests compare only between sides with one state of the
registry, since a kind that one of them does not know has other heads there; and only where nothing waits or is held.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from villagefp.wire.heads import pack_heads
from villagefp.wire.protocol import HASH_BYTES

_MODULUS = 1 << (8 * HASH_BYTES)
_NO_HEADS = pack_heads({})


class Digest(NamedTuple):
    """The heads of all records of a stream, as a number."""

    total: int = 0
    records: int = 0

    def put(self, kind: int, record: bytes, before: bytes | None, after: bytes | None) -> Digest:
        """After one record's packed heads changed; None is a record that is not here."""
        total = self.total - _hash(kind, record, before) + _hash(kind, record, after)
        return Digest(total % _MODULUS, self.records + _is_there(after) - _is_there(before))

    def erase(self, kind: int, record: bytes, before: bytes | None) -> Digest:
        """After a record was erased that had these heads here, or was not here at all. Only for the first erasure."""
        erased = self.put(kind, record, before, None)
        return Digest((erased.total + _hash_erased(kind, record)) % _MODULUS, erased.records + 1)

    def joined(self, other: Digest) -> Digest:
        """The digest of two sets of records that have none in common."""
        return Digest((self.total + other.total) % _MODULUS, self.records + other.records)

    def to_bytes(self) -> bytes:
        """As it travels: 32 bytes."""
        text = self.total.to_bytes(HASH_BYTES, "big") + self.records.to_bytes(8, "big")
        return blake2b(text, digest_size=HASH_BYTES, person=b"vfp digest").digest()


EMPTY = Digest()
"""Of a stream without records."""


def _is_there(heads: bytes | None) -> bool:
    return heads is not None and heads != _NO_HEADS


def _hash(kind: int, record: bytes, heads: bytes | None) -> int:
    if heads is None or heads == _NO_HEADS:
        return 0
    return _number(kind, record, heads, b"vfp heads")


def _hash_erased(kind: int, record: bytes) -> int:
    return _number(kind, record, b"", b"vfp erased")


def _number(kind: int, record: bytes, heads: bytes, person: bytes) -> int:
    hashed = blake2b(digest_size=HASH_BYTES, person=person)
    hashed.update(kind.to_bytes(4, "big") + len(record).to_bytes(1, "big") + record)
    hashed.update(heads)
    return int.from_bytes(hashed.digest(), "big")
