"""How long supplies last at the use so far, and what to order: a plain average, and no number of a person.

Use is what left the shelf and the box together; what is written off, moved or counted right is not use.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from villagefp.domain.stock import Balance, Direction, Move, balances, by_expiry

USE_DAYS = 90
"""Days back over which use is averaged [P]."""
LEAST_DAYS = 14
"""Days that entries must reach back before an average says anything [P]."""


@dataclass(frozen=True)
class Forecast:
    """How long an item lasts at the use of the last days; without an average it says nothing."""

    used: int  # units that left in the days looked at
    days: int  # that were looked at
    usable: int  # units that are not expired
    in_time: int = 0  # of these, what will be used before it expires
    runs_out_on: date | None = None  # the first day without any; None where nothing is used or too little is known

    @property
    def per_day(self) -> Fraction | None:
        """The plain average, None where too few days are known or nothing left."""
        return Fraction(self.used, self.days) if self.used > 0 and self.days >= LEAST_DAYS else None


def forecast(moves: Iterable[Move], today: date, days: int = USE_DAYS) -> Forecast:
    """The run-out day of one item from its moves: what expires before it would be used does not count."""
    kept = list(moves)
    first = min((date.fromisoformat(move.moved_on) for move in kept), default=today)
    looked_at = max(0, min(days, (today - first).days))
    since = today - timedelta(days=looked_at)
    used = -sum(
        move.quantity
        for move in kept
        if move.direction is Direction.OUT and since < date.fromisoformat(move.moved_on) <= today
    )
    left = [each for each in balances(kept) if each.total > 0 and not each.batch.is_expired(today)]
    told = Forecast(used, looked_at, sum(each.total for each in left))
    if told.per_day is None:
        return told
    in_time = _used_in_time(left, today, told.per_day)
    covered = math.floor(in_time / told.per_day)
    last = today + timedelta(days=min(covered, (date.max - today).days))
    return replace(told, in_time=math.floor(in_time), runs_out_on=last)


def order_quantity(told: Forecast, days: int) -> int | None:
    """What to order so that stock covers these days at the average use; None where no average is known."""
    if told.per_day is None:
        return None
    return max(0, math.ceil(told.per_day * days) - told.in_time)


def _used_in_time(left: Sequence[Balance], today: date, per_day: Fraction) -> Fraction:
    """Units that will be used before they expire, first expired first."""
    used = Fraction(0)
    for each in sorted(left, key=lambda each: by_expiry(each.batch)):
        until = (each.batch.good_until - today).days + 1
        used += min(Fraction(each.total), max(Fraction(0), until * per_day - used))
    return used
