"""The first words of an exchange and the answer: who asks, where it stands, what it has to give, and what it gets.

An ordinary day is one round trip, and where there is nothing to do it is some 250 bytes. So a hello says positions and
one short tag over all chains, and leaves away what says nothing; single tags, checkpoints and digests travel only when
the answer asks for them. The answer is signed together with the hello that it answers: nobody can play an old one
back, and it need not repeat what was asked. Neither of them can be resumed where a line breaks, so both stay small:
whatever may be large (batches up; pages, packages and parts of a seed down) follows them as bytes, each with a name
of its own (`frames`). Defaults of these messages never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, IntFlag
from hashlib import blake2b
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from villagefp.wire import signed
from villagefp.wire.cursor import TAG_BYTES, Epoch
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.protocol import HASH_BYTES, ID_BYTES, OLDEST_PROTOCOL, PROTOCOL, REGISTRY, Count, Seq, Small, Spoken
from villagefp.wire.signed import BODY_AT, ExchangeError, Fault, Purpose
from villagefp.wire.signing import SigningKey

NONCE_BYTES = 8
MAX_OFFERS = 256
"""Batches that one hello offers; the rest come with the next one."""
MAX_STREAMS = 64
MAX_CHECKPOINTS = 256
MAX_HELLO = 1024 * 1024
MAX_COMING = 256
"""Things that follow one answer."""
MAX_PLACED = 1_000_000
"""Own changes that one `Placed` can stand for."""
MAX_INLINE = 1024
"""Bytes of a receipt that stands in the answer itself; a longer one, with much returned, follows it."""
MAX_ANSWER = 256 * 1024
NAME_BYTES = 16
"""Bytes of the hash by which something that travels is known again when it is resumed."""
_WHO = 2 * ID_BYTES

_Tag = Annotated[bytes, Meta(min_length=TAG_BYTES, max_length=TAG_BYTES)]
_Checkpoints = Annotated[dict[Count, _Tag], Meta(max_length=MAX_CHECKPOINTS)]
_Digest = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]


_Name = Annotated[bytes, Meta(min_length=NAME_BYTES, max_length=NAME_BYTES)]


class Offer(NamedTuple):
    """What a laptop has to give, a batch or a page that the county lost: `name_of` its bytes, and how many they are."""

    name: _Name
    length: Seq


class Sort(IntEnum):
    """What follows an answer."""

    PAGE = 1
    SEED = 2  # a part of one
    STATEMENT = 3
    ERASURE = 4
    RECEIPT = 5  # one that is too long to stand in the answer


class Coming(NamedTuple):
    """Something that follows an answer: its bytes from `offset` on, since a laptop may hold the beginning already."""

    sort: Sort
    name: _Name
    length: Seq
    offset: Count = 0


class Placed(NamedTuple):
    """Where the asking laptop's own changes stand in a stream, so that they need not be sent back to it.

    From `position` on, without a gap; `steps` are numbers, in turn how many consecutive seqs follow and how many are
    then left out (`pack_steps`).
    """

    scope: Small
    position: Seq
    seq: Seq
    steps: Annotated[bytes, Meta(min_length=1, max_length=64 * 1024)]


class Known(NamedTuple):
    """The epoch that a laptop knows, and the receipt it has of it, so that it is not sent again; serial 0 is none."""

    epoch: Epoch
    serial: Count


class SeedAt(NamedTuple):
    """How far a laptop has come with a seed; no parts of a seed of zeros is the wish for one."""

    seed: Annotated[bytes, Meta(min_length=ID_BYTES, max_length=ID_BYTES)]
    applied: Count


class Hello(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a laptop says first. Village and device stand before it, where they can be read without parsing."""

    nonce: Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    positions: Annotated[dict[Small, Count], Meta(max_length=MAX_STREAMS)]  # by scope
    tag: _Tag  # over the chains at these positions: `tag_of`
    known: Known | None = None
    digest: Annotated[bytes, Meta(max_length=TAG_BYTES)] = b""  # `tag_of` all digests; empty where something waits
    offers: Annotated[tuple[Offer, ...], Meta(max_length=MAX_OFFERS)] = ()
    registry: Small = 1
    oldest: Small = 1  # protocol that the laptop speaks; the newest is the one it speaks here
    statements: dict[str, Count] = {}  # the highest serial it has of each sort of county statement
    checkpoints: Annotated[dict[Small, _Checkpoints], Meta(max_length=MAX_STREAMS)] = {}
    digests: Annotated[dict[Small, _Digest], Meta(max_length=MAX_STREAMS)] = {}
    held: Annotated[dict[_Name, Count], Meta(max_length=MAX_COMING)] = {}  # bytes it has of what an answer announced
    seed: SeedAt | None = None  # while it takes one


class Said(NamedTuple):
    """A hello as it came in, checked."""

    village: bytes
    device: bytes
    spoken: Spoken
    hello: Hello


class Request(IntFlag):
    """What an answer asks for or tells besides what it brings."""

    MORE = 1  # ask again: there are more pages
    CHECKPOINTS = 2  # the tag differs: say checkpoints
    DIGESTS = 4  # the digest differs: say each, and read again
    SEED = 8  # the log does not reach back so far: send what there is, then take a seed
    RECEIPTS_ONLY = 16  # this laptop may deliver and gets nothing else
    SEND_AGAIN = 32  # the county was put back: offer what its receipts no longer cover


class Answer(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What the county says. Receipt and what follows are signed on their own, since they come by stick as well."""

    time: Count  # of the county, seconds since 1970
    requests: Small = 0
    receipt: Annotated[bytes, Meta(max_length=MAX_INLINE)] = b""  # empty: none, or the one that is known
    epoch: Epoch | None = None  # none: the one that is known
    placed: Annotated[tuple[Placed, ...], Meta(max_length=MAX_COMING)] = ()
    coming: Annotated[tuple[Coming, ...], Meta(max_length=MAX_COMING)] = ()
    offsets: Annotated[dict[Small, Count], Meta(max_length=MAX_OFFERS)] = {}  # by place of an offer the bytes held
    fork: Count = 0  # the first seq of this laptop of which the county has another change; 0: none
    again: Annotated[tuple[Small, ...], Meta(max_length=MAX_OFFERS)] = ()  # offers to be cut anew, without names
    checkpoints: Annotated[dict[Small, _Checkpoints], Meta(max_length=MAX_STREAMS)] = {}
    digests: Annotated[dict[Small, _Digest], Meta(max_length=MAX_STREAMS)] = {}
    role: Annotated[str, Meta(max_length=64)] = ""  # where the laptop reads other scopes than those of its role

    def asks(self, request: Request) -> bool:
        """Whether it asks for something."""
        return bool(self.requests & request)


_HELLO = msgspec.msgpack.Decoder(Hello)
_ANSWER = msgspec.msgpack.Decoder(Answer)


def tag_of(values: Mapping[int, bytes]) -> bytes:
    """One short tag over the chains, or digests, of all scopes: where it is the same, all are."""
    hashed = blake2b(digest_size=TAG_BYTES, person=b"vfp tag")
    for scope in sorted(values):
        hashed.update(scope.to_bytes(2, "big") + len(values[scope]).to_bytes(2, "big") + values[scope])
    return hashed.digest()


def name_of(data: bytes) -> bytes:
    """The name by which bytes that travel are known again when they are resumed."""
    return blake2b(data, digest_size=NAME_BYTES, person=b"vfp travels").digest()


def pack_steps(seqs: Iterable[int]) -> bytes:
    """Rising seqs as a `Placed` has them, after its first one."""
    writer = Writer()
    run, last = 0, 0
    for seq in seqs:
        if run and seq != last + 1:
            writer.number(run)
            writer.number(seq - last - 1)
            run = 0
        run, last = run + 1, seq
    writer.number(run)
    return bytes(writer.plain)


def seqs_of(placed: Placed) -> list[int]:
    """The seqs that a `Placed` stands for, in the order of positions; ExchangeError where it makes no sense."""
    reader, seq = Reader(placed.steps, b"", MAX_PLACED), placed.seq
    seqs: list[int] = []
    try:
        while True:
            run = reader.number()
            reader.spend(max(run, 1))
            seqs += range(seq, seq + run)
            if reader.ended:
                return seqs
            seq += run + reader.number()
    except MalformedError as error:
        raise ExchangeError(Fault.DAMAGED) from error


def sign_hello(hello: Hello, village: bytes, device: bytes, key: SigningKey, protocol: int = PROTOCOL) -> bytes:
    """A hello as it travels, under the protocol that both sides speak, or the newest where that is not known yet."""
    if len(village) != ID_BYTES or len(device) != ID_BYTES:
        raise ValueError(f"Ids have {ID_BYTES} bytes.")
    told = replace(hello, registry=REGISTRY, oldest=OLDEST_PROTOCOL, positions=dict(sorted(hello.positions.items())))
    return signed.sign(Purpose.HELLO, village + device + signed.pack_short(told), key, protocol=protocol)


def who_says(told: bytes) -> tuple[bytes, bytes]:
    """Village and device that a hello names, before anything is believed: to look up the key it must be signed with."""
    if not BODY_AT + _WHO <= len(told) <= MAX_HELLO:
        raise ExchangeError(Fault.NOT_SIGNED)
    who = told[BODY_AT : BODY_AT + _WHO]
    return who[:ID_BYTES], who[ID_BYTES:]


def open_hello(told: bytes, keys: Iterable[bytes]) -> Said:
    """What a laptop says, signed with one of its keys; ExchangeError or VersionError where it did not."""
    village, device = who_says(told)
    checked = signed.check(Purpose.HELLO, told, keys, MAX_HELLO)
    hello = signed.decode(_HELLO, checked.body[_WHO:])
    if (hello.digest and len(hello.digest) != TAG_BYTES) or hello.oldest > checked.version:
        raise ExchangeError(Fault.DAMAGED)
    return Said(village, device, Spoken(hello.oldest, checked.version), hello)


def sign_answer(answer: Answer, hello: bytes, key: SigningKey, protocol: int = PROTOCOL) -> bytes:
    """An answer to these very bytes, as it travels."""
    told = signed.sign(Purpose.ANSWER, signed.pack_short(answer), key, bound=hello, protocol=protocol)
    if len(told) > MAX_ANSWER:
        raise ValueError(f"An answer of {len(told)} bytes.")
    return told


def open_answer(told: bytes, hello: bytes, county: Iterable[bytes]) -> Answer:
    """What the county says to this hello; ExchangeError or VersionError where it does not."""
    return signed.decode(_ANSWER, signed.check(Purpose.ANSWER, told, county, MAX_ANSWER, bound=hello).body)
