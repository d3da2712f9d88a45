"""`county seed`: all records of a village in one envelope for a laptop, where a line would take too long."""

from __future__ import annotations

import argparse

from villagefp.cli.output import Output
from villagefp.county import devices, envelopes, seeding
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.carrier import put_parts
from villagefp.office.laptops import named
from villagefp.office.opening import opened
from villagefp.wire.envelope_name import file_name
from villagefp.wire.seal import Contents, Part, slip_code


def seed(told: argparse.Namespace, output: Output) -> int:
    """Write the seed of a laptop's village as a file for that laptop alone."""
    with opened(told) as office:
        county = office.county
        laptop = named(county, told.laptop)
        if laptop.seal_public is None:
            raise UserError(
                _("{laptop} was never enrolled by a code, so nothing can be sealed to it. Enrol it first.").format(
                    laptop=laptop.label
                )
            )
        with county.read() as connection:
            revoked = devices.known(connection, laptop.village, laptop.device).revoked
        if revoked:
            raise UserError(_("{laptop} is revoked and gets nothing.").format(laptop=laptop.label))
        made = seeding.seed_for(county, office.keys.sign, laptop.village, laptop.device, None)
        parts = [
            Part(contents=Contents.SEED, village=laptop.village, recipient=laptop.seal_public, plain=part)
            for part in made.parts
        ]
        number = envelopes.next_number(county, laptop.village)
        name = file_name(f"{laptop.village_name}首次", county.ambient.today(), number)
        path, hash_ = put_parts(told.out, name, parts)
    output.tell(
        _("{file}: all records of {village} for {laptop}. Slip {slip}.").format(
            file=path.name, village=laptop.village_name, laptop=laptop.label, slip=slip_code(hash_)
        ),
        {"file": str(path), "slip": slip_code(hash_), "parts": len(parts), "bytes": path.stat().st_size},
    )
    return 0
