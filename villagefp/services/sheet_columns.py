"""Which kept visits stand side by side on one sheet: those of the same pregnancy, or of the same child."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from villagefp.services import episodes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.domain.records import RecordId
    from villagefp.services.episodes import ReadEpisode
    from villagefp.storage.store import Store

_LMP_TO_EDD = 280
_QUIET_END = 42
"""Days after the due date when a pregnancy without an entered outcome ends by itself (the rule of programme `anc`)."""


@dataclass(frozen=True)
class Column:
    """A kept visit that could take a column."""

    step: str  # code of the column
    occurred_on: str
    answers: dict[str, str] = field(default_factory=dict)  # by path


@dataclass(frozen=True)
class Span:
    """The days of one episode, both included; ISO dates. `sure`: nothing of it can lie before its first day."""

    first: str
    last: str | None = None  # None: still open
    sure: bool = False

    def has(self, day: str) -> bool:
        """Whether this day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


def spans_of(store: Store, connection: Connection, person: RecordId, programmes: Collection[str]) -> list[Span]:
    """The person's episodes of these programmes, as days between which their visits lie."""
    return [
        _span(each) for each in episodes.of_person(store, connection, person) if each.programme in programmes
    ]  # fmt: skip


def _span(told: ReadEpisode) -> Span:
    lmp = _day(told.values.get("lmp"))
    edd = _day(told.values.get("edd"))
    began = lmp or (edd - timedelta(_LMP_TO_EDD) if edd else None)
    due = edd or (lmp + timedelta(_LMP_TO_EDD) if lmp else None)
    ended = told.values.get("delivered_on") or told.episode.closed_on
    quietly = (due + timedelta(_QUIET_END)).isoformat() if due else None
    return Span(began.isoformat() if began else told.episode.opened_on, ended or quietly, sure=began is not None)


def _day(told: str | None) -> date | None:
    """A whole date; one of which only the month is known tells too little."""
    return date.fromisoformat(told) if told and len(told) == len("2026-02-10") else None


def beside(
    columns: Sequence[Column], steps: Sequence[str], within: str, spans: Sequence[Span] = ()
) -> dict[str, dict[str, str]]:
    """The answers by step around the last of `columns`, which is the visit that is printed.

    `within` is how many days the visits of one sheet may lie apart (empty: any number). Visits of another pregnancy
    also show by their order: visit 3 after visit 4, or visit 5 before visit 2, belongs to another one. Both count
    only where the episodes (`spans`) do not tell.
    """
    printed = columns[-1]
    known = spans if within else ()
    taken = {printed.step: printed}
    for column in sorted(columns[:-1], key=lambda each: each.occurred_on):
        if column.step == printed.step or column.step not in steps:
            continue
        same = _same_episode(column, printed, known)
        if _fits(column, printed, steps, within) if same is None else same:
            taken[column.step] = column
    if printed.step not in steps:  # its number was left open: it takes the first column that is free
        free = next((step for step in steps if step not in taken), None)
        if free is not None:
            taken[free] = taken.pop(printed.step)
    return {step: column.answers for step, column in taken.items()}


def _span_of(column: Column, spans: Sequence[Span]) -> Span | None:
    """The last episode that has the day of this visit."""
    return max((span for span in spans if span.has(column.occurred_on)), key=lambda span: span.first, default=None)


def _same_episode(column: Column, printed: Column, spans: Sequence[Span]) -> bool | None:
    """Whether two visits belong to one episode; None where that is not known."""
    one, other = _span_of(column, spans), _span_of(printed, spans)
    if one is not None and other is not None:
        return one == other
    return False if any(span is not None and span.sure for span in (one, other)) else None


def _fits(column: Column, printed: Column, steps: Sequence[str], within: str) -> bool:
    if not within.isdigit() or printed.step not in steps:
        return True
    days = (date.fromisoformat(column.occurred_on) - date.fromisoformat(printed.occurred_on)).days
    later = steps.index(column.step) > steps.index(printed.step)
    return abs(days) <= int(within) and (days >= 0 if later else days <= 0)
