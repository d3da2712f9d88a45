"""What was published to this store: forms and programmes, each version signed and from a day on; county parameters.

A statement counts for what is asked from now on where this laptop or a pinned key signed it. The statement itself says
from which day on it counts, not the row it lies in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import Connection

from villagefp.domain.package_records import CountyParam, StoredFormPackage, StoredProgrammePackage
from villagefp.storage import trust
from villagefp.storage.records import where

if TYPE_CHECKING:
    from villagefp.wire.statements import Statement

PROGRAMME_TEXT = "text"
"""The content of a programme's statement."""


class Kept(Struct, frozen=True):
    """One published version, as it lies in the store."""

    statement: Statement
    trusted: bool  # signed by this laptop or by a key that was pinned


def forms(connection: Connection) -> dict[str, tuple[Kept, ...]]:
    """The published versions of each form, in the order in which they come into force."""
    rows = where(connection, StoredFormPackage)
    return _by_name(connection, "form", [(row.form, row.version, row.body) for row in rows])


def programmes(connection: Connection) -> dict[str, tuple[Kept, ...]]:
    """The published versions of each programme, in the order in which they come into force."""
    rows = where(connection, StoredProgrammePackage)
    return _by_name(connection, "programme", [(row.programme, row.version, row.body) for row in rows])


def programme_texts(connection: Connection, on: date) -> dict[str, str]:
    """The published text of each programme that has one in force on a day; the others are as they are built in."""
    found = {name: in_force(kept, on) for name, kept in programmes(connection).items()}
    return {name: one.statement.content(PROGRAMME_TEXT).decode("utf-8") for name, one in found.items() if one}


def in_force(kept: Sequence[Kept], on: date) -> Kept | None:
    """The version that counts on a day: of those begun, the one begun last, and of these the one published last."""
    begun = [one for one in kept if one.trusted and one.statement.from_on <= on.isoformat()]
    return begun[-1] if begun else None


def params(connection: Connection, on: date) -> dict[str, str]:
    """Every known county parameter as it stands on a day; what the county has not said stands as it is built in."""
    from villagefp.domain import county_params  # noqa: PLC0415  of forms, not of the first page

    told: dict[str, CountyParam] = {}
    for each in sorted(where(connection, CountyParam), key=lambda one: (one.from_on or "", one.id)):
        if each.name in county_params.KNOWN and (each.from_on or "") <= on.isoformat():
            told[each.name] = each
    return {**county_params.defaults(), **{name: each.value for name, each in told.items()}}


@lru_cache(maxsize=64)
def _intact(body: bytes) -> Statement:
    """What is kept is read in every save that plans follow-ups: its signature is worked out once."""
    from villagefp.wire.statements import read_intact  # noqa: PLC0415  as below

    return read_intact(body)


def _by_name(
    connection: Connection, sort: str, bodies: Sequence[tuple[str, str, bytes]]
) -> dict[str, tuple[Kept, ...]]:
    """What is kept, by name and in order; what nobody signed, or not for this record, counts as not there."""
    if not bodies:
        return {}
    from villagefp.wire.statements import StatementError  # noqa: PLC0415  3 ms of a first page that seldom has any

    trusted = trust.trusted_keys(connection)
    found: dict[str, list[Kept]] = {}
    for name, version, body in bodies:
        try:
            statement = _intact(body)
        except StatementError:
            continue
        if (statement.sort, statement.name, statement.version) == (sort, name, version):
            found.setdefault(name, []).append(Kept(statement, statement.signer in trusted))
    return {
        name: tuple(sorted(found[name], key=lambda one: (one.statement.from_on, one.statement.serial)))
        for name in sorted(found)
    }
