"""Columns of numbers come back as they were, however far apart they lie."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.packing import Reader, Writer

WIDE = st.integers(-(2**62), 2**62) | st.integers(-300, 300)


def back(values):
    writer = Writer()
    put_numbers(writer, values)
    return take_numbers(Reader(bytes(writer.plain), bytes(writer.dense), 10_000), len(values))


@given(st.lists(WIDE, max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_numbers_come_back(values):
    assert back(values) == values


def test_moments_of_a_laptop_whose_clock_stood_at_1970_come_back():
    then, now = 1_000_000, 1_795_000_000_000
    values = [then, now, then + 4, now + 9, then + 11, now + 12, then + 400, now + 5000] * 4
    assert back(values) == values
