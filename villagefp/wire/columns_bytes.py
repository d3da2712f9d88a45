"""Columns of bytes, and bytes that are packed values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from villagefp.wire.columns_numbers import put_numbers, take_numbers
from villagefp.wire.packing import MalformedError, Reader, Writer
from villagefp.wire.values import pack, unpack

_SMALL_MAP, _MAPS = 8, (0xDE, 0xDF)
"""What a packed mapping begins with: the high half of the first byte, or the whole."""


def put_bytes(writer: Writer, values: Sequence[bytes]) -> None:
    """Bytes of any length: sealed ones are chance, which no compressor should see."""
    joined = b"".join(values)
    chance = _is_chance(joined)
    writer.plain.append(chance)
    put_numbers(writer, [len(value) for value in values])
    (writer.dense if chance else writer.plain).extend(joined)


def take_bytes(reader: Reader, count: int) -> list[bytes]:
    """Back from `put_bytes`."""
    chance = reader.byte()
    lengths = take_numbers(reader, count)
    if lengths and min(lengths) < 0:
        raise MalformedError("a length below zero")
    take = reader.take_dense if chance else reader.take
    return [take(length) for length in lengths]


def _is_chance(data: bytes) -> bool:
    """Whether the same byte comes again hardly more often than by chance, which is once in 256."""
    pairs = sum(count * (count - 1) for count in Counter(data).values())
    return pairs * 256 <= 2 * len(data) * (len(data) - 1)


def read_answers(packed: bytes) -> dict[int, Any] | None:
    """Packed answers taken apart, where they can be put together to the same bytes; else nothing."""
    if not packed or not (packed[0] >> 4 == _SMALL_MAP or packed[0] in _MAPS):
        return None
    try:
        answers = unpack(packed)
        if type(answers) is not dict or not set(map(type, answers)) <= {int}:
            return None
        return answers if pack(answers) == packed else None
    except (msgspec.DecodeError, TypeError, RecursionError, ValueError):
        return None


def read_other(packed: bytes) -> Any:
    """A packed value of any sort."""
    try:
        return unpack(packed)
    except (msgspec.DecodeError, TypeError, RecursionError, ValueError) as error:
        raise MalformedError("a value that is none") from error
