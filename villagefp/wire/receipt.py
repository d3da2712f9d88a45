"""Receipts: the county's signed word on how far it has a laptop's changes, and what it returned.

A receipt says everything, not what is new since the last one, so the newest is enough, by whatever road it came. What
was returned has been received as well, but it counts for nobody before somebody mends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from villagefp.i18n import _
from villagefp.wire import signed
from villagefp.wire.cursor import TAG_BYTES, Epoch
from villagefp.wire.hello import NAME_BYTES
from villagefp.wire.protocol import Count, Id, Seq, Small
from villagefp.wire.signed import ExchangeError, Fault, Purpose
from villagefp.wire.signing import SigningKey
from villagefp.wire.values import pack

MAX_RETURNED = 4096
"""Returned groups a receipt can name. The county stops counting up before the next one: the rest comes later."""
MAX_WISHES = 256
MAX_RECEIPT = 256 * 1024


class Reason(IntEnum):
    """Why a group was returned. There is nothing else: what is merely doubtful is taken and becomes a task."""

    UNAUTHORISED = 1
    MALFORMED = 2
    TOO_LARGE = 3
    WAITS = 4  # it rests on a group that was returned, and is released with it


class Returned(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A group that the county holds apart: not one of its changes counts before it is released."""

    first: Seq
    last: Seq
    reason: Reason
    field: Small = 0  # by which to mend it; 0 where it is about no single field
    change: Count = 0  # of the group's changes the one it is about; where it waits, the own seq it waits for

    def holds(self, seq: int) -> bool:
        """Whether a change is of this group."""
        return self.first <= seq <= self.last


class Former(msgspec.Struct, frozen=True, array_like=True):
    """What is returned of the changes that a laptop made under an identity it no longer has."""

    device: Id
    returned: Annotated[tuple[Returned, ...], Meta(min_length=1)]  # in order of seq


class Wish(msgspec.Struct, frozen=True, array_like=True, order=True):
    """An erasure of this laptop that it might not do by itself: it waits for the county's decision, or was refused."""

    name: Annotated[bytes, Meta(min_length=NAME_BYTES, max_length=NAME_BYTES)]  # `hello.name_of` the signed erasure
    refused: bool = False


class Receipt(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """How far the county has the changes of one laptop in one village."""

    village: Id
    device: Id
    epoch: Epoch
    serial: Seq  # rises with every receipt of the epoch that says something else
    accepted: Count  # every seq up to here is at the county, whether in force or returned
    link: Annotated[bytes, Meta(min_length=TAG_BYTES, max_length=TAG_BYTES)]
    """First bytes of the link of that seq: a copied laptop must not take what was said of its twin for its own."""
    safe_seq: Count = 0  # every own seq up to here lies in a county backup that was read back
    safe: dict[Small, Count] = {}  # by scope the position up to which the same holds
    returned: tuple[Returned, ...] = ()  # in order of seq
    former: tuple[Former, ...] = ()  # of earlier identities of the laptop, the oldest first
    wishes: Annotated[tuple[Wish, ...], Meta(max_length=MAX_WISHES)] = ()  # those that were granted are not named

    def group_of(self, seq: int) -> Returned | None:
        """The returned group that a change is of."""
        return next((group for group in self.returned if group.holds(seq)), None)


_DECODER = msgspec.msgpack.Decoder(Receipt)


def sign_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """The receipt as it travels."""
    if not _makes_sense(receipt):
        raise ValueError("A receipt contradicts itself.")
    ordered = msgspec.structs.replace(receipt, safe=dict(sorted(receipt.safe.items())))
    return signed.sign(Purpose.RECEIPT, pack(ordered), key)


def open_receipt(told: bytes, county: Iterable[bytes], village: bytes, device: bytes) -> Receipt:
    """What the county says of this laptop in this village; ExchangeError or VersionError where it does not."""
    receipt = signed.decode(_DECODER, signed.check(Purpose.RECEIPT, told, county, MAX_RECEIPT).body)
    if not _makes_sense(receipt):
        raise ExchangeError(Fault.DAMAGED)
    if (receipt.village, receipt.device) != (village, device):
        raise ExchangeError(Fault.FOREIGN)
    return receipt


def _makes_sense(receipt: Receipt) -> bool:
    former = [one.returned for one in receipt.former]
    if not all(map(_in_order, (receipt.returned, *former))):
        return False
    reach = receipt.returned[-1].last if receipt.returned else 0
    count = len(receipt.returned) + sum(map(len, former))
    return count <= MAX_RETURNED and max(reach, receipt.safe_seq) <= receipt.accepted


def _in_order(groups: Iterable[Returned]) -> bool:
    before = 0
    for group in groups:
        if not before < group.first <= group.last:
            return False
        before = group.last
    return True


def contradicts(one: Receipt, other: Receipt) -> bool:
    """Whether a county took back its word within one epoch: what it had, or had safe, it no longer has.

    Then it was put back without noticing. The later receipt counts all the same, since it says less and so more is
    sent again; the pair is kept as evidence.
    """
    if one.epoch != other.epoch:
        return False
    if one.serial == other.serial:
        return one != other
    before, after = sorted((one, other), key=_rank)
    lost = any(after.safe.get(scope, 0) < position for scope, position in before.safe.items())
    return lost or after.accepted < before.accepted or after.safe_seq < before.safe_seq


def _rank(receipt: Receipt) -> tuple[int, bytes]:
    # Two receipts of one serial are a county's mistake; both roads must still end alike, so the bytes decide.
    return receipt.serial, pack(receipt)


@dataclass(frozen=True)
class Receipts:
    """What a laptop knows of its receipts: a join of all that came, so order, road and repetition do not matter.

    Normally it holds one epoch. A receipt of an older epoch proves nothing about a newer one and is dropped; of two
    epochs with one counter neither is the newer, and then only what both say is believed.
    """

    by_epoch: Mapping[Epoch, Receipt | None] = field(default_factory=dict)

    @property
    def newest(self) -> Receipt | None:
        """The receipt that counts; none where none came in this epoch, or two epochs speak against each other."""
        return next(iter(self.by_epoch.values())) if len(self.by_epoch) == 1 else None

    def heard(self, epoch: Epoch) -> Receipts:
        """After the county told its epoch, with or without a receipt."""
        return self.joined(Receipts({epoch: None}))

    def got(self, receipt: Receipt) -> Receipts:
        """After a receipt came, by whatever road."""
        return self.joined(Receipts({receipt.epoch: receipt}))

    def joined(self, other: Receipts) -> Receipts:
        """What two laptops' halves of a road know together: commutative, associative and idempotent."""
        epochs = sorted({*self.by_epoch, *other.by_epoch})
        highest = max((epoch.counter for epoch in epochs), default=0)
        return Receipts(
            {
                epoch: _later(self.by_epoch.get(epoch), other.by_epoch.get(epoch))
                for epoch in epochs
                if epoch.counter == highest
            }
        )

    @property
    def accepted(self) -> int:
        """The seq up to which nothing need be sent again."""
        return min((receipt.accepted if receipt else 0 for receipt in self.by_epoch.values()), default=0)

    @property
    def safe_seq(self) -> int:
        """The seq up to which own batches need not be kept for the county's sake."""
        return min((receipt.safe_seq if receipt else 0 for receipt in self.by_epoch.values()), default=0)

    def safe_position(self, scope: int) -> int:
        """The position of a stream up to which pages need not be kept for the county's sake."""
        known = (receipt.safe.get(scope, 0) if receipt else 0 for receipt in self.by_epoch.values())
        return min(known, default=0)

    def group_of(self, seq: int) -> Returned | None:
        """The returned group that a change is of."""
        receipts = [receipt for receipt in self.by_epoch.values() if receipt]
        return next((group for receipt in receipts if (group := receipt.group_of(seq))), None)


def _later(one: Receipt | None, other: Receipt | None) -> Receipt | None:
    return max((receipt for receipt in (one, other) if receipt is not None), key=_rank, default=None)


class State(StrEnum):
    """Where a saved change stands, as the worker is told."""

    WAITING = "waiting"
    ON_ITS_WAY = "on_its_way"  # on a stick, in a file, in a request without an answer yet
    RECEIVED = "received"  # and nothing but a receipt says so
    RETURNED = "returned"


def state_of(seq: int, receipts: Receipts, on_the_way: Iterable[range]) -> State:
    """Where a change stands, by what is known and by the seqs that were given away and not yet answered."""
    if receipts.group_of(seq):
        return State.RETURNED
    if seq <= receipts.accepted:
        return State.RECEIVED
    return State.ON_ITS_WAY if any(seq in given for given in on_the_way) else State.WAITING


def in_words(group: Returned) -> str:
    """Why a group came back, as the box of returned entries says it."""
    return {
        Reason.UNAUTHORISED: _("The county does not let this laptop enter this. It is kept here; ask the county."),
        Reason.MALFORMED: _("The county cannot read this entry. Open it, correct the marked field and save it again."),
        Reason.TOO_LARGE: _("This entry is too large to be sent. Open it, shorten the marked field and save it again."),
        Reason.WAITS: _("This rests on another entry that came back. Correct that one; this one then goes by itself."),
    }[group.reason]
