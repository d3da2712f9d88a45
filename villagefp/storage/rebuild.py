"""Whether the records are what the log says: all of them are rebuilt from it and compared with the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection

from villagefp.storage import log
from villagefp.storage.codec import BY_KIND, Codec
from villagefp.storage.log import LoggedChange
from villagefp.storage.search import all_rows
from villagefp.wire import links
from villagefp.wire.change import Change, pack_header
from villagefp.wire.declared import BY_NUMBER
from villagefp.wire.heads import fold, pack_heads
from villagefp.wire.kinds import Travel


def differences(connection: Connection) -> list[str]:
    """What differs between log and tables, by kind and id; empty where all is well."""
    of_record: dict[tuple[int, bytes], list[Change]] = defaultdict(list)
    for logged in log.logged_changes(connection):
        of_record[logged.change.kind, logged.change.record].append(logged.change)
    rebuilt: dict[str, dict[bytes, list[Change]]] = defaultdict(dict)
    for (number, record), changes in of_record.items():
        if number in BY_NUMBER:  # a kind of a newer peer is kept in the log until a migration knows it
            rebuilt[BY_NUMBER[number].name][record] = changes
    return [line for codec in BY_KIND.values() for line in _of_kind(connection, codec, rebuilt[codec.kind.name])]


def _of_kind(connection: Connection, codec: Codec, rebuilt: dict[bytes, list[Change]]) -> Iterator[str]:
    columns = ", ".join(f'"{name}"' for name in codec.names)
    present: set[bytes] = set()
    for record, heads, withdrawn, *values in connection.exec_driver_sql(
        f'SELECT id, heads, withdrawn, {columns} FROM "{codec.kind.name}"'
    ):
        present.add(record)
        told = f"{codec.kind.name} {record.hex()}"
        if record not in rebuilt:
            yield f"{told} is not in the log"
            continue
        folded = fold(codec.kind, rebuilt[record])
        stored = codec.plain([record, *values])[1:]
        for field, value in zip(codec.kind.fields, stored, strict=True):
            if field.travel is not Travel.LOCAL and folded.values.get(field.number) != value:
                yield f"{told}: {field.name} is not what the log says"
        if folded.withdrawn != bool(withdrawn):
            yield f"{told}: the withdrawn mark is not what the log says"
        if pack_heads(folded.heads) != heads:
            yield f"{told}: the heads are not what the log says"
    for record in rebuilt.keys() - present:
        yield f"{codec.kind.name} {record.hex()} is only in the log"


def broken_links(connection: Connection) -> list[str]:
    """Where the chain of a device does not hold, by device and seq; empty where it does."""
    covers = log.covers(connection)
    return [line for chain in _chains(log.logged_changes(connection)) for line in _broken(chain, covers)]


def _chains(logged: Iterable[LoggedChange]) -> Iterator[list[LoggedChange]]:
    chains: dict[tuple[bytes, bytes], list[LoggedChange]] = defaultdict(list)
    for one in logged:
        chains[one.change.village, one.change.device].append(one)
    yield from chains.values()


def _broken(chain: list[LoggedChange], covers: dict[tuple[bytes, bytes, int], links.Cover]) -> Iterator[str]:
    village, device = chain[0].change.village, chain[0].change.device
    link = links.first_link(village, device)
    keys: dict[int, dict[int, bytes]] = {}
    for seq, one in enumerate(chain, 1):
        told = f"device {device.hex()}, change {one.change.seq}"
        if one.change.seq != seq:
            yield f"{told}: a change before it is missing"
            return
        segment = links.segment_of(seq)
        if segment not in keys:
            keys = {segment: links.leaf_keys(covers.get((village, device, segment), ()))}
        key = keys[segment].get(links.leaf_of(seq))
        if one.body is not None and (key is None or links.commitment(key, one.body) != one.commitment):
            yield f"{told}: its body is not what was committed to"
        link = links.next_link(link, pack_header(one.change), one.commitment)
        if link != one.link:
            yield f"{told}: its link does not hold"
            return


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
