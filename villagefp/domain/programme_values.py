"""What a programme's file asks of the facts: days and answers by name, and conditions on them.

A condition is one or more of these, joined by " and ":

- `high_risk`: the newborn was early, light, or its slip names something;
- `param:name=1|2`: what the county decides;
- `value:name=1|2` and `value:name!=1|2`: what an episode, a birth or the last visit tells (untold is none of them);
- `known:name` and `unknown:name`: whether a day or an answer was told at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

_EARLY_WEEKS = 37  # preterm below [S:F6]
_LIGHT_KG = 2.5  # low birth weight below [S:F6]
_PART = re.compile(
    r"(?P<risk>high_risk)"
    r"|(?P<from>param|value):(?P<name>[a-z][a-z0-9_]*)(?P<how>!?=)(?P<values>[A-Za-z0-9_.|]+)"
    r"|(?P<told>known|unknown):(?P<of>[a-z][a-z0-9_]*)",
    re.ASCII,
)
Lookup = Callable[[str], str | None]


@cache
def _parts(condition: str) -> tuple[re.Match[str], ...] | None:
    found = [_PART.fullmatch(part) for part in condition.split(" and ")]
    return tuple(part for part in found if part is not None) if all(found) else None


def is_condition(text: str) -> bool:
    """Whether `holds` understands it."""
    return _parts(text) is not None


def holds(condition: str, lookup: Lookup, params: Mapping[str, str]) -> bool:
    """Whether a condition is met; the empty one always is."""
    if not condition:
        return True
    parts = _parts(condition)
    if parts is None:
        raise ValueError(condition)
    return all(_holds(part, lookup, params) for part in parts)


def _holds(part: re.Match[str], lookup: Lookup, params: Mapping[str, str]) -> bool:
    if part["risk"]:
        return is_high_risk(lookup)
    if part["told"]:
        return (lookup(part["of"]) is not None) == (part["told"] == "known")
    told = params.get(part["name"]) if part["from"] == "param" else lookup(part["name"])
    return (told in part["values"].split("|")) == (part["how"] == "=")


def is_high_risk(lookup: Lookup) -> bool:
    """Whether a newborn is to be seen sooner, by what was entered of its birth; nothing told is no risk."""
    weeks = _number(lookup("ga_weeks") or lookup("birth_ga"))
    kilograms = _number(lookup("birth_weight_kg"))
    return (
        (weeks is not None and weeks < _EARLY_WEEKS)
        or (kilograms is not None and kilograms < _LIGHT_KG)
        or lookup("infant_ok") == "2"  # the slip names something: asphyxia, jaundice, an infection, a defect
        or lookup("asphyxia") == "2"
    )


def _number(told: str | None) -> float | None:
    try:
        return None if told is None else float(told)
    except ValueError:
        return None
