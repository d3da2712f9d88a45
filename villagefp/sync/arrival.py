"""What followed an answer, put together from what came before and what comes now, each thing under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from villagefp.wire.hello import Coming, Sort, name_of


@dataclass
class Things:
    """What came whole since the last look, sorted, each sort in its order."""

    by_sort: Mapping[Sort, list[bytes]] = field(default_factory=lambda: {sort: [] for sort in Sort})
    names: list[bytes] = field(default_factory=list)  # of all of it, and of what was damaged on the way
    beginnings: dict[bytes, bytes] = field(default_factory=dict)  # by name what is here of what is not whole
    damaged: bool = False


class Arrival:
    """The things that an answer announced, while they come in."""

    def __init__(self, coming: Sequence[Coming], held: Mapping[bytes, bytes]) -> None:
        self._coming = coming
        self._held = held  # by name the beginnings that were here before
        self._done = 0

    @property
    def whole(self) -> bool:
        """Whether everything came."""
        return self._done == len(self._coming)

    def look(self, following: Sequence[bytes]) -> Things:
        """What of these bytes, which are all that came so far of each thing, came whole since the last look."""
        things = Things()
        while not self.whole:
            one = self._coming[self._done]
            data = self._put_together(one, following[self._done])
            if data is None or len(data) < one.length:
                break
            self._done += 1
            things.names.append(one.name)
            if name_of(data) == one.name:
                things.by_sort[one.sort].append(data)
            else:
                things.damaged = True
        for one, came in zip(self._coming[self._done :], following[self._done :], strict=True):
            beginning = self._put_together(one, came)
            if came and beginning is not None:
                things.beginnings[one.name] = beginning
        return things

    def _put_together(self, one: Coming, came: bytes) -> bytes | None:
        """As much of a thing as is here; nothing where what should stand before is gone."""
        before = self._held.get(one.name, b"")[: one.offset]
        return before + came if len(before) == one.offset else None
