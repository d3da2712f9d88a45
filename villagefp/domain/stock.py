"""Supplies in numbers: balances by batch, first expired first out, counting, and why something cannot leave.

A balance is the sum of all moves, in whatever order they were entered. Nothing here knows a person.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from villagefp.domain import codes
from villagefp.domain.records import RecordId
from villagefp.domain.supply_records import StockItem
from villagefp.errors import UserError
from villagefp.i18n import _, language

SOON_DAYS = 90
"""Days ahead in which a batch is said to expire soon [P]."""
_FAR = date.max


class Direction(StrEnum):
    """Why a balance changed."""

    IN = "in"
    OUT = "out"
    LOST = "lost"
    EXPIRED = "expired"
    COUNTED = "counted"  # the difference between what was found and what was written
    MOVED = "moved"  # from the shelf into the box, or back


class Where(StrEnum):
    """Where supplies lie: on the shelf and given by hand, or in the box that people take from without a name."""

    HAND = "hand"
    BOX = "box"


@dataclass(frozen=True, order=True)
class Batch:
    """One batch of one item; an expiry told by month is good until its last day."""

    item: RecordId
    batch_no: str = ""
    expiry: str = ""  # YYYY-MM, YYYY-MM-DD, or empty where it was not told

    @property
    def good_until(self) -> date:
        """The last day of use; far ahead where no expiry is known."""
        if len(self.expiry) == len("2026-11"):
            year, month = map(int, self.expiry.split("-"))
            return date(year, month, calendar.monthrange(year, month)[1])
        return date.fromisoformat(self.expiry) if self.expiry else _FAR

    def is_expired(self, on: date) -> bool:
        """Whether it may not be handed out on that day any more."""
        return self.good_until < on

    def is_soon(self, on: date) -> bool:
        """Whether it expires within the next months."""
        return not self.is_expired(on) and self.good_until <= on + timedelta(days=SOON_DAYS)

    def outlasts(self, on: date, days: int) -> bool:
        """Whether it stays good for as long as it is used: form b.14 asks for more than today and the time of use."""
        return self.good_until > on + timedelta(days=days)


@dataclass(frozen=True)
class Move:
    """One change of a balance, readable; `quantity` is in units, below zero where the balance fell."""

    batch: Batch
    direction: Direction
    quantity: int
    moved_on: str
    where: Where = Where.HAND
    id: RecordId = b""
    event: RecordId | None = None
    note: str = ""


@dataclass(frozen=True)
class Balance:
    """What is left of a batch."""

    batch: Batch
    hand: int = 0
    box: int = 0

    def at(self, where: Where) -> int:
        """Units in this place."""
        return self.hand if where is Where.HAND else self.box

    @property
    def total(self) -> int:
        """Units on the shelf and in the box."""
        return self.hand + self.box


class ShortageError(UserError):
    """More would leave than there is; names item, batch and balance, and says what can be done."""


def balances(moves: Iterable[Move]) -> list[Balance]:
    """The balance of every batch that ever moved, first expired first; the order of entry makes no difference."""
    sums: Counter[tuple[Batch, Where]] = Counter()
    for move in moves:
        sums[move.batch, move.where] += move.quantity
    found = {batch for batch, _where in sums}
    return [Balance(batch, sums[batch, Where.HAND], sums[batch, Where.BOX]) for batch in sorted(found, key=by_expiry)]


def by_expiry(batch: Batch) -> tuple[date, str, RecordId]:
    """The order in which batches leave: first expired first, those without a date last."""
    return batch.good_until, batch.batch_no, batch.item


def offered(found: Iterable[Balance], on: date, where: Where = Where.HAND) -> list[Balance]:
    """What can be handed out on that day, first expired first; expired batches are never among them."""
    usable = [each for each in found if each.at(where) > 0 and not each.batch.is_expired(on)]
    return sorted(usable, key=lambda each: by_expiry(each.batch))


def allocate(found: Iterable[Balance], quantity: int, where: Where = Where.HAND) -> tuple[dict[Batch, int], int]:
    """How much of each batch makes up a quantity, first expired first; and how much is missing."""
    taken: dict[Batch, int] = {}
    for each in sorted(found, key=lambda each: by_expiry(each.batch)):
        part = min(quantity, max(0, each.at(where)))
        if part:
            taken[each.batch] = part
            quantity -= part
    return taken, quantity


@dataclass(frozen=True)
class Leaving:
    """Something that is to leave a place; `count_was_wrong` says that there was more than is written."""

    quantity: int
    on: str
    direction: Direction = Direction.OUT
    where: Where = Where.HAND
    count_was_wrong: bool = False


def leave(item: StockItem, found: Sequence[Balance], wanted: Leaving) -> list[Move]:
    """The moves by which a quantity leaves these batches, first expired first.

    Where they have less, it is refused; where the count was wrong, a counted correction comes first, so that no
    balance ever falls below zero.
    """
    if wanted.quantity < 1:
        raise UserError(_("A quantity is at least 1; {quantity} was entered.").format(quantity=wanted.quantity))
    taken, missing = allocate(found, wanted.quantity, wanted.where)
    if missing and not (wanted.count_was_wrong and found):
        raise shortage(item, found, wanted)
    moves = []
    if missing:
        short = max(found, key=lambda each: by_expiry(each.batch))
        correction = missing - min(0, short.at(wanted.where))
        moves.append(Move(short.batch, Direction.COUNTED, correction, wanted.on, wanted.where))
        taken[short.batch] = taken.get(short.batch, 0) + missing
    moves += [Move(batch, wanted.direction, -part, wanted.on, wanted.where) for batch, part in taken.items()]
    return moves


def shortage(item: StockItem, found: Sequence[Balance], wanted: Leaving) -> ShortageError:
    """Why a quantity cannot leave: item, batches and balances by name, and the ways on."""
    told = {"item": item_words(item), "quantity": wanted.quantity, "unit": unit_words(item)}
    if not found:
        sentence = _(
            "{item}: no batch that is still good is here, but {quantity} {unit} would leave. Enter the delivery first."
        )
        return ShortageError(sentence.format(**told))
    left = [
        _("batch {batch}: {balance}").format(batch=batch_words(each.batch), balance=each.at(wanted.where))
        for each in found
    ]
    sentence = _(
        "{item}: {quantity} {unit} would leave, but the balance is smaller ({balances}). Enter a smaller quantity or "
        "another batch, or say that the count was wrong."
    )
    return ShortageError(sentence.format(balances=_("; ").join(left), **told))


def difference(balance: int, counted: int) -> int:
    """What a count changes: below zero where less was found than was written."""
    if counted < 0:
        raise UserError(_("Nobody can count {counted}. Enter 0 or more.").format(counted=counted))
    return counted - balance


def refuse_negative(items: Collection[StockItem], moves: Iterable[Move], touched: Collection[Batch]) -> None:
    """ShortageError where a touched batch would be left with less than nothing."""
    names = {item.id: item for item in items}
    for each in balances(moves):
        for where in Where:
            if each.batch in touched and each.at(where) < 0:
                sentence = _(
                    "{item}, batch {batch}: the balance would be {balance}. Something entered later has already used "
                    "this: take that back first, or count the batch."
                )
                raise ShortageError(
                    sentence.format(
                        item=item_words(names[each.batch.item]),
                        batch=batch_words(each.batch),
                        balance=each.at(where),
                    )
                )


def batch_words(batch: Batch) -> str:
    """What a batch is called."""
    return batch.batch_no or _("without a number")


def item_words(item: StockItem) -> str:
    """What an item is called: its product and size, or the word of its code."""
    name = item.product or codes.load("item_code").label(item.item_code, language()) or item.item_code
    return f"{name} {item.spec}" if item.spec else name


def unit_words(item: StockItem) -> str:
    """What its quantities count."""
    return codes.load("stock_unit").label(item.unit, language()) or item.unit
