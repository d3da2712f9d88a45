"""A person's courses of a programme: an open episode, or the birth after which one may be offered, with its visits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from villagefp.domain.followup_records import Act, EpisodeFacts, Facts
from villagefp.domain.programme_days import exact, longest, resolve, understand_anchor
from villagefp.domain.programme_records import Join, Programme, Trigger
from villagefp.domain.records import Outcome, RecordId

_ONE_BIRTH = timedelta(days=150)
"""Days told of births nearer to each other than this are of one birth: of twins, or a day corrected in one place."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DatedAct:
    """A visit with its day."""

    on: date
    act: Act


@dataclass(frozen=True)
class Course:
    """One time through a programme."""

    begins: date  # what was said before has nothing to do with it
    days: Mapping[str, str]
    acts: tuple[DatedAct, ...]  # with one of the programme's forms, in order of their days
    episode: RecordId | None = None
    opened_on: date | None = None  # of an episode that stands open
    closed_on: date | None = None  # of one that was closed, where none stands open


def forms_of(programme: Programme) -> frozenset[str]:
    """Every form that a programme's visits are kept with."""
    named = {each.form for each in programme.visits}
    return frozenset({programme.form, programme.first_form, *named} - {""})


def courses(facts: Facts, programme: Programme, since: date) -> Iterator[Course]:
    """The courses of a programme that may still have visits after `since`."""
    if programme.trigger is Trigger.EPISODE:
        if facts.person is not None:
            yield from _by_episode(facts, programme)
    elif programme.trigger is Trigger.REGISTER:
        if facts.household is not None and facts.person is None:
            yield from _by_register(facts, programme)
    elif facts.person is not None:
        days = _own_birth(facts) if programme.trigger is Trigger.BIRTH else births(facts)
        yield from _by_birth(facts, programme, days, since)


def births(facts: Facts) -> list[dict[str, str]]:
    """The births that a woman's record tells of, with or without a living child, earliest first.

    They come from her pregnancies and from the days on which her children were born, so that one that nobody had
    registered before counts as well. What a pregnancy tells goes before the children's days.
    """
    told = [_birth_of(each.days) for each in facts.episodes if exact(each.days.get("delivered_on"))]
    children = sorted(child.birth_date for child in facts.children if child.birth_date and exact(child.birth_date))
    found: list[dict[str, str]] = []
    for birth in (*sorted(told, key=_fullest), *({"delivered_on": born} for born in children)):
        day = date.fromisoformat(birth["delivered_on"])
        if all(abs(day - date.fromisoformat(each["delivered_on"])) >= _ONE_BIRTH for each in found):
            found.append(birth)
    return sorted(found, key=lambda each: each["delivered_on"])


def _birth_of(days: Mapping[str, str]) -> dict[str, str]:
    birth = {"delivered_on": days["delivered_on"]}
    if days.get("discharged_on", "") >= birth["delivered_on"]:
        birth["discharged_on"] = days["discharged_on"]
    return birth


def _fullest(birth: Mapping[str, str]) -> tuple[int, str, str]:
    return -len(birth), birth["delivered_on"], birth.get("discharged_on", "")


def _by_episode(facts: Facts, programme: Programme) -> Iterator[Course]:
    own = [each for each in facts.episodes if each.programme == programme.programme]
    if not own:
        yield from _by_asking(facts, programme)
        return
    own.sort(key=attrgetter("opened_on", "id"))
    begins = list(_begins(own, programme))
    side_by_side = programme.join is Join.OWN_TASK  # several slips are asked about; a newer pregnancy or method counts
    for place, (episode, first) in enumerate(zip(own, begins, strict=True)):
        until = begins[place + 1] if place + 1 < len(begins) else None
        if episode.closed_on is not None or (until is not None and not side_by_side):
            continue
        acts = _acts(facts, programme, first, None)
        if until is not None:  # the next slip is no answer to this one
            acts = tuple(each for each in acts if each.on < until or each.act.outcome is not Outcome.DONE)
        yield Course(
            begins=first,
            days=episode.days,
            acts=acts,
            episode=episode.id,
            opened_on=exact(episode.opened_on),
        )


def _begins(own: list[EpisodeFacts], programme: Programme) -> Iterator[date]:
    """The first day of each episode: where it counts from, so that a visit before the yes counts, but no other's."""
    names = [found[0] for anchor in programme.anchors if (found := understand_anchor(anchor))]
    bound = date.min
    for episode in own:
        opened = exact(episode.opened_on) or date.max
        first = min([opened, *(day for name in names if (day := exact(episode.days.get(name))))])
        yield max(first, bound)
        closed = exact(episode.closed_on)
        bound = max(bound, opened + _DAY) if closed is None and opened < date.max else max(bound, closed or bound)


def _by_asking(facts: Facts, programme: Programme) -> Iterator[Course]:
    """Who asked for it and has no episode yet, where the yes itself is the day that it counts from."""
    if programme.join is not Join.CONSENT_FIRST or "joined_on" not in programme.anchors:
        return
    acts = _acts(facts, programme, date.min, None)
    asked = [each.on for each in acts if each.act.outcome is Outcome.ACCEPTED]
    if asked:
        first = max(asked)
        days = {"joined_on": first.isoformat()}
        yield Course(begins=first, days=days, acts=tuple(a for a in acts if a.on >= first), opened_on=first)


def _by_register(facts: Facts, programme: Programme) -> Iterator[Course]:
    acts = _acts(facts, programme, date.min, None)
    joined = exact(facts.joined_on)
    known = [day for day in (joined, acts[0].on if acts else None) if day is not None]
    if known:
        days = {"joined_on": joined.isoformat()} if joined else {}
        yield Course(begins=min(known), days=days, acts=acts, opened_on=min(known))


def _own_birth(facts: Facts) -> list[dict[str, str]]:
    """The birth of the child itself, with what its mother's record tells of it; none where its day is not known."""
    born = facts.person.birth_date if facts.person else None
    if born is None or exact(born) is None:
        return []
    told = {name: value for name, value in facts.birth.items() if value}
    if told.get("discharged_on", born) < born:
        del told["discharged_on"]
    return [{**told, "birth_date": born, "delivered_on": born}]


def _by_birth(facts: Facts, programme: Programme, days: list[dict[str, str]], since: date) -> Iterator[Course]:
    reach = max((found for each in programme.ends_at if (found := longest(each)) is not None), default=0)
    starts = [date.fromisoformat(each["delivered_on"]) for each in days]
    for place, (birth, first) in enumerate(zip(days, starts, strict=True)):
        last = max(first, exact(birth.get("discharged_on")) or first)
        if last + timedelta(days=reach) < since:
            continue
        until = starts[place + 1] if place + 1 < len(starts) else None
        own = [
            each
            for each in facts.episodes
            if each.programme == programme.programme
            and each.opened_on >= first.isoformat()
            and (until is None or each.opened_on < until.isoformat())
        ]
        latest = max(own, key=lambda each: (each.closed_on is None, each.opened_on, each.id), default=None)
        is_open = latest is not None and latest.closed_on is None
        begins = resolve(programme.begins_at, first, _nothing) if programme.begins_at else None
        yield Course(
            begins=begins or first,
            days={**birth, **(latest.days if latest else {})},
            acts=_acts(facts, programme, first, until),
            episode=latest.id if latest is not None and is_open else None,
            opened_on=exact(latest.opened_on) if latest is not None and is_open else None,
            closed_on=exact(latest.closed_on) if latest is not None else None,
        )


def _nothing(_name: str) -> None:
    return None


def _acts(facts: Facts, programme: Programme, first: date, until: date | None) -> tuple[DatedAct, ...]:
    return dated(facts.acts, forms_of(programme), first, until) if facts.acts else ()


def dated(
    acts: Collection[Act], forms: Collection[str], first: date = date.min, until: date | None = None
) -> tuple[DatedAct, ...]:
    """The visits with these forms from one day up to another, in order; how they were entered plays no part."""
    found = [
        DatedAct(on, act)
        for act in acts
        if act.form in forms
        and (on := exact(act.occurred_on)) is not None
        and on >= first
        and (until is None or on < until)
    ]
    found.sort(key=_in_order)
    return tuple(found)


def _in_order(each: DatedAct) -> tuple[date, str, str, list[tuple[str, str]], bytes]:
    act = each.act
    return each.on, act.outcome.value, act.next_offer_on or "", sorted(act.answers.items()), act.id
