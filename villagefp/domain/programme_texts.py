"""The files of the programmes as they are shipped; apart from their reader, since what they say is asked more often."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from villagefp import paths


@cache
def shipped_texts() -> Mapping[str, str]:
    """The text of each programme that comes with the program, by name."""
    found = sorted((paths.resources_dir() / "programmes").glob("*.toml"))
    return {path.stem: path.read_text(encoding="utf-8") for path in found}
