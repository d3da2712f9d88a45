"""What one screen asks of another: which form to open, which sheet to show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.domain.records import RecordId

if TYPE_CHECKING:
    from villagefp.services.prompts import Slip
    from villagefp.ui.sheaf import Sheaf


class FormOrder(Struct, frozen=True):
    """A form to fill, to go on with, or (with an event) to read."""

    form_id: str
    person_id: RecordId | None = None
    household_id: RecordId | None = None
    draft_id: RecordId | None = None
    event_id: RecordId | None = None
    sheaf: Sheaf | None = None  # at the desk: the stack of paper that this sheet is from
    slip: Slip | None = None  # what a visit found: the referral slip that follows begins with it


class SheetOrder(Struct, frozen=True):
    """A sheet to show and print: a household's, a form's, the order of supplies, or the round of a day."""

    household_no: str = ""
    form_id: str = ""
    person_id: RecordId | None = None
    event_id: RecordId | None = None
    blank: bool = False
    stock_order: bool = False
    round_on: date | None = None
    bag: bool = False  # of the round the forms to take along
