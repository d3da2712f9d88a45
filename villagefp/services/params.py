"""County parameters: what was decided is kept with its first day, and what stood before stays on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain import county_params
from villagefp.domain.package_records import CountyParam
from villagefp.storage import published, records

if TYPE_CHECKING:
    from villagefp.storage.store import Store


@dataclass(frozen=True)
class ParamLine:
    """One parameter as it stands on a day."""

    name: str
    value: str
    meaning: str
    from_on: str | None  # None: nobody has decided it here, the value is the one that is built in


def set_param(store: Store, name: str, value: str, from_on: date) -> None:
    """Decide a parameter from a day on; UserError where there is none of that name or the value cannot be one."""
    told = county_params.known(name).read(value)
    with store.save() as save:
        for there in records.where(save.connection, CountyParam, name=name, from_on=from_on.isoformat()):
            save.change(replace(there, value=told))
            return
        save.add(CountyParam(id=store.ambient.new_id(), name=name, value=told, from_on=from_on.isoformat()))


def lines(store: Store, on: date) -> tuple[ParamLine, ...]:
    """Every known parameter as it stands on a day."""
    with store.read() as connection:
        values = published.params(connection, on)
        decided = {
            each.name: each.from_on
            for each in sorted(records.where(connection, CountyParam), key=lambda one: (one.from_on or "", one.id))
            if (each.from_on or "") <= on.isoformat()
        }
    return tuple(
        ParamLine(name, values[name], county_params.meaning(name), decided.get(name)) for name in county_params.KNOWN
    )


def value(store: Store, name: str) -> str:
    """One parameter as it stands today."""
    with store.read() as connection:
        return published.params(connection, store.ambient.today())[county_params.known(name).name]
