"""A log is cut at the borders of groups; what is too large for one batch goes in parts that say so."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.batches import KEY, Laptop, laptop_of
from villagefp.wire.batch import open_batch
from villagefp.wire.batch_header import MAX_GROUP, MAX_PACKED, Header
from villagefp.wire.change import LoggedChange
from villagefp.wire.cut import cut


def batches_of(laptop: Laptop, logged: list[LoggedChange] | None = None) -> list[bytes]:
    return list(cut(laptop.logged if logged is None else logged, laptop.link_before, laptop.packing()))


def change(seed: int, size: int) -> dict[str, Any]:
    """A change that packs to about this size."""
    return {"kind": 18, "fields": {4: random.Random(seed).randbytes(size)}}


def assert_whole(laptop: Laptop) -> list[Header]:
    batches = batches_of(laptop)
    opened = [open_batch(batch, KEY.public) for batch in batches]
    assert [one for batch in opened for one in batch.changes] == laptop.logged
    for batch, found in zip(batches, opened, strict=True):
        assert len(batch) <= MAX_PACKED or len(found.changes) == 1
    for before, after in pairwise(opened):
        assert before.header.last_link == after.header.link_before
        assert before.header.goes_on == after.header.began_before
    assert not opened[0].header.began_before
    assert not opened[-1].header.goes_on
    return [found.header for found in opened]


def test_a_day_is_one_batch() -> None:
    assert len(assert_whole(laptop_of([[change(number, 30)] for number in range(40)]))) == 1


def test_nothing_is_no_batch() -> None:
    assert batches_of(Laptop()) == []


def test_groups_stay_whole_where_they_fit() -> None:
    laptop = laptop_of([[change(10 * save + part, 900) for part in range(7)] for save in range(20)])
    heads = assert_whole(laptop)
    assert len(heads) > 4
    assert not any(head.began_before or head.goes_on for head in heads)
    assert all(head.count % 7 == 0 for head in heads)


def test_a_roster_goes_in_parts_with_nothing_else_beside_it() -> None:
    laptop = laptop_of([[change(1, 10)], [change(2 + part, 300) for part in range(400)], [change(999, 10)]])
    heads = assert_whole(laptop)
    parts = [head for head in heads if head.began_before or head.goes_on]
    assert [(head.began_before, head.goes_on) for head in parts[:2]] == [(False, True), (True, True)]
    assert (parts[0].first, parts[-1].last) == (2, 401)
    assert (heads[0].count, heads[-1].count) == (1, 1)


def test_a_change_that_is_larger_than_a_batch_goes_alone() -> None:
    laptop = laptop_of([[change(1, 10)], [change(2, 50_000)], [change(3, 10), change(4, 40_000), change(5, 10)]])
    heads = assert_whole(laptop)
    assert [head.count for head in heads] == [1, 1, 1, 1, 1]
    assert [head.goes_on for head in heads] == [False, False, True, True, False]


def test_a_group_without_end_is_no_group() -> None:
    laptop = laptop_of([[{"group": 1}]], start=MAX_GROUP + 1)
    with pytest.raises(ValueError, match="whole groups"):
        laptop.batch()


def test_what_follows_leaves_the_batches_before_it_as_they_were() -> None:
    laptop = laptop_of([[change(number, 700)] for number in range(120)])
    shorter, longer = batches_of(laptop, laptop.logged[:100]), batches_of(laptop)
    assert len(shorter) > 2
    assert longer[: len(shorter) - 1] == shorter[:-1]


def test_batches_are_nearly_full() -> None:
    heads = assert_whole(laptop_of([[change(number, 500)] for number in range(500)]))
    assert all(head.length > MAX_PACKED * 3 // 4 for head in heads[1:-1])


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(
        st.lists(st.sampled_from([0, 20, 400, 3000, 9000, 40_000]), min_size=1, max_size=6), min_size=1, max_size=8
    )
)
def test_any_log_is_cut_and_comes_back(sizes: list[list[int]]) -> None:
    saves = [[change(10 * save + part, size) for part, size in enumerate(parts)] for save, parts in enumerate(sizes)]
    assert_whole(laptop_of(saves))


@settings(deadline=None, max_examples=10)
@given(st.sets(st.integers(0, 199), max_size=60))
def test_destroyed_bodies_are_cut_like_others(gone: set[int]) -> None:
    laptop = laptop_of([[change(number, 600)] for number in range(200)])
    for place in gone:
        laptop.destroy(place)
    assert_whole(laptop)
