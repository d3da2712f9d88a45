"""Two laptops imported the same roster before they knew of each other: who is in the village twice, matched in bulk.

Proposed and, on one confirmation, said to be the same are only those about whom there is no doubt: persons with one ID
number, name and birth date, and households of one number whose members are the same. The rest is listed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from villagefp.domain.records import RecordId
from villagefp.domain.same import HOUSEHOLD, PERSON, Pair, components, in_order
from villagefp.services import same_person
from villagefp.services.same_person import Candidate
from villagefp.storage import people, same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.lines import HouseholdLine, PersonLine
    from villagefp.storage.store import Store


@dataclass(frozen=True)
class Founding:
    """What of a second founding is certain, and what somebody has to look at."""

    persons: tuple[Pair, ...]
    households: tuple[Pair, ...]
    unsure_persons: tuple[Candidate, ...]
    unsure_households: tuple[tuple[HouseholdLine, ...], ...]  # of one number, and their members differ


def propose(store: Store) -> Founding:
    """What would be said to be the same; nothing is written."""
    with store.read() as connection:
        found = _found(connection)
    sure = {frozenset(each) for each in components(found.persons)}
    unsure = tuple(
        each
        for each in same_person.duplicates(store)
        if not any({line.id for line in each.persons} <= together for together in sure)
    )
    return Founding(found.persons, found.households, unsure, found.unsure_households)


def confirm(store: Store, shown: Founding, reason: str = "") -> None:
    """Say in one save that all is the same that was shown as certain; each pair can be taken back on its own."""
    with store.save(reason or None) as save:
        for sort, pairs in ((PERSON, shown.persons), (HOUSEHOLD, shown.households)):
            for one, other in pairs:
                same_person.write(save, sort, one, other, same_one=True)


def _found(connection: Connection) -> Founding:
    lines = people.person_lines(connection)
    persons = _persons(connection, lines)
    as_one = {person: together[0] for together in components(persons) for person in together}
    households, unsure = _households(connection, lines, as_one)
    return Founding(persons, households, (), unsure)


def _persons(connection: Connection, lines: Sequence[PersonLine]) -> tuple[Pair, ...]:
    """Pairs of those who share ID number, name and birth date, where nobody else has that number."""
    by_number: dict[str, list[PersonLine]] = defaultdict(list)
    for line in lines:
        if line.id_no:
            by_number[line.id_no].append(line)
    alike = [each for each in by_number.values() if len(each) > 1 and _agree(each)]
    pairs = [in_order(each[0].id, other.id) for each in alike for other in each[1:]]
    return _not_denied(connection, pairs)


def _agree(lines: Sequence[PersonLine]) -> bool:
    told = {(line.name, line.birth_date) for line in lines}
    ((name, born), *others) = told
    return not others and bool(name) and born is not None and len(born) == len("2026-11-22")


def _not_denied(connection: Connection, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Without the pairs of which somebody said that they are two."""
    told = same.told(connection, sorted({record for pair in pairs for record in pair}))
    return tuple(sorted(pair for pair in pairs if pair not in told))


def _households(
    connection: Connection, lines: Sequence[PersonLine], as_one: Mapping[RecordId, RecordId]
) -> tuple[tuple[Pair, ...], tuple[tuple[HouseholdLine, ...], ...]]:
    """Pairs of households of one number with the same members, and those of one number whose members differ."""
    members: dict[RecordId, list[PersonLine]] = defaultdict(list)
    for line in lines:
        if line.household_id is not None:
            members[line.household_id].append(line)
    by_number: dict[str, list[HouseholdLine]] = defaultdict(list)
    for home in people.household_lines(connection):
        by_number[home.household_no].append(home)
    pairs: list[Pair] = []
    unsure: list[tuple[HouseholdLine, ...]] = []
    for homes in by_number.values():
        if len(homes) < 2:
            continue
        first, *others = homes
        if all(_same_members(members[first.id], members[other.id], as_one) for other in others):
            pairs += [in_order(first.id, other.id) for other in others]
        else:
            unsure.append(tuple(homes))
    return _not_denied(connection, pairs), tuple(unsure)


def _same_members(one: Sequence[PersonLine], other: Sequence[PersonLine], as_one: Mapping[RecordId, RecordId]) -> bool:
    """Whether some member is certainly the same in both, and all of them by name and birth date."""
    certain = {as_one[line.id] for line in one if line.id in as_one}
    if not certain & {as_one[line.id] for line in other if line.id in as_one}:
        return False
    return Counter((line.name, line.birth_date) for line in one) == Counter(
        (line.name, line.birth_date) for line in other
    )
