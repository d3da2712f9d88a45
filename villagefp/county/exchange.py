"""One exchange as the county sees it, by whatever road it came: who speaks, what is taken, what is answered.

Who is not known gets one constant answer. What a laptop tells of where it stands is compared before anything is
numbered. Each batch is a transaction of its own; a day on which nothing is new costs some look-ups and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from villagefp.county import carrying, devices, offers, receipts, seeding, store, streams
from villagefp.county.answering import Answering, Now, Told
from villagefp.county.devices import Device
from villagefp.county.hearing import Asker, Stand, UnknownDeviceError, asker, known
from villagefp.county.keys import CountyKeys
from villagefp.county.offers import Took
from villagefp.county.parcel import Parcel
from villagefp.county.seeding import Seeding
from villagefp.county.store import Act, County
from villagefp.county.streams import Chains, Compared
from villagefp.wire.frames import MAX_BODY, Piece
from villagefp.wire.hello import MAX_ANSWER, tag_of

ROOM = 4 * 1024 * 1024
"""Bytes that follow one answer: more are asked for again."""
_EVERYTHING = MAX_BODY - MAX_ANSWER
READ_ON = 256
"""Changes that a laptop has read since that was written down last, from which on it is written down again: what may be
trimmed hangs on it, and a write with every exchange would be too dear for that."""
_NOTED = timedelta(hours=1)
"""How exact the county's list says when a laptop exchanged last, where it brought nothing."""

__all__ = ["ROOM", "Heard", "UnknownDeviceError", "broke_off", "check", "hear"]


@dataclass(frozen=True)
class Heard:
    """What goes back: a signed answer to this very hello, and the bytes of what it announces."""

    answer: bytes
    following: tuple[bytes, ...]


def hear(
    county: County,
    keys: CountyKeys,
    hello: bytes,
    pieces: Sequence[Piece],
    *,
    room: int = ROOM,
    everything: bool = False,
) -> Heard:
    """Take what a laptop gives and say what it gets.

    `everything` is for what travels by stick, where nobody can ask again at once: as much as fits into one answer, and
    whole, whatever the laptop held of it. An offer that was not taken stands in the answer's `offsets` with the bytes
    of it that are held, 0 for none, or in `again`: then its batch is to be cut anew without names. Where the laptop's
    cursors are not the county's, pages go on from the position that `checkpoints` say. UnknownDeviceError where the
    laptop is not known or did not sign; ExchangeError or VersionError where it did and cannot be understood.
    """
    with county.read() as connection:
        who = asker(connection, hello)
        seen = _look(who)
        kept = offers.Kept(county, connection, who) if who.hello.offers else None
        if seen.raised is None and kept is None and who.hello.seed is None:
            told = _answered(county, who.stand, keys, _Case(who, seen, Took(), room, everything))
            enough = told is not None and not told.differs and not (everything and told.wants_seed)
            if told is not None and enough and not _to_be_noted(county, who.device, who):
                return Heard(told.answer, told.following)
    if seen.raised is not None:
        seen = streams.compare(county, who.device.village, who.device.device, _told(who))
    took = offers.take(county, keys, who, kept, pieces) if kept is not None else Took()
    return _after(county, keys, _Case(who, seen, took, room, everything))


def check(county: County, hello: bytes) -> None:
    """UnknownDeviceError where `hear` would raise it: before all of a long request is read."""
    with county.read() as connection:
        asker(connection, hello)


def broke_off(
    county: County, keys: CountyKeys, hello: bytes, pieces: Sequence[Piece], broken: Piece | None = None
) -> None:
    """Keep what came of a request before the line broke, so that it need not come again.

    Nothing is taken and nothing is answered. Of what nobody known has signed nothing is kept.
    """
    del keys  # nothing is signed
    try:
        with county.read() as connection:
            who = asker(connection, hello)
            kept = offers.Kept(county, connection, who)
    except UnknownDeviceError:
        return
    if who.hello.offers:
        offers.keep(kept, who, [*pieces, broken] if broken is not None else pieces)


@dataclass(frozen=True)
class _Case:
    """One exchange, when all that it gave has been looked at."""

    who: Asker
    seen: Compared
    took: Took
    room: int
    everything: bool
    seeding: Seeding | None = None


def _after(county: County, keys: CountyKeys, case: _Case) -> Heard:
    """The answer after something was taken or has to be written down."""
    village, device_id = case.who.device.village, case.who.device.device
    if case.who.hello.seed is not None:
        case = _with_seed(county, keys, case)
    while True:
        with county.read() as connection:
            stand = known(connection, village, device_id)
            told = _answered(county, stand, keys, case)
            somebody_left = bool(case.took.accepted) and carrying.any_moved(connection, village)
        if told is None:
            receipts.receipt(county, village, device_id)
        elif case.everything and told.wants_seed and case.seeding is None:  # nobody can be asked by stick
            case = _with_seed(county, keys, case)
        else:
            break
    if told.differs or _to_be_noted(county, stand.device, case.who):
        with county.numbering(village) as (connection, standing):
            devices.exchanged(connection, village, device_id, county.now())
            devices.knows(connection, village, device_id, case.who.hello)
            if told.differs:
                store.note(connection, standing, Act(county.now(), device_id.hex(), "digest differs", device_id))
    if somebody_left:  # what came late for her follows her
        carrying.carry(county, village)
    return Heard(told.answer, told.following)


def _with_seed(county: County, keys: CountyKeys, case: _Case) -> _Case:
    who = case.who
    if not who.device.scopes:
        return case
    kept = seeding.seed_for(county, keys.sign, who.device.village, who.device.device, who.hello.seed)
    return replace(case, seeding=kept)


def _answered(county: County, stand: Stand, keys: CountyKeys, case: _Case) -> Told | None:
    """The answer as the store stands now; nothing where a receipt has to be written down first."""
    device = stand.device
    receipt = receipts.said(stand.connection, stand.standing, device)
    if device.receipt is None or receipt.serial != device.receipt_serial:
        return None
    now = Now(stand.connection, device, stand.standing, stand.heads, receipt, case.seen.agrees, case.took, case.seeding)
    held = {} if case.everything else case.who.hello.held
    parcel = Parcel(held, _EVERYTHING if case.everything else case.room)
    seconds = county.ambient.milliseconds() // 1000
    return Answering(keys, case.who, now, parcel).told(seconds, repeating=case.everything)


def _told(who: Asker) -> streams.Told:
    """Where a laptop stands. One that is revoked gets no pages: it stays where it was, which tells nothing any more."""
    if not who.device.scopes:
        return streams.Told({}, tag_of({}), who.hello.known)
    return streams.Told(who.hello.positions, who.hello.tag, who.hello.known)


def _look(who: Asker) -> Compared:
    stand = who.stand
    chains = Chains(stand.connection, stand.device.village)
    return streams.look(stand.standing, stand.heads.cursors, _told(who), stand.device.receipt_serial, chains)


def _to_be_noted(county: County, device: Device, who: Asker) -> bool:
    if device.exchanged_at is None or devices.known_serials(device) != who.hello.statements:
        return True
    read = devices.known_positions(device)
    if any(position >= read.get(scope, 0) + READ_ON for scope, position in who.hello.positions.items()):
        return True
    return county.ambient.now() - datetime.fromisoformat(device.exchanged_at) > _NOTED
