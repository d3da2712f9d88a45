"""What a worker does with a household: look it up, found it, move people in and out, change its head.

Memberships are dated facts. A change closes the old membership and opens a new one; nothing that was true is rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from villagefp.domain.records import Household, Membership, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import timeline
from villagefp.services.pages import HouseholdLine, HouseholdPage, Mark, PersonLine
from villagefp.storage import marks, people, records, same

if TYPE_CHECKING:
    from villagefp.storage.store import Store
    from villagefp.storage.unit_of_work import UnitOfWork


class NewHousehold(Struct, frozen=True):
    """What is told of a household when it is founded."""

    household_no: str
    group_no: str | None = None
    address: str | None = None


def household_lines(store: Store, text: str = "", group_no: str | None = None) -> list[HouseholdLine]:
    """The village's households in order of number, those that match `text` or belong to a group where given."""
    with store.read() as connection:
        return people.household_lines(connection, text=text, group_no=group_no)


def by_number(store: Store, household_no: str) -> Household:
    """The household with this number, its leading zeros typed or not; UserError where there is none."""
    told = household_no.strip()
    with store.read() as connection:
        found = records.where(connection, Household, household_no=told)
        if not found and (bare := told.lstrip("0")):
            alike = [line for line in people.household_lines(connection) if line.household_no.lstrip("0") == bare]
            found = [home for line in alike if (home := records.get(connection, Household, line.id))]
    if len(found) > 1:
        raise UserError(
            _("Several households have a number like {number}: {numbers}. Enter it in full.").format(
                number=told, numbers=", ".join(sorted(home.household_no for home in found))
            )
        )
    if not found:
        raise UserError(
            _("No household has the number {number}. Look it up by a name or a phone number instead.").format(
                number=household_no
            )
        )
    return found[0]


def household_page(store: Store, household_id: RecordId) -> HouseholdPage:
    """All that is known of a household: members now and before, and what happened, newest first."""
    with store.read() as connection:
        household = records.get(connection, Household, household_id)
        if household is None:
            raise UserError(_("This household is not here. It may have been withdrawn; go back to the list."))
        homes = same.all_of(connection, household_id)
        shown = records.get(connection, Household, homes[0])
        household, household_id = (shown, homes[0]) if shown is not None else (household, household_id)
        memberships = records.where_in(connection, Membership, "household", homes)
        lines = people.lines_of(connection, [membership.person for membership in memberships])
        head = household.head and lines[household.head].id if household.head in lines else household.head
        members = _ordered(memberships, lines, head, here=True)
        former = _ordered(memberships, lines, head, here=False)
        entries = timeline.of_household(store, connection, household_id, [line.id for line, _membership in members])
        open_marks: tuple[Mark, ...] = tuple(marks.open_marks(connection, household_id=household_id))
    return HouseholdPage(household, members, former, entries, open_marks)


def add_household(store: Store, told: NewHousehold) -> Household:
    """Found a household; UserError where its number is taken."""
    household = Household(
        id=store.ambient.new_id(),
        household_no=told.household_no.strip(),
        group_no=told.group_no,
        address=told.address,
    )
    with store.save() as save:
        refuse_taken_number(save, household)
        save.add(household)
    return household


def change_household(store: Store, household: Household, reason: str | None = None) -> bool:
    """Keep what was changed about a household; False where nothing was."""
    with store.save(reason) as save:
        refuse_taken_number(save, household)
        return save.change(household)


def _ordered(
    memberships: list[Membership], lines: dict[RecordId, PersonLine], head: RecordId | None, *, here: bool
) -> tuple[tuple[PersonLine, Membership], ...]:
    chosen = [
        (lines[membership.person], membership)
        for membership in memberships
        if (membership.left_on is None) == here and membership.person in lines
    ]
    if here:  # one who is in the register twice lives here once
        chosen = list({line.id: (line, membership) for line, membership in reversed(chosen)}.values())
    return tuple(
        sorted(chosen, key=lambda pair: (pair[0].id != head, pair[1].relation or "99", pair[0].birth_date or "9999"))
    )


def refuse_taken_number(save: UnitOfWork, household: Household) -> None:
    """UserError where a household has no number, or one that another household has."""
    if not household.household_no:
        raise UserError(_("A household needs a number. Enter the one of the village's own list."))
    for other in records.where(save.connection, Household, household_no=household.household_no):
        if other.id != household.id:
            raise UserError(
                _("Household number {number} is taken. Enter another number or open that household.").format(
                    number=household.household_no
                )
            )
