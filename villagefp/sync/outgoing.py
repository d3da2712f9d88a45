"""What a laptop says and gives: the hello as the store stands, and as many bytes of what waits as are to go at once.

A hello cannot be resumed where a line breaks, so it offers no more than goes with it. What it offers is resumed: the
county says how much of it it holds, and the rest follows from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import (
    arriving,
    cursors,
    device_key,
    digests,
    exchange_facts,
    kept_pages,
    local,
    outbox,
    seeds,
    sending,
)
from villagefp.wire.frames import Piece, pack_request
from villagefp.wire.hello import MAX_COMING, MAX_OFFERS, NONCE_BYTES, Hello, Known, Offer, SeedAt, sign_hello, tag_of
from villagefp.wire.protocol import ID_BYTES
from villagefp.wire.receipt import Receipts
from villagefp.wire.scopes import scopes_of
from villagefp.wire.signed import pack_short
from villagefp.wire.values import pack

if TYPE_CHECKING:
    from villagefp.storage.exchange_facts import CountyLink
    from villagefp.storage.opened import Store

SMALLEST = 1024
LARGEST = 512 * 1024
"""Bytes that are given with one request: half of what a proxy takes that nobody has set up for more."""
_OFFER_BYTES = 32
"""About what an offer costs besides its bytes."""
A_SEED = bytes(ID_BYTES)
"""The name of no seed: the wish for one."""
ASKED = "asked by stick"
"""Under it stands what the last answer that came by stick asked for; it goes with the next file."""


@dataclass
class Wishes:
    """What the next request is to be like; the answers before it, or the breaks of the line, say so."""

    room: int = LARGEST
    ask_first: bool = False  # how much the county holds, before any of it is sent again
    offsets: Mapping[bytes, int] = field(default_factory=dict)  # by name what the county holds
    checkpoints: bool = False
    digests: bool = False
    seed: bool = False
    compare: bool = True  # whether digests may be compared; not twice in one exchange
    skip: set[bytes] = field(default_factory=set)  # names of what is not to be offered now


class Given(NamedTuple):
    """Something that waits for the county; seqs are 0 where it is no batch."""

    name: bytes
    length: int
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Asking:
    """A request as it goes out."""

    hello: bytes
    told: Hello
    offers: tuple[Given, ...]
    pieces: tuple[Piece, ...]
    accepted: int  # own seq that receipts confirmed before

    @property
    def data(self) -> bytes:
        """The request as it travels."""
        return pack_request(self.hello, self.pieces)

    @property
    def seqs(self) -> range:
        """Own changes that go out whole with it."""
        whole = self._whole()
        return range(whole[0].first, whole[-1].last + 1) if whole else range(0)

    @property
    def delivered(self) -> int:
        """The own seq up to which the county has everything once it has read this; 0 where nothing follows on."""
        whole = self._whole()
        return whole[-1].last if whole and whole[0].first == self.accepted + 1 else 0

    def gave_all_of(self, place: int) -> bool:
        """Whether the last byte of an offer goes out with it."""
        ends = {piece.place: piece.offset + len(piece.data) for piece in self.pieces}
        return ends.get(place) == self.offers[place].length

    def _whole(self) -> list[Given]:
        found: list[Given] = []
        for place, offer in enumerate(self.offers):
            if not offer.last:
                continue
            if not self.gave_all_of(place):
                break
            found.append(offer)
        return found

    @property
    def likeness(self) -> bytes:
        """What it says but for chance: two that are alike show that nothing moved in between."""
        pieces = [(piece.place, piece.offset, len(piece.data)) for piece in self.pieces]
        return blake2b(pack_short(replace(self.told, nonce=bytes(NONCE_BYTES))) + pack(pieces), digest_size=16).digest()


def link_of(connection: Connection) -> CountyLink:
    """The county that this store is enrolled at; UserError where it is not."""
    found = exchange_facts.county_link(connection)
    if found is None:
        raise UserError(
            _(
                "This laptop is not enrolled at a county yet. Nothing is lost: all that is entered waits here. "
                "Enrol it with the code from the county."
            )
        )
    return found


def make_request(store: Store, wishes: Wishes) -> Asking:
    """The next request, as the store stands now."""
    key = device_key.own_key(store)
    own_digests = _own_digests(store, wishes)
    with store.read() as connection:
        scopes = scopes_of(link_of(connection).role)
        stands = cursors.read(connection, scopes)
        receipts = exchange_facts.receipts(connection, store.origin)
        offers = tuple(_fitting(_waiting(connection, store, wishes), wishes))
        told = Hello(
            nonce=store.ambient.random(NONCE_BYTES),
            positions={scope: cursor.position for scope, cursor in stands.items()},
            tag=tag_of({scope: cursor.chain for scope, cursor in stands.items()}),
            known=_known(receipts),
            digest=tag_of(own_digests) if own_digests and not offers else b"",
            offers=tuple(Offer(one.name, one.length) for one in offers),
            statements=dict(sorted(exchange_facts.statement_serials(connection).items())),
            checkpoints=_checkpoints(connection, scopes) if wishes.checkpoints else {},
            digests=own_digests if wishes.digests else {},
            held=dict(sorted(arriving.held(connection).items())[:MAX_COMING]),
            seed=_seed(connection, wishes, waits=bool(offers)),
        )
        pieces = () if wishes.ask_first else tuple(_pieces(connection, offers, wishes))
    hello = sign_hello(told, store.origin.village, store.origin.device, key)
    return Asking(hello, told, offers, pieces, receipts.accepted)


def anything_waits(store: Store, wishes: Wishes) -> bool:
    """Whether there is anything to give that the county has not confirmed."""
    with store.read() as connection:
        return next(_waiting(connection, store, wishes), None) is not None


def _waiting(connection: Connection, store: Store, wishes: Wishes) -> Iterator[Given]:
    """All that waits: erasures first, as they are for the sake of somebody's rights."""
    receipts = exchange_facts.receipts(connection, store.origin)
    erasures = (Given(name, len(data)) for name, data in outbox.erasures_waiting(connection))
    yield from (one for one in erasures if one.name not in wishes.skip)
    batches = outbox.waiting(connection, store.origin, receipts.accepted)
    yield from (Given(one.name, one.length, one.first, one.last) for one in batches if one.name not in wishes.skip)
    pages = (Given(name, length) for name, length in _kept(connection, receipts))
    yield from (one for one in pages if one.name not in wishes.skip)


def _kept(connection: Connection, receipts: Receipts) -> Iterator[tuple[bytes, int]]:
    """Pages of an earlier epoch that a county which was put back may have lost."""
    epochs = sorted(receipts.by_epoch)
    above = exchange_facts.common_positions(connection)
    if epochs and above:
        for name, data in kept_pages.to_give_back(connection, epochs[-1], above):
            yield name, len(data)


def _fitting(waiting: Iterator[Given], wishes: Wishes) -> Iterator[Given]:
    """As many as go with one request, and at least one."""
    room = wishes.room
    for place, one in enumerate(waiting):
        size = one.length - wishes.offsets.get(one.name, 0) + _OFFER_BYTES
        if place and (size > room or place == MAX_OFFERS):
            return
        room -= size
        yield one


def _pieces(connection: Connection, offers: tuple[Given, ...], wishes: Wishes) -> Iterator[Piece]:
    room = wishes.room
    for place, offer in enumerate(offers):
        start = min(wishes.offsets.get(offer.name, 0), offer.length)
        data = _data(connection, offer)[start : start + max(room, SMALLEST)]
        room -= len(data) + _OFFER_BYTES
        if data:
            yield Piece(place, start, data)


def _data(connection: Connection, offer: Given) -> bytes:
    if offer.last:
        return outbox.data(connection, offer.name)
    for name, data in outbox.erasures_waiting(connection):
        if name == offer.name:
            return data
    return kept_pages.data(connection, offer.name)


def _known(receipts: Receipts) -> Known | None:
    newest = receipts.newest
    if newest is not None:
        return Known(newest.epoch, newest.serial)
    epochs = sorted(receipts.by_epoch)
    return Known(epochs[-1], 0) if epochs else None


def _checkpoints(connection: Connection, scopes: tuple[int, ...]) -> dict[int, dict[int, bytes]]:
    return {
        scope: {place: chain[:8] for place, chain in sorted(cursors.checkpoints(connection, scope).items())}
        for scope in scopes
    }


def _own_digests(store: Store, wishes: Wishes) -> dict[int, bytes]:
    """By scope the digest of all heads; nothing where something waits, or is not whole, and so nothing can be told."""
    if not wishes.compare or anything_waits(store, wishes):
        return {}
    with store.read() as connection:
        progress = seeds.progress(connection)
        if (progress is not None and not progress.complete) or local.anything_returned(connection):
            return {}
        if sending.progress(connection, store.origin).not_received or exchange_facts.wishes(connection, store.origin):
            return {}
    return {scope: digest.to_bytes() for scope, digest in digests.bring_up_to_date(store).items()}


def _seed(connection: Connection, wishes: Wishes, *, waits: bool) -> SeedAt | None:
    """How far a seed has come; the wish for one only once everything that waits has been given."""
    progress = seeds.progress(connection)
    if progress is not None and not progress.complete:
        return SeedAt(progress.seed.seed, progress.applied)
    return SeedAt(A_SEED, 0) if wishes.seed and not waits else None
