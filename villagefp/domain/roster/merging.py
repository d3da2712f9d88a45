"""What a roster changes in a record that is there already: what it does not tell, or tells worse, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec.structs import replace

from villagefp.domain.dates import agrees
from villagefp.domain.records import Household, IdStatus, Membership, NameStatus, Person, Precision, RecordId
from villagefp.domain.roster.told import RosterHousehold, RosterPerson

_R = TypeVar("_R", Person, Membership, Household)
_PLAIN = ("ethnic", "education", "marital", "occupation")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one person that an import changes; sealed fields are never told."""

    person: RecordId
    field: str
    old: str
    new: str


def merge_person(stored: Person, told: RosterPerson) -> Person:
    """The stored person with what the roster tells anew."""
    changes: dict[str, Any] = {}
    if _names_better(stored, told):
        changes.update(name=told.name, name_status=told.name_status)
    if told.sex and told.sex != stored.sex:
        changes["sex"] = told.sex
    if _births_better(stored, told):
        changes.update(birth_date=told.birth_date, birth_precision=told.birth_precision, birth_told=told.birth_told)
    elif told.birth_date is None and stored.birth_date is None and told.birth_told:
        changes["birth_told"] = told.birth_told
    if _ids_better(stored, told):
        changes.update(id_no=told.id_no, id_status=told.id_status)
    for name in _PLAIN:
        value = getattr(told, name)
        if value is not None:
            changes[name] = value
    changes = {name: value for name, value in changes.items() if getattr(stored, name) != value}
    return replace(stored, **changes) if changes else stored


def merge_id(stored: Person, told: RosterPerson) -> Person:
    """The stored person with the ID number that the roster tells, where it is the better one."""
    return replace(stored, id_no=told.id_no, id_status=told.id_status) if _ids_better(stored, told) else stored


def merge_membership(stored: Membership, told: RosterPerson) -> Membership:
    """The stored membership with the relation and presence that the roster tells."""
    relation, presence = told.relation or stored.relation, told.presence or stored.presence
    if (relation, presence) == (stored.relation, stored.presence):
        return stored
    return replace(stored, relation=relation, presence=presence)


def merge_household(stored: Household, told: RosterHousehold, head: RecordId | None) -> Household:
    """The stored household with group, address and head as the roster tells them."""
    changes: dict[str, Any] = {
        "group_no": told.group or stored.group_no,
        "address": told.address or stored.address,
        "head": head or stored.head,
    }
    changes = {name: value for name, value in changes.items() if getattr(stored, name) != value}
    return replace(stored, **changes) if changes else stored


def without_old_news(stored: _R, merged: _R, told_before: Mapping[str, object]) -> _R:
    """Only what this file tells otherwise than the last one did: what a worker has set right since then stands."""
    back = {
        name: getattr(stored, name)
        for name, told in told_before.items()
        if getattr(merged, name) != getattr(stored, name) and getattr(merged, name) == told
    }
    if not back:
        return merged
    kept = replace(merged, **back)
    return stored if kept == stored else kept


def differences(before: Person | Membership, after: Person | Membership, person: RecordId) -> tuple[FieldChange, ...]:
    """Field by field what changed, ready to be shown; sealed bytes and references are not told."""
    return tuple(
        FieldChange(person, name, _shown(getattr(before, name)), _shown(getattr(after, name)))
        for name in before.__struct_fields__
        if getattr(before, name) != getattr(after, name)
        and not isinstance(getattr(before, name) or getattr(after, name), bytes)
    )


def _names_better(stored: Person, told: RosterPerson) -> bool:
    if told.name_status is NameStatus.MISSING:
        return False
    return told.name_status is NameStatus.GIVEN or stored.name_status is not NameStatus.GIVEN


def _births_better(stored: Person, told: RosterPerson) -> bool:
    if told.birth_date is None:
        return False
    if stored.birth_date is None:
        return True
    worse = told.birth_precision is Precision.ESTIMATED and stored.birth_precision is not Precision.ESTIMATED
    coarser = len(told.birth_date) < len(stored.birth_date) and agrees(told.birth_date, stored.birth_date)
    same = told.birth_date == stored.birth_date and told.birth_precision is stored.birth_precision
    return not (worse or coarser or same)


def _ids_better(stored: Person, told: RosterPerson) -> bool:
    """A number that cannot be right never takes the place of one that can."""
    if told.id_no is None:
        return False
    if told.id_no == stored.id_no:
        return told.id_status is not stored.id_status
    return told.id_status is IdStatus.PRESENT or stored.id_status is not IdStatus.PRESENT


def _shown(value: object) -> str:
    return "" if value is None else str(value)
