"""What the derived list of what is due is made with; apart from it, since a store opens without loading the planner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DueEntry:
    """The second key for private programmes, and the day."""

    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    today: date
