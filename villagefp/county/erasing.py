"""Erasures at the county: what a signed statement names loses body and key, and comes back by no road.

Headers, commitments and links stay, so chains and positions hold as before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace
from sqlalchemy import Connection, delete, func, select, update

from villagefp.county import clues, devices, erasure_list, erasure_wishes, lineage, log, merging
from villagefp.county.bulk import Rows, select_among
from villagefp.county.devices import Device
from villagefp.county.judging import RecordName
from villagefp.county.keys import CountyKeys
from villagefp.county.store import Act, County, Standing, note
from villagefp.county.streams import Heads
from villagefp.county.tables import (
    change_log,
    erased_change,
    erased_record,
    erasure,
    seed_part,
    village,
)
from villagefp.wire import links
from villagefp.wire.change import ChangeName, LoggedChange
from villagefp.wire.declared import BY_NUMBER
from villagefp.wire.erasure import NOTHING_ERASED, Erasure, bare, open_erasure, sign_erasure
from villagefp.wire.heads import Folded, pack_heads
from villagefp.wire.links import Cover
from villagefp.wire.scopes import scope_of_kind
from villagefp.wire.signed import ExchangeError, Fault

_RECORDS = Rows(erased_record, replacing=False)
_CHANGES = Rows(erased_change, replacing=False)
_NAMED = "SELECT kind, record FROM erased_record WHERE village = ? AND record {among}"
BLANK = Folded(values={}, withdrawn=True, heads={}, conflicts=())
"""An erased record, whatever its changes say."""


class MissingBodiesError(ExchangeError):
    """Changes came without their bodies, and no erasure that the county knows says why."""

    def __init__(self, changes: Sequence[LoggedChange]) -> None:
        super().__init__(Fault.DAMAGED)
        self.changes = tuple(changes)


def apply(county: County, in_village: bytes, told: bytes, keys: Iterable[bytes]) -> bool:
    """Destroy what a signed statement names; False where it was here already.

    ExchangeError where nobody who may has signed it, or it is for another village.
    """
    statement = open_erasure(told, keys, in_village)
    with county.numbering(in_village) as (connection, standing):
        same = (erasure.c.village == in_village, erasure.c.serial == statement.serial)
        if connection.execute(select(erasure.c.serial).where(*same)).first():
            return False
        erasure_list.keep(county.erasures, in_village, told)
        _apply(connection, standing, statement, told, Act(county.now(), "county", f"erasure {statement.serial}"))
    return True


def of_device(county: County, device: Device, told: bytes, keys: CountyKeys) -> bool:
    """Make an erasure that was done in the village, or that the county lost, one of its own with a serial of its own.

    Only what is not erased yet is named, so a repeat says nothing. Where the laptop may not write one of the records
    of its own erasure nothing is erased, and it is kept for the county to decide; False where too many of it are kept.
    ExchangeError where neither the laptop nor the county signed this, or it is for another village.
    """
    wanted, given_back = _opened(told, device, keys)
    with county.numbering(device.village) as (connection, standing):
        names, changes = _fresh(connection, device.village, wanted)
        if not given_back and not may_erase(connection, device, names, changes):
            return _keep_wish(county, connection, standing, device, told)
        say(county, connection, standing, wanted, keys=keys, who=device.device.hex())
    return True


def _keep_wish(county: County, connection: Connection, standing: Standing, device: Device, told: bytes) -> bool:
    kept = erasure_wishes.keep(connection, device, told, county.now())
    if kept is erasure_wishes.Keeping.FRESH:
        note(connection, standing, Act(county.now(), device.device.hex(), "erasure asked for", device.device))
    return kept is not erasure_wishes.Keeping.FULL


def say(
    county: County, connection: Connection, standing: Standing, wanted: Erasure, *, keys: CountyKeys, who: str
) -> bool:
    """Erase what is named and not erased yet, as a statement of the county; False where that is nothing.

    The caller holds the village's lock, and has made sure that it is somebody's right.
    """
    names, changes = _fresh(connection, standing.village, wanted)
    if not (names or changes):
        return False
    last = connection.execute(select(func.max(erasure.c.serial)).where(erasure.c.village == standing.village)).scalar()
    statement = Erasure(
        village=standing.village, serial=(last or 0) + 1, records=tuple(sorted(names)), changes=tuple(changes)
    )
    signed = sign_erasure(statement, keys.sign)
    erasure_list.keep(county.erasures, standing.village, signed)
    _apply(connection, standing, statement, signed, Act(county.now(), who, f"erasure {statement.serial}"))
    return True


def _fresh(connection: Connection, in_village: bytes, wanted: Erasure) -> tuple[set[RecordName], list[ChangeName]]:
    """What an erasure names that is not erased yet."""
    names = set(wanted.records) - records_among(connection, in_village, {name for _kind, name in wanted.records})
    return names, [name for name in wanted.changes if not _is_named(connection, in_village, name)]


def explain(county: County, device: Device, changes: Sequence[LoggedChange], keys: CountyKeys) -> bool:
    """Say that bodies do not exist which a laptop destroyed before they came, by an erasure that it asked for.

    So what else it wrote is taken, and whoever reads it knows why a body is missing. Nothing is destroyed by that:
    False where anything of these is here already, another laptop's, or named by no erasure that this one asked for.
    """
    with county.numbering(device.village) as (connection, standing):
        accepted = devices.known(connection, device.village, device.device).accepted
        own = all(one.change.device == device.device and one.change.seq > accepted for one in changes)
        wanted = NOTHING_ERASED
        asking = {device.device, *(one.kin.device for one in lineage.past(connection, device))}
        for kept in erasure_wishes.of_village(connection, device.village):
            wanted = wanted.with_statement(kept.told) if kept.device in asking else wanted
        if not own or not all(wanted.takes(one.change) for one in changes):
            return False
        named = Erasure(village=device.village, serial=1, changes=tuple(one.change.name for one in changes))
        return say(county, connection, standing, named, keys=keys, who=device.device.hex())


def _opened(told: bytes, device: Device, keys: CountyKeys) -> tuple[Erasure, bool]:
    """What an erasure names, and whether the county said so itself, before it was put back."""
    try:
        return open_erasure(told, keys.signs, device.village), True
    except ExchangeError:
        return open_erasure(told, [device.public], device.village), False


def may_erase(
    connection: Connection, device: Device, names: Collection[RecordName], changes: Sequence[ChangeName]
) -> bool:
    """Whether a laptop may erase these: what it may write. A record that nobody has heard of counts by its kind.

    Of changes that are not here only its own: what another one has yet to send nobody destroys beforehand.
    """
    here = merging.present(connection, device.village, {name for _kind, name in names})
    scopes = {here[name].scope if name in here else scope_of_kind(name[0]) for name in names}
    for writer, seq in changes:
        ones = log.of_groups(connection, device.village, writer, [(seq, seq)])
        if not ones and writer != device.device:
            return False
        told = merging.present(connection, device.village, {one.change.record for one in ones})
        scopes |= {one.scope for one in told.values()} or {scope_of_kind(one.change.kind) for one in ones}
    return scopes <= set(device.scopes)


def _apply(connection: Connection, standing: Standing, statement: Erasure, told: bytes, act: Act) -> None:
    """Keep a statement and destroy what it names; the caller holds the village's lock."""
    in_village = standing.village
    connection.execute(erasure.insert().values(village=in_village, serial=statement.serial, told=told))
    connection.execute(update(village).where(village.c.village == in_village).values(erasures=standing.erasures + 1))
    _destroy(connection, in_village, statement)
    kept = erasure_wishes.of_village(connection, in_village)
    erasure_wishes.done(
        connection, in_village, [one for one in kept if not any(_fresh(connection, in_village, one.told))]
    )
    note(connection, standing, act)


def since(connection: Connection, in_village: bytes, serial: int) -> list[bytes]:
    """The statements after a serial, in order."""
    query = select(erasure.c.told).where(erasure.c.village == in_village, erasure.c.serial > serial)
    return [told for (told,) in connection.execute(query.order_by(erasure.c.serial))]


def _destroy(connection: Connection, in_village: bytes, statement: Erasure) -> None:
    """Bodies and keys go, named records become blank, records of named changes are folded without them."""
    connection.execute(delete(seed_part).where(seed_part.c.village == in_village))  # what is erased may stand in them
    named = set(statement.records)
    fresh = named - records_among(connection, in_village, {record for _kind, record in named})
    _RECORDS.put(connection, [(in_village, record, kind) for kind, record in sorted(fresh)])
    ones = log.of_records(connection, in_village, {record for _kind, record in fresh}, held_too=True)
    ones = [one for one in ones if (one.change.kind, one.change.record) in fresh]
    ones += _newly_named(connection, in_village, statement.changes)
    _forget(connection, in_village, {one.change.name for one in ones})
    touched = {(one.change.kind, one.change.record) for one in ones} | fresh
    blank = records_among(connection, in_village, {record for _kind, record in touched}) - fresh
    _refold(connection, in_village, touched - blank, fresh)  # what was erased before stays so, whatever is named now


def _newly_named(connection: Connection, in_village: bytes, names: Sequence[ChangeName]) -> list[LoggedChange]:
    """The changes among those that were not erased before, as far as they are here."""
    found: list[LoggedChange] = []
    for device, seq in names:
        if _is_named(connection, in_village, (device, seq)):
            continue
        _CHANGES.put(connection, [(in_village, device, seq)])
        found += log.of_groups(connection, in_village, device, [(seq, seq)])
    return found


def _is_named(connection: Connection, in_village: bytes, name: ChangeName) -> bool:
    device, seq = name
    query = select(erased_change.c.seq).where(
        erased_change.c.village == in_village, erased_change.c.device == device, erased_change.c.seq == seq
    )
    return connection.execute(query).first() is not None


def _forget(connection: Connection, in_village: bytes, names: Collection[ChangeName]) -> None:
    """Destroy the bodies of these changes, and their keys."""
    by_device: dict[bytes, list[int]] = defaultdict(list)
    for device, seq in sorted(names):
        by_device[device].append(seq)
        connection.execute(
            update(change_log)
            .where(change_log.c.village == in_village, change_log.c.device == device, change_log.c.seq == seq)
            .values(body=None)
        )
    for device, seqs in by_device.items():
        segments = {links.segment_of(seq) for seq in seqs}
        kept = log.covers_of(connection, in_village, device, segments)
        log.replace_covers(connection, in_village, device, _without(kept, seqs))


def _refold(
    connection: Connection,
    in_village: bytes,
    touched: Collection[RecordName],
    fresh: AbstractSet[RecordName],
) -> None:
    here = merging.present(connection, in_village, {record for _kind, record in touched})
    heads = Heads(connection, in_village)
    rows = []
    for name in sorted(touched):
        kind, before = BY_NUMBER.get(name[0]), here.get(name)
        if kind is None or (name not in fresh and before is None):
            continue
        scope = before.scope if before else scope_of_kind(kind.number)
        if name in fresh:
            folded, packed = BLANK, b""
            digest = heads.digest(scope).erase(*name, before.heads if before else None)
        else:
            ones = log.of_records(connection, in_village, [name[1]])
            folded = merging.fold_all(kind, [one for one in ones if one.change.kind == kind.number])
            packed = pack_heads(folded.heads)
            digest = heads.digest(scope).put(*name, before.heads if before else None, packed)
        heads.put(scope, digest)
        rows.append(merging.row(in_village, scope, merging.Merged(kind, name[1], folded, packed)))
    merging.ROWS.put(connection, rows)
    clues.put(connection, rows, {record for _kind, record in touched})
    heads.write()


def records_among(connection: Connection, in_village: bytes, ids: Collection[bytes]) -> set[RecordName]:
    """The erased records among these."""
    return {(kind, record) for kind, record in select_among(connection, _NAMED, [in_village], ids)}


def records(connection: Connection, standing: Standing, changes: Iterable[LoggedChange]) -> set[RecordName]:
    """The erased records that these changes write."""
    if not standing.erasures:
        return set()
    return records_among(connection, standing.village, {one.change.record for one in changes})


def without_erased(
    connection: Connection, standing: Standing, changes: Sequence[LoggedChange]
) -> tuple[LoggedChange, ...]:
    """Changes as they may be kept: without the bodies that were erased.

    MissingBodiesError where bodies are missing and no erasure names them.
    """
    if not standing.erasures and all(one.body is not None for one in changes):
        return tuple(changes)
    erased = records(connection, standing, changes)
    kept, missing = [], []
    for one in changes:
        if (one.change.kind, one.change.record) in erased or _is_named(connection, standing.village, one.change.name):
            kept.append(replace(one, change=bare(one.change), body=None))
        elif one.body is None:
            missing.append(one)
        else:
            kept.append(one)
    if missing:
        raise MissingBodiesError(missing)
    return tuple(kept)


def punctured(covers: Mapping[int, Cover], changes: Iterable[LoggedChange]) -> dict[int, Cover]:
    """Key nodes as they came, without those of changes that have no body."""
    return dict(covers) | _without(covers, [one.change.seq for one in changes if one.body is None])


def _without(covers: Mapping[int, Cover], seqs: Iterable[int]) -> dict[int, Cover]:
    """The covers that change when the keys of these seqs are destroyed."""
    changed: dict[int, Cover] = {}
    for seq in seqs:
        segment = links.segment_of(seq)
        cover = changed.get(segment, covers.get(segment, ()))
        changed[segment] = links.puncture(cover, links.leaf_of(seq))
    return changed
