"""Names of people: typing dirt removed, every character kept as it is, and names that only stand in for one."""

from __future__ import annotations

import re
from typing import NamedTuple

from villagefp.domain.records import NameStatus
from villagefp.domain.widths import clean

_PLAIN = re.compile(r"[\u4e00-\u9fff]{1,4}")
_DOTS = re.compile(r"\s*[·•・‧∙⋅･]\s*|(?<=[^\x00-\x7f])\s*\.\s*(?=[^\x00-\x7f])")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_SPACED = re.compile(r"\s+")
_NOBODY = frozenset(
    " 无 未 暂无 不详 未知 未命名 未取名 未起名 未定 待定 待取名 待命名 没有 空 无名 无名氏 某 某某 某某某"  # noqa: SIM905
    " - -- — —— / \\ . … ? ?? x xx xxx × ×× ××× none null n/a".split(" ")
)
_STAND_IN = re.compile(
    r"之[子女儿]\W*|(?:男|女)?婴儿?\W*$|新生儿|宝宝$|^.{2,4}(?:大|小)?毛毛$|\((?:未取名|未命名|暂名)\)$"
)
_SHORT = 4


class NameReading(NamedTuple):
    """A name as it is kept, and whether it is one; a named tuple, since a roster has thousands of names to read."""

    name: str
    status: NameStatus


def normalise(text: str) -> str:
    """The name as it is kept: full-width forms and spaces of typing removed, no character turned into another.

    Short Chinese names lose the spaces that line them up in a column; longer ones and Latin names keep single ones,
    since there a space parts the names. The dot in names of other peoples has one shape.
    """
    if _PLAIN.fullmatch(text):
        return text
    name = clean(text)
    if "·" in name or not name.isalnum():
        name = _DOTS.sub("·", name)
    if " " not in name or _LATIN.search(name):
        return name
    joined = _SPACED.sub("", name)
    return joined if len(joined) <= _SHORT or "(" in joined else name


def read(text: str) -> NameReading:
    """The name and whether it is given, stands in for one (李芳之女) or is missing."""
    name = normalise(text)
    if name.lower() in _NOBODY:
        return NameReading("", NameStatus.MISSING)
    return NameReading(name, NameStatus.PROVISIONAL if is_stand_in(name) else NameStatus.GIVEN)


def is_stand_in(name: str) -> bool:
    """Whether the name only stands in for one, as a newborn's does."""
    return len(name) > 2 and _STAND_IN.search(name) is not None


def mother_in(name: str) -> str | None:
    """The mother that a stand-in name tells of: 李芳 in 李芳之女(大)."""
    mother, found, _rest = name.partition("之")
    return mother if found and is_stand_in(name) and len(mother) > 1 else None
