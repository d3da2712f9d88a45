"""What leaves the shelf or the box: given without a name, lost, moved between the two, taken from the box.

Who took it is never asked, so nothing here can be about a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import stock as rules
from villagefp.domain.records import RecordId
from villagefp.domain.stock import Balance, Batch, Direction, Leaving, Move, Where
from villagefp.domain.supply_records import StockItem, StockMove
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import stock_moves
from villagefp.services.stock_moves import Shelf

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_MOST = 1_000_000


@dataclass(frozen=True)
class Taking:
    """What leaves the shelf or the box; without a batch the one that expires first goes first."""

    item: RecordId
    quantity: int
    on: date
    batch: Batch | None = None
    where: Where = Where.HAND
    count_was_wrong: bool = False
    note: str = ""


def lose(store: Store, told: Taking) -> list[StockMove]:
    """Write off what was lost or spoilt; refused where more would leave than is written."""
    return _take(store, told, Direction.LOST)


def give_without_name(store: Store, told: Taking) -> list[StockMove]:
    """Enter what somebody was given without being asked for a name: counts only."""
    return _take(store, told, Direction.OUT)


def refill_box(store: Store, told: Taking) -> list[StockMove]:
    """Put supplies from the shelf into the box that people take from without a name, first expired first."""
    return _shift(store, told, Where.HAND, Where.BOX)


def empty_box(store: Store, told: Taking) -> list[StockMove]:
    """Put supplies from the box back on the shelf; nobody has taken them."""
    return _shift(store, told, Where.BOX, Where.HAND)


def count_box(store: Store, item_id: RecordId, counted: int, on: date, note: str = "") -> int:
    """Count what is left in the box; what is missing was taken by people whom nobody asks. Returns how much.

    More than was put in means that an earlier count was wrong: the difference is a counted correction, and the
    answer is below zero.
    """
    check_day(store, on)
    with store.save() as save:
        shelf = stock_moves.read(store, save.connection)
        item = shelf.item(item_id)
        found = [each for each in shelf.balances_of(item_id) if each.box]
        if not found:
            raise UserError(
                _("{item}: nothing was put into the box yet. Refill it first.").format(item=rules.item_words(item))
            )
        taken = -rules.difference(sum(each.box for each in found), counted)
        stock_moves.write(store, save, _box_moves(item, found, taken, on.isoformat()), note)
    return taken


def balance_of(shelf: Shelf, batch: Batch) -> Balance:
    """What is left of a batch; nothing of one that never moved."""
    return next((each for each in shelf.balances_of(batch.item) if each.batch == batch), Balance(batch))


def check(store: Store, quantity: int, on: date) -> None:
    """UserError where a quantity or a day cannot be."""
    if not 1 <= quantity <= _MOST:
        raise UserError(_("A quantity is at least 1; {quantity} was entered.").format(quantity=quantity))
    check_day(store, on)


def check_day(store: Store, on: date) -> None:
    """UserError where a day is still to come."""
    if on > store.ambient.today():
        raise UserError(_("{day} is still to come. Enter the day on which it happened.").format(day=on.isoformat()))


def _take(store: Store, told: Taking, direction: Direction) -> list[StockMove]:
    check(store, told.quantity, told.on)
    with store.save() as save:
        shelf = stock_moves.read(store, save.connection)
        item = shelf.item(told.item)
        leaving = Leaving(told.quantity, told.on.isoformat(), direction, told.where, told.count_was_wrong)
        moves = rules.leave(item, _candidates(shelf, told), leaving)
        return stock_moves.write(store, save, moves, told.note)


def _shift(store: Store, told: Taking, source: Where, target: Where) -> list[StockMove]:
    check(store, told.quantity, told.on)
    with store.save() as save:
        shelf = stock_moves.read(store, save.connection)
        item = shelf.item(told.item)
        leaving = Leaving(told.quantity, told.on.isoformat(), Direction.MOVED, source, told.count_was_wrong)
        left = rules.leave(item, _candidates(shelf, replace(told, where=source)), leaving)
        came = [
            replace(move, quantity=-move.quantity, where=target) for move in left if move.direction is Direction.MOVED
        ]
        return stock_moves.write(store, save, [*left, *came], told.note)


def _candidates(shelf: Shelf, told: Taking) -> list[Balance]:
    if told.batch is not None:
        return [balance_of(shelf, told.batch)]
    return rules.offered(shelf.balances_of(told.item), told.on, told.where)


def _box_moves(item: StockItem, found: Sequence[Balance], taken: int, on: str) -> list[Move]:
    if taken > 0:
        return rules.leave(item, found, Leaving(taken, on, Direction.OUT, Where.BOX))
    return [Move(found[-1].batch, Direction.COUNTED, -taken, on, Where.BOX)]
