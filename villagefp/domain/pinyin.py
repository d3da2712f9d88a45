"""How a name is read, so that it is found by pinyin and initials: from a small table that is built once.

The table is made from pypinyin by `build`, at prepare time; the running program reads 300 KB instead of 54 MB.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from villagefp import paths

_MAGIC = b"villagefp pinyin 1\n"
_BLOCKS = ((0x3007, 0x3007), (0x3400, 0x9FFF), (0x20000, 0x323AF))  # 〇, BMP ideographs, supplementary planes

# Read otherwise as a surname than as a word.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "朴": "piao", "缪": "miao", "翟": "zhai", "乐": "yue", "覃": "qin", "员": "yun", "繁": "po", "黑": "he",
    "洗": "xian", "秘": "bi", "折": "she", "召": "shao", "种": "chong", "重": "chong", "都": "du", "隗": "wei",
    "阚": "kan", "祭": "zhai", "谌": "chen", "卜": "bu", "车": "che", "幸": "xing", "牟": "mou", "宁": "ning",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "单于": "chan yu",
    "宗政": "zong zheng", "濮阳": "pu yang", "令狐": "ling hu", "皇甫": "huang fu", "独孤": "du gu",
}  # fmt: skip


class _Table(NamedTuple):
    """Characters in order, and for each the place of its syllable."""

    syllables: tuple[str, ...]
    characters: array[int]
    readings: array[int]

    def syllable(self, character: str) -> str:
        """How a character is read; nothing where it is unknown."""
        place = bisect_left(self.characters, ord(character))
        known = place < len(self.characters) and self.characters[place] == ord(character)
        return self.syllables[self.readings[place]] if known else ""


def table_file() -> Path:
    """Where the built table is."""
    return paths.built_dir() / "pinyin"


def readings(name: str) -> tuple[str, str]:
    """The pinyin of a name without tones or spaces, and its initials: 尉迟芳 is yuchifang, ycf."""
    double, single = name[:2], name[:1]
    surname = double if double in SURNAMES else single if single in SURNAMES else ""
    syllables = SURNAMES[surname].split() if surname else []
    for character in name[len(surname) :]:
        if character.isascii():
            if character.isalnum():
                syllables.append(character.lower())
        elif syllable := _syllable(character):
            syllables.append(syllable)
    return "".join(syllables), "".join([syllable[0] for syllable in syllables])


@lru_cache(maxsize=2048)
def _syllable(character: str) -> str:
    """A village's names have a few hundred characters between them."""
    return _table().syllable(character)


@cache
def _table() -> _Table:
    magic, syllables, count, packed = table_file().read_bytes().split(b"\n", 3)
    if magic + b"\n" != _MAGIC:
        raise ValueError("The pinyin table was built by another version: run `python -m villagefp prepare`.")
    characters, places = array("I"), array("H")
    split = int(count) * characters.itemsize
    characters.frombytes(packed[:split])
    places.frombytes(packed[split:])
    if sys.byteorder == "big":
        characters.byteswap()
        places.byteswap()
    return _Table(tuple(syllables.decode("ascii").split()), characters, places)


def build(out: Path) -> None:
    """Make the table file from pypinyin: every ideograph it can read, without tones, ü as v."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  54 MB that only the prepare step needs

    found: dict[int, str] = {}
    for first, last in _BLOCKS:
        for code in range(first, last + 1):
            syllable = "".join(lazy_pinyin(chr(code), style=Style.NORMAL, errors="ignore"))
            if syllable.isascii() and syllable.isalpha():
                found[code] = syllable.lower()
    syllables = sorted(set(found.values()))
    places = {syllable: place for place, syllable in enumerate(syllables)}
    characters, indices = array("I", found), array("H", (places[syllable] for syllable in found.values()))
    if sys.byteorder == "big":
        characters.byteswap()
        indices.byteswap()
    head = _MAGIC + " ".join(syllables).encode("ascii") + b"\n" + str(len(found)).encode("ascii") + b"\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(head + characters.tobytes() + indices.tobytes())
