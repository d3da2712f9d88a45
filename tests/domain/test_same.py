"""Which records hang together, and the id of what is said of a pair."""

from __future__ import annotations

import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from villagefp.domain.same import components, in_order, pair_id

IDS = [bytes([number]) * 16 for number in range(1, 9)]
PAIRS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda pair: pair[0] != pair[1]))


def test_two_laptops_make_one_id_for_a_pair_whoever_is_named_first() -> None:
    made = pair_id(IDS[0], IDS[1])
    assert made == pair_id(IDS[1], IDS[0])
    assert made.hex() == "e33d0323a84e89e68a14f51a21fe9233"  # it must never change
    assert (uuid.UUID(bytes=made).version, uuid.UUID(bytes=made).variant) == (8, uuid.RFC_4122)
    assert len({pair_id(one, other) for one in IDS for other in IDS if one < other}) == 28


@given(PAIRS, st.integers())
def test_cycles_repeats_and_order_make_no_difference(pairs: list[tuple[bytes, bytes]], seed: int) -> None:
    again = [*pairs, *[(other, one) for one, other in pairs]]
    random.Random(seed).shuffle(again)
    assert components(again) == components([in_order(*pair) for pair in pairs])


@given(PAIRS)
def test_whoever_is_linked_is_together_and_nobody_else(pairs: list[tuple[bytes, bytes]]) -> None:
    found = components(pairs)
    where = {record: place for place, each in enumerate(found) for record in each}
    assert sorted(where) == sorted({record for pair in pairs for record in pair})
    assert sum(map(len, found)) == len(where)
    assert all(where[one] == where[other] for one, other in pairs)
    # No component falls apart: from its smallest id all others are reached.
    for each in found:
        reached = {each[0]}
        while fresh := {b for pair in pairs for a, b in (pair, pair[::-1]) if a in reached} - reached:
            reached |= fresh
        assert reached == set(each)
        assert list(each) == sorted(each)


@pytest.mark.parametrize("pairs", [[], [(IDS[0], IDS[1])]])
def test_nobody_and_one_pair(pairs: list[tuple[bytes, bytes]]) -> None:
    assert components(pairs) == [tuple(pair) for pair in pairs]
