"""The visits that one course of a programme foresees, whatever day it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from villagefp.domain.followup_records import Again, Facts, Planned
from villagefp.domain.programme_courses import Course, DatedAct
from villagefp.domain.programme_days import exact, resolve
from villagefp.domain.programme_file import STOPS
from villagefp.domain.programme_lookup import Lookup
from villagefp.domain.programme_records import Join, Programme, Trigger
from villagefp.domain.programme_windows import (
    MADE,
    SHOWN_BEFORE,
    Anchor,
    Timeline,
    Window,
    agains_of,
    anchor_of,
    forms_of_track,
    next_after,
    spell_out,
    timeline,
    tracks_of,
    window_of,
    windows_of,
)
from villagefp.domain.records import Outcome

_ANSWERED = frozenset({Outcome.DONE, Outcome.NOT_THIS_TIME, Outcome.NOT_APPLICABLE})
_ASKS_BACK = frozenset({Outcome.DONE, Outcome.ACCEPTED, Outcome.POSTPONED})
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_EARLY = timedelta(days=14)
_FAR = timedelta(days=1100)
AGREED = "agreed"
"""The point of a visit that was agreed for a day on which the programme itself has none."""


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
class _Wish:
    """The day on which the person wishes to be visited next."""

    said_on: date
    day: date
    form: str  # of the visit at which it was said
    postponed: bool


def _by_day(wish: _Wish) -> tuple[date, date, bool, str]:
    return wish.said_on, wish.day, wish.postponed, wish.form


@dataclass(frozen=True)
class _Track:
    """One line of a course's windows with everything that was said on it."""

    line: Timeline
    again: tuple[Again, ...]
    wish: _Wish | None
    acts: tuple[DatedAct, ...]


@dataclass(frozen=True)
class _Entry:
    """One window with what was said about it."""

    window: Window
    closed: bool = False
    asked: date | None = None
    attempts: int = 0


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
    wish = _wish_of(acts)
    if again and acts:
        # What comes again is spelled out as far as somebody has said something about it.
        reach = min(max([acts[-1].on + _EARLY, *([wish.day + _WEEK] if wish else [])]), acts[-1].on + _FAR)
        done = [each.on for each in acts if each.act.outcome is Outcome.DONE]
        period = timedelta(days=max([1, *(each.every for each in again)]))
        first = max(done) - period - _EARLY if done else course.begins - _DAY
        spelled, again = spell_out(again, first, reach)
        fixed = [*fixed, *spelled]
    return _Track(timeline(programme, course, fixed, ground.anchor, acts), tuple(again), wish, acts)


def _wish_of(acts: Sequence[DatedAct]) -> _Wish | None:
    """The day agreed last, unless the person has answered since."""
    found: _Wish | None = None
    for each in acts:
        day = exact(each.act.next_offer_on)
        if each.act.outcome in _ASKS_BACK and day is not None and day > each.on:
            wish = _Wish(each.on, day, each.act.form, each.act.outcome is Outcome.POSTPONED)
            found = max((found, wish), key=_by_day) if found else wish
    if found is None:
        return None
    said = found.said_on
    for each in acts:
        if each.act.outcome in _ANSWERED and (each.on > said or (each.on == said and found.postponed)):
            return None
    return found


def _items(ground: _Ground, track: _Track, *, offer: bool) -> Iterator[Planned]:
    """The items of one track in order; of an offer each is shown when the one before it is over."""
    entries = _entries(ground, track)
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


def _item(
    ground: _Ground, entry: _Entry, follows: date | None, *, offer: bool = False, shown_from: date | None = None
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
        _item(ground, _Entry(window_of(leading, first)), None),
        ends_after=ground.ends,
        series=track.again,
        grace_days=ground.programme.grace_days,
        fade_days=ground.programme.fade_days,
    )


def _entries(ground: _Ground, track: _Track) -> list[_Entry]:
    """The windows of a track in order, each with whether it is closed, asked for on a day, and tried."""
    line, wish = track.line, track.wish
    last_done = max((place for place, acts in enumerate(line.acts) if _any(acts, Outcome.DONE)), default=-1)
    owner = None
    if wish is not None and line.windows:
        owner = line.owner_of(wish.day) or 0
    entries = [
        _entry(window, acts, wish, place=place, owner=owner, last_done=last_done)
        for place, (window, acts) in enumerate(zip(line.windows, line.acts, strict=True))
    ]
    if wish is not None and all(each.asked is None for each in entries) and _is_own(ground, wish.day):
        entries.append(_agreed(ground.programme, track, wish))
    return sorted(entries, key=lambda each: (each.window.first, each.window.last, each.window.code))


def _entry(
    window: Window, acts: Sequence[DatedAct], wish: _Wish | None, *, place: int, owner: int | None, last_done: int
) -> _Entry:
    if not acts and place != owner:
        return _Entry(window, closed=place <= last_done)
    answers = [each.on for each in acts if each.act.outcome in _ANSWERED]
    closed = place <= last_done or bool(answers)
    if wish is not None and wish.postponed and owner is not None:
        if place == owner and place > last_done and all(day < wish.said_on for day in answers):
            closed = False  # the person asked again after a "not this time"
        if place < owner and any(each.on == wish.said_on and _any([each], Outcome.POSTPONED) for each in acts):
            closed = True  # "not now, but then" is about the later point
    asked = wish is not None and place == owner and not closed
    since = wish.said_on if wish is not None and asked else date.min
    tried = sum(each.on > since and each.act.outcome is Outcome.UNREACHABLE for each in acts)
    return _Entry(window, closed, wish.day if wish is not None and asked else None, tried)


def _any(acts: Sequence[DatedAct], outcome: Outcome) -> bool:
    return any(each.act.outcome is outcome for each in acts)


def _is_own(ground: _Ground, day: date) -> bool:
    """Whether a day agreed at a visit is this programme's; a later one is that of the programme that follows."""
    programme, anchor = ground.programme, ground.anchor
    last = resolve(programme.agreed_to, anchor.day, ground.lookup.day) if programme.agreed_to and anchor else None
    return (last is None or day <= last) and (ground.ends is None or day <= ground.ends)


def _agreed(programme: Programme, track: _Track, wish: _Wish) -> _Entry:
    tried = sum(
        each.act.outcome is Outcome.UNREACHABLE and each.on > wish.said_on and each.on >= wish.day - SHOWN_BEFORE
        for each in track.acts
    )
    form = programme.form if wish.form == programme.first_form else wish.form
    window = Window(AGREED, wish.day, wish.day + _WEEK, form, "", {}, AGREED, wish.day)
    return _Entry(window, asked=wish.day, attempts=tried)
