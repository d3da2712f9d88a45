"""Whether the records are what the log says: all of them are rebuilt from it and compared with the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from villagefp.storage import erased, folding, log, same, standing
from villagefp.storage.codec import BY_KIND, BY_NUMBER, Codec
from villagefp.storage.search import all_rows
from villagefp.wire import links
from villagefp.wire.change import LoggedChange, pack_header
from villagefp.wire.erasure import Erasures
from villagefp.wire.kinds import Travel


def differences(connection: Connection) -> list[str]:
    """What differs between log and tables, by kind and id; empty where all is well."""
    of_record = standing.every(connection)
    gone = erased.known(connection)
    for name in gone.records:
        of_record.setdefault(name, [])
    made = _Made()
    for (number, record), changes in of_record.items():
        made.add(number, record, changes, gone)
    told = [line for codec in BY_KIND.values() for line in _of_kind(connection, codec, made.rows[codec.kind.name])]
    conflicts = connection.exec_driver_sql("SELECT record, field, kind, heads FROM conflict")
    unknown = connection.exec_driver_sql("SELECT kind, field, record FROM not_understood")
    told += [
        f"{record.hex()}: a conflict is not what the log says"
        for record, *_rest in _differing(conflicts, made.conflicts)
    ]
    told += [
        f"{record.hex()}: what a newer program wrote is not noted"
        for *_rest, record in _differing(unknown, made.unknown)
    ]
    return told + same.differences(connection)


def _differing(kept: Iterable[Any], made: set[Any]) -> list[Any]:
    return sorted({tuple(row) for row in kept} ^ made)


class _Made:
    """What the log makes: rows by kind and id, conflicts, and what is not understood."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[bytes, list[Any]]] = defaultdict(dict)
        self.conflicts: set[folding.ConflictRow] = set()
        self.unknown: set[folding.UnknownRow] = set()

    def add(self, number: int, record: bytes, changes: list[LoggedChange], gone: Erasures) -> None:
        """One record; of a kind of a newer peer only that it is there, until a migration knows it."""
        codec = BY_NUMBER.get(number)
        self.unknown.update(folding.unknown_in(number, codec.kind if codec else None, record, changes))
        if codec is not None:
            folded = folding.folded_record(codec.kind, record, changes, gone)
            row = codec.merged(record, folded)
            self.rows[codec.kind.name][record] = row
            self.conflicts.update(folding.conflicts_in(codec, record, row, folded))


def _of_kind(connection: Connection, codec: Codec, made: dict[bytes, list[Any]]) -> Iterator[str]:
    columns = ", ".join(f'"{name}"' for name in codec.names)
    present: set[bytes] = set()
    for record, heads, withdrawn, *values in connection.exec_driver_sql(
        f'SELECT id, heads, withdrawn, {columns} FROM "{codec.kind.name}"'
    ):
        present.add(record)
        told = f"{codec.kind.name} {record.hex()}"
        if record not in made:
            yield f"{told} is not in the log"
            continue
        _id, *should, heads_should, withdrawn_should = made[record]
        stored = codec.plain([record, *values])[1:]
        for field, value, expected in zip(codec.kind.fields, stored, should, strict=True):
            if field.travel is not Travel.LOCAL and expected != value:
                yield f"{told}: {field.name} is not what the log says"
        if withdrawn_should != bool(withdrawn):
            yield f"{told}: the withdrawn mark is not what the log says"
        if heads_should != heads:
            yield f"{told}: the heads are not what the log says"
    for record in made.keys() - present:
        yield f"{codec.kind.name} {record.hex()} is only in the log"


def broken_links(connection: Connection) -> list[str]:
    """Where the chain of a device does not hold, by device and seq; empty where it does."""
    chains: dict[tuple[bytes, bytes], list[LoggedChange]] = defaultdict(list)
    for one in log.logged_changes(connection):
        chains[one.change.village, one.change.device].append(one)
    known = _Known(log.covers(connection), log.chain_starts(connection), erased.known(connection))
    return [line for chain in chains.values() for line in _broken(chain, known)]


@dataclass(frozen=True)
class _Known:
    """What chains are checked against."""

    covers: dict[tuple[bytes, bytes, int], links.Cover]
    starts: dict[tuple[bytes, bytes, int], bytes]
    erased: Erasures


def _broken(chain: list[LoggedChange], known: _Known) -> Iterator[str]:
    village, device = chain[0].change.village, chain[0].change.device
    link, next_seq = links.first_link(village, device), 1
    keys: dict[int, dict[int, bytes]] = {}
    for one in chain:
        seq = one.change.seq
        told = f"device {device.hex()}, change {seq}"
        if seq != next_seq:
            start = known.starts.get((village, device, seq))
            if start is None:
                yield f"{told}: a change before it is missing"
                return
            link = start
        next_seq = seq + 1
        segment = links.segment_of(seq)
        if segment not in keys:
            keys = {segment: links.leaf_keys(known.covers.get((village, device, segment), ()))}
        yield from _wrong_body(told, one, keys[segment].get(links.leaf_of(seq)), known.erased.takes(one.change))
        link = links.next_link(link, pack_header(one.change), one.commitment)
        if link != one.link:
            yield f"{told}: its link does not hold"
            return


def _wrong_body(told: str, one: LoggedChange, key: bytes | None, erased: bool) -> Iterator[str]:
    if one.body is None and not erased:
        yield f"{told}: its body is missing, and no erasure names it"
    elif erased and (one.body is not None or key is not None):
        yield f"{told}: it was erased, and its body or key is still here"
    elif one.body is not None and (key is None or links.commitment(key, one.body) != one.commitment):
        yield f"{told}: its body is not what was committed to"


def search_differences(connection: Connection) -> list[str]:
    """Persons whose search keys are not what their records make."""
    kept: dict[Any, Any] = {
        row[0]: row[1] for row in connection.exec_driver_sql("SELECT person, keys FROM person_search")
    }
    made = dict(all_rows(connection))
    return [
        f"person {person.hex()}: search keys are out of date"
        for person in made.keys() | kept.keys()
        if made.get(person) != kept.get(person)
    ]
