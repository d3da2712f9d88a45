"""What this laptop remembers of earlier imports: how columns were set right, and which saves were imports."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from villagefp.domain.records import Alias, Household, Membership, Person, Phone, Record, RecordId
from villagefp.domain.roster import before
from villagefp.domain.roster.before import Before, Heard
from villagefp.domain.roster.columns import MappingMemory
from villagefp.domain.roster.meanings import Meaning
from villagefp.storage import imports, local
from villagefp.storage.log import Origin
from villagefp.wire.change import WITHDRAWN
from villagefp.wire.declared import BY_NUMBER

_MEMORY = "roster_mapping"
_REMEMBERED = 40
_TOLD: tuple[type[Record], ...] = (Household, Person, Membership, Phone, Alias)


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


def keep_heard(connection: Connection, heard: Mapping[RecordId, Heard]) -> None:
    """Keep what a roster told of people whom the register had already; the connection is a save's."""
    for person, told in heard.items():
        imports.put_heard(connection, person, told)


def told_before(connection: Connection) -> Before:
    """What imports told; what an import itself took back, as a number that a later file corrected, is left out."""
    of_kind = {kind.KIND: kind for kind in _TOLD}
    told: dict[type[Record], dict[RecordId, dict[str, object]]] = {kind: {} for kind in _TOLD}
    for change in imports.changes(connection):
        declared = BY_NUMBER[change.kind]
        kind = of_kind.get(declared.name)
        if kind is None:
            continue
        if change.fields.get(WITHDRAWN):
            told[kind].pop(change.record, None)
            continue
        names = declared.by_number
        fields = told[kind].setdefault(change.record, {})
        fields.update((names[number].name, value) for number, value in change.fields.items() if number in names)
    return before.gather(told, imports.heard(connection))
