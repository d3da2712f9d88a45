"""The county's word on how far it has a laptop's changes; its serial rises only when it says something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, update

from villagefp.county import devices, erasure_wishes, held, lineage
from villagefp.county.devices import Device
from villagefp.county.store import County, Standing
from villagefp.county.tables import device as device_table
from villagefp.wire.cursor import TAG_BYTES, Epoch
from villagefp.wire.receipt import Former, Receipt, Returned, Wish
from villagefp.wire.values import pack, unpack


def receipt(county: County, village: bytes, device_id: bytes) -> Receipt:
    """What the county says now of a laptop's changes in a village; to be signed by the caller."""
    with county.numbering(village) as (connection, standing):
        device = devices.known(connection, village, device_id)
        told = said(connection, standing, device)
        if told.serial != device.receipt_serial or device.receipt is None:
            connection.execute(
                update(device_table)
                .where(device_table.c.village == village, device_table.c.device == device_id)
                .values(receipt_serial=told.serial, receipt=pack(told))
            )
        return told


def said(connection: Connection, standing: Standing, device: Device) -> Receipt:
    """The same without writing down that it was said: its serial is that of the row where it says nothing new."""
    returned = held.returned(connection, device.village, device.device) if device.held else ()
    past = lineage.past(connection, device)
    former = held.of_past(connection, device.village, past)
    apart = Apart(returned, former, erasure_wishes.of(connection, device, past))
    return following(device, State(standing.epoch, device.accepted, device.link, apart))


@dataclass(frozen=True)
class Apart:
    """What of a laptop is with the county and does not count, or not yet."""

    returned: Sequence[Returned]
    former: Sequence[Former]  # returned under former identities
    wishes: Sequence[Wish]


@dataclass(frozen=True)
class State:
    """What a receipt is about."""

    epoch: Epoch
    accepted: int
    link: bytes  # of that seq
    apart: Apart


def following(device: Device, state: State) -> Receipt:
    """The receipt of a laptop after the one in its row: the same one where it says nothing else."""
    told = Receipt(
        village=device.village,
        device=device.device,
        epoch=state.epoch,
        serial=max(device.receipt_serial, 1),
        accepted=state.accepted,
        link=state.link[:TAG_BYTES],
        safe_seq=device.safe_seq,
        safe=unpack(device.safe) if device.safe else {},
        returned=tuple(state.apart.returned),
        former=tuple(state.apart.former),
        wishes=tuple(state.apart.wishes),
    )
    if device.receipt == pack(told):
        return told
    return msgspec.structs.replace(told, serial=device.receipt_serial + 1)
