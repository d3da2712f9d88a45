"""Facts of invented people in few words, for the tests of what is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from villagefp.domain import programmes
from villagefp.domain.followups import (
    Act,
    DueItem,
    DueState,
    EpisodeFacts,
    Facts,
    PersonFacts,
    due_items,
)
from villagefp.domain.records import Outcome, Presence

RULES = programmes.shipped()
SHOWN = frozenset({DueState.SOON, DueState.DUE, DueState.OVERDUE, DueState.AWAY, DueState.CONTACT_CLOSED})
_ids = iter(range(1, 10**9))


def new_id() -> bytes:
    return next(_ids).to_bytes(16, "big")


def person(
    born: str | None = "1996-05-01",
    *,
    died: str | None = None,
    member: bool = True,
    presence: Presence | None = None,
    back: str | None = None,
) -> PersonFacts:
    return PersonFacts(
        id=new_id(), birth_date=born, died_on=died, member=member, presence=presence, expected_back=back
    )  # fmt: skip


def episode(
    programme: str, opened: str, closed: str | None = None, why: str | None = None, **days: str
) -> EpisodeFacts:
    return EpisodeFacts(
        id=new_id(),
        programme=programme,
        opened_on=opened,
        closed_on=closed,
        closed_why=why or ("done" if closed else None),
        days=days,
    )


def act(form: str, on: str, outcome: Outcome = Outcome.DONE, then: str | None = None, **answers: str) -> Act:
    return Act(id=new_id(), form=form, occurred_on=on, outcome=outcome, next_offer_on=then, answers=answers)


def woman(
    *episodes: EpisodeFacts,
    acts: Iterable[Act] = (),
    children: Iterable[PersonFacts] = (),
    who: PersonFacts | None = None,
) -> Facts:
    return Facts(person=who or person(), episodes=episodes, acts=tuple(acts), children=tuple(children))


def child(
    born: str, *, acts: Iterable[Act] = (), episodes: Iterable[EpisodeFacts] = (), died: str | None = None, **birth: str
) -> Facts:
    return Facts(person=person(born, died=died), acts=tuple(acts), episodes=tuple(episodes), birth=birth)


def all_items(facts: Facts, on: str, **params: str) -> list[DueItem]:
    return list(due_items(facts, RULES, date.fromisoformat(on), params))


def shown(facts: Facts, on: str, *, without: Iterable[str] = ("subsidy",), **params: str) -> dict[str, str]:
    """What the list shows on a day: programme and point → state; the yearly hint is left out unless asked for."""
    return {
        f"{item.programme} {item.point}": item.state.value
        for item in all_items(facts, on, **params)
        if item.state in SHOWN and item.programme not in without
    }


def windows(facts: Facts, programme: str, on: str, **params: str) -> list[tuple[str, str, str]]:
    """The windows of one programme that lie ahead or have begun: point, first day, last day."""
    return [
        (item.point, item.window_from.isoformat(), item.window_to.isoformat())
        for item in all_items(facts, on, **params)
        if item.programme == programme
    ]
