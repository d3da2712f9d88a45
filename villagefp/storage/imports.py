"""Which saves were imports of a roster: what a later file tells is compared with what the last one told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.storage import local, log, standing
from villagefp.storage.log import Origin
from villagefp.wire.change import Change
from villagefp.wire.values import pack, unpack

SaveName = tuple[bytes, int]
"""Device and group."""
_KEY = "roster_imports"


def note(connection: Connection, origin: Origin) -> None:
    """Remember that the save of this connection is an import; to be called before it writes."""
    _put(connection, {*noted(connection), (origin.device, log.read_tail(connection, origin).seq + 1)})


def noted(connection: Connection) -> set[SaveName]:
    """All saves that were imports."""
    kept = local.get(connection, _KEY)
    return {(bytes.fromhex(device), group) for device, group in json.loads(kept)} if kept else set()


def changes(connection: Connection) -> list[Change]:
    """What imports wrote, as far as it is here, in the order of writing."""
    found = [
        change for device, group in noted(connection) for change in standing.changes_of_save(connection, device, group)
    ]
    return sorted(found, key=lambda one: (one.stamp, one.device, one.seq))


def heard(connection: Connection) -> dict[RecordId, Mapping[str, Any]]:
    """What rosters told of people whom the register had already, by person."""
    return dict(map(unpack, local.values_below(connection, local.HEARD)))


def put_heard(connection: Connection, person: RecordId, told: Mapping[str, object]) -> None:
    """Keep what a roster told of a person, in place of what the last one did; an erasure takes it along."""
    local.put(connection, f"{local.HEARD}{person.hex()}", pack([person, told]))


def rename(connection: Connection, names: Mapping[SaveName, SaveName]) -> None:
    """Saves go by other names from now on, as those do that are issued again under a new identity."""
    before = noted(connection)
    after = {names.get(name, name) for name in before}
    if after != before:
        _put(connection, after)


def _put(connection: Connection, names: Iterable[SaveName]) -> None:
    told = sorted((device.hex(), group) for device, group in names)
    local.put(connection, _KEY, json.dumps(told).encode())
