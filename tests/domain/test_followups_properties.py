"""What holds for any facts: no order matters, an answer makes nothing due, windows go forward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.domain.followup_cases import RULES, new_id
from villagefp.domain.followups import (
    Act,
    DueItem,
    DueState,
    EpisodeFacts,
    Facts,
    PersonFacts,
    Planned,
    due_items,
    on_day,
    plan,
)
from villagefp.domain.programme_courses import forms_of
from villagefp.domain.records import Outcome, Presence

_FIRST, _LAST = date(2025, 1, 1), date(2029, 12, 31)
_NOW = frozenset({DueState.DUE, DueState.OVERDUE})
_OUTCOME_FORM = "pregnancy_outcome_followup"  # the one form that another programme looks at
_FORMS = sorted({form for rule in RULES.values() for form in forms_of(rule)} | {_OUTCOME_FORM, "household_visit"})
_OF_CHILDREN = sorted(form for name in ("newborn", "child", "subsidy") for form in forms_of(RULES[name]))
_DAYS = (
    "lmp", "edd", "delivered_on", "discharged_on", "checked_on", "started_on", "joined_on", "placed_on", "removed_on",
    "expires_on", "op_on", "ended_on", "given_on", "run_out_on",
)  # fmt: skip
_REFUSALS = [
    Outcome.NOT_THIS_TIME,
    Outcome.NOT_APPLICABLE,
    Outcome.DECLINED,
    Outcome.WITHDRAWN,
    Outcome.MOVED,
    Outcome.UNREACHABLE,
    Outcome.POSTPONED,
]

_days = st.dates(_FIRST, _LAST)
_iso = _days.map(date.isoformat)
_presences = st.sampled_from([None, *Presence])


@st.composite
def _persons(draw: st.DrawFn, born: st.SearchStrategy[str | None] | None = None) -> PersonFacts:
    births = born if born is not None else st.one_of(st.none(), _iso, st.sampled_from(["1990", "2027-05"]))
    return PersonFacts(id=new_id(), birth_date=draw(births), presence=draw(_presences))


@st.composite
def _episodes(draw: st.DrawFn) -> EpisodeFacts:
    opened = draw(_days)
    closed = draw(st.one_of(st.none(), st.integers(0, 900).map(lambda days: opened + timedelta(days=days))))
    days = draw(st.dictionaries(st.sampled_from(_DAYS), _iso, max_size=5))
    return EpisodeFacts(
        id=new_id(),
        programme=draw(st.sampled_from(sorted(RULES))),
        opened_on=opened.isoformat(),
        closed_on=closed.isoformat() if closed else None,
        closed_why="done" if closed else None,
        days=days,
    )


@st.composite
def _acts(
    draw: st.DrawFn,
    outcomes: st.SearchStrategy[Outcome] | None = None,
    *,
    forms: Sequence[str] = _FORMS,
    agreed: bool = True,
) -> Act:
    answers = st.dictionaries(
        st.sampled_from(["age_step", "boxes", "lmp", "recheck_on", "wished_frequency"]),
        st.one_of(st.sampled_from(["1", "2", "3", "6", "12"]), _iso),
        max_size=2,
    )
    return Act(
        id=new_id(),
        form=draw(st.sampled_from(forms)),
        occurred_on=draw(_iso),
        outcome=draw(outcomes if outcomes is not None else st.sampled_from(list(Outcome))),
        next_offer_on=draw(st.one_of(st.none(), _iso)) if agreed else None,
        answers=draw(answers),
    )


@st.composite
def _facts(draw: st.DrawFn) -> Facts:
    born = draw(st.one_of(st.none(), _iso))
    episodes = draw(st.lists(_episodes(), max_size=4))
    about = [RULES[each.programme] for each in episodes] or list(RULES.values())  # most visits are about something
    forms = sorted({form for rule in about for form in forms_of(rule)})
    visits = st.one_of(_acts(forms=forms), _acts(forms=_OF_CHILDREN), _acts())
    return Facts(
        person=draw(_persons(st.just(born))),
        episodes=tuple(episodes),
        acts=tuple(draw(st.lists(visits, max_size=6))),
        children=tuple(draw(st.lists(_persons(), max_size=3))),
        birth=draw(st.dictionaries(st.sampled_from(["discharged_on", "ga_weeks"]), _iso, max_size=2)) if born else {},
    )


@given(_facts(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_were_entered_does_not_matter(facts: Facts, chance: object) -> None:
    def shuffled(told: tuple[Act, ...] | tuple[PersonFacts, ...]) -> list[object]:
        mixed: list[object] = list(told)
        chance.shuffle(mixed)  # type: ignore[attr-defined]
        return mixed

    acts = tuple(replace(act, id=new_id()) for act in shuffled(facts.acts) if isinstance(act, Act))
    children = tuple(each for each in shuffled(facts.children) if isinstance(each, PersonFacts))
    again = replace(facts, acts=acts, children=children, episodes=facts.episodes[::-1])
    assert plan(again, RULES, {}) == plan(facts, RULES, {})


def _keys(items: tuple[DueItem, ...]) -> dict[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for item in items:
        found[item.programme].append((item.point, item.window_from, item.window_to, item.state, item.offer))
    return found


@given(_facts(), _acts(), _days)
def test_an_event_changes_nothing_in_programmes_that_it_is_not_about(facts: Facts, act: Act, today: date) -> None:
    before = _keys(due_items(facts, RULES, today, {}))
    after = _keys(due_items(replace(facts, acts=(*facts.acts, act)), RULES, today, {}))
    for name, rule in RULES.items():
        related = act.form in forms_of(rule) or (name == "prepregnancy" and act.form == _OUTCOME_FORM)
        assert related or before.get(name) == after.get(name), name


@given(_facts(), _acts(st.sampled_from(_REFUSALS), agreed=False), _days)
def test_a_refusal_or_an_attempt_never_makes_anything_due(facts: Facts, act: Act, today: date) -> None:
    present = replace(facts, person=replace(facts.person, presence=None)) if facts.person else facts
    before = {(i.programme, i.point) for i in due_items(present, RULES, today, {}) if i.state in _NOW}
    told = replace(present, acts=(*present.acts, act))
    after = {(i.programme, i.point) for i in due_items(told, RULES, today, {}) if i.state in _NOW}
    assert after <= before


@given(_facts())
def test_windows_never_overlap_backwards(facts: Facts) -> None:
    lines: dict[tuple[object, ...], list[Planned]] = defaultdict(list)
    for each in plan(facts, RULES, {}):
        assert each.window_from <= each.window_to
        visits = [v for v in RULES[each.programme].visits if v.code == each.point or v.form == each.form]
        track = next((visit.track for visit in visits), "")
        lines[each.programme, each.episode, each.counts_on if each.offer else None, track].append(each)
    for line in lines.values():
        for one, following in pairwise(line):
            assert one.window_from <= following.window_from
            if one.window_from < following.window_from:
                assert one.ends_after is not None
                assert one.ends_after < following.window_from
            if following.shown_from is not None and one.offer:
                assert one.ends_after is None or one.ends_after < following.shown_from


@given(_facts(), st.dates(date(1990, 1, 1), date(2150, 1, 1)))
def test_a_kept_plan_says_the_same_and_shows_one_visit_of_a_line_at_a_time(facts: Facts, today: date) -> None:
    kept = plan(facts, RULES, {})
    bytes_kept = msgspec.msgpack.encode(kept)
    assert msgspec.msgpack.decode(bytes_kept, type=tuple[Planned, ...]) == kept
    items = [item for each in kept if (item := on_day(each, facts.person, today)) is not None]
    assert tuple(items) == due_items(facts, RULES, today, {})
    for item in items:
        assert item.state is not DueState.OVERDUE or RULES[item.programme].grace_days is not None
        assert item.state is not DueState.AWAY or (facts.person is not None and facts.person.presence is not None)
        assert item.attempts < RULES[item.programme].max_attempts or item.state in (
            DueState.CONTACT_CLOSED,
            DueState.PLANNED,
        )


@given(_facts(), _days)
def test_the_dead_and_those_who_moved_away_have_nothing(facts: Facts, today: date) -> None:
    if facts.person is not None:
        for gone in (replace(facts.person, died_on="2025-01-01"), replace(facts.person, member=False)):
            assert due_items(replace(facts, person=gone), RULES, today, {}) == ()


@settings(max_examples=50)
@given(_facts(), _days)
def test_declining_every_programme_leaves_nothing(facts: Facts, today: date) -> None:
    """A no said to each form on a day ends whatever ran until then."""
    last = max([date.fromisoformat(act.occurred_on) for act in facts.acts], default=today)
    opened = [date.fromisoformat(each.opened_on) for each in facts.episodes]
    on = max([last, today, *opened])
    noes = tuple(Act(id=new_id(), form=form, occurred_on=on.isoformat(), outcome=Outcome.DECLINED) for form in _FORMS)
    left = due_items(replace(facts, acts=(*facts.acts, *noes)), RULES, on, {})
    assert [item for item in left if item.episode is not None] == []
    assert [item for item in left if item.state in _NOW] == []
