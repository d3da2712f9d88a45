"""Persons and households as they stand in a list: plain dataclasses, ready to be shown."""

from __future__ import annotations

from msgspec import Struct

from villagefp.domain.records import RecordId


class PersonLine(Struct, frozen=True):
    """One person as in a list: who, where, how to reach."""

    id: RecordId
    household_id: RecordId | None
    household_no: str
    group_no: str
    name: str  # own name, or the provisional one
    sex: str | None
    birth_date: str | None
    birth_precision: str | None
    id_no: str | None  # unmasked; callers mask it unless revealing is asked for
    id_status: str
    relation: str | None
    ethnic: str | None
    education: str | None
    marital: str | None
    phone: str | None
    presence: str | None
    died_on: str | None = None


class HouseholdLine(Struct, frozen=True):
    """One household as in a list."""

    id: RecordId
    household_no: str
    group_no: str
    head_name: str
    address: str
    resident: int
    away: int
    last_visit_on: str | None


def in_order(number: str) -> tuple[int, int, str]:
    """Sorts numbers of households and groups as people count: 2 before 10, and those without digits last."""
    digits = "".join(character for character in number if character.isascii() and character.isdigit())
    return (0, int(digits), number) if digits else (1, 0, number)
