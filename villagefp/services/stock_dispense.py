"""What a visit hands out leaves the shelf in the same save as the visit (forms b.14 and b.21).

- The batch that the form names is taken; without one, the batch that expires first and is still good.
- More than there is is refused with batch and balance, unless the form says that the count was wrong: then a counted
  correction comes first.
- An item that was never entered in stock is handed out all the same and moves nothing; the form says so.
- A correction of the visit takes its moves back and writes them anew; equal ones stay as they are.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from villagefp.domain import codes
from villagefp.domain import stock as rules
from villagefp.domain.stock import Balance, Batch, Leaving, Move, ShortageError
from villagefp.domain.supply_records import StockItem, StockMove
from villagefp.errors import UserError
from villagefp.forms.views import Violation
from villagefp.i18n import _, language
from villagefp.services import stock_moves
from villagefp.services.stock_moves import Shelf
from villagefp.services.visit_types import VisitRefused
from villagefp.services.writing import Told, Writing

_YES = "1"


def dispense(writing: Writing, told: Told) -> None:
    """Let what a form hands out leave the shelf; VisitRefused beside the question where it cannot."""
    values = told.values
    quantity = _whole(values.get("quantity", ""))
    if not told.creates or quantity < 1:
        return
    ours = [record for record in writing.before.made if isinstance(record, StockMove)]
    shelf = stock_moves.read(writing.store, writing.save.connection, without={record.id for record in ours})
    kept = _kept_items(shelf, values.get("item_code", ""))
    if not kept:
        return
    _check_unit(told, kept)
    on = values.get("moved_on") or writing.event.occurred_on
    item, found = _batches(shelf, kept, told, date.fromisoformat(on))
    wrong = values.get("count_was_wrong") == _YES
    try:
        moves = rules.leave(item, found, Leaving(quantity, on, count_was_wrong=wrong))
    except ShortageError as refusal:
        raise _refused(told, "quantity", str(refusal)) from refusal
    _keep(writing, moves)


def _kept_items(shelf: Shelf, item_code: str) -> list[StockItem]:
    """The items of this code that were ever entered in stock."""
    return [item for item in shelf.items if item.item_code == item_code and shelf.moves_of(item.id)]


def _check_unit(told: Told, kept: list[StockItem]) -> None:
    unit = told.values.get("unit")
    if unit is None or any(item.unit == unit for item in kept):
        return
    sentence = _("In stock, {item} is counted in {unit}, not in {told}. Enter the quantity in {unit}.")
    word = codes.load("stock_unit").label(unit, language()) or unit
    item = kept[0]
    raise _refused(told, "unit", sentence.format(item=rules.item_words(item), unit=rules.unit_words(item), told=word))


def _batches(shelf: Shelf, kept: list[StockItem], told: Told, on: date) -> tuple[StockItem, list[Balance]]:
    """The item and its batches that the form means: by batch number first, then by product, size and unit."""
    values = told.values
    batch_no, expiry = values.get("batch_no", "").strip(), values.get("expiry", "")
    alike = sorted(kept, key=lambda item: _unlike(item, told))
    if not batch_no:
        with_some = [item for item in alike if rules.offered(shelf.balances_of(item.id), on)]
        item = (with_some or alike)[0]
        return item, rules.offered(shelf.balances_of(item.id), on) or _nothing(shelf, item, expiry)
    for item in alike:
        named = [each for each in shelf.balances_of(item.id) if each.batch.batch_no == batch_no]
        exact = [each for each in named if expiry and each.batch.good_until.isoformat() == expiry]
        if named:
            return item, exact or named
    return alike[0], [Balance(Batch(alike[0].id, batch_no, expiry))]


def _nothing(shelf: Shelf, item: StockItem, expiry: str) -> list[Balance]:
    """Where no good batch is left: the last one that there was, to name it and to correct its count."""
    there = [each for each in shelf.balances_of(item.id) if each.hand <= 0]
    return there[-1:] or [Balance(Batch(item.id, "", expiry))]


def _unlike(item: StockItem, told: Told) -> tuple[bool, bool, bool]:
    values = told.values
    return (
        item.unit != values.get("unit", item.unit),
        item.product != values.get("product", item.product),
        (item.spec or "") != values.get("spec", item.spec or ""),
    )


def _keep(writing: Writing, moves: list[Move]) -> None:
    """Keep the moves under the visit; those that an earlier revision wrote in just this way stay."""
    store = writing.store
    fresh = []
    for move in moves:
        taken = writing.before.take(StockMove, partial(_same, writing, move))
        if taken is None:
            fresh.append(move)
    stock_moves.write(store, writing.save, [_of_visit(writing, move) for move in fresh])


def _same(writing: Writing, move: Move, kept: StockMove) -> bool:
    there = stock_moves.opened(writing.store, kept)
    return (there.batch, there.direction, there.quantity, there.moved_on) == (
        move.batch, move.direction, move.quantity, move.moved_on,
    )  # fmt: skip


def _of_visit(writing: Writing, move: Move) -> Move:
    return Move(move.batch, move.direction, move.quantity, move.moved_on, move.where, event=writing.event.id)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _refused(told: Told, value: str, sentence: str) -> UserError:
    """The refusal beside the question that the value comes from."""
    path = told.asked.get(value, "")
    return VisitRefused([Violation(path.rpartition("/")[2], path, sentence)])
