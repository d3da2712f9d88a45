"""Code lists: national codes as data in `resources/codes`, one file a list, read once when first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from villagefp import paths
from villagefp.domain.widths import bare


@dataclass(frozen=True, slots=True)
class Code:
    """One code with its words; `map` leads to other code systems, `also` are other words for it."""

    code: str
    zh: str
    en: str
    map: Mapping[str, str | tuple[str, ...]]
    also: tuple[str, ...] = ()
    hidden: bool = False  # kept where told, never offered
    note: str = ""


@dataclass(frozen=True)
class CodeList:
    """A list of codes with its version and source."""

    name: str
    zh: str
    en: str
    version: str
    source: str
    codes: tuple[Code, ...]
    _by_code: Mapping[str, Code] = field(repr=False)
    _by_word: Mapping[str, str] = field(repr=False)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def get(self, code: str) -> Code | None:
        """The entry of a code, None for an unknown one."""
        return self._by_code.get(code)

    def label(self, code: str | None, language: str = "zh_CN") -> str | None:
        """The word for a code in `zh_CN` or `en`; None for no code or an unknown one."""
        entry = self._by_code.get(code) if code else None
        return None if entry is None else entry.zh if language == "zh_CN" else entry.en

    def code_of(self, text: str) -> str | None:
        """The code that a word stands for: its Chinese name, another word for it, its English name, or the code."""
        return self._by_word.get(text) or self._by_word.get(bare(text).lower())

    def offered(self) -> tuple[Code, ...]:
        """The codes to choose from: all but the hidden ones."""
        return tuple(code for code in self.codes if not code.hidden)


def folder() -> Path:
    """Where the lists are."""
    return paths.resources_dir() / "codes"


def names() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(sorted(file.stem for file in folder().glob("*.json")))


@cache
def load(name: str) -> CodeList:
    """The list of that name; a list is a constant of the program, so it is read once."""
    told = json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))
    codes = tuple(
        Code(
            one["code"],
            one["zh"],
            one["en"],
            {key: tuple(value) if isinstance(value, list) else value for key, value in one["map"].items()},
            tuple(one.get("also", ())),
            one.get("hidden", False),
            one.get("note", ""),
        )
        for one in told["codes"]
    )
    words: dict[str, str] = {}
    for code in codes:
        for word in (code.zh, code.code, code.en, *code.also):
            words.setdefault(bare(word).lower(), code.code)
    return CodeList(
        told["list"],
        told["zh"],
        told["en"],
        told["version"],
        told["source"],
        codes,
        {code.code: code for code in codes},
        words,
    )
