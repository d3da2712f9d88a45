"""Stamps follow the clock and never go back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from villagefp.wire.stamp import DAY, adopt, behind, next_stamp, off

times = st.integers(0, 2**46)
YEAR = 365 * 86_400_000
TODAY = 56 * YEAR  # milliseconds since 1970, about 2026
TICK = 1 << 16


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


def test_a_clock_in_1970_goes_on_from_the_last_stamp():
    last = next_stamp(0, TODAY)
    assert [last := next_stamp(last, 5) for _ in range(3)] == [TODAY * TICK + more for more in (1, 2, 3)]
    assert next_stamp(last, TODAY + 1) == (TODAY + 1) * TICK, "corrected, it leads again"


def test_more_saves_than_a_millisecond_counts_run_into_the_next():
    last = (TODAY << 16) + 0xFFFF
    assert next_stamp(last, TODAY) == (TODAY + 1) << 16
    assert next_stamp(next_stamp(last, TODAY), TODAY + 1) == ((TODAY + 1) << 16) + 1


def test_a_clock_beyond_all_years_still_fits_and_leaves_room():
    last = next_stamp(0, 10**30)
    assert last < 2**63 - 10**12
    assert next_stamp(last, 10**30) == last + 1
    assert next_stamp(0, -5) == 1


def test_a_stamp_from_elsewhere_is_taken_over_up_to_a_day_beyond_county_time():
    last = next_stamp(0, TODAY)
    day = DAY // timedelta(milliseconds=1)
    assert adopt(last, (TODAY + day) * TICK, TODAY) == (TODAY + day) * TICK
    assert adopt(last, (TODAY + day) * TICK + 1, TODAY) == last
    assert adopt(last, (TODAY + 10 * YEAR) * TICK, TODAY) == last
    assert adopt(last, last - 1, TODAY) == last


def test_own_stamps_of_a_clock_set_ahead_stay_so_that_none_goes_back():
    ahead = next_stamp(0, TODAY + 10 * YEAR)
    assert adopt(ahead, TODAY * TICK, TODAY) == ahead
    assert next_stamp(ahead, TODAY) == ahead + 1


def test_a_clock_in_1970_still_takes_over_by_county_time():
    last = next_stamp(0, 5)
    seen = TODAY * TICK
    after = next_stamp(adopt(last, seen, TODAY), 6)
    assert after == seen + 1


@given(st.lists(st.tuples(times, times, times), min_size=1))
def test_whatever_jumps_during_an_exchange_stamps_rise_and_are_bound_to_the_county(steps):
    last, highest = 0, 0
    for clock, foreign, county in steps:
        adopted = adopt(last, foreign << 16, county)
        limit = (county + DAY // timedelta(milliseconds=1)) << 16
        assert last <= adopted <= max(last, limit)
        highest = max(highest, clock << 16, limit)
        last, before = next_stamp(adopted, clock), last
        assert last > before
    assert last <= highest + len(steps)


def test_how_far_a_clock_is_off():
    assert off(TODAY + 3_600_000, TODAY) == timedelta(hours=1)
    assert off(5, TODAY) == timedelta(milliseconds=5 - TODAY)
