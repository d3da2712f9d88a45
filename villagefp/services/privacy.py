"""Looks that are logged, what a person decides about a private entry of an old roster, and erasing all of her."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from villagefp.domain.kept import KINDS
from villagefp.domain.records import Access, Person, RecordId
from villagefp.services.people import known_person
from villagefp.storage import records, same
from villagefp.wire.declared import BY_NAME

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store


def note_access(store: Store, person_id: RecordId, action: str) -> None:
    """Write into the access log who opened, revealed or printed what: one row per person, day and action."""
    note_accesses(store, [person_id], action)


def note_accesses(store: Store, person_ids: Sequence[RecordId], action: str) -> None:
    """The same for several persons, as a list that shows whole ID numbers does."""
    day = store.ambient.today().isoformat()
    with store.read() as connection:
        noted = {
            row.person for row in records.where(connection, Access, worker=store.worker.id, day=day, action=action)
        }
    rows = [
        Access(id=store.ambient.new_id(), worker=store.worker.id, person=person_id, day=day, action=action)
        for person_id in dict.fromkeys(person_ids)
        if person_id not in noted
    ]
    if rows:
        with store.save() as save:
            save.add_many(rows)


def reveal_id(store: Store, person_id: RecordId) -> str:
    """The whole ID number, for the eye that asked; the look is logged. Empty where there is none."""
    note_access(store, person_id, "revealed")
    with store.read() as connection:
        person = records.get(connection, Person, person_id)
    return (person.id_no or "") if person is not None else ""


def reveal_legacy_method(store: Store, person_id: RecordId) -> str:
    """The code of `method_code` that an old roster had for this person, for herself to confirm; the look is logged."""
    note_access(store, person_id, "revealed")
    with store.read() as connection:
        person = records.get(connection, Person, person_id)
    if person is None or person.legacy_method is None:
        return ""
    return store.unseal(person.legacy_method).decode()


def decide_legacy_method(store: Store, person_id: RecordId, *, keep: bool) -> None:
    """Do as the person decides about the method an old roster had: keep it as confirmed, or blank it."""
    with store.save() as save:
        person = known_person(save, person_id)
        if keep:
            save.change(replace(person, legacy_method_status="confirmed"))
        else:
            save.change(replace(person, legacy_method=None, legacy_method_status="dropped"))


def erase_person(store: Store, person_id: RecordId) -> None:
    """Destroy all that is kept of a person, here and wherever this statement comes; nobody can bring it back.

    A withdrawn entry is erased as well. What a person wishes to be kept, or a law protects, is settled before. [K]
    """
    from villagefp.storage import device_key, erasures  # noqa: PLC0415  seldom, and 6 ms of the way to the first page
    from villagefp.wire.erasure import Erasure, sign_erasure  # noqa: PLC0415  as above

    with store.read() as connection:
        named = _all_of(connection, person_id)
        serial = len(erasures.statements(connection)) + 1
    told = Erasure(village=store.origin.village, serial=serial, records=tuple(sorted(named)))
    statement = sign_erasure(told, device_key.own_key(store))
    with store.save() as save:  # kept before anything is destroyed: what is erased here must be erased everywhere
        erasures.keep_statement(save.connection, serial, statement)
    erasures.catch_up(store)


def _all_of(connection: Connection, person_id: RecordId) -> set[tuple[int, RecordId]]:
    """The person, and every record that names her as the one it is about, withdrawn ones too."""
    named: set[tuple[int, RecordId]] = set()
    for person in same.all_of(connection, person_id):  # she may be in the register twice
        named.add((BY_NAME[Person.KIND].number, person))
        for record_type in KINDS:
            kind = BY_NAME[record_type.KIND]
            names_her = [name for name in ("person", "first", "second") if name in kind.by_name]
            if record_type is Access:  # who looked stays on record; it names nobody
                continue
            for column in names_her:
                query = f'SELECT id FROM "{kind.name}" WHERE "{column}" = ?'  # noqa: S608  names of the registry
                named |= {(kind.number, row.id) for row in connection.exec_driver_sql(query, (person,))}
    return named
