"""`county enrol | revoke | assign`: laptops of the villages, one or a whole list at once."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from villagefp.cli.output import Output
from villagefp.county import accept, devices, enrolment, laptop_statements, lineage
from villagefp.county.devices import NewDevice
from villagefp.county.enrolment import Offered, Place
from villagefp.county.store import County
from villagefp.county.tables import device as device_table
from villagefp.county.tables import village as village_table
from villagefp.county.vault import Vault
from villagefp.domain import village_code
from villagefp.domain.ambient import CHINA
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office import slip, village_list
from villagefp.office.carrier import put_file, put_parts
from villagefp.office.opening import Office, opened, vault_of
from villagefp.wire.envelope_name import file_name
from villagefp.wire.seal import Contents, Part

WHO = "office"
"""Whose acts these are in a village's audit: whoever sits at the county's computer."""


@dataclass(frozen=True)
class Laptop:
    """A laptop that a command names."""

    village: bytes
    village_name: str
    device: bytes
    label: str
    role: str
    seal_public: bytes | None


def enrol(told: argparse.Namespace, output: Output) -> int:
    """Make a code, a slip and a file for each laptop; nothing is enrolled before it claims."""
    places = _places(told)
    with opened(told) as office:
        vault = vault_of(office, told.vault)
        made = [_offered(office, vault, place, told.out) for place in places]
    lines = [line for one in made for line in one.lines]
    output.tell("\n".join(lines), [one.json for one in made])
    return 0


@dataclass(frozen=True)
class _Made:
    lines: list[str]
    json: dict[str, object]


def _places(told: argparse.Namespace) -> list[Place]:
    common = {"address": told.address, "days": told.days}
    if told.list is not None:
        if told.village is not None:
            raise UserError(_("Name either a list or one village."))
        return [
            Place(
                village_code=one.code,
                village_name=one.name,
                role=one.role or told.role,
                label=one.label or one.name,
                **common,
            )
            for one in village_list.read(told.list)
        ]
    if told.village is None or told.village_name is None:
        raise UserError(_("Name the village with --village CODE --village-name NAME, or many with --list FILE."))
    label = told.label or told.village_name
    code = village_code.read(told.village).code
    return [Place(village_code=code, village_name=told.village_name, role=told.role, label=label, **common)]


def _offered(office: Office, vault: Vault, place: Place, out: Path | None) -> _Made:
    offered = enrolment.offer(office.county, office.keys, vault, place)
    until = datetime.fromtimestamp(offered.until, UTC).astimezone(CHINA).date().isoformat()
    lines = [
        _("{village} ({laptop}): enrolment code {code}, good until {day}.").format(
            village=place.village_name, laptop=place.label, code=offered.code, day=until
        )
    ]
    json: dict[str, object] = {
        "village": place.village_code,
        "village_name": place.village_name,
        "laptop": place.label,
        "role": place.role,
        "code": offered.code,
        "until": until,
    }
    if out is not None:
        paper, file = _written(office, place, offered, until, out)
        lines.append(_("Slip: {slip}. Enrolment file: {file}. Hand them over apart from each other.").format(
            slip=paper.name, file=file.name
        ))  # fmt: skip
        json |= {"slip": str(paper), "file": str(file)}
    return _Made(lines, json)


def _written(office: Office, place: Place, offered: Offered, until: str, out: Path) -> tuple[Path, Path]:
    """The slip as PDF and the enrolment file, both whole on the disk."""
    today = office.county.ambient.today()
    part = Part(contents=Contents.ENROLMENT, village=offered.village, recipient=offered.seal, plain=offered.told)
    number = 1
    while (out / file_name(f"{place.village_name}登记", today, number)).exists():
        number += 1
    name = file_name(f"{place.village_name}登记", today, number)
    file, _hash = put_parts(out, name, [part])
    words = slip.Words(
        village=place.village_name,
        village_code=place.village_code,
        label=place.label,
        role=role_in_words(place.role),
        code=offered.code,
        until=until,
        address=place.address,
        file=name,
    )
    paper = put_file(out, Path(name).stem + ".pdf", slip.pdf(words))
    return paper, file


def role_in_words(role: str) -> str:
    """A role as people say it."""
    known = {"village_doctor": _("village doctor"), "village_cadre": _("village cadre")}
    return known.get(role, role)


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
            laptop=laptop.label, village=laptop.village_name, role=role_in_words(role)
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

    A laptop that works for several villages is named with one of them: ID@990101101201.
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
    digits = wanted.lower()
    found = [one for one in every if one.device.hex().startswith(digits) and len(digits) >= 4]
    found = found or [one for one in every if one.label == wanted]
    if not found:
        raise UserError(_("No laptop is known as {told}. “county status” lists them.").format(told=wanted))
    if len(found) > 1:
        raise UserError(
            _("{told} names {count} laptops. Give more of the id, as “county status --json” shows it.").format(
                told=wanted, count=len(found)
            )
        )
    return found[0]
