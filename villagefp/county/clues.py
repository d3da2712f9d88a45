"""Doubts across records: one ID number on two persons, a stock below nothing, two homes at once. All of it is accepted.

Each record that can be held against others leaves one clue, made of the record alone and written in the transaction
that wrote it; nothing is compared there, so taking in stays as fast. Who wants to know asks the clues by their index.
Clues are gone as soon as a change mends the record, or an erasure takes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from villagefp.county.bulk import Rows
from villagefp.county.tables import clue
from villagefp.domain.records import Presence
from villagefp.domain.same import Pair, components
from villagefp.wire.change import WITHDRAWN, LoggedChange
from villagefp.wire.declared import BY_NAME
from villagefp.wire.values import Value, unpack

_ROWS = Rows(clue, replacing=True)
_PERSON, _MEMBERSHIP, _MOVE, _SAME = (BY_NAME[name] for name in ("person", "membership", "stock_move", "same_as"))
_STAYING = (Presence.LYING_IN.value, Presence.STAYING.value)


class Sort(IntEnum):
    """By what a record is held against others."""

    ID_NUMBER = 1  # a person: a hash of the number
    HOME = 2  # a membership in a household that has not ended: the person
    STOCK = 3  # a move of stock in the open: the item, and by how much
    SAME = 4  # a pair that is one: both ids; a doubt about two of them is none


class Clue(NamedTuple):
    """What a record is compared by."""

    compared: bytes | None
    amount: int = 0


class Task(NamedTuple):
    """Something to look at that lies in several records: ids, no values."""

    sort: Sort
    records: tuple[bytes, ...]  # persons, memberships of one person, or the item


def _numbers(kind: Any, *names: str) -> frozenset[int]:
    return frozenset({WITHDRAWN, *(kind.by_name[name].number for name in names)})


_MADE_OF: Mapping[int, frozenset[int]] = {
    _PERSON.number: _numbers(_PERSON, "id_no"),
    _MEMBERSHIP.number: _numbers(_MEMBERSHIP, "person", "household", "joined_why", "left_on", "presence"),
    _MOVE.number: _numbers(_MOVE, "item", "quantity"),
    _SAME.number: _numbers(_SAME, "first", "second", "same"),
}
_SORTS = {
    _PERSON.number: Sort.ID_NUMBER,
    _MEMBERSHIP.number: Sort.HOME,
    _MOVE.number: Sort.STOCK,
    _SAME.number: Sort.SAME,
}


def touched(changes: Iterable[LoggedChange]) -> set[bytes]:
    """The records whose clue may differ after these changes; nearly none on a day of visits."""
    found = set()
    for one in changes:
        made_of = _MADE_OF.get(one.change.kind)
        if made_of is not None and not made_of.isdisjoint(one.change.fields):
            found.add(one.change.record)
    return found


def put(connection: Connection, rows: Iterable[Sequence[Any]], records: Collection[bytes]) -> None:
    """Keep the clues of these records, whose rows (as `merging.row` makes them) are about to be kept."""
    if records:
        _ROWS.put(connection, [_row(row) for row in rows if row[1] in records and row[2] in _SORTS])


def _row(row: Sequence[Any]) -> tuple[Any, ...]:
    village, record, kind, _scope, packed, _heads, withdrawn, _doubts = row
    told = Clue(None) if withdrawn else _clue(village, kind, unpack(packed))
    return village, record, int(_SORTS[kind]), told.compared, told.amount


def _clue(village: bytes, kind: int, fields: Mapping[int, Value]) -> Clue:
    registry = {_PERSON.number: _PERSON, _MEMBERSHIP.number: _MEMBERSHIP, _MOVE.number: _MOVE, _SAME.number: _SAME}
    told: dict[str, Any] = {field.name: fields.get(field.number) for field in registry[kind].fields}
    if kind == _PERSON.number:
        number = told["id_no"]
        return Clue(blake2b(number.upper().encode(), digest_size=16, key=village).digest() if number else None)
    if kind == _MEMBERSHIP.number:
        home = told["household"] is not None and told["left_on"] is None
        staying = told["joined_why"] == "stay" or told["presence"] in _STAYING  # who is a guest has a home as well
        return Clue(told["person"] if home and not staying else None)
    if kind == _MOVE.number:
        return Clue(told["item"] if told["quantity"] is not None else None, told["quantity"] or 0)
    both = told["first"] is not None and told["second"] is not None and told["same"]
    return Clue(told["first"] + told["second"] if both else None)


def tasks(connection: Connection, village: bytes) -> list[Task]:
    """What somebody should look at in a village, at the county or there; nothing waits for it."""
    one = {record: together[0] for together in same_ones(connection, village) for record in together}
    found = [
        Task(Sort.ID_NUMBER, records)
        for records in _alike(connection, village, Sort.ID_NUMBER)
        if len({one.get(record, record) for record in records}) > 1
    ]
    found += [Task(Sort.HOME, records) for records in _homes(connection, village, one)]
    total = func.sum(clue.c.amount)
    below = (
        select(clue.c.compared)
        .where(clue.c.village == village, clue.c.sort == int(Sort.STOCK), clue.c.compared.is_not(None))
        .group_by(clue.c.compared)
        .having(total < 0)
        .order_by(clue.c.compared)
    )
    return found + [Task(Sort.STOCK, (item,)) for (item,) in connection.execute(below)]


def same_ones(connection: Connection, village: bytes) -> list[tuple[bytes, ...]]:
    """Who is one and the same, as the pairs in force say."""
    query = select(clue.c.compared).where(
        clue.c.village == village, clue.c.sort == int(Sort.SAME), clue.c.compared.is_not(None)
    )
    pairs: list[Pair] = [(both[:16], both[16:]) for (both,) in connection.execute(query)]
    return components(pairs)


def _alike(connection: Connection, village: bytes, sort: Sort) -> list[tuple[bytes, ...]]:
    """The records that share what they are compared by."""
    of_sort = (clue.c.village == village, clue.c.sort == int(sort), clue.c.compared.is_not(None))
    several = select(clue.c.compared).where(*of_sort).group_by(clue.c.compared).having(func.count() > 1)
    query = select(clue.c.compared, clue.c.record).where(*of_sort, clue.c.compared.in_(several)).order_by(clue.c.record)
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for compared, record in connection.execute(query):
        found[compared].append(record)
    return sorted(map(tuple, found.values()))


def _homes(connection: Connection, village: bytes, one: Mapping[bytes, bytes]) -> list[tuple[bytes, ...]]:
    """The memberships of each person with several homes, of all that are she."""
    found = {frozenset(records) for records in _alike(connection, village, Sort.HOME)}
    if one:
        query = select(clue.c.compared, clue.c.record).where(
            clue.c.village == village, clue.c.sort == int(Sort.HOME), clue.c.compared.in_(sorted(one))
        )
        together: dict[bytes, set[bytes]] = defaultdict(set)
        for person, record in connection.execute(query):
            together[one[person]].add(record)
        wider = {frozenset(records) for records in together.values() if len(records) > 1}
        found = {each for each in found if not any(each < other for other in wider)} | wider
    return sorted(tuple(sorted(records)) for records in found)
