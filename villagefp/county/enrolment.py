"""Enrolling laptops by a code: what is offered, who claims it, and what the county says to that.

A claim is one transaction. Whoever repeats one is told the same again, so an answer that was lost costs nothing; a
wrong proof counts against its code and against where it came from.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import blake2b

from msgspec.structs import replace
from sqlalchemy import Connection, Row, insert, select, text, update

from villagefp.county import devices, office_values, rings
from villagefp.county.devices import NewDevice
from villagefp.county.engine import is_postgres
from villagefp.county.keys import CountyKeys
from villagefp.county.lineage import succeed
from villagefp.county.office_tables import OFFICE, enrolment
from villagefp.county.office_values import KEYED_BY
from villagefp.county.store import Act, County, lock, note
from villagefp.county.tables import device as device_table
from villagefp.county.tables import village as village_table
from villagefp.county.vault import Vault
from villagefp.domain import village_code
from villagefp.wire import enrolment as wire
from villagefp.wire.enrolment import Claim, EnrolmentError, EnrolmentFault, Grant, same_laptop
from villagefp.wire.enrolment_code import keys_of, new_code
from villagefp.wire.village_ring import wrap_under

DAYS = 60
"""For how long a code is good, unless the office says otherwise."""
MAX_FAILURES = 10
"""Wrong proofs after which a code is closed."""
MAX_REFUSED = 20
"""Wrong codes in an hour from one place."""
_FOUNDING = 0x7666706B
"""Two laptops that claim one village at once must not both found it: PostgreSQL's advisory lock of this number."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a code is for: which village, and what the laptop is to be in it."""

    village_code: str
    village_name: str
    role: str
    label: str  # as people call the laptop
    address: str = ""  # where the county answers by network
    days: int = DAYS


@dataclass(frozen=True)
class Offered:
    """A code that was given out."""

    code: str  # shown once, and kept nowhere
    village: bytes
    told: bytes  # what the enrolment file says
    seal: bytes  # public key to which that file is sealed
    until: int  # seconds since 1970


@dataclass(frozen=True)
class _Invited:
    """What a code says of the laptop that will claim it."""

    village_code: str
    village_name: str
    role: str
    label: str
    address: str
    ring: bytes  # wrapped under the code


def offer(county: County, keys: CountyKeys, vault: Vault, place: Place) -> Offered:
    """Make a code for one laptop; UserError where village or role make no sense."""
    devices.check_role(place.role)
    checked = village_code.read(place.village_code).code
    code = new_code(county.ambient.random)
    secrets = keys_of(code)
    now = _seconds(county)
    with county.write() as connection:
        here = found(connection, checked)
        of_village = here or planned(connection, checked) or county.ambient.new_id()
        ring = rings.ring_for(connection, vault, of_village, place.role)
        wrapped = wrap_under(ring, secrets.wrap, county.ambient.random)
        invited = _Invited(checked, place.village_name, place.role, place.label, place.address, wrapped)
        connection.execute(
            insert(enrolment).values(
                village=OFFICE,
                name=secrets.name,
                of_village=of_village,
                proof=secrets.proof,
                offered_at=county.now(),
                expires=now + place.days * 86400,
                failures=0,
                **asdict(invited),
            )
        )
    grant = replace(_grant(keys, of_village, invited, now), founded=here is not None)
    return Offered(code, of_village, wire.sign_offer(grant, secrets), secrets.seal.public, now + place.days * 86400)


def claim(county: County, keys: CountyKeys, told: bytes, source: str = "") -> bytes:
    """The answer to a claim, or to a succession that goes the same way: a grant, or why there is none.

    `source` is where it came from, such as an address, so that whoever guesses is slowed down. VersionError where it is
    of a protocol that is not spoken here.
    """
    try:
        if told[:1] == wire.SUCCESSION:
            succeed(county, told[1:])
            return wire.sign_succeeded(told, keys.sign)
        answer = _claimed(county, keys, told, source)
    except EnrolmentError as refusal:
        return wire.refuse(refusal.fault)
    return wire.refuse(answer) if isinstance(answer, EnrolmentFault) else answer


def found(connection: Connection, code: str) -> bytes | None:
    """The id of the village with this code, where the county has it."""
    return connection.execute(select(village_table.c.village).where(village_table.c.code == code)).scalar()


def planned(connection: Connection, code: str) -> bytes | None:
    """The id that codes were given out under for a village that the county has not yet."""
    query = select(enrolment.c.of_village).where(enrolment.c.village == OFFICE, enrolment.c.village_code == code)
    return connection.execute(query.order_by(enrolment.c.offered_at)).scalar()


def name_of(connection: Connection, code: str) -> str | None:
    """The name of the village with this code, where the county has it or gave codes out for it."""
    here: str | None = connection.execute(select(village_table.c.name).where(village_table.c.code == code)).scalar()
    query = select(enrolment.c.village_name).where(enrolment.c.village == OFFICE, enrolment.c.village_code == code)
    return here or connection.execute(query.order_by(enrolment.c.offered_at.desc())).scalar()


def labels(connection: Connection, code: str) -> set[str]:
    """What the laptops of a village are called, and those to be that codes were given out for."""
    offered = select(enrolment.c.label).where(enrolment.c.village == OFFICE, enrolment.c.village_code == code)
    joined = device_table.c.village == village_table.c.village
    here = (
        select(device_table.c.label).join_from(device_table, village_table, joined).where(village_table.c.code == code)
    )
    return {*connection.execute(offered).scalars(), *connection.execute(here).scalars()}


def alone(connection: Connection) -> None:
    """Let nobody else found a village until the end of this transaction."""
    if is_postgres(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _FOUNDING})


def _seconds(county: County) -> int:
    return county.ambient.milliseconds() // 1000


def _claimed(county: County, keys: CountyKeys, told: bytes, source: str) -> bytes | EnrolmentFault:
    """A fault is returned, not raised, where the transaction has something to keep: that it was tried."""
    name = wire.name_in(told)
    with county.write() as connection:
        guesses = _Guesses(connection, source, _seconds(county))
        if guesses.too_many():
            return EnrolmentFault.TOO_MANY
        query = select(enrolment).where(enrolment.c.village == OFFICE, enrolment.c.name == name)
        row = connection.execute(query.with_for_update() if is_postgres(connection) else query).first()
        if row is None:
            guesses.note()
            return EnrolmentFault.UNKNOWN
        if row.failures >= MAX_FAILURES:
            return EnrolmentFault.BLOCKED
        try:
            claimed = wire.open_claim(told, row.proof)
        except EnrolmentError as refusal:
            guesses.note()
            _alter(connection, name, failures=row.failures + 1)
            return refusal.fault
        return _answer(county, keys, connection, row, claimed)


def _answer(
    county: County, keys: CountyKeys, connection: Connection, row: Row[tuple[object, ...]], claimed: Claim
) -> bytes:
    """What a laptop that knows the code is told; EnrolmentError where it cannot be taken in, and then nothing is."""
    claimant = same_laptop(claimed)
    _check(county, row, claimed, claimant)
    alone(connection)
    village, founded = _village_for(connection, row, claimed)
    if row.claimant is None:
        if not founded:
            county.found_within(connection, village, row.village_code, row.village_name)
            if village != row.of_village:
                office_values.put(connection, KEYED_BY, row.of_village, village)
        _enrol(county, connection, village, row, claimed)
    if claimed.given:
        rings.give(connection, village, claimed.device, claimed.given)
    if row.answer is not None:
        return bytes(row.answer)
    answer = wire.sign_grant(_grant(keys, village, _invited(row), _seconds(county)), row.proof, claimant)
    _alter(connection, row.name, claimant=claimant, answer=answer)
    return answer


def _check(county: County, row: Row[tuple[object, ...]], claimed: Claim, claimant: bytes) -> None:
    if row.claimant is not None and row.claimant != claimant:
        raise EnrolmentError(EnrolmentFault.USED)
    if row.claimant is None and _seconds(county) > row.expires:
        raise EnrolmentError(EnrolmentFault.EXPIRED)
    if claimed.village_code and claimed.village_code != row.village_code:
        raise EnrolmentError(EnrolmentFault.OTHER_VILLAGE)


def _village_for(connection: Connection, row: Row[tuple[object, ...]], claimed: Claim) -> tuple[bytes, bool]:
    """The id of the claimed village, and whether the county has it; a village that lived alone brings its own."""
    here = found(connection, row.village_code)
    if here is not None:
        if claimed.village not in (b"", here):
            raise EnrolmentError(EnrolmentFault.OTHER_FOUNDING)
        return here, True
    fresh = claimed.village or row.of_village
    taken = select(village_table.c.code).where(village_table.c.village == fresh)
    if connection.execute(taken).first() is not None:
        raise EnrolmentError(EnrolmentFault.OTHER_FOUNDING)
    return fresh, False


def _enrol(
    county: County, connection: Connection, village: bytes, row: Row[tuple[object, ...]], claimed: Claim
) -> None:
    """Take the laptop in, or give one that was here already what this code gives it."""
    standing = lock(connection, village)
    known = devices.find(connection, village, claimed.device)
    if known is not None and known.public != claimed.public:
        raise EnrolmentError(EnrolmentFault.USED)
    act = Act(county.now(), "enrolment code", "enrol", claimed.device)
    if known is None:
        new = NewDevice(claimed.device, claimed.public, row.label, row.role, seal_public=claimed.seal_public)
        devices.add(connection, standing, new, act)
        return
    connection.execute(
        update(device_table)
        .where(device_table.c.village == village, device_table.c.device == claimed.device)
        .values(seal_public=claimed.seal_public, label=row.label, role=row.role, revoked=0)
    )
    note(connection, standing, act)


def _grant(keys: CountyKeys, village: bytes, invited: _Invited, now: int) -> Grant:
    return Grant(
        sign_keys=keys.signs, seal_key=keys.seal.public, village=village, time=now, founded=True, **asdict(invited)
    )


def _invited(row: Row[tuple[object, ...]]) -> _Invited:
    return _Invited(row.village_code, row.village_name, row.role, row.label, row.address, bytes(row.ring))


def _alter(connection: Connection, name: bytes, **values: object) -> None:
    one = update(enrolment).where(enrolment.c.village == OFFICE, enrolment.c.name == name)
    connection.execute(one.values(**values))


class _Guesses:
    """Wrong codes from one place in this hour; of the place no more is kept than a hash, and that for the hour."""

    def __init__(self, connection: Connection, source: str, now: int) -> None:
        self._connection = connection
        hour = now // 3600
        place = blake2b(source.encode("utf-8"), digest_size=12, person=b"vfp enrol from").hexdigest()
        self._this_hour = f"refused {hour:012}"
        self._name = f"{self._this_hour} {place}" if source else ""

    def too_many(self) -> bool:
        """Whether nothing more is looked at."""
        return bool(self._name) and office_values.get_number(self._connection, self._name, 0) >= MAX_REFUSED

    def note(self) -> None:
        """One more."""
        if not self._name:
            return
        so_far = office_values.get_number(self._connection, self._name, 0)
        office_values.forget_between(self._connection, "refused ", self._this_hour)
        office_values.put_number(self._connection, self._name, so_far + 1)
