"""Pages as the county signed them, kept until a backup of it holds them: a county that was put back gets them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from villagefp.wire.change import ChangeName
from villagefp.wire.cursor import Epoch
from villagefp.wire.hello import name_of
from villagefp.wire.page import Page
from villagefp.wire.values import pack, unpack

_KEEP = "INSERT OR IGNORE INTO kept_page (name, scope, first, last, epoch, runs, told) VALUES (?, ?, ?, ?, ?, ?, ?)"


def keep(connection: Connection, page: Page, told: bytes, epoch: Epoch) -> None:
    """Keep a page that was taken, as it came in this epoch."""
    runs = [[page.devices[run.device], run.first, run.count] for run in page.runs]
    row = (name_of(told), page.stream.scope, page.first, page.last, pack(epoch), pack(runs), told)
    connection.exec_driver_sql(_KEEP, row)


def county_lost(connection: Connection, scope: int, position: int) -> None:
    """The county was put back to a position: what lies above it is to be given back, whatever is safe there later."""
    connection.exec_driver_sql("UPDATE kept_page SET lost = 1 WHERE scope = ? AND last > ?", (scope, position))


def to_give_back(connection: Connection, epoch_now: Epoch, above: Mapping[int, int]) -> list[tuple[bytes, bytes]]:
    """Names and bytes of the pages of earlier epochs that lie above these positions, by scope, in order."""
    rows = connection.exec_driver_sql(
        "SELECT name, scope, last, lost, told FROM kept_page WHERE epoch <> ? ORDER BY scope, first, name",
        (pack(epoch_now),),
    )
    return [
        (bytes(row.name), bytes(row.told))
        for row in rows
        if row.scope in above and (row.lost or row.last > above[row.scope])
    ]


def data(connection: Connection, name: bytes) -> bytes:
    """The bytes of a kept page; LookupError where it is not here."""
    told = connection.exec_driver_sql("SELECT told FROM kept_page WHERE name = ?", (name,)).scalar()
    if told is None:
        raise LookupError("There is no kept page of this name.")
    return bytes(told)


def given_back(connection: Connection, name: bytes) -> None:
    """The county has a page again that it had lost; what it makes of it comes down in a page of its own."""
    connection.exec_driver_sql("DELETE FROM kept_page WHERE name = ?", (name,))


def forget(connection: Connection, safe: Mapping[int, int]) -> None:
    """Let go of the pages that lie in a backup of the county, by scope up to a position; never of what it lost."""
    for scope, position in safe.items():
        connection.exec_driver_sql(
            "DELETE FROM kept_page WHERE scope = ? AND last <= ? AND lost = 0", (scope, position)
        )


def destroy(connection: Connection, names: Iterable[ChangeName]) -> None:
    """Let go of the pages that hold changes which were erased: the signature allows to take nothing out of them."""
    erased = set(names)
    rows: list[Any] = list(connection.exec_driver_sql("SELECT name, runs FROM kept_page").all()) if erased else []
    for name, runs in rows:
        if any(_holds(run, erased) for run in unpack(runs)):
            connection.exec_driver_sql("DELETE FROM kept_page WHERE name = ?", (name,))


def _holds(run: tuple[bytes, int, int], names: set[ChangeName]) -> bool:
    device, first, count = run
    return any(device == one and first <= seq < first + count for one, seq in names)
