"""What a laptop has to give: put together from what came now and before, and taken one by one.

Each is a transaction of its own, and one that cannot be taken stands in no other's way. Erasures come first, since a
batch may lack what they destroyed; pages that the county had lost come last, since batches may fill their gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from villagefp.county import erasing, given_back, moves, prefixes
from villagefp.county.accept import accept_batch
from villagefp.county.delivery import Forked, Outcome, Taken
from villagefp.county.erasing import MissingBodiesError
from villagefp.county.hearing import Asker
from villagefp.county.keys import CountyKeys
from villagefp.county.store import County
from villagefp.wire.batch import read_header
from villagefp.wire.batch_faults import BatchError
from villagefp.wire.frames import Piece
from villagefp.wire.hello import Offer, name_of
from villagefp.wire.signed import ExchangeError

_BATCH = b"vb"


@dataclass
class Took:
    """What became of the offers, by their place."""

    offsets: dict[int, int] = field(default_factory=dict)  # bytes held of those that were not taken
    again: list[int] = field(default_factory=list)  # to be cut anew
    fork: int = 0
    accepted: int = 0  # as far as it moved

    def forked(self, at: int) -> None:
        """The county has another change under this seq."""
        self.fork = min(self.fork or at, at)


def take(county: County, keys: CountyKeys, asker: Asker, kept: Kept, pieces: Sequence[Piece]) -> Took:
    """Take every offer of which all is here, and keep the beginnings of the others."""
    taking = _Taking(county, keys, asker)
    whole = kept.whole(pieces, taking.took)
    batches = {place: data for place, data in whole.items() if data.startswith(_BATCH)}
    pages = [taking.other(place, whole[place]) for place in sorted(whole.keys() - batches.keys())]
    for place in sorted(batches):
        taking.batch(place, batches[place])
    if kept.pages_wait or any(pages):
        given_back.take(county, asker.device.village, keys.signs)
        moves.go_on(county)  # a decision about a move may have come back among them
    return taking.took


def keep(kept: Kept, asker: Asker, pieces: Sequence[Piece]) -> None:
    """Keep all that came before a line broke, and take nothing: the laptop asks again."""
    here, rests = kept.here(pieces), {}
    for place, data in here.items():
        offer = asker.hello.offers[place]
        if len(data) > kept.lengths.get(offer.name, 0):
            rests[offer] = data
    kept.keep(rests)


class Kept:
    """The beginnings of one laptop that are kept here, as a look at the store found them."""

    def __init__(self, county: County, connection: Connection, asker: Asker) -> None:
        self._county = county
        self._who = asker.device.village, asker.device.device
        self._offers = asker.hello.offers
        self.lengths = prefixes.held(connection, *self._who)
        names = self.lengths.keys() & {offer.name for offer in self._offers}
        self._data = prefixes.read(connection, *self._who, names)
        self.pages_wait = given_back.waiting(connection, asker.device.village)

    def here(self, pieces: Sequence[Piece]) -> dict[int, bytes]:
        """By place what is here of each offer, from its first byte on."""
        return prefixes.put_together(self._offers, pieces, self._data)

    def whole(self, pieces: Sequence[Piece], took: Took) -> dict[int, bytes]:
        """By place the offers of which all is here; the others are kept, or dropped where they lie."""
        here = self.here(pieces)
        whole: dict[int, bytes] = {}
        rests: dict[Offer, bytes] = {}
        done: set[bytes] = set()
        for place, offer in enumerate(self._offers):
            data = here.get(place, b"")
            took.offsets[place] = 0
            if len(data) == offer.length:
                done.add(offer.name)
                if name_of(data) == offer.name:
                    whole[place] = data
                    del took.offsets[place]
            elif data:
                rests[offer] = data
        kept = self.keep(rests, done)
        for place, offer in enumerate(self._offers):
            if offer in rests and offer.name in kept:
                took.offsets[place] = len(rests[offer])
        return whole

    def keep(self, rests: Mapping[Offer, bytes], done: set[bytes] | None = None) -> set[bytes]:
        """Keep these and drop those; returns the names of all beginnings that are kept. Nothing is written in vain."""
        grown = {offer: data for offer, data in rests.items() if len(data) != self.lengths.get(offer.name)}
        gone = self.lengths.keys() & (done or set())
        kept = set(self.lengths) - gone
        if not grown and not gone:
            return kept
        with self._county.write() as connection:
            prefixes.drop(connection, *self._who, gone)
            if grown:
                seconds = self._county.ambient.milliseconds() // 1000
                prefixes.keep(connection, *self._who, grown, seconds)
            return set(prefixes.held(connection, *self._who))


@dataclass(frozen=True)
class _Taking:
    """Takes the offers of one laptop, and notes what cannot be taken."""

    county: County
    keys: CountyKeys
    asker: Asker
    took: Took = field(default_factory=Took)

    def batch(self, place: int, data: bytes) -> None:
        """Take a batch; one that speaks of what is not here, or is not sound, its log may cut better."""
        device = self.asker.device
        try:
            header = read_header(data)
            if (header.village, header.device) != (device.village, device.device):
                self.took.again.append(place)  # no batch of its own log
                return
            outcome = self._accepted(data)
            if isinstance(outcome, Taken):
                self.took.accepted = outcome.accepted
        except (BatchError, ExchangeError):
            self.took.again.append(place)
            return
        if isinstance(outcome, Forked):
            self.took.forked(outcome.at)

    def _accepted(self, data: bytes) -> Outcome:
        device = self.asker.device
        device = replace(device, accepted=max(device.accepted, self.took.accepted))
        try:
            return accept_batch(self.county, data, device)
        except MissingBodiesError as missing:
            if not erasing.explain(self.county, device, missing.changes, self.keys):
                raise
        return accept_batch(self.county, data, device)

    def other(self, place: int, data: bytes) -> bool:
        """Keep a page of the county's, or do or keep an erasure of the laptop's; whether it was a page."""
        try:
            if not given_back.keep(self.county, self.asker.device.village, self.keys.signs, data):
                self.took.offsets[place] = 0
        except ExchangeError:  # no page of the county's
            self._erasure(place, data)
            return False
        return True

    def _erasure(self, place: int, data: bytes) -> None:
        try:
            if not erasing.of_device(self.county, self.asker.device, data, self.keys):
                self.took.offsets[place] = 0
        except ExchangeError:
            self.took.again.append(place)  # nothing that anybody could take
