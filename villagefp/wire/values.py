"""Values of fields as bytes: one canonical MessagePack form, so that equal values are equal bytes on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Value = str | bytes | int | bool | None | Mapping[str, bool]
"""What a field can hold: text, code or date; bytes or a reference; a number; yes or no; the elements of a `union`."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


pack: Callable[[object], bytes] = _encoder.encode
"""The bytes of plain data. Numbers always take their shortest form; a mapping must come in order of its keys."""


def in_order(fields: Mapping[int, Value]) -> Mapping[int, Value]:
    """Fields in canonical order, so that the same values are packed to the same bytes."""
    numbers = sorted(fields)
    ordered = fields if numbers == list(fields) else {number: fields[number] for number in numbers}
    if dict not in map(type, ordered.values()):
        return ordered
    return {number: dict(sorted(value.items())) if type(value) is dict else value for number, value in ordered.items()}


def unpack(packed: bytes) -> Any:
    """Plain data from its bytes; lists come back as lists, mappings as dicts."""
    return _decoder.decode(packed)
