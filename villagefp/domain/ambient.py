"""Time and chance, handed in: rules and stores never ask the machine for them, so one seed gives one run."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

_TAIL = struct.Struct(">HQ")  # the last ten bytes of a UUID
_LOW_62 = (1 << 62) - 1

CHINA = timezone(timedelta(hours=8), "CST")
"""China keeps one time zone without summer time; a day in this program is a day there."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ambient:
    """What the world outside gives: the time and random bytes."""

    now: Callable[[], datetime] = _utc_now  # aware, UTC
    random: Callable[[int], bytes] = os.urandom

    def today(self) -> date:
        """Today's date where the village is."""
        return self.now().astimezone(CHINA).date()

    def milliseconds(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return int(self.now().timestamp() * 1000)

    def new_id(self) -> bytes:
        """A fresh UUIDv7 (RFC 9562) as 16 bytes: sorts by time of making, unique without a server."""
        tail = bytearray(self.random(10))
        tail[0] = 0x70 | (tail[0] & 0x0F)
        tail[2] = 0x80 | (tail[2] & 0x3F)
        return self.milliseconds().to_bytes(6, "big") + bytes(tail)

    def new_ids(self, count: int) -> list[bytes]:
        """As many fresh UUIDv7 at once, in ascending order: an import makes thousands, and rows lie in that order."""
        start = self.milliseconds().to_bytes(6, "big")
        drawn = self.random(10 * count)
        return sorted(
            start + _TAIL.pack(0x7000 | (high & 0x0FFF), 1 << 63 | (low & _LOW_62))
            for high, low in _TAIL.iter_unpack(drawn)
        )
