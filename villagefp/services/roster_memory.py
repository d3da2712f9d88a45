"""What this laptop remembers of earlier imports: how columns were set right, and which saves were imports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from villagefp.domain.records import RecordId
from villagefp.domain.roster.columns import MappingMemory
from villagefp.domain.roster.meanings import Meaning
from villagefp.storage import imports, local, standing
from villagefp.storage.log import Origin
from villagefp.wire.declared import BY_NUMBER

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


def note_import(connection: Connection, origin: Origin) -> None:
    """Remember that the save of this connection is an import; to be called before it writes."""
    imports.note(connection, origin)


def told_before(connection: Connection) -> Callable[[RecordId], Mapping[str, object]]:
    """For a record, its fields as imports wrote them last; good as long as the connection is held."""
    saves = imports.noted(connection)

    def of_record(record: RecordId) -> Mapping[str, object]:
        told: dict[str, object] = {}
        for logged in standing.changes_of(connection, record) if saves else ():
            change = logged.change
            if (change.device, change.group) in saves:
                names = BY_NUMBER[change.kind].by_number
                told.update((names[number].name, value) for number, value in change.fields.items() if number in names)
        return told

    return of_record
