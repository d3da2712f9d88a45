"""The visits that one course of a programme foresees, whatever day it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from villagefp.domain.followup_records import Again, Facts, Planned
from villagefp.domain.programme_answers import Entry, Wish, entries_of, wish_of
from villagefp.domain.programme_courses import Course, DatedAct
from villagefp.domain.programme_days import exact, resolve
from villagefp.domain.programme_file import STOPS
from villagefp.domain.programme_lookup import Lookup
from villagefp.domain.programme_records import Join, Programme, Trigger
from villagefp.domain.programme_series import next_after, window_of
from villagefp.domain.programme_windows import (
    MADE,
    Anchor,
    Timeline,
    agains_of,
    anchor_of,
    forms_of_track,
    spell_out,
    timeline,
    tracks_of,
    windows_of,
)
from villagefp.domain.records import Outcome

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_EARLY = timedelta(days=14)
_FAR = timedelta(days=1100)


@dataclass(frozen=True)
class _Ground:
    """What all items of one course share."""

    facts: Facts
    programme: Programme
    course: Course
    params: Mapping[str, str]
    lookup: Lookup
    anchor: Anchor | None
    ends: date | None  # no item of it after this day


@dataclass(frozen=True)
class _Track:
    """One line of a course's windows with everything that was said on it."""

    line: Timeline
    again: tuple[Again, ...]
    wish: Wish | None
    acts: tuple[DatedAct, ...]


def plan_course(
    facts: Facts, programme: Programme, course: Course, params: Mapping[str, str], since: date
) -> list[Planned]:
    """The visits of one course, those over before `since` left out."""
    lookup = Lookup(facts, programme, course)
    anchor = anchor_of(programme, lookup)
    ends = _end_of(programme, anchor, lookup)
    if (ends is not None and ends < since) or _is_over(programme, lookup):
        return []
    ground = _Ground(facts, programme, course, params, lookup, anchor, ends)
    tracks = [_track(ground, name) for name in tracks_of(programme)]
    offer = _standing(programme, course, tracks)
    if offer is None:
        return []
    found = [item for track in tracks for item in _items(ground, track, offer=offer)]
    if programme.first_form and not _was_first_done(programme, course):
        found = [replace(item, form=programme.first_form) for item in found]
    return [item for item in found if item.ends_after is None or item.ends_after >= since]


def _was_first_done(programme: Programme, course: Course) -> bool:
    return any(
        each.act.form == programme.first_form and each.act.outcome is Outcome.DONE for each in course.acts
    )  # fmt: skip


def _end_of(programme: Programme, anchor: Anchor | None, lookup: Lookup) -> date | None:
    if anchor is None:
        return None
    return next((day for at in programme.ends_at if (day := resolve(at, anchor.day, lookup.day)) is not None), None)


def _is_over(programme: Programme, lookup: Lookup) -> bool:
    if "removed" in programme.stop_on and exact(lookup.own("removed_on")) is not None:
        return True
    name, _equals, most = programme.ends_with.partition("=")
    return bool(name) and lookup.total(name) >= int(most)


def _standing(programme: Programme, course: Course, tracks: Sequence[_Track]) -> bool | None:
    """None once it was refused and not asked for again; else whether what is planned is only an offer still."""
    by_birth = programme.trigger in (Trigger.BIRTH, Trigger.DELIVERY)
    told = [each for track in tracks for acts in track.line.acts for each in acts] if by_birth else course.acts
    ends = [each.on for each in told if each.act.outcome in STOPS]
    yeses = [each.on for each in told if each.act.outcome in MADE]
    if course.opened_on is not None:
        ends = [day for day in ends if day >= course.opened_on]
        yeses.append(course.opened_on)
    elif course.closed_on is not None:
        ends.append(course.closed_on)
    if ends and (not yeses or max(yeses) <= max(ends)):
        return None
    return programme.join is Join.OFFER and by_birth and not yeses


def _track(ground: _Ground, name: str) -> _Track:
    programme, course, lookup = ground.programme, ground.course, ground.lookup
    forms = forms_of_track(programme, name)
    acts = tuple(each for each in course.acts if each.act.form in forms)
    fixed = windows_of(programme, name, lookup, ground.params, ground.ends)
    again = agains_of(programme, name, lookup, ground.params, fixed)
    wish = wish_of(acts)
    if again and acts:
        # What comes again is spelled out as far as somebody has said something about it.
        reach = min(max([acts[-1].on + _EARLY, *([wish.day + _WEEK] if wish else [])]), acts[-1].on + _FAR)
        done = [each.on for each in acts if each.act.outcome is Outcome.DONE]
        period = timedelta(days=max([1, *(each.every for each in again)]))
        first = max(done) - period - _EARLY if done else course.begins - _DAY
        spelled, again = spell_out(again, first, reach)
        fixed = [*fixed, *spelled]
    return _Track(timeline(programme, course, fixed, ground.anchor, acts), tuple(again), wish, acts)


def _items(ground: _Ground, track: _Track, *, offer: bool) -> Iterator[Planned]:
    """The items of one track in order; of an offer each is shown when the one before it is over."""
    entries = entries_of(ground.programme, track.line, track.acts, track.wish, _agreed_to(ground))
    later = min((start for each in track.again if (start := next_after(each, date.min)) is not None), default=None)
    starts = sorted({entry.window.first for entry in entries} | ({later} if later is not None else set()))
    shown_from: date | None = None
    for entry in entries:
        if entry.closed:
            continue
        follows = next((start for start in starts if start > entry.window.first), None)
        item = _item(ground, entry, follows, offer=offer, shown_from=shown_from)
        if item.ends_after is not None and item.ends_after < min(item.window_from, item.asked_back_on or date.max):
            continue
        yield item
        if offer and item.ends_after is None:
            return
        if offer and item.ends_after is not None:
            shown_from = item.ends_after + _DAY
    if later is not None and (ground.ends is None or later <= ground.ends):
        yield _series(ground, track, later)


def _agreed_to(ground: _Ground) -> date:
    """The last day that can be agreed for this programme's own visits."""
    programme, anchor = ground.programme, ground.anchor
    last = resolve(programme.agreed_to, anchor.day, ground.lookup.day) if programme.agreed_to and anchor else None
    return min([date.max, *(day for day in (last, ground.ends) if day is not None)])


def _item(
    ground: _Ground, entry: Entry, follows: date | None, *, offer: bool = False, shown_from: date | None = None
) -> Planned:
    window, programme, facts = entry.window, ground.programme, ground.facts
    grace = None if programme.grace_days is None else timedelta(days=programme.grace_days)
    until = window.last if entry.asked is None else max(window.last, entry.asked)
    fades = None
    if programme.fade_days is not None:
        fades = until + (grace or timedelta()) + timedelta(days=programme.fade_days)
    ends = [day for day in (fades, follows and follows - _DAY, ground.ends) if day is not None]
    return Planned(
        person=facts.person.id if facts.person else None,
        household=None if facts.person else facts.household,
        programme=programme.programme,
        point=window.code,
        form=window.form,
        window_from=window.first,
        window_to=window.last,
        overdue_after=None if grace is None else until + grace,
        ends_after=min(ends, default=None),
        shown_from=shown_from,
        counts_from=window.counts_from,
        counts_on=window.counts_on,
        source=programme.source,
        why=programme.why,
        label=window.label,
        episode=ground.course.episode,
        offer=offer,
        asked_back_on=entry.asked,
        attempts=entry.attempts,
        contact_closed=entry.attempts >= programme.max_attempts,
        private=programme.private,
    )


def _series(ground: _Ground, track: _Track, first: date) -> Planned:
    """The visits that come again, as one item; it begins with its first window."""
    leading = next(each for each in track.again if next_after(each, date.min) == first)
    return replace(
        _item(ground, Entry(window_of(leading, first)), None),
        ends_after=ground.ends,
        series=track.again,
        grace_days=ground.programme.grace_days,
        fade_days=ground.programme.fade_days,
    )
