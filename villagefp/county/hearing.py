"""Who speaks at the county: a laptop's first words, believed only when the laptop is known and has signed them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from villagefp.county import devices
from villagefp.county.devices import Device
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
class Asker:
    """A known laptop, and what it said."""

    device: Device  # as it stood then
    told: bytes  # its hello, as it came
    hello: Hello
    protocol: int  # that both speak


def asker(connection: Connection, told: bytes) -> Asker:
    """Who says this; UnknownDeviceError where the laptop is not known or did not sign it.

    What a known laptop signed and cannot be read is an ExchangeError or VersionError.
    """
    try:
        device = devices.find(connection, *who_says(told))
        said = open_hello(told, [device.public if device is not None else _NOBODY])
    except ExchangeError as error:
        if error.fault is Fault.NOT_SIGNED:
            raise UnknownDeviceError from None
        raise
    if device is None:
        raise UnknownDeviceError
    return Asker(device, told, said.hello, agree(said.spoken))
