"""Balances, batches, counting, use: what holds for any entries in any order."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.domain import stock
from villagefp.domain.stock import Balance, Batch, Direction, Leaving, Move, ShortageError, Where
from villagefp.domain.stock_forecast import Forecast, forecast, order_quantity
from villagefp.domain.supply_records import StockItem
from villagefp.errors import UserError

TODAY = date(2026, 11, 22)
ITEM = StockItem(id=b"i" * 16, item_code="condom_m", product="诚信", spec="52mm", unit="5")
DAY = "2026-11-22"


def batch(number: str = "A1", expiry: str = "2028-06") -> Batch:
    return Batch(ITEM.id, number, expiry)


BATCHES = st.builds(
    batch,
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["", "2026-10", "2026-11", "2027-01-15", "2029-12"]),
)
ENTRIES = st.lists(
    st.tuples(
        BATCHES,
        st.sampled_from([Direction.IN, Direction.OUT, Direction.LOST, Direction.MOVED]),
        st.integers(1, 60),
        st.booleans(),
    ),
    max_size=30,
)


def entered(entries: list[tuple[Batch, Direction, int, bool]]) -> list[Move]:
    """The entries as the rules let them through: what is refused leaves nothing."""
    moves: list[Move] = []
    for one, direction, quantity, wrong in entries:
        if direction is Direction.IN:
            moves.append(Move(one, direction, quantity, DAY))
            continue
        found = [each for each in stock.balances(moves) if each.batch == one] or [Balance(one)]
        try:
            left = stock.leave(ITEM, found, Leaving(quantity, DAY, direction, count_was_wrong=wrong))
        except ShortageError:
            assert not wrong
            assert quantity > found[0].hand
            continue
        moves += left
        moves += [
            Move(each.batch, each.direction, -each.quantity, DAY, Where.BOX)
            for each in left
            if each.direction is Direction.MOVED
        ]
    return moves


@given(ENTRIES)
def test_a_balance_is_the_sum_of_its_moves_and_never_below_zero(
    entries: list[tuple[Batch, Direction, int, bool]],
) -> None:
    moves = entered(entries)
    for each in stock.balances(moves):
        for where in Where:
            assert each.at(where) == sum(m.quantity for m in moves if (m.batch, m.where) == (each.batch, where))
            assert each.at(where) >= 0


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_entry_makes_no_difference(
    entries: list[tuple[Batch, Direction, int, bool]], chance: random.Random
) -> None:
    moves = entered(entries)
    shuffled = list(moves)
    chance.shuffle(shuffled)
    assert stock.balances(shuffled) == stock.balances(moves)
    assert forecast(shuffled, TODAY) == forecast(moves, TODAY)


@given(ENTRIES, st.integers(1, 200))
def test_what_expires_first_goes_first_and_nothing_expired_is_offered(
    entries: list[tuple[Batch, Direction, int, bool]], quantity: int
) -> None:
    offered = stock.offered(stock.balances(entered(entries)), TODAY)
    assert all(each.batch.good_until >= TODAY for each in offered)
    taken, missing = stock.allocate(offered, quantity)
    assert sum(taken.values()) + missing == quantity
    assert missing == max(0, quantity - sum(each.hand for each in offered))
    used = [each for each in offered if taken.get(each.batch)]
    assert used == offered[: len(used)]
    assert all(taken[each.batch] == each.hand for each in used[:-1])


@given(st.integers(-50, 50), st.integers(0, 100))
def test_a_count_makes_the_balance_what_was_counted(balance: int, counted: int) -> None:
    assert balance + stock.difference(balance, counted) == counted


def test_a_month_is_good_until_its_last_day() -> None:
    assert batch(expiry="2028-02").good_until == date(2028, 2, 29)
    assert not batch(expiry="2026-11").is_expired(TODAY)
    assert batch(expiry="2026-11-21").is_expired(TODAY)
    assert batch(expiry="2027-01").is_soon(TODAY)
    assert not batch(expiry="").is_soon(TODAY)


def test_it_has_to_stay_good_for_as_long_as_it_is_used() -> None:
    assert batch(expiry="2026-12-22").outlasts(TODAY, 29)
    assert not batch(expiry="2026-12-22").outlasts(TODAY, 30)


def test_a_shortage_names_item_batch_and_balance() -> None:
    with pytest.raises(ShortageError, match=r"诚信 52mm: 5 pieces .*batch A1: 3"):
        stock.leave(ITEM, [Balance(batch(), 3)], Leaving(5, DAY))


def test_without_a_good_batch_the_delivery_is_asked_for() -> None:
    with pytest.raises(ShortageError, match="Enter the delivery first"):
        stock.leave(ITEM, [], Leaving(5, DAY, count_was_wrong=True))


def test_where_the_count_was_wrong_a_counted_correction_comes_first() -> None:
    moves = stock.leave(ITEM, [Balance(batch(), 3)], Leaving(5, DAY, count_was_wrong=True))
    assert [(each.direction, each.quantity) for each in moves] == [(Direction.COUNTED, 2), (Direction.OUT, -5)]


def test_a_balance_below_zero_after_an_exchange_is_corrected_too() -> None:
    moves = stock.leave(ITEM, [Balance(batch(), -4)], Leaving(5, DAY, count_was_wrong=True))
    assert sum(each.quantity for each in moves) == 4


def test_nothing_leaves_in_portions_of_nothing() -> None:
    with pytest.raises(UserError, match="at least 1"):
        stock.leave(ITEM, [Balance(batch(), 3)], Leaving(0, DAY))
    with pytest.raises(UserError, match="-1"):
        stock.difference(3, -1)


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def test_the_run_out_day_is_the_plain_average_of_the_last_days() -> None:
    moves = [
        Move(batch(), Direction.IN, 400, days_ago(200)),
        Move(batch(), Direction.OUT, -100, days_ago(150)),  # too long ago to count as use
        Move(batch(), Direction.OUT, -60, days_ago(60)),
        Move(batch(), Direction.OUT, -30, days_ago(10), Where.BOX),
        Move(batch(), Direction.LOST, -10, days_ago(5)),
    ]
    told = forecast(moves, TODAY)
    assert (told.used, told.days, told.usable) == (90, 90, 200)
    assert told.runs_out_on == TODAY + timedelta(days=200)
    assert order_quantity(told, 90) == 0
    assert order_quantity(told, 365) == 165  # 365 are used in a year


def test_what_expires_before_it_is_used_does_not_last() -> None:
    soon = batch("B", (TODAY + timedelta(days=9)).isoformat())
    moves = [
        Move(soon, Direction.IN, 100, days_ago(90)),
        Move(batch(), Direction.IN, 120, days_ago(90)),
        Move(batch(), Direction.OUT, -90, days_ago(30)),
    ]
    told = forecast(moves, TODAY)
    assert (told.usable, told.in_time) == (130, 40)  # ten a batch that is good for ten days, and the thirty
    assert told.runs_out_on == TODAY + timedelta(days=40)


@pytest.mark.parametrize(
    "moves",
    [
        [],
        [Move(batch(), Direction.IN, 10, days_ago(3)), Move(batch(), Direction.OUT, -9, days_ago(1))],
        [Move(batch(), Direction.IN, 10, days_ago(100))],
    ],
    ids=["empty", "three days", "nothing used"],
)
def test_where_too_little_is_known_nothing_is_foretold(moves: list[Move]) -> None:
    told = forecast(moves, TODAY)
    assert told.runs_out_on is None
    assert order_quantity(told, 90) is None


@given(st.integers(0, 500), st.integers(1, 400), st.integers(14, 90), st.integers(1, 400))
def test_an_order_fills_up_to_the_days_wanted(usable: int, used: int, days: int, cover: int) -> None:
    told = Forecast(used, days, usable, usable, TODAY)
    assert order_quantity(told, cover) == max(0, -(-used * cover // days) - usable)
