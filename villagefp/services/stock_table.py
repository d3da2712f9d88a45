"""The shelf as a form sees it, so that it offers the batch that goes first and says where there is too little."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import stock as rules
from villagefp.domain.records import RecordId
from villagefp.domain.stock import Balance, Batch
from villagefp.domain.supply_records import StockItem
from villagefp.services import stock_moves

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

_YES = "1"


def rows(store: Store, connection: Connection, on: date, told_by: Collection[RecordId] = ()) -> list[dict[str, str]]:
    """The batches that a form looks up as `instance('stock')`, first expired first.

    Every item that is kept has at least one row, so that a form can tell an empty shelf from one that nobody keeps;
    `usable` marks what can be handed out on that day. A visit that is corrected sees the shelf as it was without it.
    """
    shelf = stock_moves.read(store, connection, not_of=told_by)
    found_rows = []
    for item in shelf.items:
        found = shelf.balances_of(item.id)
        if not found:
            continue
        usable = rules.offered(found, on)
        found_rows += [_row(item, each, usable=each in usable) for each in found if each.hand > 0]
        if not any(each.hand > 0 for each in found):
            found_rows.append(_row(item, Balance(Batch(item.id)), usable=False))
    return sorted(found_rows, key=lambda row: (row["usable"] == "", row["expiry"] or "9999"))


def _row(item: StockItem, left: Balance, *, usable: bool) -> dict[str, str]:
    batch = left.batch
    return {
        "name": batch.batch_no,
        "label": batch.batch_no,
        "item_code": item.item_code,
        "product": item.product,
        "spec": item.spec or "",
        "unit": item.unit,
        "days_per_unit": str(item.days_per_unit or ""),
        "batch_no": batch.batch_no,
        "expiry": batch.good_until.isoformat() if batch.expiry else "",
        "balance": str(left.hand),
        "usable": _YES if usable else "",
    }
