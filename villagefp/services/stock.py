"""What a worker does with supplies: receive, count, write off what expired, correct an item, take an entry back.

Each act is one save. Nothing that was moved is ever changed: a wrong entry is taken back or counted right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from villagefp.domain import codes, dates
from villagefp.domain import stock as rules
from villagefp.domain.records import RecordId
from villagefp.domain.stock import Batch, Direction, Move, Where
from villagefp.domain.supply_records import StockItem, StockMove
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import stock_moves
from villagefp.services.stock_moves import Shelf
from villagefp.services.stock_taking import balance_of, check, check_day
from villagefp.storage import standing

if TYPE_CHECKING:
    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork

_FURTHEST = date(2100, 1, 1)


@dataclass(frozen=True)
class NewItem:
    """An item that is not on the list yet (`item_code`, `unit`: codes of the lists of these names)."""

    item_code: str
    unit: str
    product: str = ""
    spec: str = ""
    days_per_unit: int | None = None


@dataclass(frozen=True)
class Delivery:
    """What came in; `item` is one of the list, or one that is new with this delivery."""

    item: RecordId | NewItem
    quantity: int
    on: date
    batch_no: str = ""
    expiry: str = ""  # as people write it: 2028-06, 2028年6月, 2028-06-30
    note: str = ""


@dataclass(frozen=True)
class Count:
    """What was found of one batch in one place."""

    batch: Batch
    counted: int
    on: date
    where: Where = Where.HAND
    note: str = ""


def receive(store: Store, told: Delivery) -> StockMove:
    """Enter a delivery; an item that is not on the list yet is put there in the same save."""
    check(store, told.quantity, told.on)
    with store.save() as save:
        shelf = stock_moves.read(store, save.connection)
        item = _item_for(store, save, shelf, told.item)
        batch = _known_batch(shelf, item, Batch(item.id, told.batch_no.strip(), read_expiry(told.expiry)))
        move = Move(batch, Direction.IN, told.quantity, told.on.isoformat())
        (kept,) = stock_moves.write(store, save, [move], told.note)
    return kept


def change_item(store: Store, item_id: RecordId, told: NewItem) -> StockItem:
    """Correct how an item is called and what its quantities count; what it is stays."""
    with store.save() as save:
        item = stock_moves.read(store, save.connection).item(item_id)
        wanted = replace(
            item,
            product=told.product.strip(),
            spec=told.spec.strip() or None,
            unit=_known(told.unit, "stock_unit"),
            days_per_unit=told.days_per_unit,
        )
        save.change(wanted)
    return wanted


def count(store: Store, told: Count) -> int:
    """Keep what was counted of a batch; returns the difference, below zero where something was missing."""
    check_day(store, told.on)
    with store.save() as save:
        shelf = stock_moves.read(store, save.connection)
        shelf.item(told.batch.item)
        difference = rules.difference(balance_of(shelf, told.batch).at(told.where), told.counted)
        move = Move(told.batch, Direction.COUNTED, difference, told.on.isoformat(), told.where)
        stock_moves.write(store, save, [move], told.note)
    return difference


def write_off_expired(store: Store, batch: Batch, on: date) -> list[StockMove]:
    """Write off all that is left of a batch that has expired, on the shelf and in the box."""
    check_day(store, on)
    with store.save() as save:
        shelf = stock_moves.read(store, save.connection)
        item = shelf.item(batch.item)
        if not batch.is_expired(on):
            sentence = _("{item}, batch {batch} is good until {day}. What is spoilt is entered as a loss.")
            raise UserError(
                sentence.format(item=rules.item_words(item), batch=rules.batch_words(batch), day=batch.expiry or "—")
            )
        left = balance_of(shelf, batch)
        moves = [
            Move(batch, Direction.EXPIRED, -left.at(where), on.isoformat(), where)
            for where in Where
            if left.at(where) > 0
        ]
        return stock_moves.write(store, save, moves)


def undo(store: Store, move_id: RecordId, reason: str = "") -> int:
    """Take back an entry with all that it moved, as long as no later entry used it; returns how many moves it was."""
    with store.save(reason.strip() or None) as save:
        shelf = stock_moves.read(store, save.connection)
        move = next((each for each in shelf.moves if each.id == move_id), None)
        if move is None:
            raise UserError(_("This entry is not here any more: it was taken back already."))
        if move.event is not None:
            raise UserError(
                _("This was handed out at a visit. Correct the visit, and the stock follows; here it cannot be undone.")
            )
        beside = {change.record for change in standing.changes_beside(save.connection, move_id)}
        gone = {each.id: each for each in shelf.moves if each.id in beside}
        rules.refuse_negative(
            shelf.items,
            [each for each in shelf.moves if each.id not in gone],
            {each.batch for each in gone.values()},
        )
        for each in gone:
            save.withdraw(StockMove, each, reason.strip() or "entered by mistake")
        _forget_items(save, shelf, beside, gone)
    return len(gone)


def read_expiry(told: str) -> str:
    """An expiry as it is kept, YYYY-MM or YYYY-MM-DD; UserError where it is none."""
    reading = dates.read(told.strip(), _FURTHEST, relative=False)
    if reading.fault is not None:
        raise UserError(dates.sentence(reading, told))
    if reading.value is not None and len(reading.value) < len("2028-06"):
        raise UserError(_("“{told}” has no month. Enter the expiry as on the box, like 2028-06.").format(told=told))
    return reading.value or ""


def _item_for(store: Store, save: UnitOfWork, shelf: Shelf, told: RecordId | NewItem) -> StockItem:
    if isinstance(told, bytes):
        return shelf.item(told)
    wanted = StockItem(
        id=store.ambient.new_id(),
        item_code=_known(told.item_code, "item_code"),
        product=told.product.strip(),
        spec=told.spec.strip() or None,
        unit=_known(told.unit, "stock_unit"),
        days_per_unit=told.days_per_unit,
    )
    there = next((each for each in shelf.items if _called(each) == _called(wanted)), None)
    if there is not None:
        return there
    save.add(wanted)
    return wanted


def _called(item: StockItem) -> tuple[str, str, str | None, str]:
    return item.item_code, item.product, item.spec, item.unit


def _known_batch(shelf: Shelf, item: StockItem, told: Batch) -> Batch:
    """The batch as it is written already; one number has one expiry."""
    for each in shelf.balances_of(item.id):
        if told.batch_no and each.batch.batch_no == told.batch_no:
            if each.total and told.expiry and each.batch.good_until != told.good_until:
                sentence = _("{item}, batch {batch} is here with the expiry {there}. Look at the box: is it {told}?")
                raise UserError(
                    sentence.format(
                        item=rules.item_words(item), batch=told.batch_no, there=each.batch.expiry or "—",
                        told=told.expiry,
                    )
                )  # fmt: skip
            if not told.expiry or each.batch.good_until == told.good_until:
                return each.batch
    return told


def _forget_items(save: UnitOfWork, shelf: Shelf, beside: set[RecordId], gone: dict[RecordId, Move]) -> None:
    """An item that came with the entry leaves with it, where nothing else moved it."""
    for item in shelf.items:
        if item.id in beside and all(move.id in gone for move in shelf.moves_of(item.id)):
            save.withdraw(StockItem, item.id, "entered by mistake")


def _known(code: str, name: str) -> str:
    if code not in codes.load(name):
        known = ", ".join(each.code for each in codes.load(name))
        raise UserError(_("“{code}” is none of {known}.").format(code=code, known=known))
    return code
