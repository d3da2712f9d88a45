"""Taking changes in: one delivery is one transaction in one village, and every repeat is harmless.

Signature and decoding come before, without a lock. The village's lock is held from the look at how far the device is
to the commit: settling which groups come into force, numbering, rows. Devices of other villages never wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from villagefp.county import aside, clues, devices, erasing, erasure_wishes, held, lineage, log, merging, receipts
from villagefp.county.bulk import Changes, together
from villagefp.county.delivery import Delivery, Forked, Missing, Outcome, Taken, check, of_batch
from villagefp.county.devices import Device
from villagefp.county.judging import Group, Rights, groups_of, settle
from villagefp.county.store import Act, County, Standing, note
from villagefp.county.streams import Heads
from villagefp.county.tables import device as device_table
from villagefp.errors import UserError
from villagefp.wire.batch import check_signature, decode_batch, read_header
from villagefp.wire.batch_header import Header
from villagefp.wire.change import LoggedChange
from villagefp.wire.links import Cover
from villagefp.wire.receipt import MAX_RETURNED, Returned
from villagefp.wire.values import pack

_DEVICE = Changes(device_table, ("accepted", "link", "held", "open_first", "exchanged_at", "receipt_serial", "receipt"))


def accept_batch(county: County, data: bytes, device: Device | None = None) -> Outcome:
    """Take a signed batch in, and then what was kept aside and now follows.

    `device` is the laptop whose batch it must be, as it stood lately, where the caller has looked it up already.
    UserError where the device is none of the village's, BatchError where it did not sign the batch or the batch does
    not hold together. Neither changes anything.
    """
    outcome, following = _one(county, data, device)
    while following is not None:
        kept = following
        then, following = _kept(county, kept)
        if isinstance(then, Taken):
            outcome = then
        else:  # whoever offered it is told when it is offered again; what came now was taken
            _drop(county, read_header(kept))
    return outcome


def _kept(county: County, data: bytes) -> tuple[Outcome | None, bytes | None]:
    """What becomes of a batch that was kept aside, and the next one; nothing where it is not sound."""
    try:
        return _one(county, data)
    except UserError:
        return None, None


def _drop(county: County, header: Header) -> None:
    with county.write() as connection:
        aside.drop(connection, header)


def _one(county: County, data: bytes, device: Device | None = None) -> tuple[Outcome, bytes | None]:
    """What becomes of a batch, and one that was kept aside and now follows; what comes too early is not unpacked."""
    header = read_header(data)
    if device is None:
        with county.read() as connection:
            device = devices.known(connection, header.village, header.device)
    check_signature(data, device.public)
    if header.first <= device.accepted + 1:
        named = log.Named(county.read, header.village)
        batch = decode_batch(data, record_of=named.record_of, ahead=named.look_up)
        return _accept(county, of_batch(batch))
    with county.numbering(header.village) as (connection, _standing):
        accepted = devices.known(connection, header.village, header.device).accepted
        if header.first > accepted + 1:
            aside.keep(connection, header, data)
            return Missing(accepted), None
    return _one(county, data)  # what was missing came in between


def accept(county: County, delivery: Delivery) -> Outcome:
    """Take in changes that somebody whose word counts gives back, as a laptop does with what a county has lost.

    ExchangeError where they are not sound, UserError where their device is none of the village's.
    """
    check(delivery)
    outcome, _following = _accept(county, delivery)
    return outcome


def _accept(county: County, delivery: Delivery) -> tuple[Outcome, bytes | None]:
    """One delivery in one transaction; and a batch that was kept aside and to which nothing is missing any more."""
    with county.numbering(delivery.village) as (connection, standing):
        return _take_in(county.now(), connection, standing, delivery)


def accept_within(at: str, connection: Connection, standing: Standing, delivery: Delivery) -> Outcome:
    """The same as `accept` in a transaction that holds the village's lock: the county's own pen writes so."""
    check(delivery)
    outcome, _following = _take_in(at, connection, standing, delivery)
    return outcome


def _take_in(at: str, connection: Connection, standing: Standing, delivery: Delivery) -> tuple[Outcome, bytes | None]:
    device = devices.known(connection, delivery.village, delivery.device)
    if delivery.first > device.accepted + 1:
        return Missing(device.accepted), None
    fork = _fork(connection, device, delivery)
    if fork is not None:
        note(connection, standing, Act(at, device.device.hex(), f"fork at {fork.at}", device.device))
        return fork, None
    fresh = delivery.changes[device.accepted + 1 - delivery.first :]
    if fresh:
        taken = _settle(connection, standing, device, _New(fresh, delivery.covers, delivery.goes_on, at))
    else:
        devices.exchanged(connection, device.village, device.device, at)
        taken = Taken(device.accepted, held=device.held)
    return taken, aside.following(connection, device, taken.accepted)


def reconsider(county: County, village: bytes, device_id: bytes, who: str) -> Taken:
    """Settle what is held of a device by what it may do now: after a role or a revocation has changed."""
    with county.numbering(village) as (connection, standing):
        device = devices.known(connection, village, device_id)
        note(connection, standing, Act(county.now(), who, "reconsider", device_id))
        return _settle(connection, standing, device, _New((), {}, bool(device.open_first), None))


@dataclass(frozen=True)
class _New:
    """What of a delivery is not in the log yet."""

    changes: tuple[LoggedChange, ...]
    covers: Mapping[int, Cover]
    goes_on: bool
    came_at: str | None  # none: nothing came, what is here is looked at again


def _fork(connection: Connection, device: Device, delivery: Delivery) -> Forked | None:
    """Where the delivery does not go on from what is here under the same names."""
    if delivery.first == device.accepted + 1:
        return None if delivery.link_before == device.link else Forked(delivery.first)
    last = min(delivery.last, device.accepted)
    here = log.links_of(connection, device.village, device.device, delivery.first, last)
    for one in delivery.changes[: last + 1 - delivery.first]:
        if here.get(one.change.seq, one.link) != one.link:  # of what was trimmed nobody can tell
            return Forked(one.change.seq)
    return None


def _settle(connection: Connection, standing: Standing, device: Device, new: _New) -> Taken:
    """Settle all groups of a device that are not in force, and then what waited for them under another identity."""
    taken, released = _settle_one(connection, standing, device, new)
    for relative in lineage.with_held(connection, device, released) if released else ():
        other = devices.known(connection, device.village, relative)
        _settle(connection, standing, other, _New((), {}, bool(other.open_first), None))  # ends: ever less is held
    return taken


def _settle_one(connection: Connection, standing: Standing, device: Device, new: _New) -> tuple[Taken, set[bytes]]:
    """Settle those held, the one that had begun, and those that come; with them what is held of its former identities.

    Returns as well of which identities something was held that is in force now.
    """
    fresh = erasing.without_erased(connection, standing, new.changes)
    past = lineage.past(connection, device)
    former = held.of_past(connection, device.village, past)
    older = held.with_changes(connection, device.village, former)
    groups = [*older, *_not_in_force(connection, device, fresh)]
    unfinished = groups.pop() if new.goes_on else None
    here = merging.present(connection, device.village, {one.change.record for one in _changes(groups)})
    scopes = merging.scopes(_changes(groups), here)
    may = {one.kin.device: (*one.kin.scopes, *device.scopes) for one in past}  # it is this laptop's past as well
    may[device.device] = device.scopes
    verdicts = settle(groups, Rights(may, scopes))
    fit = _as_many_as_a_receipt_names(groups, verdicts, device)
    if fit < len(groups):
        groups, unfinished = groups[:fit], None
    verdicts = verdicts[: len(groups)]
    in_force = _changes([group for group, verdict in zip(groups, verdicts, strict=True) if verdict is None])
    heads = Heads(connection, device.village)
    places = heads.number([(one, scopes[one.change.kind, one.change.record]) for one in in_force])
    erased = erasing.records(connection, standing, in_force)
    rows = merging.merge(connection, heads, in_force, here=here, scopes=scopes, erased=erased)
    own = groups[len(older) :]
    taken = [one for one in _changes([*own, unfinished] if unfinished else own) if one.change.seq > device.accepted]
    apart = [verdict for verdict in verdicts[len(older) :] if verdict is not None]
    left = held.keep_former(connection, device.village, former, zip(older, verdicts, strict=False))
    wishes = erasure_wishes.of(connection, device, past)
    moved = _Moved(standing, taken, unfinished, len(in_force), receipts.Apart(apart, left, wishes))
    with together(connection):
        merging.ROWS.put(connection, rows)
        clues.put(connection, rows, clues.touched(in_force))
        heads.write()
        log.append(connection, taken, places)
        names = {one.change.name for one in taken}
        log.release(connection, [one for one in in_force if one.change.name not in names], places)
        if taken:
            log.put_covers(connection, taken[0].change, erasing.punctured(new.covers, taken))
        outcome = _move_on(connection, device, new, moved)
    if device.held or apart:
        held.keep(connection, device.village, device.device, apart)
    was_held = {group.name for group in own if group.first <= device.accepted and group.first != device.open_first}
    was_held |= {group.name for group in older}
    in_force_now = (group for group, verdict in zip(groups, verdicts, strict=True) if verdict is None)
    return outcome, {group.device for group in in_force_now if group.name in was_held}


@dataclass(frozen=True)
class _Moved:
    """What became of what was not in force."""

    standing: Standing
    taken: Sequence[LoggedChange]
    unfinished: Group | None
    numbered: int
    apart: receipts.Apart


def _move_on(connection: Connection, device: Device, new: _New, moved: _Moved) -> Taken:
    """Write down how far the device is now, and the receipt that says so: one commit for both."""
    last = moved.taken[-1].change.seq if moved.taken else device.accepted
    link = moved.taken[-1].link if moved.taken else device.link
    begun = moved.unfinished.first if moved.unfinished else 0
    came_at = new.came_at or device.exchanged_at
    told = receipts.following(device, receipts.State(moved.standing.epoch, last, link, moved.apart))
    count = len(moved.apart.returned)
    row = (last, link, count, begun, came_at, told.serial, pack(told))
    _DEVICE.put(connection, [(device.village, device.device, *row)])
    return Taken(last, moved.numbered, count)


def _not_in_force(connection: Connection, device: Device, fresh: Sequence[LoggedChange]) -> list[Group]:
    groups = held.groups(connection, device.village, device.device) if device.held else []
    begun: list[LoggedChange] = []
    if device.open_first:
        begun = log.of_groups(connection, device.village, device.device, [(device.open_first, device.accepted)])
    return groups + groups_of([*begun, *fresh])


def _changes(groups: Sequence[Group]) -> list[LoggedChange]:
    return [one for group in groups for one in group.changes]


def _as_many_as_a_receipt_names(groups: Sequence[Group], verdicts: Sequence[Returned | None], device: Device) -> int:
    """Up to the group with which a receipt would be too long: the laptop sends the rest when some have been mended."""
    count = 0
    for place, (group, verdict) in enumerate(zip(groups, verdicts, strict=True)):
        count += verdict is not None
        fresh = group.device == device.device and group.first > device.accepted
        if count >= MAX_RETURNED and fresh:  # one place is left for a group that had begun
            return place
    return len(groups)
