"""What a laptop delivers, decoded and signed for, and what the county's store says to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from villagefp.wire import links
from villagefp.wire.batch import Batch
from villagefp.wire.change import LoggedChange, pack_header
from villagefp.wire.links import Cover
from villagefp.wire.signed import ExchangeError, Fault


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Consecutive changes of one device in one village: whole groups, or a part of one."""

    village: bytes
    device: bytes
    link_before: bytes  # of the change before the first
    changes: tuple[LoggedChange, ...]
    covers: Mapping[int, Cover]  # by segment the nodes that cover these changes
    goes_on: bool = False  # the last group has further changes and comes into force only with them

    @property
    def first(self) -> int:
        """The seq of the first change."""
        return self.changes[0].change.seq

    @property
    def last(self) -> int:
        """The seq of the last change."""
        return self.changes[-1].change.seq


def of_batch(batch: Batch) -> Delivery:
    """What a batch delivers; whoever decoded it has verified its links and bodies."""
    return Delivery(
        village=batch.header.village,
        device=batch.header.device,
        link_before=batch.header.link_before,
        changes=batch.changes,
        covers=batch.covers,
        goes_on=batch.header.goes_on,
    )


def check(delivery: Delivery) -> None:
    """ExchangeError where the changes are not what their names, links and commitments say.

    For what did not come as a batch; it needs no store, so it is done before any lock is held.
    """
    if not delivery.changes:
        raise ExchangeError(Fault.DAMAGED)
    keys = _keys(delivery)
    link = delivery.link_before
    for seq, one in enumerate(delivery.changes, delivery.first):
        change = one.change
        if (change.village, change.device, change.seq) != (delivery.village, delivery.device, seq):
            raise ExchangeError(Fault.FOREIGN)
        if one.body is not None and links.commitment(keys.get(seq, b""), one.body) != one.commitment:
            raise ExchangeError(Fault.DAMAGED)
        link = links.next_link(link, pack_header(change), one.commitment)
        if link != one.link:
            raise ExchangeError(Fault.DAMAGED)


def _keys(delivery: Delivery) -> dict[int, bytes]:
    """By seq the keys of the changes, as far as the cover holds them."""
    keys: dict[int, bytes] = {}
    for segment in range(links.segment_of(delivery.first), links.segment_of(delivery.last) + 1):
        start = segment << links.DEPTH
        first, last = max(delivery.first - start, 0), min(delivery.last - start, links.SEGMENT - 1)
        told = links.leaf_keys(delivery.covers.get(segment, ()), first, last)
        keys.update({start + leaf: key for leaf, key in told.items()})
    return keys


@dataclass(frozen=True)
class Taken:
    """The delivery is here: every seq up to `accepted` is in the log, repeats included."""

    accepted: int
    numbered: int = 0  # changes that came into force by it
    held: int = 0  # groups that are held now


@dataclass(frozen=True)
class Missing:
    """Something before it is missing: the laptop is told “have up to”, and the delivery is kept aside."""

    have_up_to: int


@dataclass(frozen=True)
class Forked:
    """The county has another change under a name that was delivered: two laptops go under one identity.

    Nothing is refused for good: the laptop takes a new identity and issues again under it what was not received.
    """

    at: int  # the first seq that differs


Outcome = Taken | Missing | Forked
