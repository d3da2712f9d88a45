"""The book of what somebody should look at, kept while a workbook is read: every sentence names value and next step."""

from __future__ import annotations

from collections.abc import Iterable

from villagefp.domain import dates
from villagefp.domain.checks import CheckKind, Finding
from villagefp.domain.dates import DateReading
from villagefp.domain.resident_id import IdReading, quoted
from villagefp.domain.roster.columns import Column
from villagefp.domain.roster.meanings import Meaning
from villagefp.domain.roster.told import RosterIssue
from villagefp.domain.roster.whose import FAMILY
from villagefp.i18n import _


class IssueBook:
    """Gathers issues; knows which sheet is being read and how its columns are headed."""

    def __init__(self) -> None:
        self._issues: list[RosterIssue] = []
        self._sheet = ""
        self._headers: dict[tuple[Meaning, str], str] = {}
        self._role = ""

    def turn_to(self, sheet: str, columns: Iterable[Column]) -> None:
        """Go on with another table."""
        self._sheet, self._role = sheet, ""
        self._headers = {}
        for one in columns:
            self._headers.setdefault((one.meaning, one.who), one.header)
            self._headers.setdefault((one.meaning, ""), one.header)

    def speak_of(self, role: str) -> None:
        """What is told from now on is about this member of the family on the row."""
        self._role = role

    def header(self, meaning: Meaning | None) -> str:
        """The column in which the member spoken of, or else the family, has something of this meaning."""
        if meaning is None:
            return ""
        places = ((meaning, who) for who in (self._role, FAMILY, ""))
        return next((self._headers[place] for place in places if place in self._headers), "")

    def gathered(self) -> tuple[RosterIssue, ...]:
        """All issues: those of persons in their order, then those of rows that are nobody's."""
        return tuple(sorted(self._issues, key=lambda issue: (issue.person is None, issue.person or 0)))

    def finding(self, row: int, meaning: Meaning, found: Finding, person: int) -> None:
        """Something that `checks` found."""
        self._add(row, meaning, found.kind, found.message, value=found.value, person=person)

    def id_shared(self, place: tuple[str, int, str], found: Finding, person: int) -> None:
        """An ID number of several people, found when all is read: in which sheet, row and column this one stands."""
        sheet, row, column = place
        self._issues.append(RosterIssue(sheet, row, column, found.kind, found.message, found.value, person))

    def name_missing(self, row: int, person: int) -> None:
        """A row without a name is a person all the same."""
        message = _("The name is missing. The row was kept; please ask the family and add the name.")
        self._add(row, Meaning.NAME, CheckKind.NAME_MISSING, message, person=person)

    def birth_unreadable(self, row: int, reading: DateReading, told: str, person: int) -> None:
        """A birth date that is none; the words are kept."""
        message = dates.sentence(reading, told)
        self._add(row, Meaning.BIRTH, CheckKind.BIRTH_UNREADABLE, message, value=told, person=person)

    def birth_mismatch(self, row: int, told: str, reading: IdReading, person: int) -> None:
        """Birth date and ID number differ."""
        message = _(
            "The birth date {told} differs from the one in the ID number, {in_number}. "
            "Please ask which is right; {told} was kept."
        ).format(told=told, in_number=reading.birth)
        self._add(row, Meaning.BIRTH, CheckKind.BIRTH_MISMATCH, message, value=told, person=person)

    def sex_mismatch(self, row: int, person: int) -> None:
        """Sex and ID number differ."""
        message = _("The sex in the record differs from the one in the ID number. Please ask which is right.")
        self._add(row, Meaning.SEX, CheckKind.SEX_MISMATCH, message, person=person)

    def unknown_word(self, row: int, meaning: Meaning, told: str, person: int) -> None:
        """A word that has no code."""
        message = _(
            "“{value}” in column “{column}” is not known here. The person was kept without it; "
            "please choose the right word."
        ).format(value=quoted(told), column=self.header(meaning))
        self._add(row, meaning, CheckKind.UNKNOWN_VALUE, message, value=told, person=person)

    def unknown_method(self, row: int, person: int) -> None:
        """A word in the old method column; what it says is told to nobody, since the column is hidden."""
        message = _("The word in column “{column}” is not known here and was not kept.").format(
            column=self.header(Meaning.LEGACY_METHOD)
        )
        self._add(row, Meaning.LEGACY_METHOD, CheckKind.UNKNOWN_VALUE, message, person=person)

    def phone_unreadable(self, row: int, told: str, person: int, column: str | None = None) -> None:
        """Something that can be no phone number; `column` where it stands in another than the first of phones."""
        message = _(
            "“{value}” is no phone number: a mobile number has 11 digits, any other 7 to 13. "
            "Please check it; the person was kept."
        ).format(value=quoted(told))
        column = self.header(Meaning.PHONE) if column is None else column
        kind = CheckKind.PHONE_UNREADABLE
        self._issues.append(RosterIssue(self._sheet, row, column, kind, message, told, person))

    def household_unclear(self, row: int) -> None:
        """A head of household without a household number where the others have one."""
        message = _(
            "Row {row} of sheet “{sheet}” has no household number. A new household was made for it; "
            "please check where it belongs."
        ).format(row=row, sheet=self._sheet)
        self._add(row, Meaning.HOUSEHOLD_NO, CheckKind.HOUSEHOLD_UNCLEAR, message)

    def row_unclear(self, row: int) -> None:
        """A row that says nothing by which it could be a person's."""
        message = _(
            "Row {row} of sheet “{sheet}” has no name, ID number, birth date or relation; "
            "it was not taken as a person. Please look at it."
        ).format(row=row, sheet=self._sheet)
        self._add(row, None, CheckKind.ROW_UNCLEAR, message)

    def cell_unread(self, row: int, cell: str, column: str, error: str, person: int | None) -> None:
        """A cell that holds an error or a formula without a result; `person` where the row is somebody's."""
        if error:
            message = _(
                "Cell {cell} holds the error {error}, so nothing was read from it. "
                "Please enter the value there and import again."
            ).format(cell=cell, error=error)
        else:
            message = _(
                "Cell {cell} holds a formula whose result was not saved, so nothing was read from it. "
                "Please open the workbook in WPS or Excel, save it, and import again."
            ).format(cell=cell)
        self._issues.append(RosterIssue(self._sheet, row, column, CheckKind.CELL_UNREAD, message, error, person))

    def _add(
        self,
        row: int,
        meaning: Meaning | None,
        kind: CheckKind,
        message: str,
        *,
        value: str = "",
        person: int | None = None,
    ) -> None:
        self._issues.append(RosterIssue(self._sheet, row, self.header(meaning), kind, message, value, person))
