"""Supplies on the shelf and in the box: what a worker enters, and what is refused in words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import Steps
from villagefp.domain.records import RecordId
from villagefp.domain.stock import Batch, Direction, ShortageError, Where
from villagefp.domain.supply_records import StockItem, StockMove
from villagefp.errors import UserError
from villagefp.services import params, stock, stock_page, stock_taking
from villagefp.services.stock import Count, Delivery, NewItem
from villagefp.services.stock_taking import Taking
from villagefp.storage import records
from villagefp.storage.store import Store

TODAY = date(2026, 11, 22)
CONDOMS = NewItem("condom_m", "5", "诚信", "52mm")


def deliver(store: Store, quantity: int = 100, batch_no: str = "A1", expiry: str = "2028-06", **told: Any) -> RecordId:
    """A delivery of condoms; gives the item."""
    kept = stock.receive(store, Delivery(CONDOMS, quantity, told.pop("on", TODAY), batch_no, expiry, **told))
    assert kept.item is not None
    return kept.item


def left(store: Store) -> dict[str, tuple[int, int]]:
    """What is on the shelf and in the box, by batch."""
    return {
        each.batch.batch_no: (each.hand, each.box) for line in stock_page.page(store).lines for each in line.batches
    }


def moves(store: Store) -> list[tuple[str, str, int]]:
    return [
        (line.move.direction.value, line.move.where.value, line.move.quantity)
        for line in reversed(stock_page.move_lines(store))
    ]


def test_a_delivery_puts_a_new_item_on_the_list_once(store: Store) -> None:
    assert stock_page.page(store).lines == ()
    item = deliver(store)
    assert deliver(store, 50, "B2", "2027-01-31") == item
    (line,) = stock_page.page(store).lines
    assert (line.name, line.unit, line.hand, line.box) == ("诚信 52mm", "pieces", 150, 0)
    assert [each.batch.batch_no for each in line.batches] == ["B2", "A1"]  # first expired first


@pytest.mark.parametrize(
    ("told", "kept"), [("2028年6月", "2028-06"), ("202806", "2028-06"), ("2028-06-30", "2028-06-30"), ("", "")]
)
def test_an_expiry_is_read_as_it_is_written_on_the_box(told: str, kept: str) -> None:
    assert stock.read_expiry(told) == kept


@pytest.mark.parametrize("told", ["2028", "bald", "2028-13"])
def test_what_is_no_expiry_is_refused(told: str) -> None:
    with pytest.raises(UserError, match=told):
        stock.read_expiry(told)


def test_one_batch_number_has_one_expiry(store: Store) -> None:
    deliver(store)
    deliver(store, 10, "A1", "2028-06-30")  # the same day, told otherwise
    deliver(store, 10, "A1", "")
    assert left(store) == {"A1": (120, 0)}
    with pytest.raises(UserError, match="A1 is here with the expiry 2028-06"):
        deliver(store, 10, "A1", "2029-06")


@pytest.mark.parametrize(
    "told", [{"quantity": 0}, {"quantity": -3}, {"on": TODAY + timedelta(days=1)}], ids=["none", "less", "tomorrow"]
)
def test_what_cannot_be_is_refused_and_leaves_nothing(store: Store, told: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        deliver(store, **told)
    with store.read() as connection:
        assert records.where(connection, StockItem) == []


def test_unknown_codes_are_named(store: Store) -> None:
    with pytest.raises(UserError, match="“ring”"):
        stock.receive(store, Delivery(NewItem("ring", "5"), 1, TODAY))
    with pytest.raises(UserError, match="“7”"):
        stock.receive(store, Delivery(NewItem("coc", "7"), 1, TODAY))


def test_a_count_is_kept_as_a_difference_even_where_there_is_none(store: Store) -> None:
    batch = Batch(deliver(store), "A1", "2028-06")
    assert stock.count(store, Count(batch, 97, TODAY)) == -3
    assert stock.count(store, Count(batch, 97, TODAY)) == 0
    assert left(store) == {"A1": (97, 0)}
    (line,) = stock_page.page(store).lines
    assert line.counted_on == "2026-11-22"
    assert moves(store)[1:] == [("counted", "hand", -3), ("counted", "hand", 0)]


def test_what_is_given_without_a_name_goes_first_expired_first(store: Store) -> None:
    item = deliver(store)
    deliver(store, 5, "B2", "2027-01-31")
    deliver(store, 9, "OLD", "2026-10")
    stock_taking.give_without_name(store, Taking(item, 8, TODAY))
    assert left(store) == {"OLD": (9, 0), "A1": (97, 0)}


def test_more_than_there_is_is_refused_with_batch_and_balance(store: Store) -> None:
    item = deliver(store, 3)
    with pytest.raises(ShortageError, match=r"诚信 52mm: 5 pieces .*batch A1: 3"):
        stock_taking.give_without_name(store, Taking(item, 5, TODAY))
    assert left(store) == {"A1": (3, 0)}
    stock_taking.give_without_name(store, Taking(item, 5, TODAY, count_was_wrong=True))
    assert moves(store)[1:] == [("counted", "hand", 2), ("out", "hand", -5)]
    assert left(store) == {}


def test_a_loss_of_a_batch(store: Store) -> None:
    item = deliver(store)
    stock_taking.lose(store, Taking(item, 4, TODAY, Batch(item, "A1", "2028-06"), note="受潮"))
    assert moves(store)[-1] == ("lost", "hand", -4)
    with pytest.raises(ShortageError, match="batch A1: 96"):
        stock_taking.lose(store, Taking(item, 97, TODAY, Batch(item, "A1", "2028-06")))


def test_only_what_has_expired_is_written_off_as_expired(store: Store) -> None:
    item = deliver(store, 9, "OLD", "2026-10")
    deliver(store)
    with pytest.raises(UserError, match="A1 is good until 2028-06"):
        stock.write_off_expired(store, Batch(item, "A1", "2028-06"), TODAY)
    stock.write_off_expired(store, Batch(item, "OLD", "2026-10"), TODAY)
    assert left(store) == {"A1": (100, 0)}


def test_the_box_is_refilled_and_counted_and_nobody_is_asked(store: Store) -> None:
    item = deliver(store)
    stock_taking.refill_box(store, Taking(item, 30, TODAY))
    assert left(store) == {"A1": (70, 30)}
    assert stock_taking.count_box(store, item, 12, TODAY) == 18
    assert left(store) == {"A1": (70, 12)}
    assert moves(store)[-1] == ("out", "box", -18)
    stock_taking.empty_box(store, Taking(item, 12, TODAY))
    assert left(store) == {"A1": (82, 0)}
    with store.read() as connection:
        assert all(each.event is None for each in records.where(connection, StockMove))


def test_more_in_the_box_than_was_put_in_is_a_counted_correction(store: Store) -> None:
    item = deliver(store)
    stock_taking.refill_box(store, Taking(item, 30, TODAY))
    assert stock_taking.count_box(store, item, 33, TODAY) == -3
    assert moves(store)[-1] == ("counted", "box", 3)
    assert left(store) == {"A1": (70, 33)}


def test_an_empty_box_is_refilled_first(store: Store) -> None:
    item = deliver(store)
    with pytest.raises(UserError, match="Refill it first"):
        stock_taking.count_box(store, item, 3, TODAY)
    with pytest.raises(ShortageError, match="no batch"):
        stock_taking.empty_box(store, Taking(item, 3, TODAY))


def test_an_entry_is_taken_back_with_all_that_it_moved(store: Store) -> None:
    item = deliver(store)
    refill = stock_taking.refill_box(store, Taking(item, 30, TODAY))
    assert stock.undo(store, refill[0].id) == 2
    assert left(store) == {"A1": (100, 0)}
    with pytest.raises(UserError, match="taken back already"):
        stock.undo(store, refill[0].id)


def test_a_delivery_that_was_used_is_not_taken_back(store: Store) -> None:
    item = deliver(store)
    stock_taking.give_without_name(store, Taking(item, 8, TODAY))
    delivery = next(line for line in stock_page.move_lines(store) if line.move.direction is Direction.IN)
    with pytest.raises(ShortageError, match="batch A1: the balance would be -8"):
        stock.undo(store, delivery.move.id)
    assert left(store) == {"A1": (92, 0)}


def test_an_item_entered_by_mistake_leaves_the_list_with_its_delivery(store: Store) -> None:
    deliver(store)
    stock.undo(store, stock_page.move_lines(store)[0].move.id)
    assert stock_page.page(store).lines == ()


def test_an_item_is_called_otherwise_and_keeps_its_balance(store: Store) -> None:
    item = deliver(store)
    stock.change_item(store, item, NewItem("condom_m", "5", "第六感", "", 1))
    (line,) = stock_page.page(store).lines
    assert (line.name, line.hand, line.item.item_code, line.item.days_per_unit) == ("第六感", 100, "condom_m", 1)


def test_how_long_it_lasts_and_what_to_order(store: Store, clock: Steps) -> None:
    item = deliver(store, on=date(2026, 8, 24))
    stock_taking.give_without_name(store, Taking(item, 30, date(2026, 10, 1)))
    stock_taking.refill_box(store, Taking(item, 20, date(2026, 10, 2)))
    stock_taking.count_box(store, item, 5, date(2026, 11, 1))
    (line,) = stock_page.page(store).lines
    assert (line.forecast.used, line.forecast.days, line.forecast.usable) == (45, 90, 55)
    assert line.forecast.runs_out_on == TODAY + timedelta(days=110)
    assert line.order == 0
    for days, from_on in (("365", date(2026, 1, 1)), ("730", date(2027, 1, 1))):
        params.set_param(store, stock_page.COVER_PARAM, days, from_on)
    page = stock_page.page(store)
    assert (page.cover_days, page.lines[0].order) == (365, 128)  # half a piece a day for 365 days, 55 are here
    clock.now += timedelta(days=50)
    assert stock_page.page(store).cover_days == 730


def test_the_history_is_of_one_item_or_of_all(store: Store) -> None:
    item = deliver(store)
    stock.receive(store, Delivery(NewItem("folic_acid", "6", "斯利安"), 24, TODAY, "F1", "2027-12"))
    assert [line.name for line in stock_page.move_lines(store)] == ["斯利安", "诚信 52mm"]
    assert [line.name for line in stock_page.move_lines(store, item)] == ["诚信 52mm"]
    assert len(stock_page.move_lines(store, limit=1)) == 1
    assert [line.item.item_code for line in stock_page.page(store).lines] == ["condom_m", "folic_acid"]


def test_a_loss_from_the_box(store: Store) -> None:
    item = deliver(store)
    stock_taking.refill_box(store, Taking(item, 30, TODAY))
    stock_taking.lose(store, Taking(item, 2, TODAY, where=Where.BOX))
    assert left(store) == {"A1": (70, 28)}
