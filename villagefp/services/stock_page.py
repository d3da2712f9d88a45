"""The stock as screens, commands and the order sheet show it: numbers, never persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import codes
from villagefp.domain import stock as rules
from villagefp.domain.records import RecordId
from villagefp.domain.stock import Balance, Direction, Move, Where
from villagefp.domain.stock_forecast import Forecast, forecast, order_quantity
from villagefp.domain.supply_records import StockItem
from villagefp.services import stock_moves
from villagefp.services.stock_moves import Shelf
from villagefp.storage import published

if TYPE_CHECKING:
    from villagefp.storage.store import Store

COVER_PARAM = "stock_cover_days"
"""The county parameter that says how many days an order covers [K]."""


@dataclass(frozen=True)
class ItemLine:
    """One item: what is left by batch, how long it lasts, and what to order (None where use is not known)."""

    item: StockItem
    name: str
    unit: str
    known: tuple[Balance, ...]  # every batch there ever was, first expired first
    forecast: Forecast
    order: int | None
    counted_on: str | None  # the last day on which any of it was counted

    @property
    def batches(self) -> tuple[Balance, ...]:
        """The batches with something left."""
        return tuple(each for each in self.known if each.hand or each.box)

    @property
    def hand(self) -> int:
        """Units on the shelf."""
        return sum(each.hand for each in self.batches)

    @property
    def box(self) -> int:
        """Units in the box."""
        return sum(each.box for each in self.batches)


@dataclass(frozen=True)
class StockPage:
    """All items in the order of the code list."""

    lines: tuple[ItemLine, ...]
    today: date
    cover_days: int
    has_moves: bool


@dataclass(frozen=True)
class MoveLine:
    """One entry of the history."""

    move: Move
    name: str
    unit: str

    @property
    def can_undo(self) -> bool:
        """Whether it was entered here; what a visit handed out follows that visit."""
        return self.move.event is None


def page(store: Store) -> StockPage:
    """What is there of every item, how long it lasts, what to order."""
    today = store.ambient.today()
    with store.read() as connection:
        shelf = stock_moves.read(store, connection)
        cover = int(published.params(connection, today)[COVER_PARAM])
    lines = tuple(_line(shelf, item, today, cover) for item in sorted(shelf.items, key=_order))
    return StockPage(lines, today, cover, bool(shelf.moves))


def move_lines(store: Store, item_id: RecordId | None = None, limit: int | None = None) -> list[MoveLine]:
    """The entries that stand, the newest first, of one item or of all."""
    with store.read() as connection:
        shelf = stock_moves.read(store, connection)
    items = {item.id: item for item in shelf.items}
    found = [
        MoveLine(move, rules.item_words(item), rules.unit_words(item))
        for move in shelf.moves
        if (item := items.get(move.batch.item)) is not None and item_id in {None, item.id}
    ]
    return sorted(found, key=lambda line: (line.move.moved_on, line.move.id), reverse=True)[:limit]


def _line(shelf: Shelf, item: StockItem, today: date, cover: int) -> ItemLine:
    moves = shelf.moves_of(item.id)
    told = forecast(moves, today)
    return ItemLine(
        item=item,
        name=rules.item_words(item),
        unit=rules.unit_words(item),
        known=tuple(rules.balances(moves)),
        forecast=told,
        order=order_quantity(told, cover),
        counted_on=max((move.moved_on for move in moves if _is_count(move)), default=None),
    )


def _is_count(move: Move) -> bool:
    return move.direction is Direction.COUNTED or (move.where is Where.BOX and move.direction is Direction.OUT)


def _order(item: StockItem) -> tuple[int, str, str]:
    known = [each.code for each in codes.load("item_code")]
    place = known.index(item.item_code) if item.item_code in known else len(known)
    return place, item.product, item.spec or ""
