"""Where a planned visit stands on a day; apart from the planning, since the first page needs only this.

The county's program may not import this module: it cannot ask who has not.
"""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from villagefp.domain.followup_records import AGREED, Again, DueItem, DueState, PersonFacts, Planned, Reason
from villagefp.domain.programme_series import SHOWN_BEFORE, Window, begun_by, next_after, window_of
from villagefp.domain.records import Presence
from villagefp.i18n import _, language

__all__ = ["DueItem", "DueState", "PersonFacts", "Planned", "Reason", "may_be_visited", "on_day"]

_SOON = SHOWN_BEFORE
_NOT_HERE = frozenset({Presence.AWAY, Presence.ELSEWHERE_HUKOU_HERE})
_WAITS = frozenset({DueState.SOON, DueState.DUE, DueState.OVERDUE})


def on_day(planned: Planned, person: PersonFacts | None, today: date) -> DueItem | None:
    """Where a planned visit stands today; None when it is over, or was followed by the next one."""
    if person is not None and not may_be_visited(person):
        return None
    current = _of_series(planned, today) if planned.series else planned
    if current is None or (current.shown_from is not None and today < current.shown_from):
        return None
    if current.ends_after is not None and today > current.ends_after:
        return None
    state = _state(current, today)
    if state in _WAITS and person is not None and person.presence in _NOT_HERE:
        state = DueState.AWAY
    spoken = "zh" if language() == "zh_CN" else "en"
    return DueItem(
        person=current.person,
        household=current.household,
        programme=current.programme,
        point=current.point,
        window_from=current.window_from,
        window_to=current.window_to,
        state=state,
        form=current.form,
        reason=Reason(
            rule=current.why.get(spoken, ""),
            source=current.source,
            counts_from=current.counts_from,
            counts_on=current.counts_on,
            clears=current.form,
        ),
        label=_("On the day agreed") if current.point == AGREED else current.label.get(spoken, ""),
        episode=current.episode,
        offer=current.offer,
        asked_back_on=current.asked_back_on,
        attempts=current.attempts,
        private=current.private,
    )


def may_be_visited(person: PersonFacts) -> bool:
    """Whether any item about a person may stand: not after a death, nor once the person lives elsewhere."""
    return person.died_on is None and person.member


def _state(planned: Planned, today: date) -> DueState:
    begins = planned.asked_back_on or planned.window_from
    if today < begins - _SOON:
        return DueState.PLANNED
    if planned.contact_closed:
        return DueState.CONTACT_CLOSED
    if today < begins:
        return DueState.SOON
    if planned.overdue_after is not None and today > planned.overdue_after:
        return DueState.OVERDUE
    return DueState.DUE


def _of_series(planned: Planned, today: date) -> Planned | None:
    """The visit of a series that a day is about: the one begun last, or the next one where that is over."""
    begun = [(start, each) for each in planned.series if (start := begun_by(each, today)) is not None]
    ahead = [(start, each) for each in planned.series if (start := next_after(each, today)) is not None]
    upcoming = min(ahead, key=_by_start, default=None)
    if begun:
        start, again = max(begun, key=_by_start)
        current = _as_item(planned, window_of(again, start), upcoming[0] if upcoming else None)
        if current.ends_after is None or today <= current.ends_after:
            return current
    if upcoming is None or (planned.ends_after is not None and upcoming[0] > planned.ends_after):
        return None
    return _as_item(planned, window_of(upcoming[1], upcoming[0]), None)


def _by_start(told: tuple[date, Again]) -> tuple[date, str]:
    return told[0], told[1].code


def _as_item(planned: Planned, window: Window, follows: date | None) -> Planned:
    grace = timedelta(days=planned.grace_days or 0)
    fades = None if planned.fade_days is None else window.last + grace + timedelta(days=planned.fade_days)
    ends = [day for day in (fades, follows and follows - timedelta(days=1), planned.ends_after) if day is not None]
    return replace(
        planned,
        point=window.code,
        form=window.form,
        window_from=window.first,
        window_to=window.last,
        overdue_after=None if planned.grace_days is None else window.last + grace,
        ends_after=min(ends, default=None),
        counts_from=window.counts_from,
        counts_on=window.counts_on,
        label=window.label,
    )
