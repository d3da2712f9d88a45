"""Days as they are typed into a form: 3.12, 12, 昨天, 农历八月十五; of two days that may be meant the one that fits."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import dates, near_days
from villagefp.domain.records import Precision

if TYPE_CHECKING:
    from villagefp.forms.session import FormSession

_WHOLE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FURTHEST = date(2199, 12, 31)


def is_whole(typed: str) -> bool:
    """Whether a day needs no reading: a field may hand it on while it is typed."""
    return not typed or _WHOLE.fullmatch(typed) is not None


def answer(session: FormSession, path: str, typed: str, today: date) -> set[str]:
    """Answer a question for a day; says which places are to be shown anew.

    A day without a year is the last such day, or the next one where the form does not take the last. What cannot be
    read stays as typed, and the form says what is wrong with it.
    """
    changed: set[str] = set()
    meant = _meant(typed, today)
    for each in meant:
        changed |= session.set_answer(path, each)
        if not session.node(path).error:
            return changed
    return changed | session.set_answer(path, meant[0])


def _meant(typed: str, today: date) -> tuple[str, ...]:
    if is_whole(typed):
        return (typed,)
    near = near_days.near(typed, today)
    if near:
        return tuple(day.isoformat() for day in near)
    reading = dates.read(typed, _FURTHEST, relative=False)
    if reading.value is None or reading.precision is not Precision.DAY:
        return (typed,)
    return (reading.value,)
