"""Pages: what the county sends down, the changes of one stream from one position to another, signed.

For the same positions a page is always the same bytes, so it can be resumed at a byte, kept, and given back to a
county that lost it. How changes are packed is the codec's matter: here they are bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from villagefp.wire import signed
from villagefp.wire.change import ChangeName
from villagefp.wire.cursor import Cursor, Stream, advance
from villagefp.wire.protocol import MAX_STAMP, Hash, Id, Seq, Small
from villagefp.wire.signed import ExchangeError, Fault, Purpose
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack

MAX_PACKED = 64 * 1024
"""Bytes of packed changes in a page of several."""
MAX_SINGLE = 4_300_000
"""Bytes of a page of one change: a form with its workbook may be larger than other pages."""
MAX_CHANGES = 4096
"""Changes in a page."""
MAX_PAGE = MAX_SINGLE + 1024
"""Bytes of a page."""


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Changes of one device with consecutive seqs, and the link before the first, from which theirs follow."""

    device: Annotated[int, Meta(ge=0, lt=MAX_CHANGES)]  # place in the page's list of devices
    first: Seq
    count: Annotated[int, Meta(ge=1, le=MAX_CHANGES)]
    link_before: Hash


class _Body(msgspec.Struct, array_like=True):
    village: Id
    scope: Small
    first: Seq
    chain: Hash
    devices: Annotated[tuple[Id, ...], Meta(max_length=MAX_CHANGES)]
    runs: Annotated[tuple[Run, ...], Meta(min_length=1, max_length=MAX_CHANGES)]
    packed: Annotated[bytes, Meta(max_length=MAX_SINGLE)]


_DECODER = msgspec.msgpack.Decoder(_Body)


class Origin(NamedTuple):
    """Where the change at one position comes from, and the link before it in its device's chain."""

    device: bytes
    seq: int
    link_before: bytes


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of a stream, without a gap."""

    stream: Stream
    first: int  # position
    chain: bytes  # of the stream after the last of them
    devices: tuple[bytes, ...]
    runs: tuple[Run, ...]
    packed: bytes

    @property
    def last(self) -> int:
        """The position of the last change."""
        return self.first + sum(run.count for run in self.runs) - 1

    def names(self) -> Iterator[ChangeName]:
        """Device and seq of each change, in the order of positions."""
        for run in self.runs:
            device = self.devices[run.device]
            yield from ((device, seq) for seq in range(run.first, run.first + run.count))


def make_page(before: Cursor, stream: Stream, origins: Sequence[Origin], links: Sequence[bytes], packed: bytes) -> Page:
    """The page that follows a position. Origins and links are those of its changes, in the order of positions."""
    if not 1 <= len(origins) == len(links) <= MAX_CHANGES or len(packed) > most_packed(len(origins)):
        raise ValueError(f"A page of {len(origins)} changes, {len(links)} links and {len(packed)} bytes.")
    devices = tuple(sorted({origin.device for origin in origins}))
    return Page(
        stream=stream,
        first=before.position + 1,
        chain=advance(before, links).chain,
        devices=devices,
        runs=tuple(_runs(origins, {device: place for place, device in enumerate(devices)})),
        packed=packed,
    )


def most_packed(count: int) -> int:
    """Bytes of packed changes that a page of so many may have."""
    return MAX_PACKED if count > 1 else MAX_SINGLE


def _runs(origins: Sequence[Origin], places: dict[bytes, int]) -> Iterator[Run]:
    begin = 0
    for end in range(1, len(origins) + 1):
        first, before = origins[begin], origins[end - 1]
        if end < len(origins) and origins[end][:2] == (before.device, before.seq + 1):
            continue
        yield Run(places[first.device], first.seq, end - begin, first.link_before)
        begin = end


def sign_page(page: Page, key: SigningKey) -> bytes:
    """The page as it travels."""
    body = _Body(page.stream.village, page.stream.scope, page.first, page.chain, page.devices, page.runs, page.packed)
    return signed.sign(Purpose.PAGE, pack(body), key)


def open_page(told: bytes, county: Iterable[bytes]) -> Page:
    """What the county says; ExchangeError or VersionError where it does not."""
    body = signed.decode(_DECODER, signed.check(Purpose.PAGE, told, county, MAX_PAGE).body)
    page = Page(
        stream=Stream(body.village, body.scope),
        first=body.first,
        chain=body.chain,
        devices=body.devices,
        runs=body.runs,
        packed=body.packed,
    )
    if any(run.device >= len(page.devices) or run.first + run.count - 1 > MAX_STAMP for run in page.runs):
        raise ExchangeError(Fault.DAMAGED)
    count = page.last - page.first + 1
    if page.last > MAX_STAMP or count > MAX_CHANGES or len(page.packed) > most_packed(count):
        raise ExchangeError(Fault.DAMAGED)
    return page


def follow(page: Page, cursor: Cursor, stream: Stream, links: Sequence[bytes]) -> Cursor:
    """The cursor after a page whose changes have these links, in the order of positions.

    A page that is here already leaves the cursor where it is, and one that begins earlier is followed from the cursor
    on. ExchangeError where it is of another stream, begins too late or does not go on from what is here.
    """
    if page.stream != stream:
        raise ExchangeError(Fault.FOREIGN)
    if len(links) != page.last - page.first + 1:
        raise ExchangeError(Fault.DAMAGED)
    if page.first > cursor.position + 1:
        raise ExchangeError(Fault.GAP)
    if page.last < cursor.position:
        return cursor
    after = advance(cursor, links[cursor.position + 1 - page.first :])
    if after.chain != page.chain:
        raise ExchangeError(Fault.FORKED)
    return after
