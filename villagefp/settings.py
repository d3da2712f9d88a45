"""Settings of one laptop in one table: it feeds defaults, the settings screen, the command line and the README."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "settings.json"


@dataclass(frozen=True)
class Setting:
    """One row: its key, default, allowed values (empty: any of the default's type) and what it does, in English."""

    key: str
    default: str | int | bool
    choices: tuple[str | int, ...]
    help: str


TABLE: tuple[Setting, ...] = (
    Setting("language", "zh_CN", ("zh_CN", "en"), "Language of the program"),
    Setting("text_scale", 100, (100, 125, 150, 200), "Text size in percent"),
    Setting("theme", "system", ("system", "light", "dark", "contrast"), "Colours"),
    Setting("lock_minutes", 10, (1, 3, 5, 10, 30), "Minutes without input until the screen locks"),
    Setting("print_elsewhere", False, (), "Print without name, ID number and phone by default"),
)
_BY_KEY = {setting.key: setting for setting in TABLE}


class Settings:
    """The values in force; unknown or unfitting values in the file fall back to the default, never to an error."""

    def __init__(self, folder: Path, told: Mapping[str, str | int | bool] | None = None) -> None:
        """Read the settings of a folder; `told` holds for this run alone, whatever the file says."""
        self._file = folder / FILE
        self._values: dict[str, str | int | bool] = {}
        self._told = dict(told or {})
        try:
            kept: Any = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        for key, value in kept.items() if isinstance(kept, dict) else ():
            if key in _BY_KEY and _fits(_BY_KEY[key], value):
                self._values[key] = value

    def get(self, key: str) -> str | int | bool:
        """The value in force for `key` of the table."""
        return self._told.get(key, self._values.get(key, _BY_KEY[key].default))

    def set(self, key: str, value: str | int | bool) -> None:
        """Keep a value, on disk at once; ValueError where the table does not allow it."""
        if not _fits(_BY_KEY[key], value):
            raise ValueError(f"{key} cannot be {value!r}")
        self._values[key] = value
        self._told.pop(key, None)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(self._values, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self._file)


def _fits(setting: Setting, value: object) -> bool:
    return type(value) is type(setting.default) and (not setting.choices or value in setting.choices)
