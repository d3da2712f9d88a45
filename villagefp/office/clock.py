"""Times as they stand in the county's store, on the clock of the office's wall."""

from __future__ import annotations

from datetime import datetime

from villagefp.domain.ambient import CHINA


def in_words(at: str) -> str:
    """A time such as 2026-11-22T09:33:52+00:00 as people read it: 2026-11-22 17:33."""
    return datetime.fromisoformat(at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
