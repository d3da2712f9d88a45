"""Taking the keys of a TOML file one by one, and keeping what is wrong with them to tell it all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from villagefp.i18n import _

LONGEST = 7320  # twenty years of days: no rule looks further
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class TomlReading:
    """Reads values as what they should be; what they are not is kept in `problems`, by file, key and value."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[str] = []

    def known(self, told: Mapping[str, Any], where: str, keys: frozenset[str]) -> None:
        """Keys that nobody knows are mistakes."""
        for key in sorted(told.keys() - keys):
            self.wrong(path_of(where, key), told[key], _("one of {names}").format(names=listed(keys)))

    def text(self, told: Mapping[str, Any], where: str, key: str) -> str:
        """Words that may not be empty."""
        value = told.get(key, "")
        if not isinstance(value, str) or not value.strip():
            self.wrong(path_of(where, key), value, _("some words"))
        return str(value)

    def pattern(self, told: Mapping[str, Any], where: str, key: str, pattern: re.Pattern[str], wish: str) -> str:
        """Text of a fixed shape, or none."""
        value = told.get(key, "")
        if value != "" and not (isinstance(value, str) and pattern.fullmatch(value)):
            self.wrong(path_of(where, key), value, wish)
        return str(value)

    def name(self, told: Mapping[str, Any], where: str, key: str, default: str | None = None) -> str:
        """A name of small letters, digits and underscores."""
        if key not in told and default is not None:
            return default
        value = told.get(key, "")
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self.wrong(path_of(where, key), value, _("a name of small letters, digits and _"))
        return str(value)

    def number(
        self, told: Mapping[str, Any], where: str, key: str, default: int, *, lowest: int = 0, highest: int = LONGEST
    ) -> int:
        """A whole number within bounds."""
        value = told.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            wish = _("a whole number from {lowest} to {highest}").format(lowest=lowest, highest=highest)
            self.wrong(path_of(where, key), value, wish)
            return default
        return value

    def day(self, told: Mapping[str, Any], where: str, key: str, needed: bool) -> int | None:
        """A number of days where the table has to have it."""
        return self.number(told, where, key, -1) if needed else None

    def days_or_none(self, told: Mapping[str, Any], key: str, default: int) -> int | None:
        """A number of days; `false` says that there is none."""
        return None if told.get(key) is False else self.number(told, "", key, default)

    def switch(self, told: Mapping[str, Any], where: str, key: str) -> bool:
        """true or false."""
        value = told.get(key, False)
        if not isinstance(value, bool):
            self.wrong(path_of(where, key), value, _("true or false"))
        return bool(value)

    def one_of(self, told: Mapping[str, Any], key: str, values: list[str], default: str | None = None) -> str:
        """One of a few words."""
        value = told.get(key, default)
        if value not in values:
            self.wrong(key, "" if value is None else value, _("one of {names}").format(names=listed(values)))
            return values[0]
        return str(value)

    def several(self, told: Mapping[str, Any], key: str, *, needed: bool = False) -> list[Any]:
        """A name or a list of names."""
        value = told.get(key, [])
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each for each in found) or (needed and not found):
            self.wrong(key, value, _("a name, or a list of names"))
            return []
        return found

    def tables(self, told: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        """A list of tables with the place of each, as it is told in a mistake."""
        value = told.get(key, [])
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in found):
            self.wrong(key, value, _("a list of tables"))
            return []
        return [(f"{key}[{place}]", each) for place, each in enumerate(found, 1)]

    def wrong(self, key: str, value: Any, wish: str) -> None:
        """Keep a mistake: which key, what stands there, what was expected."""
        told = value.isoformat() if isinstance(value, date) else str(value)
        self.problems.append(
            _("{file}, {key} = “{value}”: expected {wish}.").format(file=self._file, key=key, value=told, wish=wish)
        )


def path_of(where: str, key: str) -> str:
    """The name of a key in a table of the file."""
    return f"{where}.{key}" if where else key


def listed(names: Iterable[object]) -> str:
    """Names in order, with commas."""
    return ", ".join(sorted(str(each) for each in names))
