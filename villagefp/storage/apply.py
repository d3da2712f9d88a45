"""Taking in what other laptops wrote: everything that one exchange brings is one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from villagefp.storage import folding
from villagefp.storage.foreign import Delivery, Taken

if TYPE_CHECKING:
    from villagefp.storage.opened import Store


def apply(store: Store, deliveries: Iterable[Delivery], county_milliseconds: int | None = None) -> list[Taken]:
    """Take in what came, in one transaction; says of each delivery what became of it."""
    with store.taking(county_milliseconds) as taking:
        return [taking.take(delivery) for delivery in deliveries]


def fold_in_what_is_known(store: Store) -> None:
    """Fold in what a newer program had written and this one has learned to understand since; hardly ever anything."""
    with store.read() as connection:
        names = folding.known_by_now(connection)
    if names:
        with store.taking() as taking:
            taking.refold(names)
