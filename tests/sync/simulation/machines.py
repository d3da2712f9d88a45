"""What the simulation puts in the place of the world outside: clocks, power, and patience."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""No machine's clock stands before this."""
LONGEST_WAIT = timedelta(days=2)
"""What one exchange may spend waiting before it counts as one that does not end."""


class PowerCut(BaseException):
    """The machine went off in the middle of something: nothing is caught, nothing is tidied up."""


class EndlessError(Exception):
    """Something that should have ended by itself did not."""


class Time:
    """The true time, the same for everybody, whatever their clocks say."""

    def __init__(self) -> None:
        self.now = START

    def pass_(self, seconds: float) -> None:
        """Time goes on."""
        self.now += timedelta(seconds=seconds)


class Clock:
    """A machine's clock: right, or as wrong as it was set."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.off = timedelta()
        self.latest = time.now  # that it ever showed

    def __call__(self) -> datetime:
        shown = max(self._time.now + self.off, FIRST)
        self.latest = max(self.latest, shown)
        return shown

    def set(self, to: datetime) -> None:
        """Show this from now on, and go on from there."""
        self.off = to - self._time.now


class Power:
    """Counts what a machine asks of its database, and goes off when it is told to."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.off = False
        self._next: int | None = None

    def watch(self, engine: Engine) -> None:
        """Be asked before every statement on this database."""
        event.listen(engine, "before_cursor_execute", self._before)

    def cut_after(self, statements: int) -> None:
        """Go off after so many statements."""
        self.left = statements

    def cut_next(self, statements: int) -> None:
        """Go off so many statements after the next thing that is done began."""
        self._next = statements

    def begin(self) -> None:
        """Something begins that may be cut short."""
        self.left, self._next = self._next, None

    def on(self) -> None:
        """Power is back, and stays."""
        self.left, self.off = None, False

    def _before(self, *_told: Any) -> None:
        if self.left is not None:
            self.left -= 1
            self.off = self.off or self.left < 0
        if self.off:
            raise PowerCut


class Patient:
    """Waits by letting the true time pass."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._until = time.now + LONGEST_WAIT

    def wait(self, seconds: float) -> None:
        self._time.pass_(seconds)
        if self._time.now > self._until:
            raise EndlessError("An exchange waited for days.")
