"""Saying that two records are of one person, or of one household, and taking it back; nothing is merged by itself.

Rows keep their own ids and all that was written to them, so both come back whenever it was wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from villagefp.domain.person_records import SameAs
from villagefp.domain.records import Person, RecordId
from villagefp.domain.same import PERSON, in_order, pair_id
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services.pages import PersonLine
from villagefp.storage import people, same
from villagefp.storage.unit_of_work import Decision
from villagefp.wire.change import WITHDRAWN, ChangeName
from villagefp.wire.declared import BY_NAME

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork
    from villagefp.wire.values import Value

_FIELDS = BY_NAME[SameAs.KIND].by_name
_SAME_NUMBER = """SELECT id, id_no FROM person WHERE withdrawn = 0 AND id_no IN (
                  SELECT id_no FROM person WHERE withdrawn = 0 AND id_no IS NOT NULL AND id_no <> ''
                  GROUP BY id_no HAVING count(*) > 1)"""
_SAME_NAME = """SELECT p.id, p.name, p.birth_date FROM person p JOIN (
                SELECT name, birth_date FROM person
                WHERE withdrawn = 0 AND name <> '' AND name_status = 'given' AND length(birth_date) = 10
                GROUP BY name, birth_date HAVING count(*) > 1) t ON p.name = t.name AND p.birth_date = t.birth_date
                WHERE p.withdrawn = 0"""


@dataclass(frozen=True)
class Candidate:
    """Persons who may be one; somebody decides."""

    why: str  # id_no: one ID number; name_and_birth: one name and birth date
    persons: tuple[PersonLine, ...]


@dataclass(frozen=True)
class Joined:
    """A pair that was said to be one person."""

    first: PersonLine
    second: PersonLine


def say_same(store: Store, one: RecordId, other: RecordId, reason: str = "") -> RecordId:
    """Show two records of one person as one from now on; saying it again changes nothing. Returns the id that is shown.

    UserError where it is one record, or one of them is not here.
    """
    with store.save(reason or None) as save:
        _check(save, one, other)
        write(save, PERSON, one, other, same_one=True)
    with store.read() as connection:
        return same.read(connection, [one]).shown(one)


def say_different(store: Store, one: RecordId, other: RecordId, reason: str = "") -> None:
    """Show two records as two persons; both are there again with all that was ever written to them.

    UserError where they are one by way of a third record: then it must be said of that one.
    """
    with store.save(reason or None) as save:
        _check(save, one, other)
        write(save, PERSON, one, other, same_one=False)
        between = _still_one(save, one, other)
        if between:
            raise UserError(
                _(
                    "These two are still one person by way of {names}. Say first of one of them that it is another "
                    "person."
                ).format(names=", ".join(between))
            )


def _check(save: UnitOfWork, one: RecordId, other: RecordId) -> None:
    if one == other:
        raise UserError(_("This is one entry, not two. Choose the other entry of the same person."))
    for person in (one, other):
        if save.get(Person, person) is None:
            raise UserError(_("This person is not here. The entry may have been withdrawn; search by name."))


def write(save: UnitOfWork, sort: str, one: RecordId, other: RecordId, *, same_one: bool) -> None:
    """Say of a pair whether it is one; nothing is written where that was the last word already.

    The record's id is made of the pair, so another laptop may have made it.
    """
    first, second = in_order(one, other)
    record = pair_id(one, other)
    query = 'SELECT "same", withdrawn FROM same_as WHERE id = ?'
    row = save.connection.exec_driver_sql(query, (record,)).first()
    if row is None:
        save.add(SameAs(id=record, sort=sort, first=first, second=second, same=same_one))
        return
    said, withdrawn = row
    if said is not None and bool(said) == same_one and not withdrawn:
        return
    heads = save.heads(SameAs, record)
    told: dict[int, Value] = {_FIELDS["same"].number: same_one}
    if withdrawn:  # it was taken back as a whole, or its making has not come yet
        told |= {_FIELDS["sort"].number: sort, _FIELDS["first"].number: first, _FIELDS["second"].number: second}
    replaces: dict[int, tuple[ChangeName, ...]] = {number: heads[number] for number in told if number in heads}
    if WITHDRAWN in heads:
        told[WITHDRAWN], replaces[WITHDRAWN] = False, heads[WITHDRAWN]
    save.decide(Decision(SameAs.KIND, record, told, replaces))


def _still_one(save: UnitOfWork, one: RecordId, other: RecordId) -> list[str]:
    """The names by way of which two records hang together, without the pair itself."""
    pairs = {pair for pair in same.hanging_together(save.connection, [one]) if pair != in_order(one, other)}
    beside: dict[RecordId, set[RecordId]] = defaultdict(set)
    for first, second in pairs:
        beside[first].add(second)
        beside[second].add(first)
    reached, waiting = {one}, [one]
    while waiting:
        fresh = beside[waiting.pop()] - reached
        reached |= fresh
        waiting.extend(fresh)
    if other not in reached:
        return []
    return sorted({people.name_of(save.connection, each) or each.hex() for each in reached - {one, other}})


def pairs_of(store: Store, person: RecordId) -> tuple[Joined, ...]:
    """The pairs by which a person is shown as one, each to be taken back."""
    with store.read() as connection:
        every = same.all_of(connection, person)
        live = [pair for pair, is_same in same.told(connection, every).items() if is_same]
        found = people.own_lines(connection, sorted({each for pair in live for each in pair}))
    return tuple(Joined(found[one], found[other]) for one, other in sorted(live) if {one, other} <= found.keys())


def duplicates(store: Store) -> tuple[Candidate, ...]:
    """Persons who may be in the register twice: one ID number, or one name and birth date. A person decides.

    Left out are those who are shown as one already, and of whom somebody said that they are two.
    """
    with store.read() as connection:
        numbered = _grouped((row[0], (row[1],)) for row in connection.exec_driver_sql(_SAME_NUMBER))
        named = _grouped((row[0], (row[1], row[2])) for row in connection.exec_driver_sql(_SAME_NAME))
        told = [("id_no", ids) for ids in numbered] + [("name_and_birth", ids) for ids in named]
        everybody = sorted({person for _why, ids in told for person in ids})
        said = _Said(connection, everybody)
        found: dict[tuple[RecordId, ...], str] = {}
        for why, ids in told:
            found.setdefault(said.undecided(ids), why)
        found.pop((), None)
        lines = people.lines_of(connection, sorted({person for ids in found for person in ids}))
    return tuple(Candidate(why, tuple(lines[person] for person in ids)) for ids, why in found.items())


def _grouped(rows: Iterable[tuple[RecordId, tuple[str, ...]]]) -> list[list[RecordId]]:
    groups: dict[tuple[str, ...], list[RecordId]] = defaultdict(list)
    for person, key in rows:
        groups[key].append(person)
    return [sorted(ids) for _key, ids in sorted(groups.items())]


class _Said:
    """What was said already of persons that are alike."""

    def __init__(self, connection: Connection, everybody: Sequence[RecordId]) -> None:
        self._same = same.read(connection, everybody)
        self._told = same.told(connection, everybody)

    def undecided(self, ids: Sequence[RecordId]) -> tuple[RecordId, ...]:
        """One id of each person; none where all are one, or where of every pair somebody said that they are two."""
        apart = sorted({self._same.shown(person) for person in ids})
        every = [set(self._same.all_of(person)) for person in apart]
        waits = any(
            not any(in_order(a, b) in self._told for a in one for b in other)
            for place, one in enumerate(every)
            for other in every[place + 1 :]
        )
        return tuple(apart) if waits else ()
