"""After an update: records that a newer laptop had written, and that this program has learned to understand since.

Until then their changes stood in the log as they came, and what they make counted for nobody here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from villagefp.county import clues, log, merging, office_values
from villagefp.county.erasing import BLANK
from villagefp.county.judging import RecordName
from villagefp.county.merging import Merged
from villagefp.county.store import Act, County, Standing, note
from villagefp.county.streams import Heads
from villagefp.county.tables import change_log, erased_record, record
from villagefp.county.tables import village as village_table
from villagefp.wire.declared import BY_NUMBER
from villagefp.wire.heads import pack_heads, unpack_heads
from villagefp.wire.protocol import REGISTRY
from villagefp.wire.scopes import scope_of_kind
from villagefp.wire.values import unpack

_FOLDED = "registry folded in"
"""Under it stands for each village the state of the registry with which its records were made."""
_AT_ONCE = 500


def fold_in_what_is_known(county: County) -> int:
    """Make the records of kinds and fields that this program knows and the one before it did not; how many there were.

    Cheap where nothing was learned; after an update it reads every record once, village by village.
    """
    with county.read() as connection:
        villages = connection.execute(select(village_table.c.village)).scalars().all()
        done = office_values.villages_with(connection, _FOLDED, REGISTRY)
    return sum(_in_village(county, each) for each in villages if each not in done)


def _in_village(county: County, village: bytes) -> int:
    with county.numbering(village) as (connection, standing):
        learned = sorted({**_without_row(connection, village), **_with_less(connection, village)}.items())
        for start in range(0, len(learned), _AT_ONCE):
            _fold(connection, village, dict(learned[start : start + _AT_ONCE]))
        office_values.put_number(connection, _FOLDED, REGISTRY, village)
        if learned:
            _note(county, connection, standing, len(learned))
    return len(learned)


def _note(county: County, connection: Connection, standing: Standing, count: int) -> None:
    note(connection, standing, Act(county.now(), "county", f"registry {REGISTRY}: {count} records"))


def _without_row(connection: Connection, village: bytes) -> dict[RecordName, int]:
    """Records in force, or erased, that have no row since their kind was not known; with the scope they travel in."""
    rows = select(record.c.kind, record.c.record).where(record.c.village == village)
    here = {(kind, bytes(name)) for kind, name in connection.execute(rows)}
    erased = select(erased_record.c.kind, erased_record.c.record).where(erased_record.c.village == village)
    found = {(kind, bytes(name)): scope_of_kind(kind) for kind, name in connection.execute(erased)}
    written = select(change_log.c.kind, change_log.c.record, change_log.c.scope).distinct()
    in_force = (change_log.c.village == village, change_log.c.position.is_not(None))
    found |= {(kind, bytes(name)): scope for kind, name, scope in connection.execute(written.where(*in_force))}
    return {name: scope for name, scope in found.items() if name[0] in BY_NUMBER and name not in here}


def _with_less(connection: Connection, village: bytes) -> dict[RecordName, int]:
    """Records whose heads are of fields that are known, and whose row does not hold these."""
    columns = (record.c.kind, record.c.record, record.c.scope, record.c.fields, record.c.heads)
    rows = connection.execute(select(*columns).where(record.c.village == village))
    return {(kind, bytes(name)): scope for kind, name, scope, *told in rows if _lacks(kind, *told)}


def _lacks(kind: int, fields: bytes, heads: bytes) -> bool:
    known = BY_NUMBER[kind].by_number.keys() if kind in BY_NUMBER else set()
    return bool(heads) and not (unpack_heads(heads).keys() & known) <= unpack(fields).keys()


def _fold(connection: Connection, village: bytes, scopes: Mapping[RecordName, int]) -> None:
    ids = {name for _kind, name in scopes}
    here = merging.present(connection, village, ids)
    erased = _erased(connection, village, scopes)
    changes = defaultdict(list)
    for one in log.of_records(connection, village, ids):
        changes[one.change.kind, one.change.record].append(one)
    heads = Heads(connection, village)
    rows = []
    for name, scope in scopes.items():
        kind, before = BY_NUMBER[name[0]], here[name].heads if name in here else None
        if name in erased:
            folded, packed = BLANK, b""
            heads.put(scope, heads.digest(scope).erase(*name, before))
        else:
            folded = merging.fold_all(kind, changes[name])
            packed = pack_heads(folded.heads)
            heads.put(scope, heads.digest(scope).put(*name, before, packed))
        rows.append(merging.row(village, scope, Merged(kind, name[1], folded, packed)))
    merging.ROWS.put(connection, rows)
    clues.put(connection, rows, ids)
    heads.write()


def _erased(connection: Connection, village: bytes, names: Collection[RecordName]) -> set[RecordName]:
    query = select(erased_record.c.kind, erased_record.c.record).where(erased_record.c.village == village)
    return {(kind, bytes(name)) for kind, name in connection.execute(query)} & set(names)
