"""What the rules of follow-ups look at, read for some persons or for the whole village with one query a kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from nacl.exceptions import CryptoError
from sqlalchemy import Connection

from villagefp.domain.followups import READ_ANSWERS, Act, EpisodeFacts, Facts, PersonFacts
from villagefp.domain.records import Outcome, RecordId, read_code
from villagefp.forms import library
from villagefp.storage import same
from villagefp.storage.member_facts import MEMBERS, PERSONS, by_first, person_of
from villagefp.storage.records import select_in
from villagefp.storage.same import Same
from villagefp.wire.declared_programmes import PRIVATE

Unseal = Callable[[bytes], bytes]

_OUTCOME_SHEET = "pregnancy_outcome_followup"
_ONE_BIRTH = timedelta(days=150)
"""Days told of a birth nearer to each other than this are of one birth."""

_EPISODES = """SELECT person, id, programme, opened_on, closed_on, closed_why, lmp, edd, delivered_on, discharged_on,
               checked_on, started_on, joined_on, private FROM episode WHERE withdrawn = 0"""
_DAYS = ("lmp", "edd", "delivered_on", "discharged_on", "checked_on", "started_on", "joined_on")
_REFERRALS = """SELECT person, id, given_on, urgency, follow_by, arrived, result_told_on FROM referral
                WHERE withdrawn = 0"""
# A visit that was corrected counts as its last revision does.
_EVENTS = """SELECT {subject}, id, form, occurred_on, outcome, next_offer_on, answers FROM event
             WHERE withdrawn = 0 AND {subject} IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM event r WHERE r.revision_of = event.id AND r.withdrawn = 0)"""


def of_persons(connection: Connection, persons: Sequence[RecordId] | None, unseal: Unseal) -> list[Facts]:
    """The facts of these persons, or of everybody; children bring their mother's birth days, mothers their children.

    Who is here twice and was said to be one has the facts of both, under the id that is shown.
    """
    reading = _Reading(connection, persons, unseal)
    return [reading.facts(person) for person in reading.asked]


def of_households(connection: Connection, households: Sequence[RecordId] | None) -> list[Facts]:
    """The facts of these households, or of all."""
    known = same.read(connection, households)
    asked = None if households is None else known.every(households)
    acts = _acts(connection, "household", asked, known)
    rows = select_in(connection, "SELECT id FROM household WHERE withdrawn = 0", "id", asked)
    shown = [row[0] for row in rows if known.shown(row[0]) == row[0]]
    return [Facts(household=home, acts=tuple(acts.get(home, ()))) for home in shown]


class _Reading:
    """One pass over the tables."""

    def __init__(self, connection: Connection, persons: Sequence[RecordId] | None, unseal: Unseal) -> None:
        self._unseal = unseal
        of_asked = same.read(connection, persons)
        persons = None if persons is None else of_asked.every(persons)
        rows = select_in(connection, PERSONS, "id", persons)
        children = select_in(connection, PERSONS, "mother", persons)
        mothers = None if persons is None else [row[3] for row in rows if row[3] is not None]
        near = None if persons is None else list({row[0] for row in (*rows, *children)} | set(mothers or ()))
        self._same = known = same.read(connection, near)
        family = None if near is None else known.every({row[0] for row in (*rows, *children)})
        members = by_first(select_in(connection, MEMBERS, "person", family), known.shown)
        told = self._once(rows)
        born = self._once(children)
        self.asked: list[RecordId] = list(told)
        self._persons = {shown: person_of(members, *row) for shown, row in (*told.items(), *born.items())}
        self._children: dict[RecordId, list[PersonFacts]] = defaultdict(list)
        for child, row in born.items():
            if row[3] is not None:
                self._children[known.shown(row[3])].append(self._persons[child])
        whose = None if mothers is None else known.every([*(persons or ()), *mothers])
        self._episodes = self._read_episodes(connection, whose)
        self._acts = _acts(connection, "person", whose, known)

    def _once(self, rows: Iterable[Any]) -> dict[RecordId, tuple[Any, ...]]:
        """Rows of `PERSONS` by the id that is shown: what one record of a person does not tell, another one may."""
        found: dict[RecordId, tuple[Any, ...]] = {}
        for row in sorted(rows, key=lambda row: (self._same.shown(row[0]) != row[0], row[0])) if self._same else rows:
            shown = self._same.shown(row[0])
            before = found.get(shown, (shown, *row[1:]))
            found[shown] = tuple(old if old is not None else new for old, new in zip(before, row, strict=True))
        return found

    def facts(self, person: RecordId) -> Facts:
        """All that the rules ask about one person."""
        told = self._persons[person]
        return Facts(
            person=told,
            episodes=tuple(self._episodes.get(person, ())),
            acts=tuple(self._acts.get(person, ())),
            children=tuple(self._children.get(person, ())),
            birth=self._birth(told),
        )

    def _birth(self, child: PersonFacts) -> Mapping[str, str]:
        """What the mother's record tells of this child's birth: its days, and what her outcome sheet says of it."""
        born = _whole_day(child.birth_date)
        if child.mother is None or born is None:
            return {}
        mother = self._same.shown(child.mother)
        days = _nearest(born, [(each.days.get("delivered_on"), each.days) for each in self._episodes.get(mother, ())])
        told = _nearest(
            born,
            [
                (act.occurred_on, act.answers)
                for act in self._acts.get(mother, ())
                if act.form == _OUTCOME_SHEET and act.outcome is Outcome.DONE
            ],
        )
        return {**told, **days}

    def _opened(self, private: bytes) -> dict[str, str]:
        """What a sealed field says; nothing where it came from a laptop whose key is not here yet."""
        try:
            return dict(msgspec.msgpack.decode(self._unseal(private)))
        except CryptoError:
            return {}

    def _read_episodes(
        self, connection: Connection, persons: Sequence[RecordId] | None
    ) -> dict[RecordId, list[EpisodeFacts]]:
        found: dict[RecordId, list[EpisodeFacts]] = defaultdict(list)
        for person, episode, shown, opened, closed, why, *days, private in select_in(
            connection, _EPISODES, "person", persons, "ORDER BY id"
        ):
            told = {name: day for name, day in zip(_DAYS, days, strict=True) if day}
            if shown == PRIVATE and private is not None:
                told |= self._opened(private)
            programme = told.pop("programme", shown)
            found[self._same.shown(person)].append(
                EpisodeFacts(
                    id=episode, programme=programme, opened_on=opened, closed_on=closed, closed_why=why, days=told
                )
            )
        for person, slip, given, urgency, follow_by, arrived, told_on in select_in(
            connection, _REFERRALS, "person", persons, "ORDER BY id"
        ):
            days = {"given_on": given, "urgency": urgency or "", "follow_by": follow_by or ""}
            ended = told_on or (given if arrived else None)
            found[self._same.shown(person)].append(
                EpisodeFacts(id=slip, programme="referral", opened_on=given, closed_on=ended, days=days)
            )
        return found


def _whole_day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told is not None and len(told) == 10 else None


def _nearest(born: date, told: Iterable[tuple[str | None, Mapping[str, str]]]) -> Mapping[str, str]:
    """What is told of the birth nearest to this day; a day corrected in one place only is still of the same birth."""
    near = [
        (abs(day - born), values)
        for each, values in told
        if (day := _whole_day(each)) and abs(day - born) <= _ONE_BIRTH
    ]
    return min(near, key=itemgetter(0), default=(None, {}))[1]


def _acts(
    connection: Connection, subject: str, ids: Sequence[RecordId] | None, known: Same
) -> dict[RecordId, list[Act]]:
    found: dict[RecordId, list[Act]] = defaultdict(list)
    query = _EVENTS.format(subject=subject)
    for whose, event, form, on, outcome, again, answers in select_in(connection, query, subject, ids, "ORDER BY id"):
        read = _numbers(form) if form in READ_ANSWERS and answers else {}
        told = _flat(msgspec.msgpack.decode(answers, strict=False)) if read else {}
        found[known.shown(whose)].append(
            Act(
                id=event,
                form=form,
                occurred_on=on,
                outcome=read_code(Outcome, outcome),
                next_offer_on=again,
                answers={name: str(told[number]) for number, name in read.items() if number in told},
            )
        )
    return found


def _flat(answers: Mapping[int, Any]) -> dict[int, Any]:
    """Answers by number, those of a repeat's only row among them; of several rows none, since they are of several."""
    rows = [value[0] for value in answers.values() if isinstance(value, list) and len(value) == 1]
    inner = {number: value for row in rows if isinstance(row, dict) for number, value in row.items()}
    return {**inner, **answers}


@cache
def _numbers(form: str) -> dict[int, str]:
    """The questions that rules read, by number: numbers are the same in every version of a form."""
    asked = READ_ANSWERS[form]
    return {each.number: each.name for each in library.load(form).questions if each.number and each.name in asked}
