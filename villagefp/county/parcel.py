"""What follows an answer: things with names, each from the byte that the laptop does not hold yet, as many as fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from villagefp.wire.hello import MAX_COMING, Coming, Placed, Sort, name_of

_MOST_STEPS = 128 * 1024
"""Bytes of all that says where own changes stand: they are in the answer itself, which stays small."""


class Parcel:
    """What is being put together for one answer."""

    def __init__(self, held: Mapping[bytes, int], room: int) -> None:
        self._held = held
        self._room = room
        self._steps = _MOST_STEPS
        self.coming: list[Coming] = []
        self.following: list[bytes] = []
        self.placed: list[Placed] = []
        self.full = False

    def add(self, sort: Sort, told: bytes) -> bool:
        """Put something in; False where it has no room any more. The first one always has."""
        name = name_of(told)
        offset = min(self._held.get(name, 0), len(told))
        rest = told[offset:]
        if self.full or len(self.coming) == MAX_COMING or (self.coming and len(rest) > self._room):
            self.full = True
            return False
        self._room -= len(rest)
        self.coming.append(Coming(sort, name, len(told), offset))
        self.following.append(rest)
        return True

    def add_all(self, sort: Sort, those: Iterable[bytes]) -> bool:
        """Put these in, in order, as far as there is room; False where not all have."""
        return all(self.add(sort, told) for told in those)

    def place(self, placed: Placed) -> bool:
        """Say where own changes stand; False where there is no room any more."""
        if self.full or len(self.placed) == MAX_COMING or (self.placed and len(placed.steps) > self._steps):
            self.full = True
            return False
        self._steps -= len(placed.steps)
        self.placed.append(placed)
        return True
