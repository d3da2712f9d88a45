"""A laptop at its end of an exchange: it says where it stands, gives what it has, and follows what comes down.

It checks what it gets as strictly as a real one, and keeps in memory what a real one keeps in its store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tests.county.laptops import Laptop
from villagefp.county.exchange import Heard, hear
from villagefp.county.keys import CountyKeys, of_secret
from villagefp.county.store import County
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.cursor import TAG_BYTES, Cursor, Epoch, Stream, advance, start
from villagefp.wire.frames import AnswerReader, Piece, pack_answer, pack_request
from villagefp.wire.hello import (
    Answer,
    Hello,
    Known,
    Offer,
    Request,
    Sort,
    name_of,
    open_answer,
    seqs_of,
    sign_hello,
    tag_of,
)
from villagefp.wire.page import Page, follow, open_page
from villagefp.wire.page_changes import unpack_changes
from villagefp.wire.receipt import Receipt, Receipts, open_receipt
from villagefp.wire.scopes import scopes_of

KEYS = of_secret(bytes(range(32)))


class Peer:
    """One laptop's half of the exchange."""

    def __init__(self, laptop: Laptop, keys: CountyKeys = KEYS) -> None:
        self.laptop = laptop
        self.keys = keys
        self.scopes = scopes_of(laptop.role)
        self.cursors = {scope: start(Stream(laptop.village, scope)) for scope in self.scopes}
        self.chains: dict[int, dict[int, bytes]] = {scope: {0: self.cursors[scope].chain} for scope in self.scopes}
        self.receipts = Receipts()
        self.epoch: Epoch | None = None
        self.kept: dict[bytes, tuple[Page, bytes, Epoch]] = {}
        self.read: dict[ChangeName, LoggedChange] = {}
        self.statements: dict[str, int] = {}
        self.told: list[tuple[Sort, bytes]] = []
        self.prefixes: dict[bytes, bytes] = {}
        self._above: dict[int, int] | None = None
        self._nonce = 0

    def hello(self, offers: Sequence[bytes] = (), **told: object) -> bytes:
        """The first words, with an offer of each of these."""
        self._nonce += 1
        newest = self.receipts.newest
        known = None if self.epoch is None else Known(self.epoch, newest.serial if newest else 0)
        said = Hello(
            nonce=self._nonce.to_bytes(8, "big"),
            positions={scope: cursor.position for scope, cursor in self.cursors.items()},
            tag=tag_of({scope: cursor.chain for scope, cursor in self.cursors.items()}),
            known=known,
            offers=tuple(Offer(name_of(data), len(data)) for data in offers),
            statements=dict(self.statements),
            held={name: len(data) for name, data in self.prefixes.items()},
        )
        said = replace(said, **told)
        return sign_hello(said, self.laptop.village, self.laptop.device, self.laptop.key)

    def checkpoints(self) -> dict[int, dict[int, bytes]]:
        """What it says where the chains differ; a real one keeps fewer."""
        return {
            scope: {place: chain[:TAG_BYTES] for place, chain in list(chains.items())[-200:]}
            | {0: chains[0][:TAG_BYTES]}
            for scope, chains in self.chains.items()
        }

    def waiting(self) -> list[bytes]:
        """What it has to give: its batches that are not received, and pages that a county put back may have lost."""
        accepted = self.receipts.accepted
        batches = self.laptop.batches(accepted + 1) if accepted < len(self.laptop.log) else []
        return batches + self._lost()

    def _lost(self) -> list[bytes]:
        above = self._above
        if above is None:
            return []
        return [
            told
            for page, told, epoch in self.kept.values()
            if epoch != self.epoch and page.last > above.get(page.stream.scope, 0)
        ]

    def request(self, offers: Sequence[bytes], **told: object) -> bytes:
        """A whole request with all of these."""
        pieces = [Piece(place, 0, data) for place, data in enumerate(offers)]
        return pack_request(self.hello(offers, **told), pieces)

    def exchange(self, county: County, *, most: int = 30, room: int = 4 << 20) -> list[Answer]:
        """Until nothing waits on either side; every answer that came."""
        answers: list[Answer] = []
        told: dict[str, object] = {}
        for _turn in range(most):
            offers = self.waiting()[:250]
            hello = self.hello(offers, **told)
            pieces = [Piece(place, 0, data) for place, data in enumerate(offers)]
            answer = self.take(hello, hear(county, self.keys, hello, pieces, room=room))
            answers.append(answer)
            for place, data in enumerate(offers):
                if place not in answer.offsets and name_of(data) in self.kept:
                    page, kept, _epoch = self.kept[name_of(data)]
                    assert self.epoch is not None
                    self.kept[name_of(data)] = page, kept, self.epoch
            told = {"checkpoints": self.checkpoints()} if answer.asks(Request.CHECKPOINTS) else {}
            on = Request.MORE | Request.CHECKPOINTS | Request.DIGESTS | Request.SEND_AGAIN
            if not answer.asks(on) and not self.waiting():
                return answers
        raise AssertionError("An exchange that does not end.")

    def take(self, hello: bytes, heard: Heard, cut: int | None = None) -> Answer:
        """Take an answer in, or as much of it as came."""
        reader = AnswerReader()
        data = pack_answer(heard.answer, heard.following)
        reader.feed(data if cut is None else data[:cut])
        assert reader.answer is not None
        answer = open_answer(reader.answer, hello, self.keys.signs)
        if answer.epoch is not None and answer.epoch != self.epoch:
            self.epoch = answer.epoch
            self.receipts = self.receipts.heard(answer.epoch)
        if answer.receipt:
            self._receipt(answer.receipt)
        for scope, (common,) in answer.checkpoints.items():
            self._put_back(scope, common)
        if answer.checkpoints:
            self._above = {scope: cursor.position for scope, cursor in self.cursors.items()}
        self._place(answer)
        for coming, came in zip(answer.coming, reader.following(answer.coming), strict=True):
            whole = self.prefixes.get(coming.name, b"")[: coming.offset] + came
            if len(whole) < coming.length:
                if whole:
                    self.prefixes[coming.name] = whole
                continue
            assert name_of(whole) == coming.name
            self.prefixes.pop(coming.name, None)
            self._thing(coming.sort, whole)
            self._place(answer)
        return answer

    def _receipt(self, told: bytes) -> None:
        receipt = open_receipt(told, self.keys.signs, self.laptop.village, self.laptop.device)
        if receipt.accepted:
            assert receipt.link == self.laptop.log[receipt.accepted - 1].link[:TAG_BYTES]
        self.receipts = self.receipts.got(receipt)

    @property
    def receipt(self) -> Receipt:
        """The one that counts."""
        assert self.receipts.newest is not None
        return self.receipts.newest

    def _put_back(self, scope: int, common: int) -> None:
        self.chains[scope] = {place: chain for place, chain in self.chains[scope].items() if place <= common}
        self.cursors[scope] = Cursor(common, self.chains[scope][common])

    def _thing(self, sort: Sort, told: bytes) -> None:
        if sort is Sort.RECEIPT:
            self._receipt(told)
        elif sort is Sort.PAGE:
            self._page(told)
        else:
            self.told.append((sort, told))

    def _page(self, told: bytes) -> None:
        page = open_page(told, self.keys.signs)
        changes = unpack_changes(page).changes
        scope = page.stream.scope
        assert all(one.change.device != self.laptop.device for one in changes)
        before = self.cursors[scope]
        assert page.first == before.position + 1
        after = follow(page, before, Stream(self.laptop.village, scope), [one.link for one in changes])
        self._move(scope, [one.link for one in changes])
        assert self.cursors[scope] == after
        self.read |= {one.change.name: one for one in changes}
        assert self.epoch is not None
        self.kept[name_of(told)] = page, told, self.epoch

    def _place(self, answer: Answer) -> None:
        for placed in sorted(answer.placed):
            if placed.position == self.cursors[placed.scope].position + 1:
                self._move(placed.scope, [self.laptop.log[seq - 1].link for seq in seqs_of(placed)])

    def _move(self, scope: int, links: Iterable[bytes]) -> None:
        for link in links:
            self.cursors[scope] = advance(self.cursors[scope], [link])
            self.chains[scope][self.cursors[scope].position] = self.cursors[scope].chain
