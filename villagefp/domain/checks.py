"""What somebody should look at in a person's record: derived from the record, told in whole sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from villagefp.domain import resident_id
from villagefp.domain.dates import agrees
from villagefp.domain.names import normalise
from villagefp.domain.records import NameStatus, Person, Precision
from villagefp.domain.resident_id import IdFault, IdReading
from villagefp.i18n import _


class CheckKind(StrEnum):
    """The kinds of marks and of issues of an import; scripts rely on the words."""

    ID_CHECKSUM = "id_checksum"
    ID_DIGITS_LOST = "id_digits_lost"
    ID_STRUCTURE = "id_structure"
    ID_DUPLICATE = "id_duplicate"
    NAME_MISSING = "name_missing"
    BIRTH_UNREADABLE = "birth_unreadable"
    BIRTH_MISMATCH = "birth_mismatch"
    SEX_MISMATCH = "sex_mismatch"
    UNKNOWN_VALUE = "unknown_value"
    PHONE_UNREADABLE = "phone_unreadable"
    HOUSEHOLD_UNCLEAR = "household_unclear"
    ROW_UNCLEAR = "row_unclear"
    CELL_UNREAD = "cell_unread"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: its kind, a sentence that names the value and the next step, and the value itself."""

    kind: CheckKind
    message: str
    value: str = ""


_ID_KINDS = {
    IdFault.CHECKSUM: CheckKind.ID_CHECKSUM,
    IdFault.DIGITS_LOST: CheckKind.ID_DIGITS_LOST,
    IdFault.STRUCTURE: CheckKind.ID_STRUCTURE,
    IdFault.DATE: CheckKind.ID_STRUCTURE,
}


def label(kind: CheckKind) -> str:
    """The kind in words for lists and reports."""
    return {
        CheckKind.ID_CHECKSUM: _("ID number: last character"),
        CheckKind.ID_DIGITS_LOST: _("ID number: digits lost"),
        CheckKind.ID_STRUCTURE: _("ID number: not one"),
        CheckKind.ID_DUPLICATE: _("ID number: twice"),
        CheckKind.NAME_MISSING: _("Name missing"),
        CheckKind.BIRTH_UNREADABLE: _("Birth date unreadable"),
        CheckKind.BIRTH_MISMATCH: _("Birth date and ID number differ"),
        CheckKind.SEX_MISMATCH: _("Sex and ID number differ"),
        CheckKind.UNKNOWN_VALUE: _("Unknown word"),
        CheckKind.PHONE_UNREADABLE: _("Phone number unreadable"),
        CheckKind.HOUSEHOLD_UNCLEAR: _("Household unclear"),
        CheckKind.ROW_UNCLEAR: _("Row unclear"),
        CheckKind.CELL_UNREAD: _("Cell cannot be read"),
    }[kind]


def of_person(person: Person, *, id_shared: bool = False) -> tuple[Finding, ...]:
    """All that is to be looked at in this record; `id_shared` says that somebody else has the same ID number."""
    reading = resident_id.read(person.id_no) if person.id_no else None
    return tuple(findings(person, reading, id_shared=id_shared))


def findings(person: Person, reading: IdReading | None, *, id_shared: bool = False) -> Iterator[Finding]:
    """The same for an ID number that is read already."""
    if person.name_status is NameStatus.MISSING or not normalise(person.name):
        yield Finding(CheckKind.NAME_MISSING, _("The name is missing. Please ask the family and add it."))
    if reading is not None:
        if reading.fault is not None and resident_id.absent(reading.number) is None:
            yield id_fault(reading)
        if id_shared:
            yield id_shared_by(reading.number)
        yield from mismatches(person, reading)
    if person.birth_date is None and person.birth_told:
        yield Finding(
            CheckKind.BIRTH_UNREADABLE,
            _("The birth date was told as “{told}”, which is no date. Please ask again and enter it.").format(
                told=resident_id.quoted(person.birth_told)
            ),
            person.birth_told,
        )


def id_fault(reading: IdReading) -> Finding:
    """The sentence for a number that cannot be an ID number as it stands."""
    assert reading.fault is not None  # noqa: S101  the caller has looked
    words = {
        IdFault.CHECKSUM: _(
            "The last character of ID number {number} does not fit the others, so one of them is wrong. "
            "Please compare it with the card; the row was kept."
        ),
        IdFault.DIGITS_LOST: _(
            "The ID number {number} has lost its last digits, because the table kept it as a number. "
            "Please enter it again from the card; the row was kept."
        ),
        IdFault.STRUCTURE: _(
            "“{number}” is no ID number: that has 18 characters, an old one 15. "
            "Please compare it with the card; the row was kept."
        ),
        IdFault.DATE: _(
            "The ID number {number} has a birth date that does not exist. "
            "Please compare it with the card; the row was kept."
        ),
    }
    return Finding(
        _ID_KINDS[reading.fault],
        words[reading.fault].format(number=resident_id.shown(reading.number)),
        reading.number,
    )


def id_shared_by(number: str) -> Finding:
    """The sentence for a number that more than one person has."""
    return Finding(
        CheckKind.ID_DUPLICATE,
        _(
            "The ID number {number} stands at more than one person. Please look at the cards; all rows were kept."
        ).format(number=resident_id.mask(number)),
        number,
    )


def mismatches(person: Person, reading: IdReading) -> Iterator[Finding]:
    """Where birth date or sex as told differ from a faultless ID number: records may be wrong, so this only asks."""
    if reading.fault is not None:
        return
    told = person.birth_date
    if told and reading.birth and person.birth_precision is not Precision.ESTIMATED and not agrees(told, reading.birth):
        yield Finding(
            CheckKind.BIRTH_MISMATCH,
            _(
                "The birth date {told} differs from the one in the ID number, {in_number}. "
                "Please ask which is right; {told} was kept."
            ).format(told=told, in_number=reading.birth),
            told,
        )
    if person.sex in ("1", "2") and reading.sex and person.sex != reading.sex:
        yield Finding(
            CheckKind.SEX_MISMATCH,
            _("The sex in the record differs from the one in the ID number. Please ask which is right."),
            person.sex,
        )
