"""Where a laptop stands in a stream: a position and a chain over all that stands before it, never a time.

The county numbers the changes of a stream without gaps. `chain_n = H(chain_{n-1}, link_n)`, the link being that of the
change in its own device's chain, so two sides with equal chains hold the same changes in the same order. Where the
chains differ, one side was put back to an earlier state; sparse checkpoints say up to where both still agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from villagefp.wire.protocol import Count

TAG_BYTES = 8
"""Bytes of a chain that travel where it is only compared: what differs by mischance differs here too."""
EPOCH_BYTES = 8
_KEPT = 2
"""Checkpoints kept of each step; see `kept_positions`."""


class Stream(NamedTuple):
    """The changes of one scope of a village; what is of a scope is declared once and never changes."""

    village: bytes
    scope: int


class Cursor(NamedTuple):
    """How far a side has come in a stream."""

    position: int
    chain: bytes

    @property
    def tag(self) -> bytes:
        """The part of the chain that is sent to be compared."""
        return self.chain[:TAG_BYTES]


Cursors = Mapping[Stream, Cursor]
Checkpoints = Mapping[int, bytes]
"""Chains, or their tags, by position."""


def start(stream: Stream) -> Cursor:
    """Before the first change of a stream."""
    text = stream.village + stream.scope.to_bytes(2, "big")
    return Cursor(0, blake2b(text, digest_size=32, person=b"vfp stream").digest())


def next_chain(chain: bytes, link: bytes) -> bytes:
    """The chain after one more change."""
    return blake2b(chain + link, digest_size=32, person=b"vfp stream chain").digest()


def advance(cursor: Cursor, links: Iterable[bytes]) -> Cursor:
    """The cursor after these links, in the order of their positions."""
    position, chain = cursor
    for link in links:
        position, chain = position + 1, next_chain(chain, link)
    return Cursor(position, chain)


def advance_noting(cursor: Cursor, links: Sequence[bytes], kept: Checkpoints) -> tuple[Cursor, dict[int, bytes]]:
    """The cursor after these links, and the checkpoints to keep from now on."""
    wanted = kept_positions(cursor.position + len(links))
    noted = {place: chain for place, chain in kept.items() if place in wanted and place <= cursor.position}
    if cursor.position in wanted:
        noted[cursor.position] = cursor.chain
    for link in links:
        cursor = Cursor(cursor.position + 1, next_chain(cursor.chain, link))
        if cursor.position in wanted:
            noted[cursor.position] = cursor.chain
    return cursor, noted


def kept_positions(position: int) -> frozenset[int]:
    """Which checkpoints a side at this position keeps: the last two multiples of 1, 2, 4, 8 and so on.

    One million changes keep about 40, and each one that is wanted later is wanted now, so they can be noted on the way.
    A side that was put back by d positions has one in common with another that is less than 2 d away from its end.
    """
    steps = (1 << power for power in range(position.bit_length() + 1))
    multiples = {step * (position // step - back) for step in steps for back in range(_KEPT)}
    return frozenset(place for place in multiples if place >= 0) | {0}


def last_common(one: Checkpoints, other: Checkpoints) -> int:
    """The greatest position at which both sides stood on the same chain; 0 where there is none."""
    return max((place for place in one.keys() & other.keys() if _same(one[place], other[place])), default=0)


def _same(one: bytes, other: bytes) -> bool:
    return one[:TAG_BYTES] == other[:TAG_BYTES]


class Agreement(StrEnum):
    """What the county sees when it compares a laptop's cursor with its own stream."""

    SAME = "same"
    BEHIND = "behind"  # the laptop is; it gets pages
    ROLLED_BACK = "rolled_back"  # the laptop knows more or otherwise: the county was put back


def compare(theirs_position: int, theirs_tag: bytes, head: int, chain_at: Callable[[int], bytes]) -> Agreement:
    """What a laptop's cursor says; `head` is the county's last position, `chain_at` its chain at one up to that."""
    if theirs_position > head or not _same(chain_at(theirs_position), theirs_tag):
        return Agreement.ROLLED_BACK
    return Agreement.SAME if theirs_position == head else Agreement.BEHIND


class Epoch(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A county's life since it was last put back to an earlier state: a counter, and chance to tell twins apart."""

    counter: Count
    random: bytes

    def __post_init__(self) -> None:
        if len(self.random) != EPOCH_BYTES:
            raise ValueError(f"The random part of an epoch has {EPOCH_BYTES} bytes, not {len(self.random)}.")


class Standing(StrEnum):
    """How one epoch stands to another."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    UNRELATED = "unrelated"  # the county was put back twice to the same state: neither proves anything about the other


def standing(one: Epoch, other: Epoch) -> Standing:
    """How `one` stands to `other`."""
    if one == other:
        return Standing.SAME
    if one.counter == other.counter:
        return Standing.UNRELATED
    return Standing.NEWER if one.counter > other.counter else Standing.OLDER


def raised(own: Epoch, seen: Iterable[Epoch], random: Callable[[int], bytes]) -> Epoch:
    """The epoch of a county that finds it was put back: above its own and above any that a laptop told of."""
    return Epoch(max(own.counter, *(epoch.counter for epoch in seen), 0) + 1, random(EPOCH_BYTES))


def must_raise(own: Epoch, seen: Epoch) -> bool:
    """Whether an epoch that a laptop told of shows the county that it was put back."""
    return seen != own and seen.counter >= own.counter
