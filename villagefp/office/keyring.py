"""`county keys`: give every laptop the keys of sealed fields that came to be after it was enrolled.

A village that lived alone brings its own key when it enrols; laptops enrolled before cannot read what lies under it
until somebody with the vault key has opened it for them.
"""

from __future__ import annotations

import argparse
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import select

from villagefp.cli.output import Output
from villagefp.county import laptop_statements, office_values, rings
from villagefp.county.laptop_statements import RING
from villagefp.county.tables import device as device_table
from villagefp.county.vault import Vault
from villagefp.i18n import _
from villagefp.office.opening import Office, opened, vault_of
from villagefp.wire.values import pack
from villagefp.wire.village_ring import seal_for

_MARK = "ring of "
"""Before the id of a laptop: a hash of the keys it was given last, which says nothing without the vault key."""


def give_keys(told: argparse.Namespace, output: Output) -> int:
    """Seal to each laptop the keys that it has not got, to be told with its next exchange."""
    with opened(told) as office:
        vault = vault_of(office, told.vault)
        query = select(
            device_table.c.village, device_table.c.device, device_table.c.role, device_table.c.seal_public
        ).where(device_table.c.revoked == 0, device_table.c.seal_public.is_not(None))
        with office.county.read() as connection:
            laptops = [_Laptop(*row) for row in connection.execute(query)]
        given = sum(_give(office, vault, laptop) for laptop in laptops)
    output.tell(
        _("{given} laptops get keys with their next exchange; {same} have them already, or need none.").format(
            given=given, same=len(laptops) - given
        ),
        {"given": given, "same": len(laptops) - given},
    )
    return 0


class _Laptop(NamedTuple):
    village: bytes
    device: bytes
    role: str
    seal_public: bytes


def _give(office: Office, vault: Vault, laptop: _Laptop) -> bool:
    county, name = office.county, f"{_MARK}{laptop.device.hex()}"
    with county.read() as connection:
        ring = rings.ring_for(connection, vault, laptop.village, laptop.role)
        mark = blake2b(pack(ring), key=vault.secret, digest_size=16, person=b"vfp ring given").digest()
        before = office_values.get(connection, name, laptop.village)
    if not ring.links or mark == before:
        return False
    sealed = seal_for(ring, laptop.village, laptop.device, laptop.seal_public)
    laptop_statements.say(county, office.keys, laptop.village, laptop.device, {RING: sealed})
    with county.write() as connection:
        office_values.put(connection, name, mark, laptop.village)
    return True
