"""Referral slips as records: made by a finished form, answered by a later one, kept as one through corrections."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from villagefp.domain.records import RecordId, Referral
from villagefp.services.writing import Told, Writing
from villagefp.storage import records, same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

_ASKED_WITHIN = timedelta(days=14)
_REPLY = ("arrived", "result_told_on")


def waiting(connection: Connection, person: RecordId) -> Referral | None:
    """The slip that was given last of those about which nothing was told yet."""
    found = [
        one
        for one in records.where_in(connection, Referral, "person", same.all_of(connection, person))
        if not (one.arrived or one.result_told_on)
    ]
    return max(found, key=lambda one: (one.given_on or "", one.id), default=None)


def write(writing: Writing, told: Told) -> None:
    """Keep what a form says of a slip: a new one, or the answer to the one that waits."""
    if told.creates:
        _give(writing, told)
    elif told.updates and (there := waiting(writing.save.connection, writing.person)):
        reply: dict[str, Any] = {name: told.values[name] for name in _REPLY if name in told.values}
        writing.save.change(replace(there, **reply))


def _give(writing: Writing, told: Told) -> None:
    private = told.target.startswith("private")
    values: dict[str, Any] = (
        _neutral(writing, told) if private else {name: value for name, value in told.values.items() if name != "reason"}
    )
    values.setdefault("given_on", writing.event.occurred_on)
    kept = writing.before.take(Referral)
    reason = told.values.get("reason", "")
    if kept is not None and kept.result_told_on and kept.arrived == values.get("arrived"):
        values["result_told_on"] = kept.result_told_on  # told once; corrected later for another reason
    sealed = kept.reason if kept else None
    if reason != _reason_of(writing.store, sealed):
        sealed = writing.store.seal(msgspec.msgpack.encode(reason)) if reason else None
    wanted = Referral(
        id=kept.id if kept else writing.store.ambient.new_id(),
        person=writing.person,
        event=writing.event.id,
        reason=sealed,
        **values,
    )
    if kept is None:
        writing.save.add(wanted)
    else:
        writing.before.revise(writing.save, kept, wanted)


def _neutral(writing: Writing, told: Told) -> dict[str, Any]:
    """What the open record may say of a private form: the day of the visit, which its header says as well, and when
    to ask; neither how urgent nor where to."""
    on = date.fromisoformat(writing.event.occurred_on)
    values = {"follow_by": (on + _ASKED_WITHIN).isoformat()}
    if told.values.get("answered"):
        values["result_told_on"] = writing.store.ambient.today().isoformat()
    return values


def _reason_of(store: Store, sealed: bytes | None) -> str:
    return str(msgspec.msgpack.decode(store.unseal(sealed))) if sealed else ""
