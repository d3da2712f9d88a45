"""What comes from other laptops, decoded: consecutive changes of one device, with what it takes to verify them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from villagefp.storage import log
from villagefp.storage.log import Origin
from villagefp.wire import links
from villagefp.wire.change import LoggedChange
from villagefp.wire.links import Cover
from villagefp.wire.values import pack, unpack


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Consecutive changes of one device, oldest first.

    A change's `body` is the packed form of its fields and reason, or None where an erasure destroyed it.
    """

    origin: Origin
    link_before: bytes  # the link that the first of them follows
    changes: tuple[LoggedChange, ...]
    covers: Mapping[int, Cover]  # by segment, the keys of these changes
    attested: bool = False  # the county signed that what is missing before them is in a scope this laptop does not get

    @property
    def first(self) -> int:
        """The seq of the first change."""
        return self.changes[0].change.seq

    @property
    def last(self) -> int:
        """The seq of the last change."""
        return self.changes[-1].change.seq


class Result(StrEnum):
    """What became of a delivery. Only the first three change anything here."""

    APPLIED = "applied"
    KEPT_ASIDE = "kept_aside"  # changes before it are missing
    REPEATED = "repeated"  # all of it was here
    FORK = "fork"  # another change has the same name: the device was copied, or put back to an older state
    BROKEN = "broken"  # its links or bodies do not hold
    UNEXPLAINED = "unexplained"  # a body is missing, and no erasure names it
    OWN = "own"  # this laptop's own changes, which it does not have: it is an older copy of itself
    ELSEWHERE = "elsewhere"  # of another village


@dataclass(frozen=True)
class Taken:
    """What became of a delivery, and up to which seq all changes of its device are here now."""

    result: Result
    origin: Origin
    have: int
    applied: int = 0  # changes that were not here before, with those that had been kept aside
    seq: int | None = None  # the change at which it does not fit or hold
    released: tuple[Taken, ...] = ()  # what had been kept aside and was tried again


def pack_delivery(delivery: Delivery) -> bytes:
    """A delivery as it is kept aside."""
    rows = [log.as_row(one) for one in delivery.changes]
    covers = {segment: links.pack_cover(delivery.covers[segment]) for segment in sorted(delivery.covers)}
    return pack([*_names(delivery.origin), delivery.link_before, rows, covers, delivery.attested])


def unpack_delivery(packed: bytes) -> Delivery:
    """A delivery as it was kept aside."""
    village, device, link_before, rows, covers, attested = unpack(packed)
    return Delivery(
        origin=Origin(village, device),
        link_before=link_before,
        changes=tuple(map(log.from_row, rows)),
        covers={segment: links.unpack_cover(cover) for segment, cover in covers.items()},
        attested=attested,
    )


def _names(origin: Origin) -> tuple[bytes, bytes]:
    return origin.village, origin.device
