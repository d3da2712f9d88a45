"""A person's move to another village: asked for at her own wish and with her consent, decided by the county.

Households don't move, people do. Nothing changes here until the county has decided, and then nothing is deleted: the
membership ends, and whatever was entered here meanwhile still goes to the county and follows her.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from villagefp.domain import codes, village_code
from villagefp.domain.person_records import Transfer, TransferState
from villagefp.domain.records import RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services.people import known_person
from villagefp.storage import people, records, same

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

CONSENTS = ("signed", "thumb", "spoken")
"""How a person agrees that her record goes along."""


@dataclass(frozen=True)
class Wish:
    """What a person tells of her move; the reason only where she likes to."""

    to_village: str  # 12 digits
    consent: str  # one of `CONSENTS`
    reason: str | None = None  # of `transfer_reason`


@dataclass(frozen=True)
class TransferLine:
    """A move, and the name of the person."""

    transfer: Transfer
    who: str


def ask(store: Store, person_id: RecordId, wish: Wish) -> Transfer:
    """Keep a person's wish to be served in another village, for the county to decide.

    UserError where she did not agree, the village is this one or none, or she has asked already.
    """
    to_village = village_code.read(wish.to_village).code
    if to_village == store.village.code:
        raise UserError(
            _("{code} is this village. Choose the village to which the person moves.").format(code=to_village)
        )
    if wish.consent not in CONSENTS:
        raise UserError(
            _("{told} is no consent. Ask the person; her record goes along only if she agrees: {ways}.").format(
                told=wish.consent, ways=", ".join(CONSENTS)
            )
        )
    _check_reason(wish.reason)
    today = store.ambient.today().isoformat()
    with store.save() as save:
        every = same.all_of(save.connection, known_person(save, person_id).id)
        if waiting := _open_ones(save.connection, every):
            raise UserError(
                _("She has asked to move to {village} already. Take that back first, or wait for the county.").format(
                    village=waiting[0].to_village
                )
            )
        asked = Transfer(
            id=store.ambient.new_id(),
            person=every[0],
            from_village=store.village.code,
            to_village=to_village,
            asked_on=today,
            reason=wish.reason,
            consent_on=today,
            consent_how=wish.consent,
            state=TransferState.ASKED,
            state_on=today,
        )
        save.add(asked)
    return asked


def _check_reason(reason: str | None) -> None:
    known = [code.code for code in codes.load("transfer_reason")]
    if reason is not None and reason not in known:
        raise UserError(
            _("{reason} is none of the reasons. Leave it out, or take one of these: {known}.").format(
                reason=reason, known=", ".join(known)
            )
        )


def take_back(store: Store, transfer_id: RecordId) -> None:
    """Take a wish back: she stays. UserError where the county has decided already."""
    with store.save() as save:
        asked = save.get(Transfer, transfer_id)
        if asked is None or asked.state is not TransferState.ASKED:
            raise UserError(_("The county has decided about this move already. To come back she asks there."))
        save.withdraw(Transfer, transfer_id, "the person stays")


def waiting(store: Store) -> tuple[TransferLine, ...]:
    """The moves from here and to here that have not ended, the first asked for first."""
    with store.read() as connection:
        found = [each for each in records.where(connection, Transfer) if not _ended(each)]
        names = {each.person: people.name_of(connection, each.person) or "" for each in found}
    return tuple(TransferLine(each, names[each.person]) for each in found)


def of_person(connection: Connection, person_id: RecordId) -> Sequence[Transfer]:
    """All moves of a person, in order of asking."""
    every = same.all_of(connection, person_id)
    return sorted(records.where_in(connection, Transfer, "person", every), key=lambda each: each.id)


def _open_ones(connection: Connection, every: Sequence[RecordId]) -> list[Transfer]:
    return [each for each in records.where_in(connection, Transfer, "person", every) if not _ended(each)]


def _ended(transfer: Transfer) -> bool:
    return transfer.state is TransferState.ARRIVED or transfer.agreed is False
