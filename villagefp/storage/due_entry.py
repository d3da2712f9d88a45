"""What the derived list of what is due is made with; apart from it, since a store opens without loading the planner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct


class DueEntry(Struct, frozen=True):
    """The second key for private programmes, and the day."""

    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    today: date
