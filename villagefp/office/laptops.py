"""`county revoke | assign`: laptops that are enrolled already, found by what people call them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from sqlalchemy import select

from villagefp.cli.output import Output
from villagefp.county import accept, devices, laptop_statements, lineage
from villagefp.county.devices import NewDevice
from villagefp.county.store import County
from villagefp.county.tables import device as device_table
from villagefp.county.tables import village as village_table
from villagefp.domain import roles, village_code
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.enrolling import WHO
from villagefp.office.opening import opened


@dataclass(frozen=True)
class Laptop:
    """A laptop that a command names."""

    village: bytes
    village_name: str
    device: bytes
    label: str
    role: str
    seal_public: bytes | None


def revoke(told: argparse.Namespace, output: Output) -> int:
    """Revoke a laptop and whatever took its place."""
    with opened(told) as office:
        laptop = named(office.county, told.laptop)
        gone = lineage.revoke(office.county, laptop.village, laptop.device, WHO)
    output.tell(
        _(
            "{laptop} of {village} is revoked. What it still delivers is set apart to be looked at, and it gets "
            "nothing but receipts. Records that are on it stay encrypted there."
        ).format(laptop=laptop.label, village=laptop.village_name),
        {"revoked": [device.hex() for device in gone]},
    )
    return 0


def assign(told: argparse.Namespace, output: Output) -> int:
    """Give a laptop another role, or let it exchange for another village as well."""
    if told.role is None and told.village is None:
        raise UserError(_("Say what changes: --role ROLE or --village CODE."))
    with opened(told) as office:
        county = office.county
        laptop = named(county, told.laptop)
        if told.village is not None:
            laptop = _in_village(county, laptop, village_code.read(told.village).code, told.role or laptop.role)
        elif told.role != laptop.role:
            devices.set_role(county, laptop.village, laptop.device, told.role, WHO)
            accept.reconsider(county, laptop.village, laptop.device, WHO)
            contents = {laptop_statements.ROLE: told.role.encode("ascii")}
            laptop_statements.say(county, office.keys, laptop.village, laptop.device, contents)
    role = told.role or laptop.role
    output.tell(
        _("{laptop} works for {village} as {role} now.").format(
            laptop=laptop.label, village=laptop.village_name, role=roles.in_words(role)
        ),
        {"laptop": laptop.device.hex(), "village_name": laptop.village_name, "role": role},
    )
    return 0


def _in_village(county: County, laptop: Laptop, code: str, role: str) -> Laptop:
    with county.read() as connection:
        query = select(village_table.c.village, village_table.c.name).where(village_table.c.code == code)
        row = connection.execute(query).first()
        known = devices.known(connection, laptop.village, laptop.device)
        if row is None:
            raise UserError(_("The county has no village {code} yet. Enrol a laptop for it.").format(code=code))
        there = devices.find(connection, row.village, laptop.device)
    if there is None:
        new = NewDevice(laptop.device, known.public, laptop.label, role, seal_public=laptop.seal_public)
        devices.enrol(county, row.village, new, WHO)
    elif there.role != role:
        devices.set_role(county, row.village, laptop.device, role, WHO)
    return Laptop(row.village, row.name, laptop.device, laptop.label, role, laptop.seal_public)


def named(county: County, told: str) -> Laptop:
    """The laptop that an id, its beginning or a label names; UserError where there is none, or more than one.

    A label that several villages have is told with the village, as “status” shows it: 柳树村 1号电脑. A laptop that
    works for several villages is named with one of them: ID@990101101201.
    """
    wanted, _at, code = told.strip().partition("@")
    query = select(
        device_table.c.village,
        village_table.c.name,
        device_table.c.device,
        device_table.c.label,
        device_table.c.role,
        device_table.c.seal_public,
        village_table.c.code,
    ).join_from(device_table, village_table, device_table.c.village == village_table.c.village)
    with county.read() as connection:
        every = [Laptop(*row[:-1]) for row in connection.execute(query) if code in ("", row.code)]
    digits, together = wanted.lower(), "".join(wanted.split())
    found = [one for one in every if one.device.hex().startswith(digits) and len(digits) >= 4]
    found = found or [one for one in every if together in {_close(one.label), _close(one.village_name, one.label)}]
    if not found:
        raise UserError(_("No laptop is known as {told}. “county status” lists them.").format(told=wanted))
    if len(found) > 1:
        raise UserError(
            _("{told} names {count} laptops. Say the village as well, as “county status” shows it, or the id.").format(
                told=wanted, count=len(found)
            )
        )
    return found[0]


def _close(*names: str) -> str:
    """Names as somebody types them, with spaces or without."""
    return "".join("".join(names).split())
