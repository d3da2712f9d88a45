"""How many decisions wait, and what is decided together: all that the first page asks of `conflicts`."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage.codec import BY_NUMBER
from villagefp.wire.change import WITHDRAWN


def count(connection: Connection) -> int:
    """How many decisions wait."""
    rows = connection.exec_driver_sql("SELECT kind, record, field FROM conflict").all()
    told = {(row.kind, row.record, decided_together(row.kind, row.field)) for row in rows}
    return len(told) + len(corrected(connection))


def decided_together(number: int, field: int) -> tuple[int, ...]:
    """The fields of a kind that are decided together with one."""
    if field == WITHDRAWN:
        return (WITHDRAWN,)
    kind = BY_NUMBER[number].kind
    group = kind.by_number[field].group
    return tuple(each.number for each in kind.groups[group]) if group else (field,)


def corrected(connection: Connection) -> dict[RecordId, list[RecordId]]:
    """The visits that more than one live correction corrects, with these corrections."""
    rows = connection.exec_driver_sql(
        """SELECT revision_of, id FROM event WHERE withdrawn = 0 AND revision_of IN (
           SELECT revision_of FROM event WHERE withdrawn = 0 AND revision_of IS NOT NULL
           GROUP BY revision_of HAVING count(*) > 1) ORDER BY revision_of, id"""
    )
    found: dict[RecordId, list[RecordId]] = defaultdict(list)
    for one, correction in rows:
        found[one].append(correction)
    return found
