"""County parameters: what was decided is kept with its first day, and what stood before stays on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from villagefp.domain import county_params
from villagefp.domain.package_records import CountyParam
from villagefp.storage import published, records
from villagefp.wire.statements import Sort, Statement, compressed, damaged
from villagefp.wire.values import pack

if TYPE_CHECKING:
    from villagefp.storage.store import Store


COUNTY = "county"
"""The name of every statement of parameters."""
_VALUES = "values"
"""Under it a statement holds the values by name."""
_TOLD = msgspec.msgpack.Decoder(dict[str, str])


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


def statement_of(values: Mapping[str, str], from_on: date) -> Statement:
    """What the county decides from a day on, to be numbered and signed by it; UserError as `set_param`."""
    told = {name: county_params.known(name).read(value) for name, value in sorted(values.items())}
    return Statement(
        sort=Sort.PARAMS,
        name=COUNTY,
        version="",
        serial=0,
        from_on=from_on.isoformat(),
        packed=compressed({_VALUES: pack(told)}),
    )


def take(store: Store, statement: Statement) -> None:
    """Keep what the county decided; what this program does not know yet is kept as it came, and asked by a newer one.

    StatementError where it is damaged.
    """
    told = _values(statement)
    with store.save() as save:
        for name, value in told.items():
            same_day = records.where(save.connection, CountyParam, name=name, from_on=statement.from_on)
            if not same_day:
                save.add(CountyParam(id=store.ambient.new_id(), name=name, value=value, from_on=statement.from_on))
            for there in same_day:
                if there.value != value:
                    save.change(replace(there, value=value))


def _values(statement: Statement) -> dict[str, str]:
    try:
        told = _TOLD.decode(statement.content(_VALUES))
    except msgspec.DecodeError as error:
        raise damaged() from error
    return {
        name: county_params.known(name).read(value) if name in county_params.KNOWN else value
        for name, value in told.items()
    }


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
