"""`county status`: the laptops by name and when each exchanged last; what was published and who has not got it yet."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from villagefp.cli.output import Output
from villagefp.county import devices
from villagefp.county.devices import DeviceLine
from villagefp.county.store import County
from villagefp.county.tables import device as device_table
from villagefp.county.tables import statement as statement_table
from villagefp.county.tables import village as village_table
from villagefp.domain import roles
from villagefp.i18n import _
from villagefp.office import clock
from villagefp.office.opening import looked_at
from villagefp.wire.statements import Sort, StatementError, read_intact
from villagefp.wire.values import unpack


def status(told: argparse.Namespace, output: Output) -> int:
    """Say which laptops there are; nothing here compares one with another."""
    with looked_at(told) as county:
        if told.packages:
            found = packages(county)
            text = "\n".join(line for one in found for line in _package_lines(one)) or _("Nothing was published yet.")
            output.tell(text, [one.json for one in found])
            return 0
        lines = devices.lines(county)
    alike = Counter((line.village_code, line.label) for line in lines)
    text = "\n".join(_line(line, alone=alike[line.village_code, line.label] == 1) for line in lines)
    output.tell(text or _("No laptop is enrolled yet."), [_json(line) for line in lines])
    return 0


def _line(line: DeviceLine, *, alone: bool) -> str:
    """A laptop by its name; by its id as well where another one of its village is called the same."""
    if line.exchanged_at is None:
        when = _("has not exchanged yet")
    else:
        when = _("last exchange {when}").format(when=clock.in_words(line.exchanged_at))
    told = _("{village}  {laptop} ({role}){revoked}  {when}").format(
        village=line.village_name,
        laptop=line.label,
        role=roles.in_words(line.role),
        revoked=_(" (revoked)") if line.revoked else "",
        when=when,
    )
    return told if alone else told + _("  id {id}").format(id=line.device.hex())


def _json(line: DeviceLine) -> dict[str, object]:
    return {
        "id": line.device.hex(),
        "village": line.village_code,
        "village_name": line.village_name,
        "laptop": line.label,
        "role": line.role,
        "revoked": line.revoked,
        "last_exchange": line.exchanged_at,
    }


@dataclass(frozen=True)
class Package:
    """A version that was published, where, and on which laptops it is not yet."""

    sort: str
    name: str
    version: str
    from_on: str
    villages: tuple[str, ...]  # names
    missing: tuple[str, ...]  # village and laptop

    @property
    def json(self) -> dict[str, object]:
        """As scripts read it."""
        return {
            "sort": self.sort,
            "name": self.name,
            "version": self.version,
            "from_on": self.from_on,
            "villages": list(self.villages),
            "not_yet": list(self.missing),
        }


def packages(county: County) -> list[Package]:
    """Every published version by name, with the laptops that have not told that they have it: those to be helped."""
    query = (
        select(statement_table.c.village, village_table.c.name, statement_table.c.serial, statement_table.c.told)
        .join_from(statement_table, village_table, statement_table.c.village == village_table.c.village)
        .where(statement_table.c.sort.in_([Sort.FORM.value, Sort.PROGRAMME.value, Sort.PARAMS.value]))
        .order_by(village_table.c.name)
    )
    found: dict[tuple[str, str, str, str], dict[bytes, tuple[str, int]]] = {}
    with county.read() as connection:
        for village, name, serial, told in connection.execute(query):
            try:
                one = read_intact(told)
            except StatementError:  # kept by a newer program
                continue
            key = (one.sort.value, one.name, one.version, one.from_on)
            found.setdefault(key, {})[village] = (name, serial)
    return [
        Package(*key, tuple(name for name, _serial in villages.values()), _missing(county, key[0], villages))
        for key, villages in sorted(found.items())
    ]


def _missing(county: County, sort: str, villages: dict[bytes, tuple[str, int]]) -> tuple[str, ...]:
    query = (
        select(device_table.c.village, device_table.c.label, device_table.c.knows)
        .where(device_table.c.village.in_(sorted(villages)), device_table.c.revoked == 0)
        .where(device_table.c.seal_public.is_not(None))
        .order_by(device_table.c.label)
    )
    with county.read() as connection:
        return tuple(
            f"{villages[village][0]}  {label}"
            for village, label, knows in connection.execute(query)
            if (unpack(knows) if knows else {}).get(sort, 0) < villages[village][1]
        )


def _package_lines(one: Package) -> list[str]:
    lines = [
        _("{name} {version}, from {day}: {villages} villages").format(
            name=_("parameters") if one.sort == Sort.PARAMS else one.name,
            version=one.version,
            day=one.from_on,
            villages=len(one.villages),
        )
    ]
    lines += [_("  not yet: {laptop}").format(laptop=each) for each in one.missing]
    return lines
