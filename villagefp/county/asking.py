"""How often each laptop asked lately, in the memory of one process: a program gone wild must not starve the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil

_MOST = 20_000
"""Laptops that are remembered; the one that asked longest ago is forgotten first, and may then ask at once."""


class Asking:
    """A bucket for each laptop: it fills with time, and every exchange takes something out.

    Only what a laptop has signed counts, so nobody can empty another one's.
    """

    def __init__(self, a_minute: int, burst: int, clock: Callable[[], float]) -> None:
        self._a_second = a_minute / 60
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, who: Hashable) -> int:
        """Seconds that a laptop has to wait before it may ask; 0 where it may now."""
        left = self._now(who)
        return 0 if left >= 1 else ceil((1 - left) / self._a_second)

    def asked(self, who: Hashable) -> None:
        """A laptop has asked."""
        self._left[who] = self._now(who) - 1, self._clock()
        self._left.move_to_end(who)
        if len(self._left) > _MOST:
            self._left.popitem(last=False)

    def _now(self, who: Hashable) -> float:
        if who not in self._left:
            return float(self._burst)
        left, at = self._left[who]
        return min(self._burst, left + (self._clock() - at) * self._a_second)
