"""What one key says of a line of the day's list: tried, later, not now, no more.

Apart from the list: the first page shows it before anything of forms is loaded.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.records import Outcome, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import visits
from villagefp.services.visit_types import Header

if TYPE_CHECKING:
    from villagefp.services.due import DueLine
    from villagefp.storage.store import Store


def try_again(store: Store, line: DueLine, today: date, place: str = "home") -> RecordId:
    """Note an attempt that found nobody, at the door or by phone; after two this point is left in peace."""
    return _end(store, line, Outcome.UNREACHABLE, today, Header(place=place))


def postpone(store: Store, line: DueLine, today: date, until: date | None) -> RecordId:
    """Note that the person wishes to be asked later, on a day or on none; UserError for a day that is not ahead."""
    if until is not None and until <= today:
        raise UserError(
            _("{day} is not ahead. Choose a later day, or leave the day open.").format(day=until.isoformat())
        )
    return _end(store, line, Outcome.POSTPONED, today, Header(next_offer_on=until.isoformat() if until else None))


def not_this_time(store: Store, line: DueLine, today: date) -> RecordId:
    """Note that it is not wanted this time: only this point is closed."""
    return _end(store, line, Outcome.NOT_THIS_TIME, today, Header())


def decline(store: Store, line: DueLine, today: date) -> RecordId:
    """Note that it is not wanted any more: the programme ends for this person, without a reason and without a count."""
    return _end(store, line, Outcome.DECLINED, today, Header())


def _end(store: Store, line: DueLine, outcome: Outcome, today: date, header: Header) -> RecordId:
    visit = visits.start_visit(
        store, line.item.form, person_id=line.item.person, household_id=line.item.household, on=today
    )
    return visits.save_visit(store, visit, outcome, header=header).event_id
