"""Scopes: which stream of a village a record travels in, declared once for each kind, for events for each form.

A device gets the scopes of its role. What is not declared here, a newer peer's kind included, is sensitive: the
mistake that is left then is that somebody waits for a record, never that somebody reads one. A record stays in the
scope of the first of its changes that came into force.
"""

from __future__ import annotations

from collections.abc import Mapping

from villagefp.wire.change import Change
from villagefp.wire.declared import BY_NAME

GENERAL = 1
"""Who lives where and how they are reached, and what the village as a whole has."""
SENSITIVE = 2
"""Care, and what would tell of it: nothing for a 村专干 who is no 村医."""
EVERY = (GENERAL, SENSITIVE)

_GENERAL_KINDS = frozenset(
    BY_NAME[name].number
    for name in (
        "village", "worker", "household", "hukou_book", "person", "alias", "phone", "membership", "benefit_case",
        "stock_item", "form_package", "programme_package", "county_param",
        "same_as", "transfer",
    )
)  # fmt: skip
_GENERAL_FORMS = frozenset({"benefit_case", "health_education", "household_visit", "member_change", "roster_review"})
_EVENT = BY_NAME["event"]
_FORM = _EVENT.by_name["form"].number

ROLES: Mapping[str, tuple[int, ...]] = {"village_doctor": EVERY, "village_cadre": (GENERAL,)}
"""By role the scopes that its device gets and may write."""


COUNTY = "county"
"""The county as an author in a village: no laptop is enrolled as this."""


def scope_of(change: Change) -> int:
    """The scope of a record that begins with this change."""
    if change.kind == _EVENT.number:
        return scope_of_event(change.fields.get(_FORM))
    return scope_of_kind(change.kind)


def scope_of_event(form: object) -> int:
    """The scope of an event of this form."""
    return GENERAL if form in _GENERAL_FORMS else SENSITIVE


def scope_of_kind(kind: int) -> int:
    """The scope of a record of which nothing but the kind is known."""
    return GENERAL if kind in _GENERAL_KINDS else SENSITIVE


def scopes_of(role: str) -> tuple[int, ...]:
    """What a role gets; one that is not known here, from a newer county, gets what everybody does."""
    return EVERY if role == COUNTY else ROLES.get(role, (GENERAL,))
