"""Cutting a log into batches: as much as fits into each, at the borders of groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from villagefp.wire.batch import Packing, TooManyError, encode_batch
from villagefp.wire.batch_header import MAX_CHANGES, MAX_PACKED
from villagefp.wire.change import LoggedChange

_AIM = MAX_PACKED * 15 // 16
"""What a batch is meant to become: a little less than may be, so that it rarely has to be packed again."""
_FIRST = 4 * _AIM
"""Bytes of bodies that are tried first, before it is known how well they pack."""
_HEAD = 24
"""Bytes that a change counts besides its body."""


def cut(logged: Sequence[LoggedChange], link_before: bytes, packing: Packing) -> Iterator[bytes]:
    """The batches of these consecutive changes of one device, oldest first; the last group has to be whole.

    The same changes from the same place give the same batches; further changes at the end change only the last of them.
    """
    log = _Log(logged, [len(entry.body or b"") + _HEAD for entry in logged], packing)
    start, room = 0, _FIRST
    while start < len(logged):
        batch, end = log.batch(start, room, link_before)
        yield batch
        room = max(_AIM, sum(log.sizes[start:end]) * _AIM // len(batch))
        link_before, start = logged[end - 1].link, end


@dataclass(frozen=True)
class _Log:
    logged: Sequence[LoggedChange]
    sizes: Sequence[int]
    packing: Packing

    def batch(self, start: int, room: int, link_before: bytes) -> tuple[bytes, int]:
        """The batch of as many changes as fit, and the place behind them."""
        tried = start
        while True:
            end, whole = _at_border(self.logged, start, _filled(self.sizes, start, room))
            if end != tried:
                try:
                    return encode_batch(self.logged[start:end], link_before, self.packing, goes_on=not whole), end
                except TooManyError:
                    if end - start == 1:
                        raise
            tried, room = end, room * 7 // 8


def _filled(sizes: Sequence[int], start: int, room: int) -> int:
    """Behind the last change that is expected to fit."""
    end = start
    while end < min(len(sizes), start + MAX_CHANGES) and (room := room - sizes[end]) >= 0:
        end += 1
    return max(end, start + 1)


def _at_border(logged: Sequence[LoggedChange], start: int, end: int) -> tuple[int, bool]:
    """Where to cut so that groups stay whole, and whether that is possible: a group that is too large goes in parts."""
    if logged[start].change.group < logged[start].change.seq:  # the rest of one: nothing else goes with it
        while end > start + 1 and logged[end - 1].change.group != logged[start].change.group:
            end -= 1
        return end, end == len(logged) or logged[end].change.group != logged[start].change.group
    border = end
    while border > start and border < len(logged) and logged[border].change.group < logged[border].change.seq:
        border -= 1
    if border > start:
        return border, True
    return end, False
