"""Phone numbers as people write them: several in one cell, with whose they are in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from villagefp.domain.widths import half_width

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PLAUSIBLE = re.compile(r"1[3-9][0-9]{9}|[02-9][0-9]{6,12}")
_SPLIT = re.compile(r"[,;/、，；|\n]+")
_MOBILE_AS_TOLD = r"1[\s.\-]*[3-9](?:[\s.\-]*[0-9]){9}(?![0-9])"
_COUNTRY = re.compile(rf"(?<![0-9])[(\[]?(?:\+|00)?86[)\]]?[\s.\-]*(?={_MOBILE_AS_TOLD})")
_LOCAL = r"[0-9]{3,4}[\s.\-]?[0-9]{4}(?![0-9])"
_NUMBER = re.compile(
    rf"(?P<number>{_MOBILE_AS_TOLD}"
    rf"|[(\[【]\s*0[0-9]{{2,3}}\s*[)\]】][\s.\-]*{_LOCAL}"
    rf"|0[0-9]{{2,3}}[\s.\-]*{_LOCAL}"
    rf"|[2-9][0-9]{{2,3}}[\s.\-]?[0-9]{{4}}(?![0-9])"
    # Anything else is as long as digits follow, but no mobile number behind a gap is part of it.
    rf"|[0-9](?:(?![\s.\-]+{_MOBILE_AS_TOLD})[\s.\-]?[0-9])*)"
    r"(?:\s*(?:转|分机|-)\s*(?P<extension>[0-9]{1,5})(?![0-9]))?"
)
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_AREA = re.compile(r"[(\[【]\s*0[0-9]{2,3}\s*[)\]】]")
_WORD = re.compile(r"[^\W_]")
_SHORTEST = 7
_NOT_DIGIT = re.compile(r"[^0-9]+")
_WHOSE = (
    ("self", ("本人", "自己")),
    ("spouse", ("丈夫", "妻", "配偶", "爱人", "老公", "老婆", "夫")),
    ("child", ("儿", "女", "子", "媳")),
    ("neighbour", ("邻居", "邻")),
    ("household", ("家", "座机", "固话", "户")),
)


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """One number: digits, 转 and an extension if it has one; whose it was said to be; whether it can be a number."""

    number: str
    whose: str | None = None
    plausible: bool = True


def read(told: str | float) -> tuple[PhoneReading, ...]:
    """All numbers in a cell or field, in its order; what cannot be a number is kept and says so."""
    if isinstance(told, int | float):
        number = str(int(told))
        return (PhoneReading(number, plausible=_PLAUSIBLE.fullmatch(number) is not None),)
    if _MOBILE.fullmatch(told):
        return (PhoneReading(told),)
    pieces = _SPLIT.split(_COUNTRY.sub("", half_width(told)))
    return tuple(reading for piece in pieces for reading in _of_piece(piece))


def is_mobile(number: str) -> bool:
    """Whether a message can be sent to it."""
    return _MOBILE.fullmatch(number) is not None


def mask(number: str) -> str:
    """The number as others may see it: 138****5465."""
    digits, sign, extension = number.partition("转")
    masked = digits[:3] + "*" * (len(digits) - 7) + digits[-4:] if len(digits) > 7 else "*" * len(digits)
    return masked + sign + extension


def _of_piece(piece: str) -> Iterator[PhoneReading]:
    """The numbers between two commas, each with the words beside it."""
    notes = [bracket.span() for bracket in _BRACKETS.finditer(piece) if _is_note(bracket[0])]
    found = [one for one in _NUMBER.finditer(piece) if not any(start < one.start() < end for start, end in notes)]
    if not found:
        return
    if piece[: found[0].start()].strip(" ("):  # who comes first: 本人138… 儿子139…
        begins = [0, *(one.end() for one in found[:-1])]
        ends = [*(one.start() for one in found[1:]), len(piece)]
        ends[:-1] = [one.end() for one in found[:-1]]
    else:
        begins = [one.start() for one in found]
        ends = [*begins[1:], len(piece)]
    for one, begin, end in zip(found, begins, ends, strict=True):
        number = _NOT_DIGIT.sub("", one["number"])
        kept = f"{number}转{one['extension']}" if one["extension"] else number
        said = piece[begin : one.start()] + piece[one.end() : end]
        yield PhoneReading(kept, _whose(said), _PLAUSIBLE.fullmatch(number) is not None)


def _is_note(bracket: str) -> bool:
    """Whether brackets hold words, as (2组), and no number or area code."""
    return len(_NOT_DIGIT.sub("", bracket)) < _SHORTEST and _AREA.fullmatch(bracket) is None


def _whose(said: str) -> str | None:
    if not _WORD.search(said):
        return None
    return next((who for who, words in _WHOSE if any(word in said for word in words)), "other")
