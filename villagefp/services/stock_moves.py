"""Moves of the stock as services read and write them: what a visit handed out is under seal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from villagefp.domain.records import RecordId
from villagefp.domain.stock import Balance, Batch, Direction, Move, Where, balances
from villagefp.domain.supply_records import StockItem, StockMove
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import stock

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork


_MEANT = {each.value: each for each in Direction}
"""A reason that a newer laptop knows and this one does not changes the balance all the same, and is no use."""


class _Sealed(msgspec.Struct, omit_defaults=True):
    """What the sealed field of a move holds; names as in the record."""

    item: bytes
    quantity: int
    batch_no: str = ""
    expiry: str = ""


@dataclass(frozen=True)
class Shelf:
    """All items, and all moves that stand."""

    items: tuple[StockItem, ...]
    moves: tuple[Move, ...]

    def item(self, item_id: RecordId) -> StockItem:
        """The item with this id; UserError where it is not here."""
        found = next((each for each in self.items if each.id == item_id), None)
        if found is None:
            raise UserError(_("This item is not in stock. Choose one of the list, or enter a delivery of it."))
        return found

    def moves_of(self, item_id: RecordId) -> list[Move]:
        """The moves of one item."""
        return [move for move in self.moves if move.batch.item == item_id]

    def balances_of(self, item_id: RecordId) -> list[Balance]:
        """The batches of one item, first expired first, used up ones too."""
        return balances(self.moves_of(item_id))


def read(
    store: Store, connection: Connection, *, without: Collection[RecordId] = (), not_of: Collection[RecordId] = ()
) -> Shelf:
    """The whole stock; `without` some moves, and `not_of` some visits, as if those had not been."""
    kept = [
        opened(store, move)
        for move in stock.moves(connection)
        if move.id not in without and (move.event is None or move.event not in not_of)
    ]
    return Shelf(tuple(stock.items(connection)), tuple(kept))


def write(store: Store, save: UnitOfWork, moves: Iterable[Move], note: str = "") -> list[StockMove]:
    """Keep moves in a save; those that a visit made are sealed."""
    made = [_record(store, move, note) for move in moves]
    save.add_many(made)
    return made


def _record(store: Store, move: Move, note: str) -> StockMove:
    batch = move.batch
    common: dict[str, Any] = {
        "id": move.id or store.ambient.new_id(),
        "direction": move.direction.value,
        "moved_on": move.moved_on,
        "place": move.where.value,
        "note": note.strip() or None,
    }
    if move.event is None:
        return StockMove(
            item=batch.item, quantity=move.quantity, batch_no=batch.batch_no, expiry=batch.expiry or None, **common
        )
    sealed = _Sealed(batch.item, move.quantity, batch.batch_no, batch.expiry)
    return StockMove(event=move.event, private=store.seal(msgspec.msgpack.encode(sealed)), **common)


def opened(store: Store, kept: StockMove) -> Move:
    """A kept move, readable."""
    if kept.private is not None:
        told = msgspec.msgpack.decode(store.unseal(kept.private), type=_Sealed)
        batch, quantity = Batch(told.item, told.batch_no, told.expiry), told.quantity
    else:
        batch, quantity = Batch(kept.item or b"", kept.batch_no, kept.expiry or ""), kept.quantity or 0
    return Move(
        batch=batch,
        direction=_MEANT.get(kept.direction, Direction.COUNTED),
        quantity=quantity,
        moved_on=kept.moved_on,
        where=Where(kept.place),
        id=kept.id,
        event=kept.event,
        note=kept.note or "",
    )
