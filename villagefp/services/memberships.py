"""Dated facts: who belongs to which household or hukou book, since when, and where a member lives now.

A change closes the old membership and opens a new one; nothing that was true is rewritten.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from villagefp.domain.records import Household, HukouBook, Membership, Presence, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services.households import NewHousehold, refuse_taken_number
from villagefp.storage import records

if TYPE_CHECKING:
    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork

HEAD = "02"


def set_presence(
    store: Store,
    membership_id: RecordId,
    presence: Presence,
    *,
    since: date | None = None,
    expected_back: date | None = None,
) -> None:
    """Note that a member is here, away, staying for the month after birth and so on, from `since` on."""
    with store.save() as save:
        membership = _open_membership(save, membership_id)
        save.change(
            replace(
                membership,
                presence=presence,
                presence_since=_iso(since),
                expected_back=_iso(expected_back) if presence is Presence.AWAY else None,
            )
        )


def move_member(
    store: Store,
    membership_id: RecordId,
    to_household: RecordId,
    *,
    relation: str | None,
    on: date,
    why: str | None = None,
) -> Membership:
    """Let a member join another household from a day on; the time in the old one stays as it was.

    UserError where the membership has ended already or the day lies before it began.
    """
    with store.save() as save:
        old = _open_membership(save, membership_id)
        if old.household == to_household:
            raise UserError(_("This person already lives in that household. Choose another one."))
        _leave(save, old, on, why)
        joined = Membership(
            id=store.ambient.new_id(),
            person=old.person,
            household=to_household,
            relation=relation,
            joined_on=on.isoformat(),
            joined_why=why,
            presence=Presence.RESIDENT,
        )
        save.add(joined)
    return joined


def stay_elsewhere(
    store: Store,
    membership_id: RecordId,
    at_household: RecordId,
    *,
    relation: str | None,
    since: date,
    until: date | None = None,
    presence: Presence = Presence.LYING_IN,
) -> Membership:
    """Let a member stay in another household for a while, as a daughter does for the month after birth.

    At home she is away until `until`; there she is a second, dated membership, which `come_home` ends.
    """
    with store.save() as save:
        home = _open_membership(save, membership_id)
        away = replace(home, presence=Presence.AWAY, presence_since=since.isoformat(), expected_back=_iso(until))
        save.change(away)
        staying = Membership(
            id=store.ambient.new_id(),
            person=home.person,
            household=at_household,
            relation=relation,
            joined_on=since.isoformat(),
            joined_why="stay",
            presence=presence,
            presence_since=since.isoformat(),
        )
        save.add(staying)
    return staying


def come_home(store: Store, person_id: RecordId, *, on: date) -> None:
    """End a person's stays elsewhere and absence: she lives at home again."""
    with store.save() as save:
        for membership in records.where(save.connection, Membership, person=person_id):
            if membership.household is None or membership.left_on is not None:
                continue
            if membership.joined_why == "stay":
                _leave(save, membership, on, "came_home")
            elif membership.presence is Presence.AWAY:
                save.change(
                    replace(
                        membership,
                        presence=Presence.RESIDENT,
                        presence_since=on.isoformat(),
                        expected_back=None,
                    )
                )


def leave_household(store: Store, membership_id: RecordId, *, on: date, why: str | None = None) -> None:
    """Note that a member no longer belongs to a household from a day on."""
    with store.save() as save:
        _leave(save, _open_membership(save, membership_id), on, why)


def change_head(
    store: Store, household_id: RecordId, head: RecordId, relations: dict[RecordId, str], *, on: date
) -> None:
    """Give a household another head from a day on.

    `relations` holds every member's new 2-digit relation (GB/T 4761) to the new head; each changed relation closes the
    old membership and opens a new one, so that who was whose relation when stays readable.
    """
    with store.save() as save:
        household = save.get(Household, household_id)
        if household is None:
            raise UserError(_("This household is not here. It may have been withdrawn; go back to the list."))
        memberships = [
            membership
            for membership in records.where(save.connection, Membership, household=household_id)
            if membership.left_on is None
        ]
        if head not in {membership.person for membership in memberships}:
            raise UserError(_("The new head is not a member of this household. Add the person first."))
        save.change(replace(household, head=head))
        for membership in memberships:
            relation = HEAD if membership.person == head else relations.get(membership.person, membership.relation)
            if relation == membership.relation:
                continue
            _leave(save, membership, on, "head_changed")
            save.add(
                replace(
                    membership,
                    id=store.ambient.new_id(),
                    relation=relation,
                    joined_on=on.isoformat(),
                    joined_why="head_changed",
                )
            )


def split_household(store: Store, told: NewHousehold, leaving: dict[RecordId, str], *, on: date) -> Household:
    """Let members who now eat apart found a household of their own; the hukou book stays one.

    `leaving` maps each membership that moves to its relation in the new household; exactly one is the head (02).
    """
    heads = [membership_id for membership_id, relation in leaving.items() if relation == HEAD]
    if len(heads) != 1:
        raise UserError(_("Choose one head for the new household; {count} are chosen.").format(count=len(heads)))
    with store.save() as save:
        memberships = {membership_id: _open_membership(save, membership_id) for membership_id in leaving}
        household = Household(
            id=store.ambient.new_id(),
            household_no=told.household_no.strip(),
            group_no=told.group_no,
            address=told.address,
            head=memberships[heads[0]].person,
        )
        refuse_taken_number(save, household)
        save.add(household)
        for membership_id, relation in leaving.items():
            old = memberships[membership_id]
            _leave(save, old, on, "split")
            save.add(
                replace(
                    old,
                    id=store.ambient.new_id(),
                    household=household.id,
                    relation=relation,
                    joined_on=on.isoformat(),
                    joined_why="split",
                )
            )
    return household


def join_hukou_book(
    store: Store, person_id: RecordId, book: HukouBook, *, relation: str | None = None, on: date | None = None
) -> Membership:
    """Write a person into a hukou book, new or known; a person is in one book at a time, so an older entry ends."""
    with store.save() as save:
        if save.get(HukouBook, book.id) is None:
            save.add(book)
        for membership in records.where(save.connection, Membership, person=person_id):
            if membership.hukou_book is not None and membership.left_on is None:
                _leave(save, membership, on or store.ambient.today(), "hukou_moved")
        joined = Membership(
            id=store.ambient.new_id(), person=person_id, hukou_book=book.id, relation=relation, joined_on=_iso(on)
        )
        save.add(joined)
    return joined


def _open_membership(save: UnitOfWork, membership_id: RecordId) -> Membership:
    membership = save.get(Membership, membership_id)
    if membership is None or membership.left_on is not None:
        raise UserError(_("This person is no longer a member here. Open the household again to see who is."))
    return membership


def _leave(save: UnitOfWork, membership: Membership, on: date, why: str | None) -> None:
    if membership.joined_on is not None and on.isoformat() < membership.joined_on:
        raise UserError(
            _("The day {day} lies before {joined}, when this person joined. Check the date.").format(
                day=on.isoformat(), joined=membership.joined_on
            )
        )
    save.change(replace(membership, left_on=on.isoformat(), left_why=why))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
