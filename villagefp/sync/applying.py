"""What an answer changes in the store, within the transaction that takes it in.

In this order: receipts and whether this is still the laptop that the county knows; where both sides stand; pages;
parts of a seed; statements; what may be let go because it is safe at the county.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from villagefp.storage import cursors, exchange_facts, kept_pages, outbox, seeds, stated
from villagefp.sync import confirming
from villagefp.sync.following import Followed, Streams
from villagefp.sync.outgoing import link_of
from villagefp.wire.cursor import TAG_BYTES, Stream, start
from villagefp.wire.erasure import Erasure
from villagefp.wire.hello import Answer, Hello, Placed, Request, Sort
from villagefp.wire.page import open_page
from villagefp.wire.receipt import open_receipt
from villagefp.wire.scopes import scopes_of
from villagefp.wire.seed import open_part
from villagefp.wire.statements import StatementError, read_intact
from villagefp.wire.values import pack

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.opened import Store
    from villagefp.storage.taking import Taking
    from villagefp.sync.arrival import Things
    from villagefp.sync.confirming import Confirmed

_DIGEST = "digest"


@dataclass(frozen=True)
class Question:
    """The hello that is answered."""

    told: Hello
    delivered: int  # own seq up to which everything above the receipts went with it; 0: nothing did
    former: bool  # it was said under an identity that this laptop no longer has


@dataclass
class Took:
    """What an answer changed here."""

    answer: Answer | None = None
    followed: Followed = field(default_factory=Followed)
    parts: int = 0  # of a seed
    received: int = 0  # records that stand otherwise since
    statements: int = 0
    confirmed: int = 0  # own changes that a receipt confirms now and did not before
    common: int | None = None  # not none: a new identity is needed; up to this own seq both sides have the same
    put_back: bool = False  # the county was put back to an earlier state
    differs: bool = False  # digests differed, and a stream is read again
    whole: bool = False  # everything that was announced came
    damaged: bool = False  # and something of it was not what its name says
    new_role: bool = False  # other streams are to be read from now on
    clock_ahead: int = 0  # seconds that this laptop's clock is ahead of the county's

    def asks(self, request: Request) -> bool:
        """Whether the answer asks for something."""
        return self.answer is not None and self.answer.asks(request)


class Applying:
    """Takes in one answer, perhaps in several pieces."""

    def __init__(self, store: Store, keys: Sequence[bytes], question: Question) -> None:
        self.took = Took()
        self._origin = store.origin
        self._ambient = store.ambient
        self._keys = keys
        self.question = question
        self._placed: list[Placed] = []

    def erased(self, connection: Connection, erasure: Erasure, told: bytes) -> None:
        """Note an erasure of the county, and keep it as it was signed for the day the county is put back."""
        exchange_facts.note_statement(connection, "erasure", erasure.serial)
        outbox.keep_county_erasure(connection, told)

    def apply(self, taking: Taking, answer: Answer, things: Things) -> None:
        """Take in what came whole; the first time also what stands in the answer itself."""
        connection, first = taking.connection, self.took.answer is None
        self.took.answer = answer
        if not self.question.former:
            self._confirm(connection, answer, [answer.receipt] if first and answer.receipt else [], things)
            if self.took.common is None:
                if first:
                    self._placed = list(answer.placed)
                    self._stand(connection, answer)
                self._follow(taking, things)
                self._seed(taking, things)
        if first:
            self._remember_time(connection, answer)
            self._take_role(connection, answer.role)
        self._statements(connection, things)

    def _confirm(self, connection: Connection, answer: Answer, told: Sequence[bytes], things: Things) -> None:
        receipts = [
            open_receipt(each, self._keys, self._origin.village, self._origin.device)
            for each in (*told, *things.by_sort[Sort.RECEIPT])
        ]
        confirmed = confirming.confirm(connection, self._origin, answer, receipts, self.question.delivered)
        confirming.keep(connection, self._origin, confirmed, self._now())
        self.took.confirmed += max(confirmed.after.accepted - confirmed.before.accepted, 0)
        if self.took.common is None:
            self.took.common = confirmed.common
        if confirmed.put_back:
            self.took.put_back = True
            outbox.county_lost_erasures(connection)
            exchange_facts.forget_statements(connection)
        self._let_go(connection, confirmed)

    def _let_go(self, connection: Connection, confirmed: Confirmed) -> None:
        """Batches and pages that lie in a verified backup of the county."""
        after = confirmed.after
        if after == confirmed.before:
            return
        outbox.forget(connection, self._origin, after.safe_seq)
        scopes = scopes_of(link_of(connection).role)
        kept_pages.forget(connection, {scope: after.safe_position(scope) for scope in scopes})

    def _stand(self, connection: Connection, answer: Answer) -> None:
        """Go back to where both sides agree, where the answer says so."""
        for scope, told in answer.checkpoints.items():
            here = cursors.checkpoints(connection, scope)
            for position, tag in told.items():
                chain = here.get(position)
                if chain is not None and chain[:TAG_BYTES] == tag[:TAG_BYTES]:
                    cursors.put_back(connection, scope, position, chain)
        erasures = {name for name, _told in outbox.erasures_waiting(connection)} if self.question.told.offers else ()
        for place, offer in enumerate(self.question.told.offers):
            if place in answer.offsets or place in answer.again:
                continue
            if offer.name in erasures:  # taken; of a batch only a receipt says so
                outbox.erasure_received(connection, offer.name)
            kept_pages.given_back(connection, offer.name)
        for scope, digest in answer.digests.items():
            own = self.question.told.digests.get(scope)
            if own is not None and own != digest:
                self._differs(connection, scope, pack([scope, own, digest]))

    def _differs(self, connection: Connection, scope: int, told: bytes) -> None:
        """Read a stream again from its beginning; once for each difference, of which that is the evidence."""
        self.took.differs = True
        if any(one.sort == _DIGEST and one.told == told for one in exchange_facts.evidence(connection)):
            return
        exchange_facts.keep_evidence(connection, self._now(), _DIGEST, told)
        cursors.jump(connection, scope, start(Stream(self._origin.village, scope)))

    def _follow(self, taking: Taking, things: Things) -> None:
        connection = taking.connection
        epochs = sorted(exchange_facts.receipts(connection, self._origin).by_epoch)
        if not epochs:
            return
        scopes = scopes_of(link_of(connection).role)
        streams = Streams(taking, self._origin, epochs[-1], scopes, self.took.followed)
        pages = [(open_page(told, self._keys), told) for told in things.by_sort[Sort.PAGE]]
        before = len(self.took.followed.unsound)
        self._placed = streams.take(pages, self._placed)
        for told in self.took.followed.unsound[before:]:
            exchange_facts.keep_evidence(connection, self._now(), "page", told)
        if self.took.followed.own is not None:
            self.took.common = self.took.followed.own - 1

    def _seed(self, taking: Taking, things: Things) -> None:
        """Take in the parts that go on from what is here; one that does not is asked for again by itself."""
        for told in things.by_sort[Sort.SEED]:
            part = open_part(told, self._keys, self._origin.village)
            before = seeds.progress(taking.connection)
            if before is None or before.seed != part.seed:
                if part.number != 1:
                    self.took.damaged = True
                    continue
                seeds.begin(taking, part.seed)
                before = seeds.progress(taking.connection)
            if before is not None and part.number > before.applied + 1:
                self.took.damaged = True
                continue
            seeds.apply_part(taking, part)
            self.took.parts += 1

    def _statements(self, connection: Connection, things: Things) -> None:
        """Keep what the county published for those who know what to do with it; what it did not sign is nothing."""
        for told in things.by_sort[Sort.STATEMENT]:
            try:
                statement = read_intact(told)
            except StatementError:
                continue
            if statement.signer in self._keys:
                stated.keep(connection, told, statement)
                exchange_facts.note_statement(connection, statement.sort.value, statement.serial)
                self.took.statements += 1

    def _take_role(self, connection: Connection, role: str) -> None:
        """Work on in the role that the county has given this laptop meanwhile; what it read before stays here."""
        link = link_of(connection)
        if role and role != link.role and not self.question.former:
            exchange_facts.put_county_link(connection, msgspec.structs.replace(link, role=role))
            self.took.new_role = True

    def _remember_time(self, connection: Connection, answer: Answer) -> None:
        ahead = self._ambient.milliseconds() - answer.time * 1000
        exchange_facts.put_county_clock(connection, -ahead)
        self.took.clock_ahead = round(ahead / 1000)

    def _now(self) -> str:
        return self._ambient.now().isoformat(timespec="seconds")
