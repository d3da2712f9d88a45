"""What one screen asks of another: which form to open, which sheet to show."""

from __future__ import annotations

from dataclasses import dataclass

from villagefp.domain.records import RecordId


@dataclass(frozen=True)
class FormOrder:
    """A form to fill, to go on with, or (with an event) to read."""

    form_id: str
    person_id: RecordId | None = None
    household_id: RecordId | None = None
    draft_id: RecordId | None = None
    event_id: RecordId | None = None


@dataclass(frozen=True)
class SheetOrder:
    """A sheet to show and print: a household's, a form's, or the order of supplies."""

    household_no: str = ""
    form_id: str = ""
    person_id: RecordId | None = None
    event_id: RecordId | None = None
    blank: bool = False
    stock_order: bool = False
