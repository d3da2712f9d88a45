"""How far this laptop has come in each stream, with sparse checkpoints for the day a county is put back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from villagefp.storage import exchange_facts, kept_pages, local
from villagefp.wire.cursor import Cursor, Stream, advance_noting, start
from villagefp.wire.values import pack, unpack

_READ = "SELECT position, chain, checkpoints FROM stream_cursor WHERE scope = ?"
_WRITE = "INSERT OR REPLACE INTO stream_cursor (scope, position, chain, checkpoints) VALUES (?, ?, ?, ?)"


def read(connection: Connection, scopes: Iterable[int]) -> dict[int, Cursor]:
    """Where this laptop stands in these streams; at their start where nothing came yet."""
    return {scope: _stands(connection, scope)[0] for scope in scopes}


def move(connection: Connection, scope: int, links: Sequence[bytes]) -> Cursor:
    """Go on by changes with these links, in the order of their positions, and note the checkpoints on the way."""
    cursor, noted = advance_noting(*_args(connection, scope, links))
    _put(connection, scope, cursor, noted)
    return cursor


def _args(
    connection: Connection, scope: int, links: Sequence[bytes]
) -> tuple[Cursor, Sequence[bytes], dict[int, bytes]]:
    cursor, noted = _stands(connection, scope)
    return cursor, links, noted


def put_back(connection: Connection, scope: int, position: int, chain: bytes) -> None:
    """Go on from an earlier position, the last one that a county which was put back has in common with this laptop.

    The pages above it are to be given back.
    """
    _, noted = _stands(connection, scope)
    _put(connection, scope, Cursor(position, chain), {place: kept for place, kept in noted.items() if place < position})
    kept_pages.county_lost(connection, scope, position)
    exchange_facts.put_common_positions(connection, {scope: position})


def jump(connection: Connection, scope: int, cursor: Cursor) -> None:
    """Stand where a seed begins: nothing is known of what lies before."""
    _put(connection, scope, cursor, {})


def checkpoints(connection: Connection, scope: int) -> dict[int, bytes]:
    """The chain of a stream at the positions that are remembered, this laptop's own among them."""
    cursor, noted = _stands(connection, scope)
    return {**noted, cursor.position: cursor.chain}


def _stands(connection: Connection, scope: int) -> tuple[Cursor, dict[int, bytes]]:
    row = connection.exec_driver_sql(_READ, (scope,)).first()
    if row is not None:
        return Cursor(row.position, bytes(row.chain)), dict(unpack(row.checkpoints))
    village = local.get(connection, local.VILLAGE_KEY)
    if village is None:
        raise ValueError("The store does not say which village it is of.")
    return start(Stream(village, scope)), {}


def _put(connection: Connection, scope: int, cursor: Cursor, noted: dict[int, bytes]) -> None:
    connection.exec_driver_sql(_WRITE, (scope, cursor.position, cursor.chain, pack(dict(sorted(noted.items())))))
