"""Full-width forms of an input method, told apart from the characters of a name: only ASCII twins are changed."""

from __future__ import annotations

import re

_TWINS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20}
_UNSEEN = dict.fromkeys(
    [*range(0x20), 0x7F, *range(0x80, 0xA0), *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0x00AD]
)
_HALF = str.maketrans(_TWINS)
_CLEAN = str.maketrans({**_UNSEEN, **dict.fromkeys((0x09, 0x0A, 0x0D, 0x0B, 0x0C), 0x20), **_TWINS})
_SPACES = re.compile(r"\s+")


def half_width(text: str) -> str:
    """Full-width letters, digits, signs and the wide space as their ASCII twins; nothing else changes.

    Unicode's own normal forms would turn rare name characters into others, so they are never used.
    """
    return text if text.isascii() else text.translate(_HALF)


def clean(text: str) -> str:
    """One line of visible characters: half width, line breaks and runs of spaces as one space, invisible ones gone."""
    return _SPACES.sub(" ", text.translate(_CLEAN)).strip()


def bare(text: str) -> str:
    """`clean` without any space: what is left of a word to look it up."""
    return _SPACES.sub("", text.translate(_CLEAN))
