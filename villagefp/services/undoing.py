"""Taking back an ending that was noted by one key, with all that it closed: the list is as it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from villagefp.domain.records import Event, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import revisions
from villagefp.services.visit_types import WITH_ANSWERS

if TYPE_CHECKING:
    from villagefp.storage.store import Store

_REASON = "taken back at once"


def take_back(store: Store, event_id: RecordId) -> None:
    """Withdraw a visit that ended without answers, and open again what it closed, where nobody wrote to it since.

    UserError for a visit with answers: that one is corrected, so that the old entry stays readable.
    """
    with store.save(_REASON) as save:
        event = save.get(Event, event_id)
        if event is None:
            raise UserError(_("This visit is not here any more: it was taken back already."))
        if event.outcome in WITH_ANSWERS or event.revision_of is not None:
            raise UserError(_("A visit with answers is not taken back but corrected. Open it and choose “Correct”."))
        before = revisions.earlier(save.connection, event.id)
        revisions.put_back(save, before)
        for record in before.made:
            if not before.touched(save, record):
                save.withdraw(type(record), record.id, _REASON)
        save.withdraw(Event, event.id, _REASON)
