"""What the sheet of changes in a household writes: who came, went, died, got a name, or moved the hukou."""

from __future__ import annotations

from msgspec.structs import replace

from villagefp.domain.records import (
    Alias,
    Household,
    IdStatus,
    Membership,
    NameStatus,
    Outcome,
    Person,
    Precision,
    Presence,
    RecordId,
)
from villagefp.services import write_programmes
from villagefp.services.writing import Told, Writing, memberships
from villagefp.storage import marks
from villagefp.storage.drafts import delete_drafts_about

_HUKOU_MOVED = "hukou_moved"
_JOINING = {"1": "born", "3": "arrived", "6": "married_in"}


def write_member_change(writing: Writing, told: Told) -> None:
    """One line of the sheet of changes in a household."""
    kind, on = told.values.get("change"), told.values.get("on") or writing.event.occurred_on
    if kind in _JOINING:
        _join(writing, told, _JOINING[kind], on)
        return
    member = writing.save.get(Person, bytes.fromhex(told.values.get("member", "")))
    if member is None:
        return
    if kind == "2" and (name := told.values.get("name", "").strip()):
        _name(writing, member, name)
    elif kind in {"4", "5"}:
        _presence(writing, member.id, told, on, Presence.AWAY if kind == "4" else Presence.RESIDENT)
    elif kind == "7":
        _leave(writing, member.id, on, "married_out")
    elif kind == "8":
        _die(writing, member, on)
    elif kind == "9":
        _move_hukou(writing, member.id, told, on)


def _join(writing: Writing, told: Told, why: str, on: str) -> None:
    name, born = told.values.get("name", "").strip(), told.values.get("birth_date")
    values = {
        "name": name,
        "name_status": NameStatus.GIVEN if name else NameStatus.MISSING,
        "sex": told.values.get("sex"),
        "birth_date": born,
        "birth_precision": Precision.DAY if born else None,
        "id_status": IdStatus.NOT_YET if why == "born" else IdStatus.NOT_TOLD,
    }
    person = writing.keep(Person, values, lambda one: one.name == name and one.birth_date == born)
    presence = told.values.get("presence")
    membership = {
        "person": person.id,
        "household": writing.event.household,
        "relation": _two_digits(told.values.get("relation")),
        "joined_on": on,
        "joined_why": why,
        "presence": Presence(presence) if presence else Presence.RESIDENT,
    }
    writing.keep(Membership, membership, lambda one: one.person == person.id)


def _two_digits(relation: str | None) -> str | None:
    """The 2-digit relation (GB/T 4761) of a digit of the short list: the one that says no more than it does."""
    if relation is None or len(relation) != 1:
        return relation
    return "02" if relation == "0" else f"{relation}0"


def _name(writing: Writing, member: Person, name: str) -> None:
    if member.name and member.name != name:
        sort = "former" if member.name_status is NameStatus.GIVEN else "provisional"
        alias = {"person": member.id, "name": member.name, "sort": sort}
        writing.keep(Alias, alias, lambda one: one.person == member.id)
    writing.save.change(replace(member, name=name, name_status=NameStatus.GIVEN))
    marks.settle_kind(writing.save.connection, member.id, "name_missing")


def _presence(writing: Writing, member: RecordId, told: Told, on: str, usual: Presence) -> None:
    code = told.values.get("presence")
    presence = Presence(code) if code else usual
    back = told.values.get("expected_back") if presence is Presence.AWAY else None
    for membership in memberships(writing, member):
        if membership.household == writing.event.household:
            here = replace(membership, presence=presence, presence_since=on, expected_back=back)
            writing.save.change(here)


def _move_hukou(writing: Writing, member: RecordId, told: Told, on: str) -> None:
    """Moved out: the entry in the hukou book ends. Moved in: it ends, and one in the book of the head begins.

    Where the head is in no book that is known here, only the old entry ends: nothing is made up.
    """
    if told.values.get("presence"):
        _presence(writing, member, told, on, Presence.RESIDENT)
    direction = told.values.get("hukou")
    book = _book_of_head(writing) if direction == "2" else None
    entries = [one for one in memberships(writing, member) if one.hukou_book is not None]
    if direction is None or (book is not None and any(one.hukou_book == book for one in entries)):
        return
    for entry in entries:
        writing.save.change(replace(entry, left_on=on, left_why=_HUKOU_MOVED))
    if book is not None:
        joined = {"person": member, "hukou_book": book, "joined_on": on, "joined_why": _HUKOU_MOVED}
        writing.keep(Membership, joined, lambda one: one.person == member and one.hukou_book == book)


def _book_of_head(writing: Writing) -> RecordId | None:
    """The hukou book that the head of the household is in."""
    home = writing.save.get(Household, writing.event.household) if writing.event.household else None
    if home is None or home.head is None:
        return None
    return next((one.hukou_book for one in memberships(writing, home.head) if one.hukou_book is not None), None)


def _leave(writing: Writing, member: RecordId, on: str, why: str) -> None:
    for membership in memberships(writing, member):
        if membership.household == writing.event.household:
            writing.save.change(replace(membership, left_on=on, left_why=why))


def _die(writing: Writing, member: Person, on: str) -> None:
    writing.save.change(replace(member, died_on=on))
    for membership in memberships(writing, member.id):
        writing.save.change(replace(membership, left_on=on, left_why="deceased"))
    write_programmes.close(writing, None, Outcome.DECEASED, member.id)
    delete_drafts_about(writing.save.connection, member.id)
    marks.settle_kind(writing.save.connection, member.id, "death_told")
