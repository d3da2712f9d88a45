"""Reading what is due as it was derived; apart from the deriving, since the first page needs only this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.followup_days import Planned
from villagefp.domain.records import RecordId
from villagefp.storage import local, rules
from villagefp.storage.records import select_in

STAMP = "due_stamp"
"""Under which key the laptop remembers by which rules the rows were made."""

_decode = msgspec.msgpack.Decoder(tuple[Planned, ...]).decode


class SubjectPlan(Struct, frozen=True):
    """The plan of one person or household."""

    subject: RecordId
    household: bool
    items: tuple[Planned, ...]


def stale(connection: Connection, today: date) -> bool:
    """Whether the rows were made by other rules than count today."""
    return local.get(connection, STAMP) != rules.in_force(connection, today).digest


def all_plans(connection: Connection, unseal: Callable[[bytes], bytes]) -> list[SubjectPlan]:
    """Every person and household with a plan."""
    rows = connection.exec_driver_sql("SELECT subject, household, items, private FROM due_plan").all()
    return [_read(row, unseal) for row in rows]


def plans_of(
    connection: Connection, subjects: Sequence[RecordId], unseal: Callable[[bytes], bytes]
) -> list[SubjectPlan]:
    """The plans of these persons and households."""
    query = "SELECT subject, household, items, private FROM due_plan WHERE 1"
    return [_read(row, unseal) for row in select_in(connection, query, "subject", subjects)]


def _read(row: Any, unseal: Callable[[bytes], bytes]) -> SubjectPlan:
    subject, household, items, private = row
    told = _decode(items) + (_decode(unseal(private)) if private else ())
    return SubjectPlan(subject, bool(household), told)
