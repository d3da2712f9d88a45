"""The laptops of a village: enrolled, revoked, and how far each has delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Update, select, update

from villagefp.county.store import Act, County, Standing, note
from villagefp.county.tables import device, village
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.wire import links
from villagefp.wire.hello import Hello
from villagefp.wire.scopes import COUNTY, ROLES, scopes_of
from villagefp.wire.values import pack, unpack

_REACHED = "stream "
"""Stands before the scope in what is kept of a laptop's positions."""


@dataclass(frozen=True)
class Device:
    """A laptop in a village."""

    village: bytes
    device: bytes
    public: bytes  # the key it signs with
    label: str
    role: str
    revoked: bool
    accepted: int
    link: bytes
    open_first: int
    held: int
    aside: int
    safe_seq: int
    receipt_serial: int
    receipt: bytes | None
    exchanged_at: str | None
    knows: bytes | None = None  # packed: what it said it has, of statements and of streams
    safe: bytes | None = None  # packed: by scope the position up to which a backup holds its streams
    parent: bytes | None = None  # the laptop of which it is the successor
    wishes: int | None = None  # erasures of it that wait for the county or were refused

    @property
    def scopes(self) -> tuple[int, ...]:
        """What it may write and gets; nothing once it is revoked."""
        return () if self.revoked else scopes_of(self.role)


@dataclass(frozen=True)
class DeviceLine:
    """A laptop as in the county's list."""

    device: bytes
    village_code: str
    village_name: str
    label: str
    role: str
    revoked: bool
    exchanged_at: str | None


COLUMNS = (
    device.c.village,
    device.c.device,
    device.c.public,
    device.c.label,
    device.c.role,
    device.c.revoked,
    device.c.accepted,
    device.c.link,
    device.c.open_first,
    device.c.held,
    device.c.aside,
    device.c.safe_seq,
    device.c.receipt_serial,
    device.c.receipt,
    device.c.exchanged_at,
    device.c.knows,
    device.c.safe,
    device.c.parent,
    device.c.wishes,
)


def find(connection: Connection, in_village: bytes, device_id: bytes) -> Device | None:
    """A device of a village, revoked or not; nothing where it was never enrolled there."""
    row = connection.execute(
        select(*COLUMNS).where(device.c.village == in_village, device.c.device == device_id)
    ).first()
    return None if row is None else of_row(row)


def of_row(row: Sequence[Any]) -> Device:
    """A device by its `COLUMNS`."""
    village_id, device_id, public, label, role, revoked, *rest = row
    return Device(village_id, device_id, public, label, role, bool(revoked), *rest)


def known(connection: Connection, in_village: bytes, device_id: bytes) -> Device:
    """A device of a village; UserError where it was never enrolled there."""
    found = find(connection, in_village, device_id)
    if found is None:
        raise UserError(
            _("The county does not know this laptop in this village. Let the county enrol it; nothing is lost.")
        )
    return found


@dataclass(frozen=True)
class NewDevice:
    """A laptop that is to be enrolled."""

    device: bytes
    public: bytes
    label: str
    role: str
    seal_public: bytes | None = None  # to which envelopes for it are sealed
    parent: bytes | None = None  # the laptop of which it is the successor
    inherited: int = 0  # the parent's changes up to this seq are its past as well
    revoked: bool = False


def enrol(county: County, in_village: bytes, new: NewDevice, who: str) -> None:
    """Let a laptop exchange for a village; UserError where it is enrolled there already, or the role is none."""
    check_role(new.role)
    with county.numbering(in_village) as (connection, standing):
        if find(connection, in_village, new.device) is not None:
            raise UserError(_("The laptop {label} is enrolled in this village already.").format(label=new.label))
        add(connection, standing, new, Act(county.now(), who, "enrol", new.device))


def check_role(role: str) -> None:
    """UserError where a role is none."""
    if role not in ROLES:
        raise UserError(
            _("{role} is no role. Take one of these: {roles}.").format(role=role, roles=", ".join(sorted(ROLES)))
        )


def add(connection: Connection, standing: Standing, new: NewDevice, act: Act) -> Standing:
    """Put a laptop beside the others of a village whose lock the caller holds."""
    connection.execute(
        device.insert().values(
            village=standing.village,
            device=new.device,
            public=new.public,
            seal_public=new.seal_public,
            parent=new.parent,
            inherited=new.inherited,
            label=new.label,
            role=new.role,
            revoked=int(new.revoked),
            enrolled_at=act.at,
            accepted=0,
            link=links.first_link(standing.village, new.device),
            open_first=0,
            held=0,
            aside=0,
            safe_seq=0,
            receipt_serial=0,
        )
    )
    return note(connection, standing, act)


def revoke(county: County, in_village: bytes, device_id: bytes, who: str) -> None:
    """From now on what a laptop delivers is set apart, and it gets receipts only."""
    _alter(county, in_village, device_id, who, "revoke", revoked=1)


def readmit(county: County, in_village: bytes, device_id: bytes, who: str) -> None:
    """Take a revocation back; what was set apart meanwhile is settled by `accept.reconsider`."""
    _alter(county, in_village, device_id, who, "readmit", revoked=0)


def set_role(county: County, in_village: bytes, device_id: bytes, role: str, who: str) -> None:
    """Give a laptop another role; what was set apart for want of it is settled by `accept.reconsider`."""
    _alter(county, in_village, device_id, who, f"role {role}", role=role)


def _alter(county: County, in_village: bytes, device_id: bytes, who: str, what: str, **values: object) -> None:
    with county.numbering(in_village) as (connection, standing):
        known(connection, in_village, device_id)
        connection.execute(_one(in_village, device_id).values(**values))
        note(connection, standing, Act(county.now(), who, what, device_id))


def _one(in_village: bytes, device_id: bytes) -> Update:
    return update(device).where(device.c.village == in_village, device.c.device == device_id)


def known_serials(device: Device) -> dict[str, int]:
    """The statements of which a laptop said that it has them, as it was written down last."""
    known = unpack(device.knows) if device.knows else {}
    return {sort: serial for sort, serial in known.items() if not sort.startswith(_REACHED)}


def known_positions(device: Device) -> dict[int, int]:
    """How far a laptop said that it has read, by scope, as it was written down last."""
    known = unpack(device.knows) if device.knows else {}
    return {int(key.removeprefix(_REACHED)): told for key, told in known.items() if key.startswith(_REACHED)}


def knows(connection: Connection, in_village: bytes, device_id: bytes, hello: Hello) -> None:
    """Write down which statements a laptop says it has, and how far it has read.

    So the office sees whom to help with an old form, and what of the log nobody needs any more.
    """
    read = {f"{_REACHED}{scope}": position for scope, position in hello.positions.items()}
    known = pack(dict(sorted((hello.statements | read).items())))
    connection.execute(_one(in_village, device_id).values(knows=known))


def reached(connection: Connection, in_village: bytes, since: str) -> list[dict[int, int]]:
    """By scope how far each laptop has read that exchanged since a moment; one that never has takes a seed."""
    query = select(device.c.knows, device.c.role).where(
        device.c.village == in_village,
        device.c.revoked == 0,
        device.c.role != COUNTY,
        device.c.exchanged_at >= since,
    )
    told = [(unpack(row.knows) if row.knows else {}, scopes_of(row.role)) for row in connection.execute(query)]
    return [{scope: known.get(f"{_REACHED}{scope}", 0) for scope in scopes} for known, scopes in told]


def exchanged(connection: Connection, in_village: bytes, device_id: bytes, at: str) -> None:
    """Write down that a laptop exchanged, by whatever road."""
    connection.execute(_one(in_village, device_id).values(exchanged_at=at))


def lines(county: County) -> list[DeviceLine]:
    """All laptops by village and name, for whoever helps them: nothing here compares one with another."""
    query = (
        select(
            device.c.device,
            village.c.code,
            village.c.name,
            device.c.label,
            device.c.role,
            device.c.revoked,
            device.c.exchanged_at,
        )
        .join_from(device, village, device.c.village == village.c.village)
        .where(device.c.role != COUNTY)
        .order_by(village.c.name, device.c.label, device.c.device)
    )
    with county.read() as connection:
        rows = connection.execute(query).all()
    return [
        DeviceLine(row.device, row.code, row.name, row.label, row.role, bool(row.revoked), row.exchanged_at)
        for row in rows
    ]
