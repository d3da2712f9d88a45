"""What a form can write to: kinds of the registry under the names that the `entities` sheet uses for them.

A question may be saved only where its answer may lie: a sealed one only in a target whose values are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from villagefp.wire.declared import BY_NAME
from villagefp.wire.declared_programmes import PRIVATE_FIELDS
from villagefp.wire.kinds import FieldType, Travel


@dataclass(frozen=True)
class Target:
    """One list name of the `entities` sheet."""

    kind: str  # of the registry
    values: Mapping[str, FieldType]  # what can be saved, by name
    sealed: frozenset[str]  # of these, the ones that nobody but the entitled reads
    programme: bool = False  # each row names the programme it is about
    repeated: bool = False  # saved from a repeat, one record an instance


def _of_kind(kind: str, *names: str) -> Target:
    declared = BY_NAME[kind].by_name
    sealed = frozenset(name for name in names if declared[name].travel is Travel.SEALED)
    values = {name: FieldType.CODE if name in sealed else declared[name].type for name in names}
    return Target(kind, values, sealed)


def _programme(kind: str, *names: str) -> Target:
    plain = _of_kind(kind, *names)
    return Target(kind, plain.values, plain.sealed, programme=True)


def _private(kind: str, values: Mapping[str, FieldType]) -> Target:
    return Target(kind, values, frozenset(values), programme=True)


_DATE, _CODE, _TEXT = FieldType.DATE, FieldType.CODE, FieldType.TEXT

_HANDED_OUT: Mapping[str, FieldType] = {
    "item_code": _CODE,
    "product": _TEXT,
    "spec": _TEXT,
    "unit": _CODE,
    "batch_no": _TEXT,
    "expiry": _DATE,
    "quantity": _TEXT,
    "moved_on": _DATE,
    "count_was_wrong": _CODE,
}
"""What is handed out and out of which batch; with the visit it tells a method, so all of it is kept under seal."""

TARGETS: Mapping[str, Target] = {
    "consent": _programme("consent", "how"),
    "private_consent": _private("consent", {"how": _CODE}),
    "episode": _programme(
        "episode", "lmp", "edd", "delivered_on", "discharged_on", "checked_on", "started_on", "joined_on"
    ),
    "private_episode": _private("episode", {n: t for n, t in PRIVATE_FIELDS.items() if n != "programme"}),
    "referral": _of_kind(
        "referral", "given_on", "urgency", "to_facility", "follow_by", "arrived", "result_told_on", "reason"
    ),
    "private_referral": Target("referral", {"reason": _CODE, "answered": _CODE}, frozenset({"reason", "answered"})),
    "benefit_case": _of_kind("benefit_case", "benefit", "submitted_on", "decided_on", "decision"),
    "stock_move": Target("stock_move", _HANDED_OUT, frozenset(_HANDED_OUT)),
    "person": Target(
        "person",
        {
            "sex": _CODE,
            "birth_date": _DATE,
            "id_no": _TEXT,
            "ethnic": _CODE,
            "education": _CODE,
            "marital": _CODE,
            "occupation": _TEXT,
            "phone": _TEXT,
        },
        frozenset(),
    ),
    "newborn": Target("person", {"sex": _CODE, "name": _TEXT, "birth_date": _DATE}, frozenset(), repeated=True),
    "member_change": Target(
        "membership",
        {
            "change": _CODE,
            "member": _CODE,
            "name": _TEXT,
            "sex": _CODE,
            "birth_date": _DATE,
            "relation": _CODE,
            "on": _DATE,
            "presence": _CODE,
            "expected_back": _DATE,
            "hukou": _CODE,
        },
        frozenset(),
        repeated=True,
    ),
}
"""By the word in `list_name`."""
