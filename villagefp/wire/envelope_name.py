"""The name of an envelope file, 村名_日期_序号.vfp: for people alone, who find the right file by it.

What the file is stands inside. So a name that was changed on the way does no harm, and what chat programs, browsers
and WPS add to the name of a second copy is overlooked.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

SUFFIX = ".vfp"
_MAX_VILLAGE = 40
"""Characters of a village's name: a path on a stick may have 255 bytes in all."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*_\s\x00-\x1f]+')
_COPY = r"(?:\s*[(（]\d{1,3}[)）]|\s*[-－]\s*(?:副本|复制|Copy|copy)|\s*副本|\s+copy)"
_NAME = re.compile(
    rf"(?P<village>[^_]+)_(?P<day>\d{{4}}-?\d\d-?\d\d)_(?P<number>\d{{1,6}}){_COPY}*{re.escape(SUFFIX)}{_COPY}*",
    re.IGNORECASE,
)


class EnvelopeName(NamedTuple):
    """What a name says: the village as people write it, the day of writing, and a number that rises."""

    village: str
    day: date
    number: int


def file_name(village: str, day: date, number: int) -> str:
    """The name for a new envelope, good on any file system."""
    spelt = _FORBIDDEN.sub("", unicodedata.normalize("NFC", village)).strip(".")[:_MAX_VILLAGE] or "vfp"
    return f"{spelt}_{day.isoformat()}_{number}{SUFFIX}"


def read_file_name(name: str) -> EnvelopeName | None:
    """What a name says, additions like “(1)” overlooked; None where it was changed beyond that."""
    found = _NAME.fullmatch(unicodedata.normalize("NFC", name).strip())
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    return EnvelopeName(found["village"].strip(), day, int(found["number"]))
