"""Who may be visited and why, as a list of one day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from villagefp.domain.followup_days import DueItem, DueState, on_day
from villagefp.domain.records import RecordId
from villagefp.i18n import _
from villagefp.services import walking_order
from villagefp.storage import due_rows, member_facts, people, same, standing
from villagefp.storage.lines import HouseholdLine, PersonLine, in_order

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.due_rows import SubjectPlan
    from villagefp.storage.store import Store

SHOWN = frozenset({DueState.SOON, DueState.DUE, DueState.OVERDUE, DueState.AWAY})
"""What a day's list shows; the rest is further off, or two attempts were made."""

EVERY_STATE = frozenset(DueState)


class DueLine(Struct, frozen=True):
    """One line of the list: whom, where, and what may be done. Its text on a screen never names a programme."""

    item: DueItem
    who: str  # the person's name, or that of the household's head
    household_id: RecordId | None
    household_no: str
    group_no: str


def neutral_words() -> str:
    """What a line says of itself on a screen and on paper, until it is opened: no programme is named."""
    return _("follow-up visit")


def while_history_comes(store: Store) -> str:
    """The sentence that stands above the list while a part of the village's history is still to come; else none."""
    with store.read() as connection:
        coming = standing.history_incomplete(connection)
    if not coming:
        return ""
    return _(
        "The history of the village has not come whole from the county yet. Until then nothing is called overdue, "
        "and what is listed may have been done already. Exchange again, and it goes on where it stopped."
    )


def due_on(store: Store, today: date, *, states: frozenset[DueState] = SHOWN) -> tuple[DueLine, ...]:
    """What is due on a day, household by household in the order in which the worker walks."""
    refresh(store, today)
    with store.read() as connection:
        return tuple(_lines(connection, due_rows.all_plans(connection, store.unseal), today, states))


def due_of(store: Store, subject: RecordId, today: date) -> tuple[DueLine, ...]:
    """What is next for one person or household, what lies further off included."""
    return due_of_all(store, [subject], today)


def due_of_all(store: Store, subjects: Sequence[RecordId], today: date) -> tuple[DueLine, ...]:
    """The same for several, such as a household and its members."""
    refresh(store, today)
    with store.read() as connection:
        known = same.read(connection, subjects)
        shown = list(dict.fromkeys(map(known.shown, subjects)))
        found = due_rows.plans_of(connection, shown, store.unseal)
        return tuple(_lines(connection, found, today, frozenset(DueState)))


def refresh(store: Store, today: date) -> None:
    """Make the derived list anew where it was made by other rules, or before the clock went back."""
    with store.read() as connection:
        stale = due_rows.stale(connection, today)
    if stale:
        from villagefp.storage import due_plans  # noqa: PLC0415  the planner takes 40 ms, and is seldom needed here

        with store.save() as save:
            due_plans.rebuild(save.connection, store.due_entry(today))


def to_json(lines: tuple[DueLine, ...]) -> list[dict[str, Any]]:
    """The lines as scripts read them; ids as everywhere on the command line."""
    return [
        {
            "person_id": _uuid(line.item.person),
            "household_id": _uuid(line.household_id),
            "programme": line.item.programme,
            "point": line.item.point,
            "from": line.item.window_from.isoformat(),
            "to": line.item.window_to.isoformat(),
            "state": line.item.state.value,
            "reason": {
                "rule": line.item.reason.rule,
                "source": line.item.reason.source,
                "counts_from": line.item.reason.counts_from,
                "counts_on": line.item.reason.counts_on.isoformat(),
                "clears": line.item.reason.clears,
            },
        }
        for line in lines
    ]


def _uuid(record: RecordId | None) -> str | None:
    return None if record is None else str(uuid.UUID(bytes=record))


def _lines(connection: Connection, plans: list[SubjectPlan], today: date, states: frozenset[DueState]) -> list[DueLine]:
    if standing.history_incomplete(connection):
        states -= {DueState.OVERDUE}  # the visit that was made may be still to come
    persons = [plan.subject for plan in plans if not plan.household]
    lines = {line.id: line for line in people.person_lines(connection, ids=persons)}
    told = {each.id: each for each in member_facts.person_facts(connection, persons)}
    homes = {home.id: home for home in people.household_lines(connection)} if len(persons) < len(plans) else {}
    found = [
        _line(item, lines.get(plan.subject), homes.get(plan.subject))
        for plan in plans
        for planned in plan.items
        if (item := on_day(planned, told.get(plan.subject), today)) is not None and item.state in states
    ]
    walked = walking_order.places(connection)
    return sorted(found, key=lambda line: _in_walking_order(walked, line))


def _line(item: DueItem, person: PersonLine | None, home: HouseholdLine | None) -> DueLine:
    if person is not None:
        return DueLine(item, person.name, person.household_id, person.household_no, person.group_no)
    if home is not None:
        return DueLine(item, home.head_name, home.id, home.household_no, home.group_no)
    return DueLine(item, "", None, "", "")


def _in_walking_order(walked: dict[RecordId, int], line: DueLine) -> tuple[Any, ...]:
    home = walking_order.sort_key(walked, line.household_id, line.household_no)
    return in_order(line.group_no), home, line.item.person or b"", line.item.window_from, line.item.form
