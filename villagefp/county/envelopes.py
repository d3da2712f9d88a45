"""Envelopes at the county: what is in a file that came by stick, mail or chat, and the envelopes that go back.

A part is heard as a request by network is: claims and successions first, since a laptop may have enrolled with the same
file, then exchanges. What was taken stays taken where a later part fails; reading the file again does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from sqlalchemy import Connection, delete, insert, select

from villagefp.county import devices, enrolment, exchange, office_values
from villagefp.county.devices import Device
from villagefp.county.keys import CountyKeys
from villagefp.county.office_tables import OFFICE
from villagefp.county.office_tables import envelope as envelope_table
from villagefp.county.office_values import ENVELOPES
from villagefp.county.store import County
from villagefp.county.tables import device as device_table
from villagefp.county.tables import village as village_table
from villagefp.wire import carried
from villagefp.wire import enrolment as wire
from villagefp.wire.enrolment import EnrolmentError
from villagefp.wire.frames import RequestReader, pack_answer
from villagefp.wire.hello import who_says
from villagefp.wire.protocol import OURS
from villagefp.wire.seal import (
    Contents,
    Envelope,
    EnvelopeError,
    EnvelopeFault,
    Part,
    mark_of,
    open_envelope,
    read_part,
)
from villagefp.wire.signed import ExchangeError, Fault
from villagefp.wire.succession import who_follows


@dataclass(frozen=True)
class Said:
    """What came of one laptop in an envelope."""

    village: bytes
    device: bytes
    village_name: str
    label: str
    changes: int  # that are new here
    returned: int  # groups of this laptop that the county holds apart now
    enrolled: bool = False  # this envelope enrolled it


@dataclass
class Taken:
    """What became of an envelope."""

    hash: bytes
    said: list[Said] = field(default_factory=list)
    answers: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Opened:
    """An envelope that is whole and for this county."""

    envelope: Envelope
    places: tuple[int, ...]

    @property
    def enrols(self) -> bool:
        """Whether a laptop is enrolled by it: such ones come before the others."""
        return any(self.envelope.entries[place].contents is Contents.ENROLMENT for place in self.places)


def look(file: BinaryIO, keys: CountyKeys) -> Opened:
    """Look an envelope over; EnvelopeError where it is none, or for somebody else, and then nothing was used."""
    envelope = open_envelope(file, OURS)
    marks = {mark_of(key.public) for key in keys.seals}
    places = tuple(place for place, entry in enumerate(envelope.entries) if entry.mark in marks)
    if not places:
        raise EnvelopeError(EnvelopeFault.WRONG_RECIPIENT)
    return Opened(envelope, places)


def taken_at(county: County, hash_: bytes) -> str | None:
    """When an envelope was taken; None where it was not."""
    query = select(envelope_table.c.taken_at)
    same = (envelope_table.c.village == OFFICE, envelope_table.c.hash == hash_)
    with county.read() as connection:
        return connection.execute(query.where(*same)).scalar()


def take(county: County, keys: CountyKeys, file: BinaryIO, opened: Opened) -> Taken:
    """Take all that an envelope holds; UserError where a part is refused, and what came before it stays."""
    taken = Taken(opened.envelope.hash)
    for wanted, hear in ((Contents.ENROLMENT, _enrol), (Contents.UP, _exchange)):
        for place in opened.places:
            if opened.envelope.entries[place].contents is wanted:
                hear(county, keys, read_part(file, opened.envelope, place, keys.seals), taken)
    if not taken.said:
        raise EnvelopeError(EnvelopeFault.WRONG_RECIPIENT)
    with county.write() as connection:
        known = select(envelope_table.c.hash).where(envelope_table.c.village == OFFICE)
        if connection.execute(known.where(envelope_table.c.hash == taken.hash)).first() is None:
            connection.execute(insert(envelope_table).values(village=OFFICE, hash=taken.hash, taken_at=county.now()))
    return taken


def forget(county: County, hash_: bytes) -> None:
    """Let an envelope be taken once more: its answer could not be written."""
    same = (envelope_table.c.village == OFFICE, envelope_table.c.hash == hash_)
    with county.write() as connection:
        connection.execute(delete(envelope_table).where(*same))


def next_number(county: County, village: bytes) -> int:
    """The number of the next envelope for laptops of a village; it rises for ever."""
    with county.write() as connection:
        number = office_values.get_number(connection, ENVELOPES, 0, village) + 1
        office_values.put_number(connection, ENVELOPES, number, village)
    return number


@dataclass(frozen=True)
class Addressee:
    """A laptop to which an envelope is sealed."""

    village_name: str
    label: str


def addressee(county: County, envelope: Envelope) -> Addressee | None:
    """Whose an envelope is that is not the county's: one of its own answers that still lies on the stick."""
    joined = device_table.c.village == village_table.c.village
    query = (
        select(device_table.c.village, device_table.c.seal_public, device_table.c.label, village_table.c.name)
        .join_from(device_table, village_table, joined)
        .where(device_table.c.seal_public.is_not(None))
    )
    sealed = {(entry.village, entry.mark) for entry in envelope.entries}
    with county.read() as connection:
        for village, seal_public, label, name in connection.execute(query):
            if (village, mark_of(seal_public)) in sealed:
                return Addressee(name, label)
    return None


def _enrol(county: County, keys: CountyKeys, plain: bytes, taken: Taken) -> None:
    """A claim or a succession; EnrolmentError where it is refused: then whoever carries the file is told."""
    answer = enrolment.claim(county, keys, plain)
    fault = wire.refused(answer)
    if fault is not None:
        raise EnrolmentError(fault)
    following = plain[:1] == wire.SUCCESSION
    village, device_id = who_follows(plain[1:]) if following else wire.who_was_enrolled(plain, answer)
    with county.read() as connection:
        who = _Laptop.of(connection, devices.known(connection, village, device_id))
    taken.said.append(who.said(0, enrolled=True))
    taken.answers += who.answer(Contents.ENROLMENT, carried.pack_down(plain, answer))


def _exchange(county: County, keys: CountyKeys, plain: bytes, taken: Taken) -> None:
    reader = RequestReader()
    reader.feed(plain)
    if reader.hello is None or not reader.whole:
        raise ExchangeError(Fault.DAMAGED)
    exchange.check(county, reader.hello)
    village, device_id = who_says(reader.hello)
    with county.read() as connection:
        before = devices.known(connection, village, device_id).accepted
    heard = exchange.hear(county, keys, reader.hello, reader.pieces, everything=True)
    with county.read() as connection:
        device = devices.known(connection, village, device_id)
        who = _Laptop.of(connection, device)
    taken.said.append(who.said(device.accepted - before))
    answer = pack_answer(heard.answer, heard.following)
    taken.answers += who.answer(Contents.DOWN, carried.pack_down(reader.hello, answer))


@dataclass(frozen=True)
class _Laptop:
    device: Device
    village_name: str
    seal_public: bytes | None

    @classmethod
    def of(cls, connection: Connection, device: Device) -> _Laptop:
        name = connection.execute(select(village_table.c.name).where(village_table.c.village == device.village))
        seal = connection.execute(
            select(device_table.c.seal_public).where(
                device_table.c.village == device.village, device_table.c.device == device.device
            )
        )
        return cls(device, name.scalar_one(), seal.scalar())

    def said(self, changes: int, *, enrolled: bool = False) -> Said:
        one = self.device
        return Said(one.village, one.device, self.village_name, one.label, changes, one.held, enrolled)

    def answer(self, contents: Contents, plain: bytes) -> list[Part]:
        """What goes back; nothing to a laptop of which no seal key is known: it is answered by network."""
        if self.seal_public is None:
            return []
        return [Part(contents=contents, village=self.device.village, recipient=self.seal_public, plain=plain)]
