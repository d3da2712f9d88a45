"""What the county says of this laptop's own changes: receipts, and whether it is still the laptop that it says it is.

A receipt that speaks of changes which are not here, or of other ones under the same seqs, was given to a copy of this
laptop or to a later state of it. It is never taken for one's own: nothing would be "received" that the county has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from villagefp.storage import exchange_facts, log
from villagefp.storage.log import Origin
from villagefp.wire.cursor import TAG_BYTES
from villagefp.wire.hello import Answer
from villagefp.wire.receipt import Receipt, Receipts, contradicts
from villagefp.wire.values import pack


@dataclass(frozen=True)
class Confirmed:
    """What the county knows of this laptop."""

    before: Receipts
    after: Receipts
    common: int | None = None  # not none: this laptop needs a new identity; up to this seq both have the same

    @property
    def put_back(self) -> bool:
        """Whether the county was put back to an earlier state since the last exchange."""
        return bool(self.before.by_epoch) and set(self.before.by_epoch) != set(self.after.by_epoch)


def confirm(
    connection: Connection, origin: Origin, answer: Answer, receipts: Sequence[Receipt], delivered: int
) -> Confirmed:
    """What the answer and its receipts say.

    `delivered` is the own seq up to which the request that is answered gave everything above the receipts; 0: nothing.
    """
    before = exchange_facts.receipts(connection, origin)
    after = before if answer.epoch is None else before.heard(answer.epoch)
    foreign = []
    for receipt in receipts:
        if _is_own(connection, origin, receipt):
            after = after.got(receipt)
        else:
            foreign.append(receipt)
    return Confirmed(before, after, _common(connection, origin, answer.fork, (before, foreign), delivered))


def keep(connection: Connection, origin: Origin, confirmed: Confirmed, at: str) -> None:
    """Keep what receipts say together, and as evidence where the county takes back its word."""
    before, after = confirmed.before, confirmed.after
    if after == before:
        return
    one, other = before.newest, after.newest
    if one is not None and other is not None and contradicts(one, other):
        exchange_facts.keep_evidence(connection, at, "receipt", pack([one, other]))
    exchange_facts.put_receipts(connection, origin, after, at)


def _is_own(connection: Connection, origin: Origin, receipt: Receipt) -> bool:
    """Whether a receipt speaks of this laptop's changes, and not of a copy's."""
    if not receipt.accepted:
        return True
    if receipt.accepted > log.read_tail(connection, origin).seq:
        return False
    here = log.links_between(connection, origin, receipt.accepted, receipt.accepted).get(receipt.accepted)
    return here is None or here[:TAG_BYTES] == receipt.link


def _common(
    connection: Connection, origin: Origin, fork: int, known: tuple[Receipts, Sequence[Receipt]], delivered: int
) -> int | None:
    """Up to which seq this laptop and the one that the county knows are the same; none where it is that one.

    None as well where it cannot be told yet: what is given next shows it, as the county names the first seq that
    differs of what it gets.
    """
    tail = log.read_tail(connection, origin).seq
    if fork:
        return min(fork - 1, tail)
    receipts, foreign = known
    if not foreign:
        return None
    if tail <= receipts.accepted or delivered >= tail:
        return tail if any(receipt.accepted > tail for receipt in foreign) else None
    return delivered or None
