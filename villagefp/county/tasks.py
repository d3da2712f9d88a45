"""What waits for somebody at the county, village by village: sorts and ids; who it is about only a ticket shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from villagefp.county import clues, erasure_wishes, held, moves
from villagefp.county.doubts import unpack_doubts
from villagefp.county.store import County
from villagefp.county.tables import record as record_table
from villagefp.county.tables import village as village_table
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.declared import BY_NAME


@dataclass(frozen=True)
class TaskLine:
    """Something to look at, or to decide."""

    village: bytes
    village_name: str
    sort: str  # conflict, id_number, same_number, two_homes, stock, transfer, returned, erasure
    records: tuple[bytes, ...]  # of an erasure first its own id, then the persons'


_PERSON = BY_NAME["person"].number
_ACROSS = {clues.Sort.ID_NUMBER: "same_number", clues.Sort.HOME: "two_homes", clues.Sort.STOCK: "stock"}


def every(county: County) -> list[TaskLine]:
    """All that waits, in order of villages' names; nothing here compares one village with another."""
    wishes = moves.waiting(county)
    with county.read() as connection:
        villages = connection.execute(select(village_table.c.village, village_table.c.name)).all()
        return [
            TaskLine(village, name, sort, records)
            for village, name in sorted(villages, key=lambda row: (row.name, row.village))
            for sort, records in (
                *_of(connection, village),
                *(("transfer", (each.transfer,)) for each in wishes if each.village == village),
            )
        ]


def _of(connection: Connection, village: bytes) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    doubtful = select(record_table.c.record, record_table.c.doubts).where(
        record_table.c.village == village, record_table.c.doubts.is_not(None)
    )
    for record, packed in connection.execute(doubtful.order_by(record_table.c.record)):
        for sort in sorted({doubt.sort for doubt in unpack_doubts(packed)}):
            yield sort.name.lower(), (record,)
    for task in clues.tasks(connection, village):
        yield _ACROSS[task.sort], task.records
    for record in sorted({one.change.record for one in held.of_village(connection, village)}):
        yield "returned", (record,)
    for kept in erasure_wishes.of_village(connection, village):
        if not kept.refused:
            yield "erasure", (kept.name, *(record for kind, record in kept.told.records if kind == _PERSON))


def village_of(county: County, code: str) -> bytes:
    """The village with this code; UserError where the county has none."""
    with county.read() as connection:
        found: bytes | None = connection.execute(
            select(village_table.c.village).where(village_table.c.code == code)
        ).scalar()
    if found is None:
        raise UserError(_("The county has no village {code} yet. Enrol a laptop for it.").format(code=code))
    return found
