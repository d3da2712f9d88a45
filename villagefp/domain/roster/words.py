"""The words in the cells of a roster as codes; a roster has few words and many cells, so each is looked up once."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from villagefp.domain import codes
from villagefp.domain.roster import dropped_columns
from villagefp.domain.widths import bare

NOTHING = frozenset(("", "无", "不详", "未知", "-", "--", "—", "——", "/", "\\", "未说明", "空", "0", "否", "没有"))
_BRACKETS = re.compile(r"[(\[（【].*?[)\]）】]")
_METHOD_DATE = re.compile(r"[\d.\-/年月日]{4,}$|\+.*$|[,，、;；].*$")
_HAN_NUMBERS = {sign: str(place) for place, sign in enumerate("一二三四五六七八九", 1)}
_GROUP_NUMBER = re.compile(r"第?\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:村民)?\s*小?\s*[组队社](?:别)?")
_GROUP_NAMED = re.compile(r"([\u4e00-\u9fff]{1,6}?)(?:村民)?小?组")
_HOUSEHOLD_DRESS = re.compile(r"^第|[户号]+$|^(?:no|№)\.?", re.IGNORECASE)


UNKNOWN = "?"
"""Stands for the code of a word that no code list knows."""


class Unknown(Exception):  # noqa: N818  no error of the program: a word that has no code
    """A word that no code list knows."""


class Codes(dict[object, str | None]):
    """Cells of one column to codes of one list; a roster has few words and many cells, so each is looked up once.

    Empty cells and 无 are None; a word that the list does not know is `UNKNOWN`.
    """

    def __init__(self, list_name: str) -> None:
        super().__init__({"": None, None: None})
        self._list = codes.load(list_name)

    def __missing__(self, cell: object) -> str | None:
        text = bare(text_of(cell))
        found = self._list.code_of(text)
        if found is None and text not in NOTHING:
            found = self._list.code_of(_BRACKETS.sub("", text)) or UNKNOWN
        self[cell] = found
        return found


@cache
def method(word: str, sex: str | None) -> str | None:
    """The method that an old column tells of; None where nothing is to be kept, `Unknown` for other words."""
    text = bare(word)
    if text.lower() in NOTHING or dropped_columns.is_dropped_method(text):
        return None
    if text in ("结扎", "绝育", "已结扎", "绝育手术"):
        found = {"1": "ster_m", "2": "ster_f"}.get(sex or "")
        if found is None:
            raise Unknown(word)
        return found
    old = codes.load("legacy_method").get(text.upper())
    if old is not None:
        product = old.map.get("product")
        return str(product) if product else None
    listed = codes.load("method_code")
    for candidate in (text, _BRACKETS.sub("", text), _METHOD_DATE.sub("", text)):
        found = listed.code_of(candidate)
        if found is not None and found != "none_pregnant":
            return found
    raise Unknown(word)


@cache
def group_in(text: str) -> str | None:
    """The villagers' group that a cell, a sheet name, a title or an address names: 3 for 3组39号, 上湾 for 上湾组."""
    plain = bare(text)
    if found := _GROUP_NUMBER.search(plain):
        return _number(found[1])
    return None


@cache
def without_group(text: str) -> str:
    """An address without the group that it names."""
    return _GROUP_NUMBER.sub("", bare(text))


@cache
def group(text: str) -> str | None:
    """The group that a cell of a group column tells: 1, 1组, 第一村民小组, 上湾组."""
    plain = bare(text)
    if plain.isdecimal():
        return str(int(plain))
    if plain in NOTHING:
        return None
    found = group_in(plain)
    if found:
        return found
    if plain in _HAN_NUMBERS:
        return _HAN_NUMBERS[plain]
    named = _GROUP_NAMED.fullmatch(plain)
    return named[1] if named else plain


@cache
def household_no(text: str) -> str | None:
    """A household number as it is kept: 0012 for 12, 12户 and 第12户, other numbers as they are written."""
    plain = bare(text)
    bared = _HOUSEHOLD_DRESS.sub("", plain) or plain
    if bared.isdecimal() and bared.isascii():
        return bared.zfill(4)
    return None if plain in NOTHING and plain != "0" else plain


def text_of(cell: object) -> str:
    """A cell as text: whole numbers without the `.0` of a spreadsheet."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return str(int(cell)) if cell == int(cell) else f"{cell:.15g}"
    return "" if cell is None else str(cell)


def looked_up(look: Callable[[str], str | None]) -> Callable[[object], str | None]:
    """`look` for cells of any type; empty cells are None."""

    def of(cell: object) -> str | None:
        return None if cell in ("", None) else look(text_of(cell))

    return of


def _number(text: str) -> str:
    if text.isdecimal():
        return str(int(text))
    tens, ten, ones = text.rpartition("十")
    return str((int(_HAN_NUMBERS.get(tens, "1")) * 10 if ten else 0) + int(_HAN_NUMBERS.get(ones, "0")))
