"""Taking in pages: each goes on from where its stream stands here, or changes nothing there.

Pages hold what others wrote, and the answer says where this laptop's own changes stand between them. Both together are
the consecutive positions of a stream. What does not go on from here is a sign that one side was put back: it is kept
as evidence, and checkpoints then tell where both still agree.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from villagefp.storage import cursors, digest_rows, kept_pages, log
from villagefp.storage.foreign import Delivery, Result
from villagefp.storage.log import Origin
from villagefp.wire import links
from villagefp.wire.change import Change, LoggedChange
from villagefp.wire.cursor import Cursor, Epoch, Stream
from villagefp.wire.hello import Placed, seqs_of
from villagefp.wire.page import Page, follow
from villagefp.wire.page_changes import PageChanges, unpack_changes
from villagefp.wire.signed import ExchangeError, Fault

if TYPE_CHECKING:
    from villagefp.storage.taking import Taking


@dataclass
class Followed:
    """What became of pages and places."""

    applied: int = 0  # changes that were not here before
    moved: int = 0  # positions
    off: set[int] = field(default_factory=set)  # scopes whose pages do not go on from here
    own: int | None = None  # the first of this laptop's own changes that it does not have
    unsound: list[bytes] = field(default_factory=list)  # pages that the county signed and that do not hold


@dataclass
class Streams:
    """The streams of this laptop while an answer is taken in."""

    taking: Taking
    origin: Origin
    epoch: Epoch
    scopes: Sequence[int]
    done: Followed = field(default_factory=Followed)

    def take(self, pages: Iterable[tuple[Page, bytes]], placed: Sequence[Placed]) -> list[Placed]:
        """Take pages and places as far as they go on from here; returns the places whose turn has not come yet."""
        left = list(placed)
        for page, told in pages:
            left = self._place(left)
            self._page(page, told)
        return self._place(left)

    def _place(self, placed: list[Placed]) -> list[Placed]:
        """Move over own changes that come next, again and again as one makes room for another."""
        left = sorted(placed)
        while True:
            stands = cursors.read(self.taking.connection, self.scopes)
            fitting = [one for one in left if one.scope not in stands or one.position <= stands[one.scope].position + 1]
            if not fitting:
                return left
            for one in fitting:
                left.remove(one)
                if one.scope in stands and one.scope not in self.done.off:
                    self._own(one)

    def _own(self, placed: Placed) -> None:
        seqs = seqs_of(placed)
        at = self._cursor(placed.scope).position
        wanted = seqs[max(at + 1 - placed.position, 0) :]
        if not wanted:
            return
        here = log.links_between(self.taking.connection, self.origin, wanted[0], wanted[-1])
        missing = next((seq for seq in wanted if seq not in here), None)
        if missing is not None:
            self.done.own = min(missing, self.done.own or missing)
            self.done.off.add(placed.scope)
            return
        own = log.changes_between(self.taking.connection, self.origin, wanted[0], wanted[-1])
        digest_rows.learn_scope(self.taking.connection, placed.scope, _these(own, set(wanted)))
        self._move(placed.scope, [here[seq] for seq in wanted])

    def _page(self, page: Page, told: bytes) -> None:
        scope = page.stream.scope
        if scope not in self.scopes or scope in self.done.off:
            return
        try:
            found = unpack_changes(page)
            chain = [one.link for one in found.changes]
            cursor = self._cursor(scope)
            follow(page, cursor, Stream(self.origin.village, scope), chain)
        except ExchangeError as error:
            self.done.off.add(scope)
            if error.fault is not Fault.GAP:
                self.done.unsound.append(told)
            return
        for delivery in _deliveries(page, found):
            if not self._delivered(delivery, scope, told):
                return
        digest_rows.learn_scope(self.taking.connection, scope, (one.change for one in found.changes))
        self._move(scope, chain[cursor.position + 1 - page.first :])
        if not self._shows_erased(found):
            kept_pages.keep(self.taking.connection, page, told, self.epoch)

    def _shows_erased(self, found: PageChanges) -> bool:
        """Whether what was erased here can be read in a page: one by stick may be older than the erasure."""
        return any(one.body is not None and self.taking.erasures.takes(one.change) for one in found.changes)

    def _delivered(self, delivery: Delivery, scope: int, told: bytes) -> bool:
        taken = self.taking.take(delivery)
        self.done.applied += taken.applied
        if taken.result in {Result.APPLIED, Result.REPEATED, Result.KEPT_ASIDE}:
            return True
        self.done.off.add(scope)
        if taken.result is Result.OWN and taken.seq is not None:
            self.done.own = min(taken.seq, self.done.own or taken.seq)
        else:
            self.done.unsound.append(told)
        return False

    def _cursor(self, scope: int) -> Cursor:
        return cursors.read(self.taking.connection, [scope])[scope]

    def _move(self, scope: int, passed: Sequence[bytes]) -> None:
        if passed:
            cursors.move(self.taking.connection, scope, passed)
            self.done.moved += len(passed)


def _these(logged: Iterable[LoggedChange], seqs: Container[int]) -> Iterator[Change]:
    return (one.change for one in logged if one.change.seq in seqs)


def _deliveries(page: Page, found: PageChanges) -> Iterator[Delivery]:
    """The changes of a page, run by run; the county's signature stands for what lies between them."""
    start = 0
    for run in page.runs:
        device = page.devices[run.device]
        segments = range(links.segment_of(run.first), links.segment_of(run.first + run.count - 1) + 1)
        yield Delivery(
            origin=Origin(page.stream.village, device),
            link_before=run.link_before,
            changes=found.changes[start : start + run.count],
            covers={each: found.covers[device, each] for each in segments if (device, each) in found.covers},
            attested=True,
        )
        start += run.count
