"""Phone numbers as people write them: several in one cell, with whose they are in brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from villagefp.domain.widths import half_width

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_PLAUSIBLE = re.compile(r"\d{7,13}", re.ASCII)
_SPLIT = re.compile(r"[,;/、，；|\n]+|(?<=\d)\s+(?=0\d{2,3}-?\d|1[3-9]\d{9})|(?<=\d)\s{2,}(?=\d)")
_NOTE = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]|([^\d\s+()\-.]+)")
_COUNTRY = re.compile(r"(?<!\d)(?:\+|00)?86[\s-]*(?=1[3-9])")
_NOT_DIGIT = re.compile(r"[^\d]+")
_WHOSE = (
    ("self", ("本人", "自己")),
    ("spouse", ("丈夫", "妻", "配偶", "爱人", "老公", "老婆", "夫")),
    ("child", ("儿", "女", "子", "媳")),
    ("neighbour", ("邻居", "邻")),
    ("household", ("家", "座机", "固话", "户")),
)


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """One number: digits only, whose it was said to be, and whether it can be a phone number at all."""

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
    pieces = _SPLIT.split(_COUNTRY.sub("", half_width(told)).strip())
    return tuple(reading for piece in pieces if (reading := _one(piece)))


def is_mobile(number: str) -> bool:
    """Whether a message can be sent to it."""
    return _MOBILE.fullmatch(number) is not None


def mask(number: str) -> str:
    """The number as others may see it: 138****5465."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number)


def _one(piece: str) -> PhoneReading | None:
    said = "".join("".join(groups) for groups in _NOTE.findall(piece))
    number = _NOT_DIGIT.sub("", _NOTE.sub("", piece))
    if not number:
        return None
    whose = next((who for who, words in _WHOSE if any(word in said for word in words)), "other" if said else None)
    return PhoneReading(number, whose, _PLAUSIBLE.fullmatch(number) is not None)
