"""Moves between villages: the county decides about a wish, with the person's consent, and brings her record there.

Households don't move, people do: her membership ends in the old village, what is open of her record is copied into the
new one, and a household is found for her there by whoever works there. Each step is one transaction in one village, and
whatever cuts it short, `finish` goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from villagefp.county import carrying, pen, tickets
from villagefp.county.bulk import Rows
from villagefp.county.pen import Pen, Write
from villagefp.county.store import Act, County
from villagefp.county.tables import moved
from villagefp.county.tables import record as record_table
from villagefp.county.tables import village as village_table
from villagefp.county.tickets import Cause, Opened, Ticket
from villagefp.domain.person_records import TransferState
from villagefp.errors import UserError
from villagefp.i18n import _, ngettext
from villagefp.wire.declared import BY_NAME
from villagefp.wire.heads import Heads, unpack_heads
from villagefp.wire.values import Value, unpack

MOVED = "moved_village"
"""Why a membership ended."""
_MOVED = Rows(moved, replacing=True)
_TRANSFER, _MEMBERSHIP = BY_NAME["transfer"], BY_NAME["membership"]


@dataclass(frozen=True)
class Waiting:
    """A wish that waits for the county; whose it is stands in her record, which a ticket opens."""

    village: bytes
    village_name: str
    transfer: bytes
    asked_on: str
    to_village: str  # 12 digits
    to_name: str  # empty where no such village is at this county


@dataclass(frozen=True)
class Decided:
    """What became of a wish."""

    agreed: bool
    to_name: str
    copied: int  # changes that stand in the other village now
    sealed: int  # records with something sealed, which stays where it can be read


def waiting(county: County) -> list[Waiting]:
    """All wishes that wait, village by village; no person is named."""
    with county.read() as connection:
        names = {row.code: (row.village, row.name) for row in connection.execute(select(village_table))}
        found = []
        for village, name in sorted(names.values(), key=lambda each: (each[1], each[0])):
            for transfer, _person in tickets.moves(connection, village):
                told = tickets.read(connection, village, transfer).values
                if told.get("state") == TransferState.ASKED:
                    to = str(told.get("to_village"))
                    there = names[to][1] if to in names else ""
                    found.append(Waiting(village, name, transfer, str(told.get("asked_on")), to, there))
    return found


def decide_transfer(county: County, village: bytes, transfer: bytes, *, agreed: bool, who: str) -> Decided:
    """Decide about a wish; where the county agrees, her record is in the other village when this returns.

    UserError where she did not agree to it, took it back, or it was decided already, or where the village she wishes to
    go to is none of this county's.
    """
    opened = tickets.open_record(county, Ticket(who, Cause.TRANSFER, village, transfer))
    person, to_village, to_name = _checked(county, village, opened, agreed=agreed)
    told = "transfer agreed" if agreed else "transfer not agreed"
    with pen.writing(county, village, Act(county.now(), who, told, transfer)) as writer:
        _checked(county, village, tickets.read(writer.connection, village, transfer), agreed=agreed)
        _say(county, writer, transfer, TransferState.DECIDED, agreed=agreed)
        if agreed:
            ids = carrying.entries(writer.connection, village, [person])[person]
            _end_memberships(county, writer, ids)
            _MOVED.put(writer.connection, [(village, each, to_village, transfer, 1) for each in ids])
    if not agreed:
        return Decided(agreed=False, to_name=to_name, copied=0, sealed=0)
    copied = _bring(county, village, transfer)
    with county.read() as connection:
        return Decided(
            agreed=True, to_name=to_name, copied=copied, sealed=carrying.sealed_left(connection, village, person)
        )


def finish(county: County, village: bytes) -> int:
    """Go on with moves from a village that were cut short; returns how many there were. Harmless where none was."""
    with county.read() as connection:
        open_ones = {each.transfer for each in carrying.moved_from(connection, village)}
        left = [
            transfer
            for transfer in sorted(open_ones)
            if tickets.read(connection, village, transfer).values.get("state") == TransferState.DECIDED
        ]
    for transfer in left:
        _bring(county, village, transfer)
    return len(left)


def go_on(county: County) -> int:
    """Go on with all moves of a county: those cut short, and those a store that was put back has forgotten.

    Returns how many villages were left by somebody of whom more is copied now. For the start of a server, after a
    store was put back, and when laptops gave back what it had lost.
    """
    wanted = _from_decisions(county)
    with county.read() as connection:
        here = {(each.village, each.person): each for each in connection.execute(select(moved))}
    left: set[bytes] = set()
    for (village, person), (to_village, transfer) in sorted(wanted.items()):
        row = here.get((village, person))
        if row is None or (row.to_village, row.transfer) != (to_village, transfer):
            with county.numbering(village) as (connection, _standing):
                ids = carrying.entries(connection, village, [person])[person]
                _MOVED.put(connection, [(village, each, to_village, transfer, 1) for each in ids])
            left.add(village)
    for village in sorted(left):
        carrying.carry(county, village)
    return len(left) + sum(finish(county, village) for village in sorted({village for village, _person in wanted}))


def _from_decisions(county: County) -> dict[tuple[bytes, bytes], tuple[bytes, bytes]]:
    """By village and person that left it where she went, and by which move: all agreed moves in their order.

    Whoever came home has left no longer.
    """
    gone: dict[tuple[bytes, bytes], tuple[bytes, bytes]] = {}
    with county.read() as connection:
        by_code = {row.code: row.village for row in connection.execute(select(village_table))}
        agreed = []
        for code, village in sorted(by_code.items()):
            for transfer, person in tickets.moves(connection, village):
                told = tickets.read(connection, village, transfer).values
                to_village = by_code.get(str(told.get("to_village")))
                if told.get("agreed") is True and told.get("from_village") == code and to_village is not None:
                    agreed.append((str(told.get("state_on")), transfer, village, person, to_village))
    for _day, transfer, village, person, to_village in sorted(agreed):
        gone[village, person] = to_village, transfer
        gone.pop((to_village, person), None)
    return gone


def words(decided: Decided) -> str:
    """What became of a wish, for whoever decided."""
    if not decided.agreed:
        return _("Not agreed. The village is told with its next exchange; nothing was changed.")
    said = ngettext(
        "Agreed: {count} entry of the person's record is in {village} now. A household is found for her there.",
        "Agreed: {count} entries of the person's record are in {village} now. A household is found for her there.",
        decided.copied,
    ).format(count=decided.copied, village=decided.to_name)
    if not decided.sealed:
        return said
    stays = ngettext(
        "{count} record holds something private, which nobody here can read: that stays in the old village.",
        "{count} records hold something private, which nobody here can read: that stays in the old village.",
        decided.sealed,
    ).format(count=decided.sealed)
    return f"{said} {stays}"


def _checked(county: County, village: bytes, opened: Opened, *, agreed: bool) -> tuple[bytes, bytes, str]:
    """Person, and id and name of the village she wishes to go to."""
    told = opened.values
    if opened.kind != _TRANSFER.name or opened.withdrawn or told.get("state") != TransferState.ASKED:
        raise UserError(_("This move does not wait for a decision any more. Look at the list again."))
    person, code = told.get("person"), str(told.get("to_village"))
    with county.read() as connection:
        there = connection.execute(
            select(village_table.c.village, village_table.c.name).where(village_table.c.code == code)
        ).first()
    if not agreed:
        return bytes(person) if isinstance(person, bytes) else b"", b"", there.name if there else code
    if not isinstance(person, bytes) or not told.get("consent_on") or not told.get("consent_how"):
        raise UserError(_("The person's consent is not on record, so her record stays where it is. Ask the village."))
    if there is None or there.village == village:
        raise UserError(
            _("No other village of this county has the code {code}. Enrol it first, or do not agree.").format(code=code)
        )
    return person, there.village, there.name


def _say(county: County, writer: Pen, transfer: bytes, state: TransferState, *, agreed: bool) -> None:
    """Write how far a move has come, in place of what was said before."""
    told: dict[str, Value] = {
        "state": state.value,
        "agreed": agreed,
        "state_on": county.ambient.today().isoformat(),
    }
    fields = {_TRANSFER.by_name[name].number: value for name, value in told.items()}
    heads = heads_of(writer.connection, writer.village, transfer)
    replaces = {number: heads[number] for number in fields if number in heads}
    writer.save(Write(kind=_TRANSFER.number, record=transfer, fields=fields, replaces=replaces))


def heads_of(connection: Connection, village: bytes, record: bytes) -> Heads:
    """Which writes a record's values come from; none where it is not here."""
    query = select(record_table.c.heads).where(record_table.c.village == village, record_table.c.record == record)
    packed = connection.execute(query).scalar()
    return unpack_heads(packed) if packed else {}


def _end_memberships(county: County, writer: Pen, ids: Sequence[bytes]) -> None:
    """End the person's time in households here; the hukou book is the police's affair."""
    numbers = {name: field.number for name, field in _MEMBERSHIP.by_name.items()}
    query = select(record_table.c.record, record_table.c.fields).where(
        record_table.c.village == writer.village,
        record_table.c.kind == _MEMBERSHIP.number,
        record_table.c.withdrawn == 0,
    )
    for record, packed in writer.connection.execute(query).all():
        told = unpack(packed)
        if told.get(numbers["person"]) not in ids or told.get(numbers["household"]) is None:
            continue
        if told.get(numbers["left_on"]) is not None:
            continue
        fields: dict[int, Value] = {numbers["left_on"]: county.ambient.today().isoformat(), numbers["left_why"]: MOVED}
        heads = heads_of(writer.connection, writer.village, record)
        replaces = {number: heads[number] for number in fields if number in heads}
        writer.save(Write(kind=_MEMBERSHIP.number, record=record, fields=fields, replaces=replaces))


def _bring(county: County, village: bytes, transfer: bytes) -> int:
    """Copy what is here of a person into the village she moved to, and say that it is there."""
    with county.read() as connection:
        here = [each for each in carrying.moved_from(connection, village) if each.transfer == transfer]
    with county.write() as connection:  # whoever comes home has moved away from there no longer
        for each in here:
            connection.execute(delete(moved).where(moved.c.village == each.to_village, moved.c.person == each.person))
    copied = carrying.carry(county, village)
    with pen.writing(county, village, Act(county.now(), "county", "transfer arrived", transfer)) as writer:
        _say(county, writer, transfer, TransferState.ARRIVED, agreed=True)
    return copied + carrying.carry(county, village)
