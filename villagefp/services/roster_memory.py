"""Remembering how the user set columns right, by the headers of the table; local to this laptop."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from villagefp.domain.roster.columns import MappingMemory
from villagefp.domain.roster.meanings import Meaning
from villagefp.storage import local

_MEMORY = "roster_mapping"
_REMEMBERED = 40


def read(connection: Connection) -> MappingMemory:
    """What was set right in earlier imports."""
    kept = local.get(connection, _MEMORY)
    told: dict[str, dict[str, str]] = json.loads(kept) if kept else {}
    return MappingMemory(
        {
            signature: {int(place): Meaning(meaning) for place, meaning in columns.items() if meaning in set(Meaning)}
            for signature, columns in told.items()
        }
    )


def keep(connection: Connection, corrected: Mapping[str, Mapping[int, Meaning]]) -> None:
    """Keep what was set right in this one; the connection is a save's."""
    if not corrected:
        return
    entries = dict(read(connection).entries)
    for signature, columns in corrected.items():
        merged = {**entries.pop(signature, {}), **columns}
        entries[signature] = merged
    latest = dict(list(entries.items())[-_REMEMBERED:])
    local.put(connection, _MEMORY, json.dumps(latest, ensure_ascii=False).encode())
