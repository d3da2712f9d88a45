"""Numbers as few bytes: a column of them in whichever of three ways costs least, or their differences.

Costs are counted in whole numbers, so that the choice, and with it the bytes, are the same on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from villagefp.wire.packing import MalformedError, Reader, Writer

_CHUNK = 256
"""Digits that make one large number: more save a fraction of a byte and cost time."""
_UNIT = 256
"""Costs are counted in 256ths of a bit."""
_LEARNING = 10 * _UNIT
"""What a symbol seen for the first time costs a compressor, about."""
_FIRST_COST = 16 * _UNIT
"""What the first number of a column of differences costs, about."""
_MOST_LOW = 31


@lru_cache(maxsize=1 << 14)
def log_cost(value: int) -> int:
    """The binary logarithm in 256ths of a bit, rounded down: whole numbers come out the same on every machine."""
    return int((value**_UNIT).bit_length()) - 1


def entropy_cost(symbols: Sequence[int] | bytes) -> int:
    """What a good compressor needs for these symbols if each stands alone, in 256ths of a bit."""
    return _counts_cost(list(Counter(symbols).values()))


def _counts_cost(counts: Sequence[int]) -> int:
    total = sum(counts)
    return total * log_cost(total) - sum([count * log_cost(count) for count in counts]) + len(counts) * _LEARNING


class _Way(IntEnum):
    SAME = 0  # one number, again and again
    DENSE = 1  # each anywhere between the least and the greatest
    SPLIT = 2  # high bits to be compressed, low bits as they are


_DIFFERENCES = 4
"""Added to a way: the first number, and then the differences from one to the next."""
_LOW = 8
"""Times this the number of low bits is added to a way."""
_HIGH_BITS = 8


class Priced(NamedTuple):
    """A way to write a column, priced before it is written."""

    cost: int
    way: int
    put: Callable[[Writer], None]


def put_numbers(writer: Writer, values: Sequence[int]) -> None:
    """A column of numbers; how many there are has to be known by who reads it."""
    if values:
        priced = priced_numbers(values)
        writer.plain.append(priced.way)
        priced.put(writer)


def priced_numbers(values: Sequence[int]) -> Priced:
    """The cheapest way to write a column of at least one number."""
    plain = _cheapest(values)
    if len(values) < 3 or not plain.cost:
        return plain
    other = _cheapest([after - before for before, after in pairwise(values)])
    if other.cost + _FIRST_COST >= plain.cost:
        return plain

    def put(writer: Writer) -> None:
        writer.signed(values[0])
        other.put(writer)

    return Priced(other.cost + _FIRST_COST, other.way | _DIFFERENCES, put)


def _cheapest(values: Sequence[int]) -> Priced:
    least, greatest = min(values), max(values)
    span = greatest - least
    if not span:
        return Priced(0, _Way.SAME, lambda writer: writer.signed(least))
    dense = len(values) * log_cost(span + 1)
    fits = span.bit_length() - _HIGH_BITS <= _MOST_LOW  # the high bits of anything wider are more than a byte
    split, low = _split(values, least, span) if fits else (dense, 0)
    if split * 20 < dense * 19:  # what the compressor makes of it is a guess, so it has to be worth it
        return Priced(split, _Way.SPLIT | low * _LOW, lambda writer: _put_split(writer, values, least, low))
    return Priced(dense, _Way.DENSE, lambda writer: _put_dense(writer, values, least, span))


def _split(values: Sequence[int], least: int, span: int) -> tuple[int, int]:
    """The best number of low bits to set apart, and what it costs then."""
    low = max(0, span.bit_length() - _HIGH_BITS)
    counts = Counter([value - least >> low for value in values])
    best, best_low = _counts_cost([*counts.values()]) + len(values) * low * _UNIT, low
    while len(counts) > 2 and low < _MOST_LOW:
        low += 1
        halves: Counter[int] = Counter()
        for high, count in counts.items():
            halves[high >> 1] += count
        counts = halves
        cost = _counts_cost([*counts.values()]) + len(values) * low * _UNIT
        if cost < best:
            best, best_low = cost, low
    return best, best_low


def _put_split(writer: Writer, values: Sequence[int], least: int, low: int) -> None:
    writer.signed(least)
    writer.plain += bytes([value - least >> low for value in values])
    if low:
        put_digits(writer, [value - least & (1 << low) - 1 for value in values], 1 << low)


def _put_dense(writer: Writer, values: Sequence[int], least: int, span: int) -> None:
    writer.signed(least)
    writer.number(span)
    put_digits(writer, [value - least for value in values], span + 1)


def put_digits(writer: Writer, digits: Sequence[int], base: int) -> None:
    """Numbers below `base`, with no bit to spare: together they are one large number."""
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        large = 0
        for digit in reversed(chunk):
            large = large * base + digit
        writer.dense += large.to_bytes(_size(base, len(chunk)), "little")


@lru_cache(maxsize=1024)
def _size(base: int, count: int) -> int:
    return int(((base**count - 1).bit_length() + 7) // 8)


def take_digits(reader: Reader, count: int, base: int) -> list[int]:
    """Back from `put_digits`."""
    reader.spend(count)
    digits: list[int] = []
    for start in range(0, count, _CHUNK):
        length = min(_CHUNK, count - start)
        large = int.from_bytes(reader.take_dense(_size(base, length)), "little")
        for _place in range(length):
            large, digit = divmod(large, base)
            digits.append(digit)
        if large:
            raise MalformedError("a packed number is too large")
    return digits


def take_numbers(reader: Reader, count: int) -> list[int]:
    """Back from `put_numbers`."""
    if not count:
        return []
    way = reader.byte()
    if not way & _DIFFERENCES:
        return _take_way(reader, way, count)
    value = reader.signed()
    values = [value]
    for difference in _take_way(reader, way & ~_DIFFERENCES, count - 1):
        value += difference
        values.append(value)
    return values


def _take_way(reader: Reader, way: int, count: int) -> list[int]:
    reader.spend(count)
    least = reader.signed()
    if way == _Way.SAME:
        return [least] * count
    if way == _Way.DENSE:
        return [least + digit for digit in take_digits(reader, count, reader.number() + 1)]
    if way & (_LOW - 1) != _Way.SPLIT:
        raise MalformedError("an unknown way to pack numbers")
    low, high = way // _LOW, reader.take(count)
    if not low:
        return [least + byte for byte in high]
    return [
        least + (byte << low | digit) for byte, digit in zip(high, take_digits(reader, count, 1 << low), strict=True)
    ]
