"""A first load that came as a file: its parts are taken in order, each at once or not at all.

A seed jumps to where it was made, so it is for a laptop that has read nothing yet, or that goes on with this very seed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.storage import cursors, exchange_facts, seeds
from villagefp.sync.outgoing import link_of
from villagefp.wire.scopes import scopes_of
from villagefp.wire.seed import Part, open_part

if TYPE_CHECKING:
    from villagefp.storage.opened import Store


def take(store: Store, told: Iterable[bytes]) -> int:
    """Take the signed parts of a seed; returns how many there were.

    UserError where this laptop has read further already; ExchangeError where the county did not sign a part.
    """
    with store.read() as connection:
        link = link_of(connection)
    parts = [open_part(one, link.sign_keys, store.origin.village) for one in told]
    for part in sorted(parts, key=lambda one: one.number):
        clock = store.ambient.milliseconds()
        with store.read() as connection:
            _check(connection, part, link.role)
            ahead = exchange_facts.county_clock(connection) or 0
        with store.taking(clock + ahead) as taking:
            before = seeds.progress(taking.connection)
            if before is None or before.seed.seed != part.seed.seed:
                seeds.begin(taking, part.seed)
            seeds.apply_part(taking, part)
    return len(parts)


def _check(connection: Connection, part: Part, role: str) -> None:
    begun = seeds.progress(connection)
    if begun is not None and begun.seed.seed == part.seed.seed:
        return
    if any(cursor.position for cursor in cursors.read(connection, scopes_of(role)).values()):
        raise UserError(
            _(
                "This file holds all records for a laptop that has none yet; this one has gone on from there. "
                "Nothing was changed and nothing is lost. There is nothing to do."
            )
        )
