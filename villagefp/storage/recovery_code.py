"""The recovery code: printed once, copied by hand, typed years later. It shows typing errors by itself."""

from __future__ import annotations

from collections.abc import Callable

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire import typed_code

_RANDOM = 24  # characters of 5 bits: 120 bits


def new_code(random: Callable[[int], bytes]) -> str:
    """A fresh code in groups: 24 random characters and one that checks them."""
    return typed_code.grouped(typed_code.fresh(random, _RANDOM))


def read_code(typed: str) -> str:
    """The code as it was made, from what was typed; a UserError where it cannot be one."""
    kept = typed_code.tidied(typed)
    if len(kept) != _RANDOM + 1:
        raise UserError(
            _(
                "A recovery code has {expected} letters and digits, this one has {count}. Compare it with the paper."
            ).format(expected=_RANDOM + 1, count=len(kept))
        )
    if not typed_code.holds(kept):
        raise UserError(
            _("A letter or digit of the recovery code is wrong. Compare it with the paper, group by group.")
        )
    return kept
