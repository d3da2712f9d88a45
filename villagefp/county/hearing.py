"""Who speaks at the county: a laptop's first words, believed only when the laptop is known and has signed them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from villagefp.county import devices, store
from villagefp.county.devices import Device
from villagefp.county.store import Standing
from villagefp.county.streams import Heads
from villagefp.county.tables import device as device_table
from villagefp.county.tables import stream, village
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire.hello import Hello, open_hello, who_says
from villagefp.wire.protocol import agree
from villagefp.wire.signed import ExchangeError, Fault
from villagefp.wire.signing import SigningKey

_NOBODY = SigningKey(bytes(32)).public
"""Tried for a laptop that is not known, so that nobody can tell by the time whether it is."""


class UnknownDeviceError(UserError):
    """The one answer to a laptop that is not known and to words that it did not sign."""

    def __init__(self) -> None:
        super().__init__(
            _("The county does not know this laptop. Nothing is lost; ask the county whether it is enrolled.")
        )


@dataclass(frozen=True)
class Stand:
    """A laptop and its village as one state of the store has them."""

    connection: Connection
    device: Device
    standing: Standing
    heads: Heads


_STAND = (
    select(*devices.COLUMNS, *store.STANDING, *Heads.COLUMNS)
    .join_from(device_table, village, village.c.village == device_table.c.village)
    .outerjoin(stream, stream.c.village == device_table.c.village)
)


def stand(connection: Connection, in_village: bytes, device_id: bytes) -> Stand | None:
    """How a laptop stands, in one look; nothing where it was never enrolled in this village."""
    mine = device_table.c.village == in_village, device_table.c.device == device_id
    rows = connection.execute(_STAND.where(*mine)).all()
    if not rows:
        return None
    of_device, of_village = len(devices.COLUMNS), len(devices.COLUMNS) + len(store.STANDING)
    streams = [row[of_village:] for row in rows if row[of_village] is not None]
    return Stand(
        connection,
        devices.of_row(rows[0][:of_device]),
        store.standing_of(in_village, rows[0][of_device:of_village]),
        Heads(connection, in_village, streams),
    )


def known(connection: Connection, in_village: bytes, device_id: bytes) -> Stand:
    """How a laptop stands that the county knows; UnknownDeviceError where it does not."""
    found = stand(connection, in_village, device_id)
    if found is None:
        raise UnknownDeviceError
    return found


@dataclass(frozen=True)
class Asker:
    """A known laptop, and what it said."""

    stand: Stand  # as it was then
    told: bytes  # its hello, as it came
    hello: Hello
    protocol: int  # that both speak

    @property
    def device(self) -> Device:
        """The laptop as it stood then."""
        return self.stand.device


def asker(connection: Connection, told: bytes) -> Asker:
    """Who says this; UnknownDeviceError where the laptop is not known or did not sign it.

    What a known laptop signed and cannot be read is an ExchangeError or VersionError.
    """
    try:
        found = stand(connection, *who_says(told))
        said = open_hello(told, [found.device.public if found is not None else _NOBODY])
    except ExchangeError as error:
        if error.fault is Fault.NOT_SIGNED:
            raise UnknownDeviceError from None
        raise
    if found is None:
        raise UnknownDeviceError
    return Asker(found, told, said.hello, agree(said.spoken))
