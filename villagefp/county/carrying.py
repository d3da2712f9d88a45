"""What is kept of a person who moved, copied from the old village's stream into the new one's, under the same ids.

The old village's log stays what it is: late changes are numbered there. Whatever then stands there of her and has no
copy yet is written into the new village by the county's pen, with the stamp and author of the original, in place of
the copies of what it overwrote. So what two laptops wrote without knowing of each other is a conflict there as well,
each change is copied once however often this runs, and it may be cut short anywhere.

Only what is open goes along. What is sealed stays where its key is; of a private programme nothing goes, since without
its sealed half it would only say that there is one. Memberships stay: she joins a household there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from villagefp.county import clues, log, merging, pen, tickets
from villagefp.county.bulk import Rows
from villagefp.county.pen import Pen, Write, is_pen
from villagefp.county.store import Act, County
from villagefp.county.streams import cursors
from villagefp.county.tables import change_log, looked, moved
from villagefp.county.tables import record as record_table
from villagefp.wire.change import WITHDRAWN, Change, ChangeName, LoggedChange
from villagefp.wire.declared import BY_NAME, BY_NUMBER
from villagefp.wire.declared_programmes import PRIVATE
from villagefp.wire.kinds import Kind, Travel
from villagefp.wire.scopes import EVERY
from villagefp.wire.values import unpack

_LOOKED = Rows(looked, replacing=True)
_PERSON = BY_NAME["person"]
_SAME_AS = BY_NAME["same_as"]
_GOES_ALONG = ("alias", "phone", "consent", "episode", "referral", "benefit_case", "appointment", "event", "transfer")
_WHOSE: Mapping[int, int] = {BY_NAME[name].number: BY_NAME[name].by_name["person"].number for name in _GOES_ALONG}
"""The kinds that go along with a person, and their field that says whose they are."""
_STAYS = {
    BY_NAME["event"].number: frozenset({BY_NAME["event"].by_name["household"].number}),
    BY_NAME["appointment"].number: frozenset({BY_NAME["appointment"].by_name["household"].number}),
}
"""Fields that say nothing elsewhere: the household stays."""
_PROGRAMME = {BY_NAME[name].number: BY_NAME[name].by_name["programme"].number for name in ("consent", "episode")}
_MOST = 1000
"""Changes of a stream that are looked at in one go."""


@dataclass(frozen=True)
class Moved:
    """A person who went to another village."""

    person: bytes
    to_village: bytes
    transfer: bytes
    whole: bool  # all that is here of her is yet to be copied


def any_moved(connection: Connection, village: bytes) -> bool:
    """Whether anybody has moved away from a village."""
    return connection.execute(select(moved.c.person).where(moved.c.village == village).limit(1)).first() is not None


def moved_from(connection: Connection, village: bytes) -> list[Moved]:
    """Who moved away from a village."""
    query = select(moved.c.person, moved.c.to_village, moved.c.transfer, moved.c.whole).where(
        moved.c.village == village
    )
    return [Moved(person, to, transfer, bool(whole)) for person, to, transfer, whole in connection.execute(query)]


def carry(county: County, village: bytes) -> int:
    """Copy to where they are what came of persons who moved away; returns how many changes were copied.

    For after every exchange of a village: where nobody has moved away it asks one small table and is done.
    """
    copies, waiting, seen = 0, [village], {village}
    while waiting:
        here = waiting.pop()
        for there, count in _carry_from(county, here).items():
            copies += count
            if there not in seen:  # she may have gone on from there
                seen.add(there)
                waiting.append(there)
    return copies


def _carry_from(county: County, village: bytes) -> dict[bytes, int]:
    """The same of one village; by village to which somebody moved the number of copies."""
    with county.read() as connection:
        gone = moved_from(connection, village)
        if not gone:
            return {}
        heads = {scope: cursor.position for scope, cursor in cursors(connection, village).items()}
        touched = _touched(connection, village, gone, heads)
    found: dict[bytes, int] = {}
    for there, records in touched.items():
        if records:
            with pen.writing(county, there, Act(county.now(), "county", "copied for persons who moved here")) as writer:
                found[there] = _copy(county, village, writer, records)
    with county.write() as connection:
        _note_looked(connection, village, heads)
        copied_whole = [each.person for each in gone if each.whole]
        connection.execute(
            update(moved).where(moved.c.village == village, moved.c.person.in_(copied_whole)).values(whole=0)
        )
    return {there: found.get(there, 0) for there in touched}


def _note_looked(connection: Connection, village: bytes, heads: Mapping[int, int]) -> None:
    before = _positions(connection, village)
    _LOOKED.put(
        connection,
        [(village, scope, position) for scope, position in heads.items() if position > before.get(scope, 0)],
    )


def _positions(connection: Connection, village: bytes) -> dict[int, int]:
    query = select(looked.c.scope, looked.c.position).where(looked.c.village == village)
    return {row.scope: row.position for row in connection.execute(query)}


def _touched(
    connection: Connection, village: bytes, gone: Sequence[Moved], heads: Mapping[int, int]
) -> dict[bytes, list[tuple[int, bytes]]]:
    """By village to which they moved the records (kind and id) of persons that may lack a copy there."""
    ids = entries(connection, village, [each.person for each in gone])
    there = {one: each.to_village for each in gone for one in ids[each.person]}
    whole = {one for each in gone if each.whole for one in ids[each.person]}
    names = _written(connection, village, heads)
    rows = _records(connection, village, None if whole else {record for _kind, record in names})
    found: dict[bytes, list[tuple[int, bytes]]] = {each.to_village: [] for each in gone}
    for kind, record, about in rows:
        goes = {there.get(person) for person in about}
        if about and None not in goes and (not about.isdisjoint(whole) or (kind, record) in names):
            found[there[min(about)]].append((kind, record))
    return found


def entries(connection: Connection, village: bytes, persons: Iterable[bytes]) -> dict[bytes, tuple[bytes, ...]]:
    """By person all the entries that are she."""
    together = {one: each for each in clues.same_ones(connection, village) for one in each}
    return {person: together.get(person, (person,)) for person in persons}


def _written(connection: Connection, village: bytes, heads: Mapping[int, int]) -> set[tuple[int, bytes]]:
    """The records written since it was looked last, of kinds that go along."""
    before = _positions(connection, village)
    kinds = [_PERSON.number, _SAME_AS.number, *_WHOSE]
    found: set[tuple[int, bytes]] = set()
    for scope in EVERY:
        query = select(change_log.c.kind, change_log.c.record).where(
            change_log.c.village == village,
            change_log.c.scope == scope,
            change_log.c.position > before.get(scope, 0),
            change_log.c.position <= heads.get(scope, 0),
            change_log.c.kind.in_(kinds),
        )
        found.update((kind, record) for kind, record in connection.execute(query))
    return found


def _records(
    connection: Connection, village: bytes, only: Collection[bytes] | None
) -> list[tuple[int, bytes, set[bytes]]]:
    """Records that may go along, each with the persons that it is about; all of the village, or these."""
    kinds = [_PERSON.number, _SAME_AS.number, *_WHOSE]
    query = select(record_table.c.kind, record_table.c.record, record_table.c.fields).where(
        record_table.c.village == village, record_table.c.kind.in_(kinds)
    )
    if only is None:
        rows = list(connection.execute(query))
    else:
        asked = sorted(only)
        rows = [
            row
            for start in range(0, len(asked), _MOST)
            for row in connection.execute(query.where(record_table.c.record.in_(asked[start : start + _MOST])))
        ]
    return [(kind, record, _about(kind, record, packed)) for kind, record, packed in rows]


def _about(kind: int, record: bytes, packed: bytes) -> set[bytes]:
    if kind == _PERSON.number:
        return {record}
    told = unpack(packed)
    if kind == _SAME_AS.number:
        names = (_SAME_AS.by_name[name].number for name in ("first", "second"))
        return {told[number] for number in names if told.get(number) is not None}
    if told.get(_PROGRAMME.get(kind, -1)) == PRIVATE:
        return set()
    whose = told.get(_WHOSE[kind])
    return {whose} if whose is not None else set()


def _copy(county: County, village: bytes, writer: Pen, records: Sequence[tuple[int, bytes]]) -> int:
    """Write into the new village what these records lack there; its lock is held, so nothing is written twice."""
    ids = {record for _kind, record in records}
    with county.read() as connection:
        here = _by_record(log.of_records(connection, village, ids))
    there = _by_record(log.of_records(writer.connection, writer.village, ids))
    count = 0
    for name in sorted(records, key=lambda each: (each[0] != _PERSON.number, each)):
        kind = BY_NUMBER[name[0]]
        heads = merging.fold_all(kind, here[name]).heads
        changes = [one.change for one in here[name]]
        writes = _writes(kind, changes, heads, _counterparts(changes, [one.change for one in there[name]]))
        count += len(writer.save(*writes))
    return count


def _by_record(logged: Iterable[LoggedChange]) -> dict[tuple[int, bytes], list[LoggedChange]]:
    found: dict[tuple[int, bytes], list[LoggedChange]] = defaultdict(list)
    for one in logged:
        found[one.change.kind, one.change.record].append(one)
    return found


def _counterparts(here: Iterable[Change], there: Iterable[Change]) -> dict[ChangeName, list[ChangeName]]:
    """By change of a record in one village what stands for it, or what it stands for, in another one.

    A copy has record, stamp and author of its original and nothing but values of it, by whatever way it came: so both
    logs alone tell, and nothing of it can be lost.
    """
    by_origin: dict[tuple[int, bytes], list[Change]] = defaultdict(list)
    for change in there:
        by_origin[change.stamp, change.author].append(change)
    found: dict[ChangeName, list[ChangeName]] = {}
    for change in here:
        alike = [
            other.name
            for other in by_origin.get((change.stamp, change.author), ())
            if (is_pen(change.device) or is_pen(other.device)) and _one_write(change, other)
        ]
        if alike:
            found[change.name] = alike
    return found


def _one_write(one: Change, other: Change) -> bool:
    """Whether one of two changes says nothing but what the other says; of an erased one nobody can tell any more."""
    if not one.fields or not other.fields:
        return True
    fewer, more = sorted((one.fields, other.fields), key=len)
    return all(number in more and more[number] == value for number, value in fewer.items())


def _writes(
    kind: Kind,
    changes: Sequence[Change],
    heads: Mapping[int, tuple[ChangeName, ...]],
    counterparts: Mapping[ChangeName, Sequence[ChangeName]],
) -> list[Write]:
    """What is to be written for the heads of a record that have no counterpart yet, the oldest first."""
    stale: dict[int, list[ChangeName]] = defaultdict(list)
    for change in changes:
        for number in change.fields:
            if change.name in counterparts and change.name not in heads.get(number, ()):
                stale[number] += counterparts[change.name]
    made = []
    for change in sorted(changes, key=lambda one: (one.stamp, one.name)):
        if change.name in counterparts:
            continue
        fields = {
            number: value
            for number, value in change.fields.items()
            if change.name in heads.get(number, ()) and _goes(kind, number)
        }
        if not fields:
            continue
        replaces = {number: tuple(sorted(stale[number])) for number in fields if stale[number]}
        if WITHDRAWN in fields:
            seen = {copy for name in change.replaces.get(WITHDRAWN, ()) for copy in counterparts.get(name, ())}
            replaces[WITHDRAWN] = tuple(sorted(seen | set(stale[WITHDRAWN])))
        made.append(
            Write(
                kind=kind.number,
                record=change.record,
                fields=fields,
                replaces=replaces,
                stamp=change.stamp,
                author=change.author,
                reason=change.reason,
            )
        )
    return made


def _goes(kind: Kind, number: int) -> bool:
    """Whether a field goes along: open, understood, and saying something elsewhere too."""
    if number == WITHDRAWN:
        return True
    field = kind.by_number.get(number)
    return field is not None and field.travel is Travel.OPEN and number not in _STAYS.get(kind.number, ())


def sealed_left(connection: Connection, village: bytes, person: bytes) -> int:
    """How many records of a person hold something sealed, which stays in the village where it can be read."""
    ids = set(entries(connection, village, [person])[person])
    rows = [record for kind, record, about in _records(connection, village, None) if about & ids]
    private = _private(connection, village, ids)
    return private + sum(bool(tickets.read(connection, village, record).sealed) for record in rows)


def _private(connection: Connection, village: bytes, ids: Collection[bytes]) -> int:
    """Her records of private programmes: they stay as a whole."""
    query = select(record_table.c.kind, record_table.c.fields).where(
        record_table.c.village == village, record_table.c.kind.in_(sorted(_PROGRAMME)), record_table.c.withdrawn == 0
    )
    told = [(kind, unpack(packed)) for kind, packed in connection.execute(query)]
    return sum(each.get(_PROGRAMME[kind]) == PRIVATE and each.get(_WHOSE[kind]) in ids for kind, each in told)
