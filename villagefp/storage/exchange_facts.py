"""What this laptop knows of its county: how to reach it, its keys, its receipts, its clock, and what spoke against it.

Small facts beside the records; every one is put by the connection of a save or of an exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from villagefp.storage import local, sending
from villagefp.storage.log import Origin
from villagefp.wire.cursor import Epoch
from villagefp.wire.receipt import Receipt, Receipts, Wish
from villagefp.wire.seal import SealKey, new_seal_key
from villagefp.wire.values import pack, unpack

_COUNTY = "county link"
_RECEIPTS = "receipts "
_SEAL_KEYS = "seal keys"
_SERIALS = "statement serials"
_CLOCK = "county clock"
_COMMON = "common positions"
_MOST_EVIDENCE = 200
"""Pieces of evidence that are kept, the latest."""
_MOST_TOLD = 64 * 1024
"""Bytes kept of each of them."""


class CountyLink(msgspec.Struct, frozen=True):
    """The county that this laptop was enrolled at, as it was pinned then."""

    address: str  # of its server; empty where everything goes by stick
    sign_keys: tuple[bytes, ...]  # public keys, the newest first
    seal_key: bytes  # public key that envelopes to the county are sealed to
    role: str  # of this laptop: `wire.scopes.ROLES`


class Evidence(NamedTuple):
    """Something that should not be, as it came."""

    at: str
    sort: str
    told: bytes


_LINK = msgspec.msgpack.Decoder(CountyLink)
_KNOWN = msgspec.msgpack.Decoder(list[tuple[Epoch, Receipt | None]])


def county_link(connection: Connection) -> CountyLink | None:
    """The county of this laptop; None where it is enrolled nowhere."""
    kept = local.get(connection, _COUNTY)
    return None if kept is None else _LINK.decode(kept)


def put_county_link(connection: Connection, link: CountyLink) -> None:
    """From now on this is the laptop's county."""
    local.put(connection, _COUNTY, pack(link))


def receipts(connection: Connection, origin: Origin) -> Receipts:
    """What the county said of the changes that this laptop made under an identity."""
    kept = local.get(connection, _receipts_of(origin))
    return Receipts() if kept is None else Receipts(dict(_KNOWN.decode(kept)))


def wishes(connection: Connection, origin: Origin) -> tuple[Wish, ...]:
    """The erasures of this laptop that wait for the county's decision, or that it refused."""
    newest = receipts(connection, origin).newest
    return () if newest is None else newest.wishes


def put_receipts(connection: Connection, origin: Origin, receipts_: Receipts, at: str) -> Receipts:
    """Join what came to what is here, and let every record show it; returns what all of it says together."""
    joined = receipts(connection, origin).joined(receipts_)
    local.put(connection, _receipts_of(origin), pack([list(each) for each in joined.by_epoch.items()]))
    sending.note_receipts(connection, origin, joined, at)
    return joined


def _receipts_of(origin: Origin) -> str:
    return f"{_RECEIPTS}{origin.device.hex()}"


def make_seal_key(connection: Connection, random: Callable[[int], bytes]) -> SealKey:
    """The key by which this laptop opens what is sealed to it; made where there is none yet."""
    keys = seal_keys(connection)
    return keys[0] if keys else renew_seal_key(connection, random)


def renew_seal_key(connection: Connection, random: Callable[[int], bytes]) -> SealKey:
    """A fresh key, as a new identity needs it; what was sealed to the ones before can still be opened."""
    fresh = new_seal_key(random)
    local.put(connection, _SEAL_KEYS, pack([fresh.secret, *(key.secret for key in seal_keys(connection))]))
    return fresh


def seal_key(connection: Connection) -> SealKey:
    """The key that envelopes to this laptop are sealed to; LookupError where none was made."""
    keys = seal_keys(connection)
    if not keys:
        raise LookupError("This laptop has no seal key yet.")
    return keys[0]


def seal_keys(connection: Connection) -> tuple[SealKey, ...]:
    """That key and those of earlier identities, the newest first."""
    kept = local.get(connection, _SEAL_KEYS)
    return () if kept is None else tuple(map(SealKey, unpack(kept)))


def statement_serials(connection: Connection) -> dict[str, int]:
    """The highest serial of each sort of county statement that came."""
    kept = local.get(connection, _SERIALS)
    return {} if kept is None else dict(unpack(kept))


def note_statement(connection: Connection, sort: str, serial: int) -> None:
    """A statement of this sort came; one with a lower serial than another one changes nothing."""
    known = statement_serials(connection)
    if serial > known.get(sort, 0):
        local.put(connection, _SERIALS, pack(dict(sorted({**known, sort: serial}.items()))))


def forget_statements(connection: Connection) -> None:
    """The county was put back: what it says from now on may have serials that were given before."""
    local.delete(connection, _SERIALS)


def county_clock(connection: Connection) -> int | None:
    """The county's time minus this laptop's at the last exchange, in milliseconds; None before the first one."""
    kept = local.get(connection, _CLOCK)
    return None if kept is None else int(unpack(kept))


def put_county_clock(connection: Connection, milliseconds: int) -> None:
    """Note how far the county's clock stands before this laptop's."""
    local.put(connection, _CLOCK, pack(milliseconds))


def common_positions(connection: Connection) -> dict[int, int]:
    """By scope the last position that this laptop and a county which was put back had in common."""
    kept = local.get(connection, _COMMON)
    return {} if kept is None else dict(unpack(kept))


def put_common_positions(connection: Connection, positions: Mapping[int, int]) -> None:
    """Note up to where both sides agree; the scopes that are not named stay as they are."""
    told = {**common_positions(connection), **positions}
    local.put(connection, _COMMON, pack(dict(sorted(told.items()))))


def evidence(connection: Connection) -> list[Evidence]:
    """What spoke against the county or this laptop, the oldest first."""
    rows = connection.exec_driver_sql("SELECT at, sort, told FROM evidence ORDER BY number")
    return [Evidence(row.at, row.sort, bytes(row.told)) for row in rows]


def keep_evidence(connection: Connection, at: str, sort: str, told: bytes) -> None:
    """Keep what should not be, for whoever looks into it; the oldest goes where there is too much of it."""
    last = connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM evidence").scalar_one()
    connection.exec_driver_sql(
        "INSERT INTO evidence (number, at, sort, told) VALUES (?, ?, ?, ?)", (last + 1, at, sort, told[:_MOST_TOLD])
    )
    connection.exec_driver_sql("DELETE FROM evidence WHERE number <= ?", (last + 1 - _MOST_EVIDENCE,))
