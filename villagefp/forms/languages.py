"""The languages of a form by their codes."""

from __future__ import annotations

import re

_CODE = re.compile(r"\(([\w-]+)\)\s*$")
_NAMES = {
    "chinese": "zh", "中文": "zh", "汉语": "zh", "简体中文": "zh", "中文(简体)": "zh", "chinese simplified": "zh",
    "english": "en", "英文": "en", "英语": "en",
}  # fmt: skip


def language_of(told: str) -> str:
    """ "zh" for `Chinese (zh)`, for `Chinese` and for `中文`; any other language without a code is its own."""
    found = _CODE.search(told)
    return found[1] if found else _NAMES.get(told.strip().lower(), told.strip())
