"""The digests of this laptop's streams, kept up to date record by record: only what was touched is counted anew.

Each record stands in `digested` with the heads it was last counted with. Which ones were touched is told by the own log
for own saves and by `to_digest` for all else. How records are counted is the county's way as well: an event is in the
scope of its form, an erased record counts as erased, and a kind that is not known here does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from villagefp.storage import exchange_facts, local, log
from villagefp.storage.codec import BY_NUMBER
from villagefp.storage.digest_rows import EVENT, learn_scope, touch
from villagefp.storage.log import Origin
from villagefp.storage.records import select_in
from villagefp.wire.digest import EMPTY, Digest
from villagefp.wire.erasure import RecordName
from villagefp.wire.protocol import HASH_BYTES
from villagefp.wire.scopes import EVERY, scope_of_event, scope_of_kind, scopes_of
from villagefp.wire.values import pack, unpack

if TYPE_CHECKING:
    from villagefp.storage.opened import Store

__all__ = ["bring_up_to_date", "learn_scope", "leave", "made_anew", "touch"]

_STATE = "digests"
_FEW = 2000
"""Up to so many records are looked up one by one; for more all rows are read."""


class _Counted(NamedTuple):
    """How a record stands in a digest."""

    scope: int
    heads: bytes | None  # none: it counts as erased


@dataclass(frozen=True)
class _State:
    """The digests, and up to which own change the log is in them."""

    device: bytes
    seq: int
    digests: Mapping[int, Digest]


def bring_up_to_date(store: Store) -> dict[int, Digest]:
    """By scope the digest of all records that this laptop has of it, for the scopes of its role.

    It compares with the county's only while nothing waits and nothing is returned.
    """
    with store.read() as connection:
        scopes, state = _scopes(connection), _state(connection)
        if state is not None and not _anything_touched(connection, state):
            return {scope: state.digests[scope] for scope in scopes}
    with store.save() as save:
        digests = _bring(save.connection)
    return {scope: digests[scope] for scope in scopes}


def leave(connection: Connection) -> None:
    """Note what the own log tells by itself, before this laptop goes on under another id."""
    state = _state(connection)
    if state is not None:
        origin = log.own_origin(connection)
        touch(connection, _touched(connection, origin, _since(origin, state)))


def made_anew(connection: Connection) -> dict[int, Digest]:
    """By scope what the digest should be, counted from nothing; for `doctor` and tests."""
    digests = dict.fromkeys(EVERY, EMPTY)
    for name, stands in _standing(connection, None):
        _count(digests, name, None, stands)
    return digests


def _scopes(connection: Connection) -> tuple[int, ...]:
    link = exchange_facts.county_link(connection)
    return EVERY if link is None else scopes_of(link.role)


def _state(connection: Connection) -> _State | None:
    kept = local.get(connection, _STATE)
    if kept is None:
        return None
    device, seq, told = unpack(kept)
    digests = {scope: Digest(int.from_bytes(total, "big"), records) for scope, total, records in told}
    return _State(device, seq, digests)


def _put_state(connection: Connection, state: _State) -> None:
    told = [[scope, one.total.to_bytes(HASH_BYTES, "big"), one.records] for scope, one in sorted(state.digests.items())]
    local.put(connection, _STATE, pack([state.device, state.seq, told]))


def _since(origin: Origin, state: _State) -> int:
    """The own seq above which nothing is in the digests; a new identity begins anew."""
    return state.seq if state.device == origin.device else 0


def _anything_touched(connection: Connection, state: _State) -> bool:
    if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM to_digest)").scalar_one():
        return True
    origin = log.own_origin(connection)
    return log.read_tail(connection, origin).seq > _since(origin, state)


def _bring(connection: Connection) -> dict[int, Digest]:
    state, origin = _state(connection), log.own_origin(connection)
    if state is None:
        digests, touched = dict.fromkeys(EVERY, EMPTY), None
        connection.exec_driver_sql("DELETE FROM digested")
    else:
        digests, touched = dict(state.digests), _touched(connection, origin, _since(origin, state))
    before = {} if touched is None else dict(_counted(connection, touched))
    rows = []
    for name, stands in _standing(connection, touched):
        if before.get(name) != stands:
            _count(digests, name, before.get(name), stands)
            rows.append((*name, *stands))
    if rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO digested (kind, record, scope, heads) VALUES (?, ?, ?, ?)", rows
        )
    connection.exec_driver_sql("DELETE FROM to_digest")
    _put_state(connection, _State(origin.device, log.read_tail(connection, origin).seq, digests))
    return digests


def _touched(connection: Connection, origin: Origin, since: int) -> set[RecordName]:
    own = connection.exec_driver_sql(
        "SELECT DISTINCT kind, record FROM change_log WHERE village = ? AND device = ? AND seq > ?",
        (origin.village, origin.device, since),
    )
    others = connection.exec_driver_sql("SELECT kind, record FROM to_digest")
    return {(row.kind, bytes(row.record)) for row in (*own, *others)}


def _count(digests: dict[int, Digest], name: RecordName, before: _Counted | None, after: _Counted) -> None:
    """Take a record off as it was counted, and count it as it stands."""
    if before is not None and before.heads is None:
        erased = EMPTY.erase(*name, None)
        digests[before.scope] = digests[before.scope].joined(Digest(-erased.total, -erased.records))
    elif before is not None:
        digests[before.scope] = digests[before.scope].put(*name, before.heads, None)
    digest = digests[after.scope]
    digests[after.scope] = digest.erase(*name, None) if after.heads is None else digest.put(*name, None, after.heads)


def _by_kind(names: Iterable[RecordName]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for kind, record in sorted(names):
        found[kind].append(record)
    return found


def _counted(connection: Connection, names: Iterable[RecordName]) -> Iterator[tuple[RecordName, _Counted]]:
    """How these records stand in the digests, as far as they do."""
    for kind, records in _by_kind(names).items():
        query = f"SELECT record, scope, heads FROM digested WHERE kind = {kind}"
        for record, scope, heads in select_in(connection, query, "record", records):
            yield (kind, record), _Counted(scope, heads)


def _standing(connection: Connection, names: set[RecordName] | None) -> Iterator[tuple[RecordName, _Counted]]:
    """How these records, or all, stand now; a kind that is not known here does not count."""
    erased = _erased(connection, names)
    scopes = {
        (kind, bytes(record)): scope
        for kind, record, scope in connection.exec_driver_sql("SELECT kind, record, scope FROM known_scope")
    }
    asked = None if names is None else _by_kind(names - erased)
    for kind in BY_NUMBER if asked is None else asked:
        for record, heads, form in _rows(connection, kind, None if asked is None else asked[kind]):
            name = kind, record
            if name not in erased:
                scope = scopes.get(name) or (scope_of_event(form) if kind == EVENT else scope_of_kind(kind))
                yield name, _Counted(scope, heads)
    for name in sorted(erased):
        yield name, _Counted(scopes.get(name, scope_of_kind(name[0])), None)


def _rows(
    connection: Connection, kind: int, records: Sequence[bytes] | None
) -> Iterator[tuple[bytes, bytes, str | None]]:
    """Id, heads and form of the records of a kind."""
    codec = BY_NUMBER.get(kind)
    if codec is None:
        return
    form = "form" if kind == EVENT else "NULL"
    query = f'SELECT id, heads, {form} FROM "{codec.kind.name}" WHERE 1'
    everything = records is None or len(records) > _FEW
    wanted = None if records is None else set(records)
    for record, heads, told in select_in(connection, query, "id", None if everything else records):
        if wanted is None or record in wanted:
            yield record, heads, told


def _erased(connection: Connection, names: set[RecordName] | None) -> set[RecordName]:
    """The erased records among these, or all of them."""
    rows = connection.exec_driver_sql("SELECT kind, record FROM erased_record")
    found = {(row.kind, bytes(row.record)) for row in rows if row.kind in BY_NUMBER}
    return found if names is None else found & names
