"""Kinds, fields and values of records as the office reads them; scripts get their own names in JSON."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cache

from villagefp.domain import codes
from villagefp.i18n import _, language
from villagefp.wire.values import Value

_CODES = {
    "sex": "sex", "ethnic": "ethnic", "education": "education_gb", "marital": "marital_gb", "relation": "relation",
    "presence": "presence", "item_code": "item_code", "unit": "stock_unit", "occupation": "occupation",
    "outcome": "outcome",
}  # fmt: skip
_ID_BYTES = 16


def kind_words(kind: str) -> str:
    """A kind of record; the program's own name for one that nobody reads."""
    return _kinds(language()).get(kind, kind)


def field_words(kind: str, field: str) -> str:
    """A field of a kind; the program's own name for one that nobody reads."""
    told = _fields(language())
    return told.get(f"{kind}.{field}") or told.get(field, field)


def value_words(kind: str, field: str, value: Value) -> str:
    """A value: a code by its word, a record by its id as `county tasks` shows it."""
    if value is None:
        return "—"
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value)) if len(value) == _ID_BYTES else _("an entry that is not shown here")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "reason" and kind == "transfer":
        return codes.load("transfer_reason").label(str(value), language()) or str(value)
    known = _CODES.get(field)
    return (codes.load(known).label(str(value), language()) if known else None) or str(value)


def record_words(kind: str, values: Mapping[str, Value]) -> str:
    """A record on one line: what was told of it."""
    told = (f"{field_words(kind, name)}: {value_words(kind, name, value)}" for name, value in values.items())
    return "  ".join(told)


@cache
def _kinds(_language: str) -> Mapping[str, str]:
    return {
        "village": _("Village"),
        "worker": _("Worker"),
        "household": _("Household"),
        "hukou_book": _("Hukou book"),
        "person": _("Person"),
        "alias": _("Other name"),
        "phone": _("Phone"),
        "membership": _("Membership"),
        "event": _("Visit"),
        "consent": _("Consent"),
        "episode": _("Time in a programme"),
        "referral": _("Referral slip"),
        "benefit_case": _("Application for a benefit"),
        "stock_item": _("Item of stock"),
        "stock_move": _("Movement of stock"),
        "appointment": _("Appointment"),
        "form_package": _("Form"),
        "programme_package": _("Programme"),
        "county_param": _("Parameter of the county"),
        "same_as": _("One and the same, or two"),
        "transfer": _("Wish to move"),
    }


@cache
def _fields(_language: str) -> Mapping[str, str]:
    return {
        "name": _("Name"),
        "code": _("Code"),
        "role": _("Role"),
        "phone": _("Phone"),
        "phone.number": _("Number"),
        "number": _("Number"),
        "whose": _("Whose"),
        "may_mention_health": _("Health may be mentioned"),
        "household_no": _("Household number"),
        "group_no": _("Group"),
        "address": _("Address"),
        "head": _("Head"),
        "note": _("Note"),
        "book_no": _("Number of the hukou book"),
        "name_status": _("State of the name"),
        "sex": _("Sex"),
        "birth_date": _("Birth date"),
        "birth_precision": _("How exactly"),
        "birth_told": _("Told as"),
        "id_no": _("ID number"),
        "id_status": _("State of the number"),
        "mother": _("Mother"),
        "ethnic": _("Ethnic group"),
        "education": _("Education"),
        "marital": _("Marital status"),
        "occupation": _("Occupation"),
        "file_no": _("Number of the health file"),
        "died_on": _("Date of death"),
        "person": _("Person"),
        "household": _("Household"),
        "hukou_book": _("Hukou book"),
        "relation": _("Relation to the head"),
        "joined_on": _("Since"),
        "joined_why": _("Why since then"),
        "left_on": _("Until"),
        "left_why": _("Why until then"),
        "presence": _("Presence"),
        "presence_since": _("Present or away since"),
        "expected_back": _("Expected back"),
        "form": _("Form"),
        "form_version": _("Version"),
        "version": _("Version"),
        "occurred_on": _("Day"),
        "place": _("Place"),
        "outcome": _("Outcome"),
        "correction_reason": _("Reason of the correction"),
        "next_offer_on": _("Next offer on"),
        "item_code": _("Item"),
        "item": _("Item"),
        "product": _("Product"),
        "spec": _("Size"),
        "unit": _("Unit"),
        "quantity": _("Quantity"),
        "batch_no": _("Batch"),
        "expiry": _("Expiry"),
        "moved_on": _("Day"),
        "direction": _("Direction"),
        "wished_on": _("Wished day"),
        "part": _("Part of the day"),
        "settled": _("Settled"),
        "same": _("One and the same, or two"),
        "from_village": _("From village"),
        "to_village": _("To village"),
        "asked_on": _("Asked on"),
        "reason": _("Reason"),
        "consent_on": _("Consent on"),
        "consent_how": _("How consent was given"),
        "state": _("State"),
        "agreed": _("Agreed"),
        "state_on": _("State since"),
        "programme": _("Programme"),
        "opened_on": _("Opened on"),
        "closed_on": _("Closed on"),
        "given_on": _("Given on"),
        "withdrawn_on": _("Withdrawn on"),
        "from_on": _("From"),
        "value": _("Value"),
        "sort": _("Sort"),
        "event_type": _("Form"),
        "event": _("Visit"),
        "source": _("Who told it"),
        "author": _("Entered by"),
        "author_role": _("Role"),
        "consent": _("Consent"),
        "signature": _("How it was signed"),
        "created_at": _("Entered at"),
        "revision_of": _("Correction of"),
        "answers": _("Answers"),
        "how": _("How consent was given"),
        "text_version": _("Version"),
        "opened_by": _("Opened by the visit"),
        "closed_by": _("Closed by the visit"),
        "closed_why": _("Outcome"),
        "lmp": _("Last period"),
        "edd": _("Expected birth"),
        "delivered_on": _("Born on"),
        "discharged_on": _("Discharged on"),
        "checked_on": _("Checked on"),
        "started_on": _("Since"),
        "urgency": _("Urgency"),
        "to_facility": _("Sent to"),
        "follow_by": _("To be asked by"),
        "arrived": _("Whether she went"),
        "result_told_on": _("Result told on"),
        "benefit": _("Benefit"),
        "submitted_on": _("Handed in on"),
        "decided_on": _("Answered on"),
        "decision": _("Answer"),
        "days_per_unit": _("Days a unit lasts"),
        "body": _("Content"),
        "first": _("The one"),
        "second": _("The other"),
    }
