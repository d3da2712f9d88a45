"""The six invariants, held against the real stores; each complaint is a line for whoever reads a failing seed.

(1) every saved write is at the county and on all entitled laptops exactly once; (2) equal digests, cursors and heads;
(3) nothing acknowledged is lost; (4) no silent overwrite; (5) the shown status was true at all times; (6) it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tests.sync.simulation import model
from tests.sync.simulation.desk import Desk, Village
from tests.sync.simulation.model import Name, Row
from tests.sync.simulation.office import Office
from villagefp.county import streams
from villagefp.county.pen import is_pen
from villagefp.storage import cursors, digests, due_plans, local, rebuild
from villagefp.wire import stamp
from villagefp.wire.batch import decode_batch
from villagefp.wire.declared import BY_NUMBER
from villagefp.wire.kinds import Merge, Travel
from villagefp.wire.page import open_page
from villagefp.wire.page_changes import unpack_changes
from villagefp.wire.scopes import scopes_of

DAY = 86_400


def of_village(office: Office, village: Village, desks: Sequence[Desk]) -> Iterator[str]:
    """All that must hold of a village when everything has been exchanged."""
    at_county = office.log(village.id)
    placed = office.placed(village.id)
    village.told.written_by_county([row for row in at_county if is_pen(row.device)])
    yield from village.told.compare(at_county, f"county, village {village.number}")
    yield from _county_records(office, village, [row for row in at_county if row.name in placed])
    held = {row.name for row in at_county if row.name not in placed}
    for desk in desks:
        yield from of_desk(office, desk, placed, held)


def of_desk(office: Office, desk: Desk, placed: Mapping[Name, int], held: set[Name]) -> Iterator[str]:
    """One laptop against the county and the model."""
    log = desk.log()
    here = {row.name for row in log}
    scopes = scopes_of(desk.role)
    wanted = {name for name, scope in placed.items() if scope in scopes}
    if not desk.revoked:
        for device, seq in sorted(wanted - here):
            yield f"{desk.label}: {device.hex()[-4:]}/{seq} never came"
    allowed = wanted | held | (placed.keys() if desk.moved_role or desk.revoked else set())
    for device, seq in sorted(here - allowed):
        yield f"{desk.label}: {device.hex()[-4:]}/{seq} is here and not at the county"
    yield from _once(desk, log)
    yield from _bodies(desk, log)
    yield from _records(desk, log)
    yield from _sound(desk)
    yield from left_over(office, desk)
    yield from _adopted(office, desk)
    if desk.revoked:
        yield from _apart(desk, placed)
    if not desk.revoked and not desk.moved_role:
        yield from _agrees(office, desk, scopes, apart=bool(held & here))


def _once(desk: Desk, log: Sequence[Row]) -> Iterator[str]:
    found: dict[model.Key, int] = {}
    for row in log:
        if row.key is not None:
            found[row.key] = found.get(row.key, 0) + 1
    for key, times in found.items():
        told = desk.village.told.writes.get(key)
        if told is None or times > told.times:
            where = told.where if told else "nobody"
            yield f"{desk.label}: a write of {where} is here {times} times"


def _bodies(desk: Desk, log: Sequence[Row]) -> Iterator[str]:
    for row in log:
        erased = (row.kind, row.record) in desk.village.told.erased
        if erased and row.body is not None and not desk.revoked:
            yield f"{desk.label}: {row.device.hex()[-4:]}/{row.seq} was erased and can still be read"
        if not erased and row.body is None:
            yield f"{desk.label}: {row.device.hex()[-4:]}/{row.seq} has lost its body"


def _records(desk: Desk, log: Sequence[Row]) -> Iterator[str]:
    """The tables against heads and values as the model has them."""
    of_record = model.by_record(log)
    with desk.store.read() as connection:
        conflicts = set(connection.exec_driver_sql("SELECT record, field FROM conflict").all())
        for number, kind in sorted(BY_NUMBER.items()):
            columns = "".join(f', "{field.name}"' for field in kind.fields)
            for record, packed, withdrawn, *values in connection.exec_driver_sql(
                f'SELECT id, heads, withdrawn{columns} FROM "{kind.name}"'
            ):
                if (number, record) in desk.village.told.erased:
                    continue
                told = f"{desk.label}: {kind.name} {record.hex()[-8:]}"
                rows = of_record.get((number, record), [])
                if model.heads(rows) != model.kept_heads(packed):
                    yield f"{told}: its heads are not those of the model"
                elif not withdrawn:
                    yield from _values(told, kind, record, rows, values, conflicts)


def _values(  # noqa: PLR0917  one record of one table
    told: str, kind: Any, record: bytes, rows: Sequence[Row], values: Sequence[Any], conflicts: set[Any]
) -> Iterator[str]:
    standing = model.heads(rows)
    for field, value in zip(kind.fields, values, strict=True):
        if field.travel is Travel.LOCAL or field.number not in standing:
            continue
        there, expected = model.shown(field.number, field.merge is Merge.ONCE, rows)
        if there and expected != value:
            yield f"{told}: {field.name} shows another value than the model"
        asked = field.merge in (Merge.ASK, Merge.ONCE) and model.undecided(field.number, rows)
        if asked != ((record, field.number) in conflicts):
            yield f"{told}: {field.name} was overwritten without a word, or asks for nothing"


def _sound(desk: Desk) -> Iterator[str]:
    with desk.store.read() as connection:
        found = rebuild.differences(connection) + rebuild.broken_links(connection)
        found += rebuild.search_differences(connection)
        found += [str(each) for each in due_plans.differences(connection, desk.store.due_entry())]
    for line in found:
        yield f"{desk.label}: doctor: {line}"


def left_over(office: Office, desk: Desk) -> Iterator[str]:
    """What was erased lies in no batch and no page either."""
    erased = desk.erased()
    if not erased:
        return
    changes = []
    with desk.store.read() as connection:
        for (data,) in connection.exec_driver_sql("SELECT data FROM outbox").all():
            changes += decode_batch(data, record_of=lambda name: _record_of(connection, name)).changes
        for (told,) in connection.exec_driver_sql("SELECT told FROM kept_page").all():
            changes += unpack_changes(open_page(told, office.keys.signs)).changes
    for one in changes:
        if one.body is not None and (one.change.kind, one.change.record) in erased:
            yield f"{desk.label}: {one.change.device.hex()[-4:]}/{one.change.seq} was erased and lies in batch or page"


def _record_of(connection: Connection, name: Name) -> bytes | None:
    query = "SELECT record FROM change_log WHERE device = ? AND seq = ?"
    found: bytes | None = connection.exec_driver_sql(query, name).scalar()
    return found


def _adopted(office: Office, desk: Desk) -> Iterator[str]:
    """No clock that stands wrong carries the others away."""
    with desk.store.read() as connection:
        adopted = stamp.milliseconds_of(local.adopted_stamp(connection)) / 1000
    own = desk.clock.latest.timestamp()  # what a laptop wrote itself under another name, it stays above
    if adopted > max(office.clock.latest.timestamp() + DAY, own):
        yield f"{desk.label}: a stamp of {adopted} was adopted"


def _apart(desk: Desk, placed: Mapping[Name, int]) -> Iterator[str]:
    """What a laptop delivers after it was revoked counts for nobody."""
    device, seq = desk.revoked_at or (desk.device, 0)
    for name in sorted(placed):
        if name[0] == desk.device and (name[0] != device or name[1] > seq):
            yield f"{desk.label}: {name[1]} was delivered after it was revoked, and is in force"


def _agrees(office: Office, desk: Desk, scopes: Sequence[int], *, apart: bool) -> Iterator[str]:
    """Cursors, and digests where nothing is `apart`: here in force and held at the county."""
    with office.county.read() as connection:
        theirs = streams.cursors(connection, desk.village.id)
        sums = streams.digests(connection, desk.village.id)
    with desk.store.read() as connection:
        ours = cursors.read(connection, scopes)
    for scope in scopes:
        if ours[scope] != theirs[scope]:
            yield f"{desk.label}: cursor of scope {scope} at {ours[scope].position}, county {theirs[scope].position}"
    if apart:
        return
    counted = digests.bring_up_to_date(desk.store)
    for scope in scopes:
        if counted[scope] != sums[scope]:
            yield f"{desk.label}: the digest of scope {scope} is another one than the county's"


def _county_records(office: Office, village: Village, in_force: Sequence[Row]) -> Iterator[str]:
    of_record = model.by_record(in_force)
    with office.county.read() as connection:
        kept = connection.exec_driver_sql(
            "SELECT kind, record, heads, fields, withdrawn FROM record WHERE village = ?", (village.id,)
        ).all()
    seen = set()
    for number, record, packed, fields, withdrawn in kept:
        name = (number, bytes(record))
        seen.add(name)
        if name in village.told.erased:
            continue
        rows = of_record.get(name, [])
        if model.heads(rows) != model.kept_heads(bytes(packed)):
            yield f"county: kind {number} {name[1].hex()[-8:]}: its heads are not those of the model"
        elif not withdrawn:
            values = msgspec.msgpack.decode(bytes(fields), strict=False)
            for field in BY_NUMBER[number].fields:
                there, expected = model.shown(field.number, field.merge is Merge.ONCE, rows)
                if there and values.get(field.number) != expected:
                    yield f"county: kind {number} {name[1].hex()[-8:]}: {field.name} shows another value"
    for number, record in of_record.keys() - seen - village.told.erased:
        if number in BY_NUMBER:
            yield f"county: kind {number} {record.hex()[-8:]} has writes and no record"


def status_is_true(office: Office, desk: Desk, finished: bool) -> Iterator[str]:
    """What a worker is told to be received is, or was before the county was put back; after a whole exchange it is."""
    told = list(desk.received())
    if not told:
        return
    with office.county.read() as connection:
        query = "SELECT seq, link, scope FROM change_log WHERE village = ? AND device = ?"
        rows = connection.exec_driver_sql(query, (desk.village.id, desk.device))
        there = {seq: (bytes(link), scope) for seq, link, scope in rows}
    before = office.ever[desk.village.id, desk.device]
    for row, returned in told:
        link, scope = there.get(row.seq, (None, None))
        if link != row.link and (finished or before.get(row.seq) != row.link):
            yield f"{desk.label}: {row.seq} is shown as received, and the county does not have it"
        elif finished and returned != (scope is None):
            yield f"{desk.label}: {row.seq} is shown as {'returned' if returned else 'received'}, and it is not"
