"""Setting right what is on file about a person, and taking that back: name, ID number, sex and birth date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from villagefp.domain import codes, dates, names, resident_id
from villagefp.domain.records import Alias, IdStatus, NameStatus, Person, Precision, RecordId
from villagefp.domain.resident_id import IdFault, IdReading
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import person_marks
from villagefp.services.people import keep_former_name, known_person
from villagefp.services.person_marks import owners
from villagefp.storage import marks
from villagefp.storage.people import person_lines

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

_FACTS = ("name", "name_status", "sex", "birth_date", "birth_precision", "birth_told", "id_no", "id_status")
_UNKNOWN_SEX = frozenset((None, "0", "9"))
_WHOLE_ID = 18
_DAY = len("2026-11-22")


class Correction(Struct, frozen=True):
    """What is told anew of a person, as it was typed; None leaves a fact as it is."""

    name: str | None = None
    sex: str | None = None  # GB/T 2261.1
    birth: str | None = None  # as people say it; 不详 for a date that nobody knows
    id_no: str | None = None
    no_id: IdStatus | None = None  # there is no number, and why
    confirmed: bool = False  # the worker has looked: what is doubtful stands so on the card


class Corrected(Struct, frozen=True):
    """What a correction changed, so that it can be told and taken back. `before` and `after` are pairs of records."""

    before: tuple[Person, ...] = ()  # the person first, then others whose number counts now
    after: tuple[Person, ...] = ()
    alias: RecordId | None = None  # under which the name used so far still finds the person
    settled: tuple[RecordId, ...] = ()  # marks
    made: tuple[RecordId, ...] = ()

    @property
    def changed(self) -> bool:
        """False where all that was told is on file already."""
        return bool(self.after)


class Doubtful(UserError):  # noqa: N818  a question more than an error
    """What was told can hardly be right; told again with `confirmed` it is kept, with a mark."""


def correct(store: Store, person_id: RecordId, told: Correction) -> Corrected:
    """Put right what is on file about a person; marks about it are settled, and those about what fits no more made.

    A faultless ID number also tells a birth date and a sex that were not known for sure. Doubtful where the number's
    last character is wrong, somebody else has the number, number, birth date and sex do not fit together, or a date
    contradicts a month or year on file. UserError for what is no number, no date or no name.
    """
    with store.save() as save:
        before = known_person(save, person_id)
        reading = _read_number(store, told.id_no)
        after = _with_number(_told(store, before, told), told, reading, before)
        if after == before:
            return Corrected()
        _check_life(after)
        doubts = list(_doubts(save.connection, before, after))
        if doubts and not told.confirmed:
            raise Doubtful("\n".join(doubts))
        after = replace(after, id_status=_status(save.connection, after))
        alias = keep_former_name(store, save, before) if before.name != after.name else None
        save.change(after)
        followed = person_marks.follow(store, save, before, after)
        freed = person_marks.free_others(save, before.id_no) if before.id_no != after.id_no else []
    return Corrected(
        (before, *(one.before for one in freed)),
        (after, *(one.after for one in freed)),
        alias,
        (*followed.settled, *(mark for one in freed for mark in one.settled)),
        followed.made,
    )


def take_back(store: Store, done: Corrected) -> None:
    """Put what a correction changed as it was, its marks too; UserError where somebody has changed it since."""
    with store.save("taken back at once") as save:
        for before, after in zip(done.before, done.after, strict=True):
            now = known_person(save, after.id)
            changed = [name for name in _FACTS if getattr(before, name) != getattr(after, name)]
            if any(getattr(now, name) != getattr(after, name) for name in changed):
                raise UserError(
                    _("The entry of {name} has been changed since. Open it and correct it there.").format(name=now.name)
                )
            save.change(replace(now, **{name: getattr(before, name) for name in changed}))
        if done.alias is not None:
            save.withdraw(Alias, done.alias, "the correction that made it was taken back")
        for mark in done.made:
            marks.settle(save.connection, mark)
        for mark in done.settled:
            marks.reopen(save.connection, mark)


def completed_birth(person: Person, day: str) -> dict[str, Any] | None:
    """The fields by which a whole day completes the birth date on file; None where it contradicts what is known.

    Nothing is to be done where the day is known. An estimate is no knowledge: any day takes its place.
    """
    known = person.birth_date
    if known == day and person.birth_precision is Precision.DAY:
        return {}
    sure = known is not None and person.birth_precision is not Precision.ESTIMATED
    if sure and known is not None and (len(known) >= _DAY or not dates.agrees(known, day)):
        return None
    return {"birth_date": day, "birth_precision": Precision.DAY, "birth_told": None}


def contradiction(known: str, told: str) -> str:
    """The sentence for a birth date that does not lie within the one on file."""
    return _("The birth date on file is {known}, and {told} does not lie in it. Please ask which is right.").format(
        known=known, told=told
    )


def _told(store: Store, person: Person, told: Correction) -> Person:
    """The person with what was told, but for the number."""
    changes: dict[str, Any] = {}
    if told.name is not None:
        name, status = names.read(told.name)
        if status is NameStatus.MISSING:
            raise UserError(_("A name is needed. Leave the entry as it is until the child has one."))
        if name != person.name or person.name_status is NameStatus.MISSING:
            changes |= {"name": name, "name_status": NameStatus.GIVEN}
    if told.sex is not None:
        if told.sex not in codes.load("sex"):
            raise UserError(_("“{value}” is no code of a sex: 1 is male, 2 female, 9 not told.").format(value=told.sex))
        changes["sex"] = told.sex
    if told.birth is not None:
        birth = dates.read(told.birth, store.ambient.today(), relative=False)
        if birth.fault is not None:
            raise UserError(dates.sentence(birth, told.birth))
        changes |= {"birth_date": birth.value, "birth_precision": birth.precision, "birth_told": birth.told}
    return replace(person, **changes)


def _read_number(store: Store, told: str | None) -> IdReading | None:
    """The number as read; UserError for what cannot be one whatever a card says."""
    if told is None:
        return None
    reading = resident_id.read(told)
    shown = resident_id.mask(reading.number) if len(reading.number) > 8 else reading.number
    if reading.fault in (IdFault.STRUCTURE, IdFault.DIGITS_LOST) and len(reading.number) != _WHOLE_ID:
        raise UserError(
            _(
                "“{number}” is no ID number: that has 18 characters, an old one 15, and this has {count}. "
                "Please type it as it stands on the card."
            ).format(number=shown, count=len(reading.number))
        )
    if reading.fault in (IdFault.STRUCTURE, IdFault.DATE):
        raise UserError(
            _(
                "The ID number {number} has a birth date that does not exist, or a sign that no number has. "
                "Please compare it with the card."
            ).format(number=shown)
        )
    if reading.birth is not None and reading.birth > store.ambient.today().isoformat():
        raise UserError(
            _(
                "The ID number {number} is of somebody born on {birth}, which is still to come. "
                "Please compare it with the card."
            ).format(number=shown, birth=reading.birth)
        )
    return reading


def _with_number(person: Person, told: Correction, reading: IdReading | None, before: Person) -> Person:
    """The person with the number, and with what a faultless one says that was not told and not known for sure."""
    if told.no_id is not None:
        return replace(person, id_no=None, id_status=told.no_id)
    if reading is None:
        return person
    changes: dict[str, Any] = {"id_no": reading.number}
    if reading.fault is None and reading.number != before.id_no:
        if told.sex is None and person.sex in _UNKNOWN_SEX:
            changes["sex"] = reading.sex
        if told.birth is None and reading.birth is not None:
            changes |= completed_birth(person, reading.birth) or {}
    return replace(person, **changes)


def _status(connection: Connection, person: Person) -> IdStatus:
    if person.id_no is None:
        return person.id_status
    shared = bool(owners(connection, person.id_no, beside=person.id))
    return IdStatus.UNCLEAR if shared or resident_id.read(person.id_no).fault is not None else IdStatus.PRESENT


def _check_life(person: Person) -> None:
    born, died = person.birth_date, person.died_on
    if born and died and born > died[: len(born)]:
        raise UserError(
            _("The birth date {born} lies after the day of death on file, {died}. Please check both.").format(
                born=born, died=died
            )
        )


def _doubts(connection: Connection, before: Person, after: Person) -> Iterator[str]:
    """What can hardly be right of what was changed, in whole sentences that name no whole number."""
    number = resident_id.read(after.id_no) if after.id_no else None
    if number is not None and after.id_no != before.id_no:
        shown = resident_id.mask(number.number)
        if number.fault is not None:
            yield person_marks.last_character(number.number)
        for other in owners(connection, number.number, beside=after.id)[:1]:
            yield _("The ID number {number} is on file for {who} already. Please look at both cards.").format(
                number=shown, who=_who(connection, other)
            )
    exact = number.birth if number is not None and number.fault is None else None
    yield from _doubts_of_birth(before, after, exact)
    touched = (before.id_no, before.sex) != (after.id_no, after.sex)
    if touched and number is not None and number.sex and after.sex not in {*_UNKNOWN_SEX, number.sex}:
        yield _("The sex does not fit the ID number. Please look at the card.")


def _doubts_of_birth(before: Person, after: Person, exact: str | None) -> Iterator[str]:
    known, born = before.birth_date, after.birth_date
    if born is None:
        return
    if exact is not None and (before.id_no, known) != (after.id_no, born):
        if after.birth_precision is not Precision.ESTIMATED and not dates.agrees(born, exact):
            yield _("The birth date {told} differs from the one in the ID number, {in_number}.").format(
                told=born, in_number=exact
            )
        return
    sure = known is not None and before.birth_precision is not Precision.ESTIMATED
    if sure and known is not None and len(known) < _DAY and not dates.agrees(known, born):
        yield contradiction(known, born)


def _who(connection: Connection, person: Person) -> str:
    """Name and household of somebody else, so that a worker knows whose card to look at."""
    line = next(iter(person_lines(connection, ids=[person.id])), None)
    number = line.household_no if line is not None else ""
    return " ".join(part for part in (number, person.name or _("(no name yet)")) if part)
