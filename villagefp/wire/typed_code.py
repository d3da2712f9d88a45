"""Codes that people copy by hand and type later: an alphabet without doubles, and a last character that checks them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are read as others or make words
_MISREAD = str.maketrans("ILOU", "110V")
_GROUP = 5


def fresh(random: Callable[[int], bytes], characters: int) -> str:
    """A new code with so many random characters of 5 bits, and one more that checks them."""
    drawn = "".join(_ALPHABET[byte & 31] for byte in random(characters))
    return drawn + _check(drawn)


def grouped(code: str) -> str:
    """The code as it is printed: in groups of five."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def tidied(typed: str) -> str:
    """What was typed, in capitals, without what stands between the groups, and misread letters set right."""
    kept = (c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
    return "".join(kept).translate(_MISREAD)


def holds(code: str) -> bool:
    """Whether a tidied code has no wrong character, as far as its last one tells."""
    return bool(code) and all(c in _ALPHABET for c in code) and _check(code[:-1]) == code[-1]


def _check(characters: str) -> str:
    """Luhn's rule to the base of 32: finds every single wrong character and nearly every swap of two neighbours."""
    base = len(_ALPHABET)
    total = 0
    for place, character in enumerate(reversed(characters)):
        value = _ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // base + value % base
    return _ALPHABET[-total % base]
