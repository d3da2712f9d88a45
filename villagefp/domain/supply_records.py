"""What is kept of stock and of the days a family asked for, as `records.py` keeps people."""

from __future__ import annotations

from typing import ClassVar

from villagefp.domain.records import Record, RecordId


class StockItem(Record, frozen=True, kw_only=True, gc=False):
    """Something on the shelf: a contraceptive or folic acid, of one product and size."""

    KIND: ClassVar[str] = "stock_item"
    item_code: str
    product: str = ""
    spec: str | None = None
    unit: str  # of `stock_unit`: 1 板, 2 支, 3 盒, 4 片, 5 只, 6 瓶
    days_per_unit: int | None = None


class StockMove(Record, frozen=True, kw_only=True, gc=False):
    """A change of the balance of one batch. It is never changed: a wrong one is withdrawn, or counted right.

    What a visit handed out is under seal: then item, quantity and batch are empty here (`services.stock_moves` reads
    both). `quantity` is in units of the item, below zero where the balance fell.
    """

    KIND: ClassVar[str] = "stock_move"
    item: RecordId | None = None
    direction: str  # in, out, lost, expired, counted, moved (from the shelf into the box, or back)
    quantity: int | None = None
    batch_no: str = ""
    expiry: str | None = None  # YYYY-MM or YYYY-MM-DD
    moved_on: str
    event: RecordId | None = None  # the visit that handed it out
    place: str = "hand"  # hand, box
    note: str | None = None
    private: bytes | None = None


class Appointment(Record, frozen=True, kw_only=True, gc=False):
    """A day on which a family asked the worker to come or to wait for them."""

    KIND: ClassVar[str] = "appointment"
    person: RecordId | None = None
    household: RecordId | None = None
    wished_on: str
    part: str | None = None  # morning, noon, afternoon, evening
    note: str | None = None
    settled: str | None = None  # kept, cancelled
    event: RecordId | None = None  # the visit that kept it
