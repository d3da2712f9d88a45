"""The recovery code: printed once, copied by hand, typed years later. It shows typing errors by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from villagefp.errors import UserError
from villagefp.i18n import _

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are read as others or make words
_MISREAD = str.maketrans("ILOU", "110V")
_RANDOM = 24  # characters of 5 bits: 120 bits
_GROUP = 5


def new_code(random: Callable[[int], bytes]) -> str:
    """A fresh code in groups: 24 random characters and one that checks them."""
    characters = "".join(_ALPHABET[byte & 31] for byte in random(_RANDOM))
    whole = characters + _check(characters)
    return "-".join(whole[start : start + _GROUP] for start in range(0, len(whole), _GROUP))


def read_code(typed: str) -> str:
    """The code as it was made, from what was typed; a UserError where it cannot be one."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum()).translate(_MISREAD)
    if len(kept) != _RANDOM + 1:
        raise UserError(
            _(
                "A recovery code has {expected} letters and digits, this one has {count}. Compare it with the paper."
            ).format(expected=_RANDOM + 1, count=len(kept))
        )
    if any(character not in _ALPHABET for character in kept) or _check(kept[:-1]) != kept[-1]:
        raise UserError(
            _("A letter or digit of the recovery code is wrong. Compare it with the paper, group by group.")
        )
    return kept


def _check(characters: str) -> str:
    """Luhn's rule to the base of 32: finds every single wrong character and nearly every swap of two neighbours."""
    base = len(_ALPHABET)
    total = 0
    for place, character in enumerate(reversed(characters)):
        value = _ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // base + value % base
    return _ALPHABET[-total % base]
