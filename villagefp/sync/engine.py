"""One exchange from the first hello to the last answer, over any road.

It goes on while the county has more, while something waits or the answer asks for something, and it always ends: a
request that says nothing new is asked a few times and no more, and a line that breaks is tried again a few times
without any progress and no more. Time, chance, the line and the waiting come in from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import exchange_facts, identity, outbox, sending
from villagefp.sync.incoming import Incoming
from villagefp.sync.introducing import become_another, introduce
from villagefp.sync.outcome import Cancelled, Note, Outcome, Patience, Stopped, Telling
from villagefp.sync.outgoing import LARGEST, SMALLEST, Asking, Wishes, anything_waits, link_of, make_request
from villagefp.sync.pace import Outside, Stop
from villagefp.sync.road import LineError, Refused, Road, Why, in_words
from villagefp.wire.hello import Answer, Request
from villagefp.wire.protocol import VersionError
from villagefp.wire.signed import ExchangeError

if TYPE_CHECKING:
    from villagefp.storage.opened import Store
    from villagefp.sync.applying import Took

HTTP = "http"
"""What stands in the store for what left by network and has no answer yet."""
_IDLE = 3
"""Requests that say nothing new before an exchange is given up."""
_IDENTITIES = 2
_KEEPING = 0.2
"""Seconds in which the county notices that a line broke and keeps what came, before it is asked how much that is."""
_CLOCK_SECONDS = 10 * 60
_GO_ON = Request.MORE | Request.CHECKPOINTS | Request.DIGESTS | Request.SEED | Request.SEND_AGAIN


def exchange(store: Store, road: Road, *, patience: Patience, progress: Telling, cancelled: Cancelled) -> Outcome:
    """Give what waits and take what there is; Stopped where it ends before everything is through.

    UserError where the laptop is not enrolled, or another exchange of this store is under way.
    """
    with one_at_a_time(store):
        return _Exchange(store, road, Outside(patience, progress, cancelled)).run()


@contextmanager
def one_at_a_time(store: Store) -> Iterator[None]:
    """UserError where an exchange of this store is under way."""
    if not store.exchanging.acquire(blocking=False):
        raise UserError(_("An exchange is under way already. Wait until it is done, or stop it."))
    try:
        yield
    finally:
        store.exchanging.release()


class _Exchange:
    def __init__(self, store: Store, road: Road, outside: Outside) -> None:
        self._store = store
        self._road = road
        self._outside = outside
        self._wishes = Wishes()
        self._idle = 0
        self._seen: set[bytes] = set()
        self._answered = False
        self._broke = Why.STUCK  # what is to be said where nothing goes on
        self._sent_in_vain = 0
        self._identities = 0
        self._introduced_again = False
        self._notes: set[Note] = set()
        self._received = self._statements = self._clock_ahead = 0
        self._began_as = store.origin
        self._accepted = self._confirmed()

    def run(self) -> Outcome:
        """Turn by turn until there is nothing more to say."""
        with self._store.read() as connection:
            link_of(connection)
        try:
            outbox.fill(self._store)
            while self._turn():
                pass
        except Stop:
            sentence = _("The exchange was stopped. What came through is kept, and nothing is lost.")
            raise Stopped(sentence, self._outcome()) from None
        except VersionError as error:
            why = Why.OLD_THERE if error.older else Why.OLD_HERE
            raise Stopped(in_words(why), self._outcome(), why) from error
        except Refused as error:
            raise Stopped(str(error), self._outcome(), error.why) from error
        except UserError as error:
            raise Stopped(str(error), self._outcome()) from error
        finally:
            self._take_back()
        return self._outcome()

    def _turn(self) -> bool:
        """One request and what came of it; whether there is to be another one."""
        self._outside.check()
        try:
            introduce(self._store, self._road.enrol)
        except LineError as broke:
            self._try_again(broke)
            return True
        asking = self._ask_next()
        incoming = Incoming(self._store, asking.hello, asking.delivered)
        carried = self._carried(asking, incoming)
        if carried is None:
            return True
        cut, took = carried
        self._note(took)
        if took.put_back:
            outbox.fill(self._store)  # what was confirmed, and erased from its batches since, is to be cut anew
        if took.common is not None:
            self._go_on_as_another(took.common)
            return True
        on = took.answer is not None and self._heed(asking, took.answer, took)
        if cut is None and took.whole:
            self._outside.went_on()
            self._answered = True
            return on
        if incoming.looks_like_a_page:
            raise Refused(Why.PORTAL)
        self._after_break(cut or LineError(Why.CUT), asking, took)
        return True

    def _carried(self, asking: Asking, incoming: Incoming) -> tuple[LineError | None, Took] | None:
        """What came of a request, and where the line broke; nothing where it is to be asked once more."""
        try:
            return self._carry(asking, incoming)
        except ExchangeError as error:
            self._unsigned(incoming, error)
        except Refused as refused:
            if refused.why is not Why.UNKNOWN or not self._introduce_again():
                raise
        return None

    def _ask_next(self) -> Asking:
        asking = make_request(self._store, self._wishes)
        if self._answered:
            self._idle = self._idle + 1 if asking.likeness in self._seen else 0
            if self._idle > _IDLE:
                raise Refused(self._broke)
        self._answered, self._broke = False, Why.STUCK
        self._seen.add(asking.likeness)
        self._give_away(asking)
        return asking

    def _carry(self, asking: Asking, incoming: Incoming) -> tuple[LineError | None, Took]:
        def came(data: bytes) -> None:
            incoming.feed(data)
            self._outside.on_came(len(data))

        broke: LineError | None = None
        data = asking.data
        self._outside.begin(len(data))
        try:
            self._road.ask(data, came, self._outside.on_sent)
        except LineError as error:
            broke = error
        except (Stop, KeyboardInterrupt):
            incoming.settle()
            raise
        return broke, incoming.settle()

    def _heed(self, asking: Asking, answer: Answer, took: Took) -> bool:
        """Make the next request as the answer wants it; whether there has to be one."""
        wishes = self._wishes
        held = {
            offer.name: answer.offsets.get(place, 0 if place in answer.again else offer.length)
            for place, offer in enumerate(asking.offers)
        }
        if wishes.ask_first:
            before = sum(wishes.offsets.get(name, 0) for name in held)
            if sum(held.values()) <= before:  # something in between keeps a request until it has all of it
                wishes.room = max(SMALLEST, min(wishes.room, self._sent_in_vain) // 2)
        elif asking.pieces:
            wishes.room = min(LARGEST, wishes.room * 2)
        wishes.ask_first = False
        wishes.offsets = {name: length for name, length in held.items() if length}
        for place, offer in enumerate(asking.offers):
            if place in answer.again and offer.last:
                outbox.cut_again(self._store, offer.name)
            elif not offer.last and not held[offer.name] and asking.gave_all_of(place):
                wishes.skip.add(offer.name)
        wishes.compare = wishes.compare and not asking.told.digests
        wishes.checkpoints = took.asks(Request.CHECKPOINTS) or bool(took.followed.off)
        wishes.digests = took.asks(Request.DIGESTS)
        begun = bool(took.parts) or took.whole
        wishes.seed = took.asks(Request.SEED) or (wishes.seed and not begun)
        on = took.asks(_GO_ON) or took.damaged or took.new_role or bool(took.followed.off or answer.again)
        return on or anything_waits(self._store, wishes)

    def _after_break(self, broke: LineError, asking: Asking, took: Took) -> None:
        wishes = self._wishes
        if broke.why is Why.TOO_LARGE:
            if wishes.room <= SMALLEST:
                raise Refused(broke.why)
            wishes.room = max(SMALLEST, min(wishes.room, len(asking.data)) // 2)
            return
        if took.answer is not None:  # some of it came: the county has what was sent, and says how much of it
            self._outside.went_on()
            self._answered, self._broke = True, broke.why
            return
        if self._outside.sent > len(asking.hello):
            given = sum(len(piece.data) for piece in asking.pieces)
            wishes.ask_first = given > SMALLEST
            self._sent_in_vain = min(self._outside.sent, given) if given else self._sent_in_vain
        if self._outside.failed_before:
            wishes.room = max(SMALLEST, wishes.room // 2)
        self._try_again(broke)

    def _try_again(self, broke: LineError) -> None:
        at_least = _KEEPING if self._wishes.ask_first else 0.0
        self._outside.wait_after(broke, self._store.ambient.random, at_least)

    def _unsigned(self, incoming: Incoming, error: ExchangeError) -> None:
        """What came is not the county's word; a bit that was altered on the way is tried again."""
        if incoming.looks_like_a_page:
            raise Refused(Why.PORTAL) from error
        try:
            self._try_again(LineError(Why.OTHER_COUNTY))
        except Refused as refused:
            raise (refused if not incoming.answered else error) from error

    def _introduce_again(self) -> bool:
        """Tell once more who this laptop goes on for: a county that was put back to before that does not know it."""
        if self._introduced_again:
            return False
        self._introduced_again = True
        with self._store.save() as save:
            return identity.tell_successions_again(save.connection)

    def _go_on_as_another(self, common: int) -> None:
        self._take_back()
        self._identities += 1
        if self._identities > _IDENTITIES:
            raise Refused(Why.STUCK)
        become_another(self._store, common)
        self._notes.add(Note.NEW_IDENTITY)
        self._wishes = Wishes(room=self._wishes.room)
        self._seen.clear()
        outbox.fill(self._store)

    def _give_away(self, asking: Asking) -> None:
        """Note what leaves now, before it leaves: whatever happens then, nobody is told less or more than is so."""
        batches = [offer.name for offer in asking.offers if offer.last]
        if batches:
            at = self._store.ambient.now().isoformat(timespec="seconds")
            with self._store.save() as save:
                outbox.offered(save.connection, batches)
                sending.take_back(save.connection, self._store.origin, HTTP)
                if asking.seqs:
                    sending.give_away(save.connection, self._store.origin, asking.seqs, HTTP, at)

    def _take_back(self) -> None:
        """What was given to a line and got no receipt is not on its way any more."""
        with self._store.read() as connection:
            left = sending.anything_left_by(connection, self._store.origin, HTTP)
        if left:
            with self._store.save() as save:
                sending.take_back(save.connection, self._store.origin, HTTP)

    def _confirmed(self) -> int:
        with self._store.read() as connection:
            return exchange_facts.receipts(connection, self._store.origin).accepted

    def _note(self, took: Took) -> None:
        self._received += took.followed.applied + took.received
        self._statements += took.statements
        if took.answer is not None:
            self._clock_ahead = took.clock_ahead
        told = {
            Note.CLOCK: abs(took.clock_ahead) > _CLOCK_SECONDS,
            Note.REVOKED: took.asks(Request.RECEIPTS_ONLY),
            Note.DIFFERS: took.differs,
            Note.NOT_FOLLOWED: bool(took.followed.unsound),
            Note.COUNTY_PUT_BACK: took.put_back,
        }
        self._notes |= {note for note, so in told.items() if so}

    def _outcome(self) -> Outcome:
        now = self._confirmed()
        sent = max(now - self._accepted, 0) if self._store.origin == self._began_as else now
        return Outcome(
            sent=sent,
            received=self._received,
            statements=self._statements,
            requests=self._outside.requests,
            bytes_up=self._outside.bytes_up,
            bytes_down=self._outside.bytes_down,
            notes=frozenset(self._notes),
            clock_ahead=self._clock_ahead,
        )
