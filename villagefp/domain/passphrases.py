"""Passphrases that can be remembered: four plain words, typed in pinyin, since a hidden field takes no input method."""

from __future__ import annotations

from functools import cache

from villagefp import paths
from villagefp.domain.ambient import Ambient

Word = tuple[str, str]
"""Its pinyin without tones, and its characters."""

COUNT = 4


@cache
def words() -> tuple[Word, ...]:
    """The words that are offered; each pinyin stands for one of them only."""
    lines = (paths.resources_dir() / "words" / "passphrase.txt").read_text(encoding="utf-8").splitlines()
    return tuple((pinyin, characters) for pinyin, characters in (line.split() for line in lines))


def offer(ambient: Ambient) -> tuple[Word, ...]:
    """Four words, each equally likely."""
    return tuple(_draw(ambient) for _number in range(COUNT))


def typed(chosen: tuple[Word, ...]) -> str:
    """What is typed: shancha xiaohe lanqiu baiyun."""
    return " ".join(pinyin for pinyin, _characters in chosen)


def read_aloud(chosen: tuple[Word, ...]) -> str:
    """What is remembered: 山茶 小河 篮球 白云."""
    return " ".join(characters for _pinyin, characters in chosen)


def _draw(ambient: Ambient) -> Word:
    offered = words()
    limit = 65536 - 65536 % len(offered)
    while (number := int.from_bytes(ambient.random(2), "big")) >= limit:
        pass  # a number beyond the last whole round would favour the first words
    return offered[number % len(offered)]
