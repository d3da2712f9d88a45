"""`county enrol`: codes, slips and files for laptops of the villages, one or a whole list at once."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from villagefp.cli.output import Output
from villagefp.county import enrolment
from villagefp.county.enrolment import Offered, Place
from villagefp.county.store import County
from villagefp.county.vault import Vault
from villagefp.domain import roles, village_code
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
_MOST_DAYS = 366


def enrol(told: argparse.Namespace, output: Output) -> int:
    """Make a code, a slip and a file for each laptop; nothing is enrolled before it claims."""
    wanted = _wanted(told)
    with opened(told) as office:
        places = [_named(office.county, each) for each in wanted]
        vault = vault_of(office, told.vault)
        made = [_offered(office, vault, _labelled(office.county, place), told.out) for place in places]
    lines = [line for one in made for line in one.lines]
    output.tell("\n".join(lines), [one.json for one in made])
    return 0


@dataclass(frozen=True)
class _Made:
    lines: list[str]
    json: dict[str, object]


def _wanted(told: argparse.Namespace) -> list[Place]:
    """For whom, as the call or the list says it; names that it leaves out are empty."""
    if not 1 <= told.days <= _MOST_DAYS:
        raise UserError(
            _("A code is good for 1 to {most} days, not for {days}.").format(most=_MOST_DAYS, days=told.days)
        )
    common = {"address": told.address, "days": told.days}
    if told.list is not None:
        if told.village is not None:
            raise UserError(_("Name either a list or one village."))
        return [
            Place(village_code=one.code, village_name=one.name, role=one.role or told.role, label=one.label, **common)
            for one in village_list.read(told.list)
        ]
    if told.village is None:
        raise UserError(_("Name the village with --village CODE --village-name NAME, or many with --list FILE."))
    code = village_code.read(told.village).code
    name, label = told.village_name or "", told.label or ""
    return [Place(village_code=code, village_name=name, role=told.role, label=label, **common)]


def _named(county: County, place: Place) -> Place:
    """With the name of a village that the county has, or has given codes out for, already."""
    if place.village_name:
        return place
    with county.read() as connection:
        name = enrolment.name_of(connection, place.village_code)
    if name is None:
        raise UserError(
            _("The county has no village {code} yet. Say its name as well: --village-name NAME").format(
                code=place.village_code
            )
        )
    return replace(place, village_name=name)


def _labelled(county: County, place: Place) -> Place:
    """With a name that no other laptop of its village has."""
    if place.label:
        return place
    with county.read() as connection:
        taken = enrolment.labels(connection, place.village_code)
    numbered = (_("laptop no. {number}").format(number=number) for number in count(1))
    return replace(place, label=next(label for label in numbered if label not in taken))


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
        role=roles.in_words(place.role),
        code=offered.code,
        until=until,
        address=place.address,
        file=name,
    )
    paper = put_file(out, Path(name).stem + ".pdf", slip.pdf(words))
    return paper, file
