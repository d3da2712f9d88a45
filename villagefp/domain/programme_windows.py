"""The windows of one course of a programme, and which visit belongs to which of them.

A visit belongs to the window whose time its day falls into. A window's time begins before its first day: half of what
lies between it and the window before, at most 14 days, for a visit that was made; 7 days, from when on it is shown,
for an attempt or a refusal; of the first window it begins with the yes, or the birth: a refusal counts however early it
was said. It lasts until the time of the next window begins, so a late visit counts, and counts for
the window that it is late for. Where the form asks which point it is about (the age of a child), a visit that was made
belongs to that point and no other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec import structs
from msgspec.structs import replace

from villagefp.domain.followup_records import Again
from villagefp.domain.programme_courses import Course, DatedAct
from villagefp.domain.programme_days import resolve, understand, understand_anchor
from villagefp.domain.programme_lookup import Lookup
from villagefp.domain.programme_records import Point, Programme, Repeat, Trigger
from villagefp.domain.programme_series import LATEST, SHOWN_BEFORE, Window, next_after, window_of
from villagefp.domain.programme_values import holds
from villagefp.domain.records import Outcome

_EARLY = timedelta(days=14)
_DAY = timedelta(days=1)
MADE = frozenset({Outcome.DONE, Outcome.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day that windows count from, as it is named, as it was told, and as it counts."""

    name: str
    told: date
    day: date


def anchor_of(programme: Programme, lookup: Lookup, only: str = "") -> Anchor | None:
    """The first day that is known of those that a programme, or one of its points, counts from."""
    for each in (only,) if only else programme.anchors:
        name, shift = understand_anchor(each) or (each, 0)
        own = lookup.own(name)
        told = _exact_or_none(own)
        if told is not None:
            return Anchor(name, told, told + timedelta(days=shift))
    return None


def _exact_or_none(told: str | None) -> date | None:
    try:
        return date.fromisoformat(told) if told is not None and len(told) == 10 else None
    except ValueError:
        return None


def tracks_of(programme: Programme) -> list[str]:
    """The names of a programme's tracks, the main one first."""
    return sorted({each.track for each in programme.visits})


def forms_of_track(programme: Programme, track: str) -> frozenset[str]:
    """The forms whose visits count on a track; all forms of the points of a track stand for each other."""
    named = {each.form or programme.form for each in programme.visits if each.track == track}
    return frozenset(named | ({programme.first_form} if programme.first_form and not track else set()))


def windows_of(
    programme: Programme, track: str, lookup: Lookup, params: Mapping[str, str], ends: date | None
) -> list[Window]:
    """The windows of a track's points whose days are known, in order; of variants of a point the first that fits."""
    found: dict[str, Window] = {}
    for point in programme.points:
        if point.track != track or point.code in found or not holds(point.when, lookup.text, params):
            continue
        window = _window(programme, point, lookup)
        if window is not None and (ends is None or window.first <= ends):
            found[point.code] = replace(window, last=ends) if ends and ends < window.last else window
    return sorted(found.values(), key=_in_order)


def _in_order(window: Window) -> tuple[date, date, str]:
    return window.first, window.last, window.code


def _window(programme: Programme, point: Point, lookup: Lookup) -> Window | None:
    anchor = anchor_of(programme, lookup, point.anchor)
    if anchor is None:
        return None
    counts_from, counts_on = anchor.name, anchor.told
    if point.from_days is not None and point.to_days is not None:
        first, last = anchor.day + timedelta(days=point.from_days), anchor.day + timedelta(days=point.to_days)
    else:
        day = resolve(point.at, anchor.day, lookup.day)
        if day is None:
            return None
        spoken = understand(point.at)
        if spoken is not None and spoken.manner == "value":
            counts_from, counts_on = spoken.name, day - timedelta(days=spoken.number)
        if spoken is not None and spoken.manner == "ga":
            counts_from, counts_on = "lmp", day - timedelta(days=spoken.number)
        if spoken is not None and spoken.manner == "year":
            first, last = day, date(day.year, 12, 31)
        else:
            first, last = day - timedelta(days=point.before), day + timedelta(days=point.after)
    if not date.min < first <= last < LATEST:
        return None
    return Window(
        point.code, first, last, point.form or programme.form, point.step, point.label, counts_from, counts_on
    )


def agains_of(
    programme: Programme, track: str, lookup: Lookup, params: Mapping[str, str], fixed: Sequence[Window]
) -> list[Again]:
    """The visits of a track that come again; those without an anchor of their own go on where its points end."""
    return [
        found
        for repeat in programme.repeats
        if repeat.track == track
        and holds(repeat.when, lookup.text, params)
        and (found := _again(programme, repeat, lookup, fixed)) is not None
    ]


def _again(programme: Programme, repeat: Repeat, lookup: Lookup, fixed: Sequence[Window]) -> Again | None:
    anchor = anchor_of(programme, lookup, repeat.anchor)
    if anchor is None:
        return None
    name, base = anchor.name, anchor.day
    last = lookup.last_done() if repeat.from_last else None
    if last is not None and last > base:
        name, base = "last_visit", last
    goes_on = not repeat.anchor and not repeat.from_last and not repeat.at
    return Again(
        code=repeat.code,
        form=repeat.form or programme.form,
        label=repeat.label,
        counts_from=name,
        base=base,
        later_than=max([base, *(window.first for window in fixed)]) if goes_on else base,
        every=repeat.every,
        at=repeat.at,
        before=repeat.before,
        after=repeat.to_plus if repeat.every else repeat.after,
    )


def spell_out(agains: Sequence[Again], first: date, last: date) -> tuple[list[Window], list[Again]]:
    """The repeated windows that begin after one day and up to another, and what comes again after those."""
    windows: list[Window] = []
    rest: list[Again] = []
    for again in agains:
        start = next_after(again, first)
        while start is not None and start <= last:
            windows.append(window_of(again, start))
            start = next_after(again, start)
        rest.append(structs.replace(again, later_than=max(again.later_than, first, last)))
    return windows, rest


@dataclass(frozen=True)
class Timeline:
    """The windows of a track in order, with the visits that belong to each."""

    windows: tuple[Window, ...]
    acts: tuple[tuple[DatedAct, ...], ...]
    shown: tuple[date, ...]  # from when on attempts and refusals belong to each

    def owner_of(self, day: date) -> int | None:
        """The place of the window into whose time an attempt on this day falls."""
        return _place(self.shown, day)


def timeline(
    programme: Programme, course: Course, windows: Sequence[Window], anchor: Anchor | None, acts: Sequence[DatedAct]
) -> Timeline:
    """Each visit laid to its window; one that belongs to none is left out."""
    ordered = sorted(windows, key=_in_order)
    at_once = programme.trigger in (Trigger.BIRTH, Trigger.DELIVERY)
    begins = course.begins if at_once or anchor is None else max(course.begins, anchor.day)
    early: list[date] = []
    shown: list[date] = []
    for place, window in enumerate(ordered):
        before = ordered[place - 1].last if place else begins
        gap = max(window.first - before, timedelta())
        ahead = gap if not place and at_once and gap <= _EARLY else min(_EARLY, gap // 2)
        early.append(max([window.first - ahead, *early[-1:]]))
        said = window.first - min(ahead, SHOWN_BEFORE) if place else course.opened_on or course.begins
        shown.append(max([said, *shown[-1:]]))
    laid: list[list[DatedAct]] = [[] for _each in ordered]
    for each in acts:
        place_of = _step_of(programme, each, ordered)
        if place_of is None:
            continue
        if place_of < 0:
            found = _place(early if each.act.outcome in MADE else shown, each.on)
            if found is None:
                continue
            place_of = found
        laid[place_of].append(each)
    return Timeline(tuple(ordered), tuple(tuple(each) for each in laid), tuple(shown))


def _place(starts: Sequence[date], day: date) -> int | None:
    place = bisect_right(starts, day) - 1
    return place if place >= 0 else None


def _step_of(programme: Programme, each: DatedAct, windows: Sequence[Window]) -> int | None:
    """The window that a visit's own answer names, -1 where it names none, None where it names another programme's."""
    step = each.act.answers.get(programme.step) if programme.step and each.act.outcome is Outcome.DONE else None
    if step is None:
        return -1
    return next((i for i, w in enumerate(windows) if w.step == step and w.form == each.act.form), None)
