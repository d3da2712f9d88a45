"""By which programmes the day's list may be narrowed: a few open families, and everything else under one name.

There is no entry for a method, a pregnancy or a private programme: choosing it would name it to whoever looks on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from villagefp.i18n import _

if TYPE_CHECKING:
    from villagefp.services.due import DueLine

CHILDREN, REGISTER, BENEFITS, OTHER = "children", "register", "benefits", "other"
FAMILIES = (CHILDREN, REGISTER, BENEFITS, OTHER)
_OPEN = {
    "newborn": CHILDREN,
    "child_1m": CHILDREN,
    "child": CHILDREN,
    "rosters": REGISTER,
    "subsidy": BENEFITS,
}


def family_of(programme: str) -> str:
    """The family of a programme; what is not named here, a county's own one too, is of the others."""
    return _OPEN.get(programme, OTHER)


def title(family: str) -> str:
    """What a family is called."""
    return {
        CHILDREN: _("Children's checks"),
        REGISTER: _("Register"),
        BENEFITS: _("Benefits"),
        OTHER: _("Other follow-ups"),
    }[family]


def narrowed(lines: Iterable[DueLine], family: str) -> tuple[DueLine, ...]:
    """The lines of one family; all, where none is named."""
    return tuple(line for line in lines if not family or family_of(line.item.programme) == family)
