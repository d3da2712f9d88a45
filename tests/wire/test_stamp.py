"""Stamps follow the clock and never go back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from villagefp.wire.stamp import behind, next_stamp

times = st.integers(0, 2**46)


@given(st.lists(times, min_size=1))
def test_stamps_rise_whatever_the_clock_does(clock):
    last = 0
    for milliseconds in clock:
        fresh = next_stamp(last, milliseconds)
        assert fresh > last
        last = fresh
    assert last < 2**63  # SQLite's integers


@given(times, times)
def test_a_clock_behind_the_last_stamp_is_noticed(then, now):
    last = next_stamp(0, then)
    assert behind(last, now) == timedelta(milliseconds=max(0, then - now))
