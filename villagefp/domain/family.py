"""Words and relations of a family that follow from what was told: a newborn's stand-in name, a child's relation."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count
from typing import Literal

_CHILD_WORD = {"1": "之子", "2": "之女"}
_ORDER_WORDS = {1: ("",), 2: ("(大)", "(小)"), 3: ("(大)", "(二)", "(小)")}

_PARENT_IS_HEAD_OR_SPOUSE = frozenset({"01", "02", "10", "11", "12"})
_PARENT_IS_SON_OR_HIS_WIFE = frozenset({"20", "21", "22", "23", "24", "25", "26", "27", "29", "38"})
_PARENT_IS_DAUGHTER = frozenset({"28", "30", "31", "32", "33", "34", "35", "36", "37", "39"})
_OTHER_RELATIVE = "97"

Sex = Literal["0", "1", "2", "9"]


def provisional_name(
    mother_name: str, sex: str, position: int = 1, born_together: int = 1, taken: Collection[str] = ()
) -> str:
    """The name under which a newborn is kept and found until it has its own: 李芳之女, of twins 李芳之女(大).

    `position` counts from 1 in order of birth among the `born_together` children of one birth; `taken` are names that
    her other children bear, one of whom may still have none of its own: then the next one is 李芳之女(2).
    """
    orders = _ORDER_WORDS.get(born_together) or tuple(f"({number})" for number in range(1, born_together + 1))
    name = f"{mother_name}{_CHILD_WORD.get(sex, '之子女')}{orders[position - 1]}"
    return name if name not in taken else next(told for n in count(2) if (told := f"{name}({n})") not in taken)


def child_relation(parent_relation: str | None, sex: str) -> str:
    """The 2-digit relation (GB/T 4761) of a child to the head, from its parent's relation to the head."""
    girl = sex == "2"
    if parent_relation in _PARENT_IS_HEAD_OR_SPOUSE:
        return "30" if girl else "20"
    if parent_relation in _PARENT_IS_SON_OR_HIS_WIFE:
        return "42" if girl else "41"
    if parent_relation in _PARENT_IS_DAUGHTER:
        return "44" if girl else "43"
    return _OTHER_RELATIVE
