"""The county's word on how far it has a laptop's changes; its serial rises only when it says something else."""

from __future__ import annotations

import msgspec
from sqlalchemy import update

from villagefp.county import devices, held
from villagefp.county.store import County
from villagefp.county.tables import device as device_table
from villagefp.wire.cursor import TAG_BYTES
from villagefp.wire.receipt import Receipt
from villagefp.wire.values import pack


def receipt(county: County, village: bytes, device_id: bytes) -> Receipt:
    """What the county says now of a laptop's changes in a village; to be signed by the caller."""
    with county.numbering(village) as (connection, standing):
        device = devices.known(connection, village, device_id)
        returned = held.returned(connection, village, device_id) if device.held else ()
        told = Receipt(
            village=village,
            device=device_id,
            epoch=standing.epoch,
            serial=max(device.receipt_serial, 1),
            accepted=device.accepted,
            link=device.link[:TAG_BYTES],
            safe_seq=device.safe_seq,
            returned=returned,
        )
        if device.receipt == pack(told):
            return told
        told = msgspec.structs.replace(told, serial=device.receipt_serial + 1)
        connection.execute(
            update(device_table)
            .where(device_table.c.village == village, device_table.c.device == device_id)
            .values(receipt_serial=told.serial, receipt=pack(told))
        )
        return told
