"""How an exchange keeps pace with the line: what it tells meanwhile, and how long it waits after which break."""

from __future__ import annotations

from collections.abc import Callable

from villagefp.sync.outcome import Cancelled, Patience, Progress, Step, Telling
from villagefp.sync.road import LineError, Refused, Why

_TRIES = {Why.NO_LINE: 3, Why.SILENT: 3}
_TRIES_ELSE = 6
"""Times that a line breaks without any progress before an exchange is given up."""
_LONGEST_WAIT = 120.0
"""Seconds that are waited where the county names a time; for longer somebody comes back by hand."""
_LONGEST_TRY = 16.0


class Stop(Exception):  # noqa: N818  somebody wants it to end; nothing is wrong
    """An exchange was cancelled."""


class Outside:
    """What is told, and asked, while an exchange runs, and what it has carried."""

    def __init__(self, patience: Patience, progress: Telling, cancelled: Cancelled) -> None:
        self._patience = patience
        self._progress = progress
        self._cancelled = cancelled
        self.requests = 0
        self.bytes_up = 0
        self.bytes_down = 0
        self.sent = 0  # of the present request
        self._length = 0
        self._failures = 0

    @property
    def failed_before(self) -> bool:
        """Whether the try before this one brought nothing either."""
        return self._failures > 0

    def begin(self, length: int) -> None:
        """A request of so many bytes goes out."""
        self.requests += 1
        self.sent, self._length = 0, length
        self._tell(Step.ASKING)

    def on_sent(self, count: int) -> None:
        """The line took so many bytes; Stop where somebody cancelled."""
        self.sent += count
        self.bytes_up += count
        self._tell(Step.ASKING)
        self.check()

    def on_came(self, count: int) -> None:
        """So many bytes came; Stop where somebody cancelled."""
        self.bytes_down += count
        self._tell(Step.TAKING_IN)
        self.check()

    def check(self) -> None:
        """Stop where somebody cancelled."""
        if self._cancelled():
            raise Stop

    def went_on(self) -> None:
        """Something came through: tries are counted anew."""
        self._failures = 0

    def wait_after(self, broke: LineError, random: Callable[[int], bytes], at_least: float = 0.0) -> None:
        """Wait before the next try, hardly where things went well until now; Refused where there were enough."""
        self._failures += 1
        if self._failures >= _TRIES.get(broke.why, _TRIES_ELSE) or (broke.retry_after or 0) > _LONGEST_WAIT:
            raise Refused(broke.why)
        seconds = broke.retry_after
        if seconds is None:
            seconds = 0.0 if self._failures == 1 else min(_LONGEST_TRY, 2.0 ** (self._failures - 2))
            seconds = max(seconds, at_least)
            seconds *= 0.75 + random(1)[0] / 512  # so that a township's laptops do not come at once
        if seconds:
            self._tell(Step.WAITING, seconds)
            self._patience.wait(seconds)

    def _tell(self, step: Step, wait: float = 0.0) -> None:
        left = max(self._length - self.sent, 0) if step is Step.ASKING else 0
        self._progress(Progress(step, self.requests, self.bytes_up, self.bytes_down, left, wait))
