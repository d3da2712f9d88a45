"""What digests are kept up to date by: which records were touched, and the scope of those that no longer tell it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from villagefp.storage.records import select_in
from villagefp.wire.change import Change
from villagefp.wire.declared import BY_NAME, BY_NUMBER
from villagefp.wire.erasure import RecordName
from villagefp.wire.scopes import scope_of_event, scope_of_kind

EVENT = BY_NAME["event"].number
_FORM = BY_NAME["event"].by_name["form"].number


def touch(connection: Connection, names: Iterable[RecordName]) -> None:
    """Note records whose heads may be others now; own saves need not, since the log tells them."""
    rows = sorted(names)
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO to_digest (kind, record) VALUES (?, ?)", rows)


def remember_scopes(connection: Connection, names: Iterable[RecordName]) -> None:
    """Keep the scope of visits that are about to be erased: their rows are what says it."""
    visits = sorted({record for kind, record in names if kind == EVENT})
    if visits:
        told = select_in(connection, "SELECT id, form FROM event WHERE form IS NOT NULL", "id", visits)
        rows = [(EVENT, record, scope_of_event(form)) for record, form in told]
        if rows:  # a visit whose making has not come yet tells no form
            connection.exec_driver_sql("INSERT OR IGNORE INTO known_scope (kind, record, scope) VALUES (?, ?, ?)", rows)


def learn_scope(connection: Connection, scope: int, changes: Iterable[Change]) -> None:
    """Take it from the county in which stream records stand, where their kind or form does not say it.

    A visit that was erased tells no form, and one whose withdrawal came to the county before its making stands where
    the withdrawal does. A record of a kind that this program or the county had not learned yet stands for ever where
    sensitive ones do. To be told of the changes of every page, and of own ones where the county says their places.
    """
    said: set[bytes] = set()
    unsaid: set[bytes] = set()
    elsewhere: set[RecordName] = set()
    for change in changes:
        if change.kind != EVENT:
            if change.kind not in BY_NUMBER or scope_of_kind(change.kind) != scope:
                elsewhere.add((change.kind, change.record))
        else:
            form = change.fields.get(_FORM)
            (said if form is not None and scope_of_event(form) == scope else unsaid).add(change.record)
    if unsaid:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO known_scope (kind, record, scope) VALUES (?, ?, ?)",
            [(EVENT, record, scope) for record in sorted(unsaid)],
        )
    if said and connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM known_scope)").scalar_one():
        connection.exec_driver_sql(
            "UPDATE known_scope SET scope = ? WHERE kind = ? AND record = ?",
            [(scope, EVENT, record) for record in sorted(said)],
        )
        touch(connection, ((EVENT, record) for record in said))
    touch(connection, ((EVENT, record) for record in unsaid))
    _stands_elsewhere(connection, scope, elsewhere)


def _stands_elsewhere(connection: Connection, scope: int, names: Iterable[RecordName]) -> None:
    rows = [(*name, scope) for name in sorted(names)]
    if rows:
        connection.exec_driver_sql("INSERT OR REPLACE INTO known_scope (kind, record, scope) VALUES (?, ?, ?)", rows)
    touch(connection, names)
