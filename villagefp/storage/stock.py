"""Items and moves of the stock as they are kept."""

from __future__ import annotations

from sqlalchemy import Connection

from villagefp.domain.supply_records import StockItem, StockMove
from villagefp.storage import records


def items(connection: Connection) -> list[StockItem]:
    """Everything that is or was on the shelf, in order of making."""
    return records.where(connection, StockItem)


def moves(connection: Connection) -> list[StockMove]:
    """All moves that stand, in order of making; those of visits are sealed, so they cannot be asked for by item."""
    return records.where(connection, StockMove)
