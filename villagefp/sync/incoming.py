"""Taking in an answer, by whatever road it came: verified first, and then one transaction or nothing at all.

An answer may be cut short anywhere. What came whole is taken in, in its order. The beginning of what did not come
whole is kept under its name, and the next hello tells how much of it is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from villagefp.storage import arriving, erasures, identity, trust
from villagefp.sync.applying import Applying, Question, Took
from villagefp.sync.arrival import Arrival, Things
from villagefp.sync.outgoing import link_of
from villagefp.wire.erasure import Erasures, open_erasure
from villagefp.wire.frames import AnswerReader
from villagefp.wire.hello import Answer, Request, Sort, open_answer, open_hello
from villagefp.wire.protocol import VersionError
from villagefp.wire.signed import ExchangeError, Fault

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

STEP = 96 * 1024
"""Bytes after which what came whole is taken in while the rest still comes: a register is of use at once, and a power
cut loses no more than this."""
LEAST = 8 * 1024
"""Bytes for which it is worth while."""
_LOOK = 64


def take_answer(store: Store, hello: bytes, answer: AnswerReader, delivered: int = 0) -> Took:
    """Take in an answer that is here already, or the beginning of one.

    ExchangeError or VersionError where it is not the county's to this hello of this laptop; then nothing was changed.
    """
    incoming = Incoming(store, hello, delivered)
    incoming.reader = answer
    return incoming.settle()


class Incoming:
    """The answer to one hello while it comes in; what came whole is taken in before the rest is here."""

    def __init__(self, store: Store, hello: bytes, delivered: int = 0) -> None:
        self.reader = AnswerReader()
        self._store = store
        self._hello = hello
        self._came = 0
        self._first = b""
        self._settled_at = 0
        self._ends: list[int] | None = None
        self._arrival: Arrival | None = None
        self._settling = False
        with store.read() as connection:
            self._link = link_of(connection)
            own = trust.trusted_keys(connection)
            former = identity.lineage(connection)
        said = open_hello(hello, own)  # with the keys of former identities
        if said.village != store.origin.village or said.device not in {store.origin.device, *former}:
            raise ExchangeError(Fault.FOREIGN)
        question = Question(said.hello, delivered, former=said.device != store.origin.device)
        self._applying = Applying(store, self._link.sign_keys, question)

    def feed(self, data: bytes) -> None:
        """The next bytes; what is whole is taken in now and then."""
        self._first = self._first or data[:_LOOK]
        self.reader.feed(data)
        self._came += len(data)
        if self._is_worth_it():
            self._settled_at = self._came
            self.settle()

    def _is_worth_it(self) -> bool:
        """Whether to take in what came before the rest is here: each part of a seed, which makes a register of use."""
        since = self._came - self._settled_at
        if since >= STEP or since < LEAST:
            return since >= STEP
        if self._ends is None and self.reader.answer is not None:
            self._ends = self._seed_ends(self.reader.answer)
        return any(self._settled_at < end <= self._came for end in self._ends or ())

    def _seed_ends(self, told: bytes) -> list[int]:
        try:
            coming = open_answer(told, self._hello, self._link.sign_keys).coming
        except (ExchangeError, VersionError):  # told when it is taken in
            return []
        return [end for end, one in zip(self.reader.ends(coming), coming, strict=True) if one.sort is Sort.SEED]

    @property
    def answered(self) -> bool:
        """Whether the county's own answer came, whatever followed it."""
        return self._applying.took.answer is not None

    @property
    def looks_like_a_page(self) -> bool:
        """Whether what came is a page for people, such as a network shows that wants a password first."""
        return self._first.lstrip().lower().startswith((b"<!doctype", b"<html", b"<head"))

    def settle(self) -> Took:
        """Take in what came whole since the last time, and keep the beginning of the rest.

        ExchangeError or VersionError where the answer is not the county's to this hello; then nothing was changed.
        """
        took = self._applying.took
        if self.reader.answer is None or self._settling:  # one that failed or was cut short left nothing to go on from
            return took
        self._settling = True
        answer = took.answer or open_answer(self.reader.answer, self._hello, self._link.sign_keys)
        if self._arrival is None:
            self._arrival = Arrival(answer.coming, self._held(answer))
        things = self._arrival.look(self.reader.following(answer.coming))
        if took.answer is None or things.names or things.beginnings:
            self._keep(answer, things)
        took.whole = self._arrival.whole
        took.damaged |= things.damaged
        self._settling = False
        return took

    def _held(self, answer: Answer) -> Mapping[bytes, bytes]:
        with self._store.read() as connection:
            return {one.name: arriving.take(connection, one.name) for one in answer.coming if one.offset}

    def _given_up(self, answer: Answer) -> set[bytes]:
        """Beginnings that nobody will ever end: the county has nothing more, and did not announce them again."""
        if answer.requests & ~Request.RECEIPTS_ONLY:  # the rest may come with what it asks for
            return set()
        return set(self._applying.question.told.held) - {one.name for one in answer.coming}

    def _keep(self, answer: Answer, things: Things) -> None:
        village = self._store.origin.village
        told = [open_erasure(each, self._link.sign_keys, village) for each in things.by_sort[Sort.ERASURE]]
        named = Erasures()
        for erasure in told:
            named = named.with_statement(erasure)
        erases = bool(named.records or named.changes)
        if erases:
            erasures.note_beside(self._store.folder, named)
        with self._store.taking(answer.time * 1000) as taking:
            for erasure, signed in zip(told, things.by_sort[Sort.ERASURE], strict=True):
                self._applying.erased(taking.connection, erasure, signed)
            if erases:
                taking.erase(named)
            self._applying.apply(taking, answer, things)
            arriving.forget(taking.connection, [*things.names, *self._given_up(answer)])
            for name, beginning in things.beginnings.items():
                arriving.keep(taking.connection, name, beginning)
        if things.by_sort[Sort.SEED]:
            self._applying.took.received += len(taking.changed)
        if erases:
            erasures.leave_no_copies(self._store)
