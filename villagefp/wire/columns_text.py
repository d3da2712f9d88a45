"""A column of texts: codes, days, moments, numbers written as digits, and words, each the way that is shortest.

How a column was packed is said in it, and follows from the texts alone: whoever unpacks it needs no registry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntEnum

from villagefp.wire.columns_numbers import (
    Priced,
    entropy_cost,
    log_cost,
    priced_numbers,
    put_digits,
    put_numbers,
    take_digits,
    take_numbers,
)
from villagefp.wire.columns_times import priced_days, priced_moments, take_days, take_moments
from villagefp.wire.packing import MalformedError, Reader, Writer

_DIGITS = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?", re.ASCII)
_LONGEST_CODE = 32
_LARGEST_CODE = 1 << 512
_DECIMAL_DIGITS = "0123456789"
_MOST_DECIMALS = 6


class _Way(IntEnum):
    WORDS = 0  # one after the other, each with a mark behind it
    LISTED = 1  # each different text once, then which
    DAYS = 2  # YYYY-MM-DD
    MOMENTS = 3  # ISO 8601 in seconds or milliseconds, with one offset for all or none
    NUMBERS = 4  # numbers written out, all with as many decimals or without needless zeros
    CODES = 5  # of one length, at each place one of a few characters
    MEASURED = 6  # words that may hold the mark: lengths, then the texts


def put_texts(writer: Writer, texts: Sequence[str], when: Sequence[int]) -> None:
    """Texts; `when` says for each at which millisecond it was written, since many days and moments are near it."""
    if not texts:
        return
    different = len(set(texts))
    candidates = [
        (_Way.DAYS, priced_days(texts, when)),
        (_Way.MOMENTS, priced_moments(texts, when)),
        (_Way.NUMBERS, _numbers(texts)),
        (_Way.CODES, _codes(texts)),
    ]
    if different == 1 or different * 4 < len(texts) * 3:
        candidates.append((_Way.LISTED, _listed(texts)))
    if different > 1:
        words = _words(texts)
        candidates.append((_Way(words.way), words))
    way, best = min(
        ((way, priced) for way, priced in candidates if priced), key=lambda candidate: (candidate[1].cost, candidate[0])
    )
    writer.plain.append(way)
    best.put(writer)


def take_texts(reader: Reader, count: int, when: Sequence[int]) -> list[str]:
    """Back from `put_texts`."""
    if not count:
        return []
    try:
        return _TAKE[reader.byte()](reader, count, when)
    except (KeyError, UnicodeDecodeError, OverflowError, ValueError) as error:
        raise MalformedError("a text that is none") from error


def _words(texts: Sequence[str]) -> Priced:
    encoded = [text.encode() for text in texts]
    joined = b"\0".join(encoded) + b"\0"
    cost = _words_cost(joined)
    if joined.count(b"\0") == len(texts):
        return Priced(cost, _Way.WORDS, lambda writer: writer.plain.extend(joined))

    def put(writer: Writer) -> None:
        put_numbers(writer, [len(text) for text in encoded])
        writer.plain += b"".join(encoded)

    return Priced(cost, _Way.MEASURED, put)


def _words_cost(joined: bytes) -> int:
    """The compressor finds what comes again, so words cost less than their letters."""
    return entropy_cost(joined) * 3 // 4


def _take_words(reader: Reader, count: int, _when: Sequence[int]) -> list[str]:
    reader.spend(count)
    return [reader.until(b"\0").decode() for _text in range(count)]


def _take_measured(reader: Reader, count: int, _when: Sequence[int]) -> list[str]:
    lengths = take_numbers(reader, count)
    if min(lengths) < 0:
        raise MalformedError("a length below zero")
    return [reader.take(length).decode() for length in lengths]


def _listed(texts: Sequence[str]) -> Priced:
    places: dict[str, int] = {}
    which = [places.setdefault(text, len(places)) for text in texts]
    listed, told = _words(list(places)), priced_numbers(which)

    def put(writer: Writer) -> None:
        writer.number(len(places))
        writer.plain.append(listed.way)
        listed.put(writer)
        writer.plain.append(told.way)
        told.put(writer)

    return Priced(listed.cost + told.cost, _Way.LISTED, put)


def _take_listed(reader: Reader, count: int, when: Sequence[int]) -> list[str]:
    different = reader.number()
    if not 1 <= different <= count:
        raise MalformedError("a list of texts that nobody needs")
    way = reader.byte()
    if way not in {_Way.WORDS, _Way.MEASURED}:
        raise MalformedError("a list of texts that is no list")
    texts = _TAKE[way](reader, different, when)
    which = take_numbers(reader, count)
    if min(which) < 0 or max(which) >= different:
        raise MalformedError("a text that is not in the list")
    return [texts[place] for place in which]


def _numbers(texts: Sequence[str]) -> Priced | None:
    if not all(map(_DIGITS.fullmatch, texts)):
        return None
    decimals = [len(text.partition(".")[2]) for text in texts]
    most, fixed = max(decimals), min(decimals) == max(decimals)
    numbers = [int(text.replace(".", "")) * 10 ** (most - places) for text, places in zip(texts, decimals, strict=True)]
    if any(_number_text(value, most, fixed=fixed) != text for value, text in zip(numbers, texts, strict=True)):
        return None

    best = priced_numbers(numbers)

    def put(writer: Writer) -> None:
        writer.plain += bytes((most << 1 | fixed, best.way))
        best.put(writer)

    return Priced(best.cost, _Way.NUMBERS, put)


def _number_text(value: int, decimals: int, *, fixed: bool) -> str:
    if not decimals:
        return str(value)
    whole, part = divmod(abs(value), 10**decimals)
    behind = f"{part:0{decimals}}"
    if not fixed:
        behind = behind.rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if behind else ''}{behind}"


def _take_written(reader: Reader, count: int, _when: Sequence[int]) -> list[str]:
    decimals, fixed = divmod(reader.byte(), 2)
    if decimals > _MOST_DECIMALS:
        raise MalformedError("an unknown way to write a number")
    return [_number_text(value, decimals, fixed=bool(fixed)) for value in take_numbers(reader, count)]


def _codes(texts: Sequence[str]) -> Priced | None:
    length = len(texts[0])
    if not 1 <= length <= _LONGEST_CODE or len(set(map(len, texts))) > 1:
        return None
    letters = ["".join(sorted(set(place))) for place in zip(*texts, strict=True)]
    letters = [_DECIMAL_DIGITS if len(place) > 5 and set(place) <= set(_DECIMAL_DIGITS) else place for place in letters]
    base = 1
    for place in letters:
        base *= len(place)
    if base > _LARGEST_CODE or any("\0" in place for place in letters):
        return None
    told = b"".join(b"\0" if place == _DECIMAL_DIGITS else place.encode() + b"\0" for place in letters)

    def put(writer: Writer) -> None:
        writer.plain.append(length)
        writer.plain.extend(told)
        put_digits(writer, [_code_number(text, letters) for text in texts], base)

    return Priced(len(texts) * log_cost(base) + entropy_cost(told), _Way.CODES, put)


def _code_number(text: str, letters: Sequence[str]) -> int:
    number = 0
    for letter, place in zip(text, letters, strict=True):
        number = number * len(place) + place.index(letter)
    return number


def _take_codes(reader: Reader, count: int, _when: Sequence[int]) -> list[str]:
    length = reader.byte()
    if not 1 <= length <= _LONGEST_CODE:
        raise MalformedError("a code that is too long")
    letters = [reader.until(b"\0").decode() or _DECIMAL_DIGITS for _place in range(length)]
    base = 1
    for place in letters:
        base *= len(place)
    if base > _LARGEST_CODE:
        raise MalformedError("a code of too many letters")
    return [_code_text(number, letters) for number in take_digits(reader, count, base)]


def _code_text(number: int, letters: Sequence[str]) -> str:
    text: list[str] = []
    for place in reversed(letters):
        number, which = divmod(number, len(place))
        text.append(place[which])
    return "".join(reversed(text))


_TAKE: dict[int, Callable[[Reader, int, Sequence[int]], list[str]]] = {
    _Way.WORDS: _take_words,
    _Way.LISTED: _take_listed,
    _Way.DAYS: take_days,
    _Way.MOMENTS: take_moments,
    _Way.NUMBERS: _take_written,
    _Way.CODES: _take_codes,
    _Way.MEASURED: _take_measured,
}
