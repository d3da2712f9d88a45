"""From the rows of recognised tables to households and persons; what is doubtful is kept and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from villagefp.domain import dates, names, phones, resident_id
from villagefp.domain.checks import id_fault, id_shared_by
from villagefp.domain.dates import DateFault, DateReading
from villagefp.domain.records import IdStatus, NameStatus, Precision, Presence
from villagefp.domain.resident_id import IdFault, IdReading
from villagefp.domain.roster import words
from villagefp.domain.roster.columns import MappedTable
from villagefp.domain.roster.contents import Cell
from villagefp.domain.roster.homes import Homes
from villagefp.domain.roster.issues import IssueBook
from villagefp.domain.roster.lines import PERSON_CELLS, PersonCells, TableWalk
from villagefp.domain.roster.meanings import Meaning
from villagefp.domain.roster.tables import SheetCells, is_total, letter
from villagefp.domain.roster.told import Roster, RosterPerson

_BLANK = ("", None)
_WHOLE_DATE = len("1974-01-05")
_Code = str | None
_Codes = tuple[_Code, _Code, _Code, _Code, _Code, _Code, _Code]
_CODED = (
    Meaning.RELATION, Meaning.SEX, Meaning.ETHNIC, Meaning.EDUCATION,
    Meaning.MARITAL, Meaning.OCCUPATION, Meaning.PRESENCE,
)  # fmt: skip
_OF_ONE_HOME = frozenset((Meaning.RELATION, Meaning.HEAD_NAME, Meaning.HUKOU_BOOK))
_NOT_READ = frozenset((Meaning.NOT_IMPORTED, Meaning.DROPPED, Meaning.ROW_NUMBER))
_PRESENCES = {code.value: code for code in Presence}
_ROLE_SEX = {"husband": "1", "wife": "2", "mother": "2", "father": "1"}


class RosterReader:
    """Reads the tables of one workbook one after another and gathers what they tell."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._issues = IssueBook()
        self._homes = Homes(self._issues)
        self._persons: list[RosterPerson] = []
        self._by_id: dict[str, dict[int, tuple[str, int, str]]] = {}  # where each number stands, by person
        self._sheet = ""
        self._relation, self._sex = words.Codes("relation"), words.Codes("sex")
        self._ethnic, self._education = words.Codes("ethnic"), words.Codes("education_gb")
        self._marital, self._occupation = words.Codes("marital_gb"), words.Codes("occupation")
        self._presence = words.Codes("presence")

    def read(self, sheet: SheetCells, mapped: MappedTable) -> None:
        """Take in one table."""
        self._sheet = sheet.name
        told_of = {one.meaning for one in mapped.columns}
        self._issues.turn_to(sheet.name, mapped.columns)
        self._homes.turn_to(
            sheet.name,
            numbered=Meaning.HOUSEHOLD_NO in told_of,
            related=mapped.families or not told_of.isdisjoint(_OF_ONE_HOME),
        )
        unread = {row + 1 for row, _column in sheet.unread}
        met: dict[int, dict[str, int]] = {}
        for told in TableWalk(sheet, mapped, self._homes, self._issues).persons():
            if told.row in unread:
                met.setdefault(told.row, {})[told.role] = len(self._persons)
            self._persons.append(self._person(told))
        if unread:
            self._tell_unread(sheet, mapped, met)

    def _tell_unread(self, sheet: SheetCells, mapped: MappedTable, met: dict[int, dict[str, int]]) -> None:
        """Cells that look empty and are not, in the columns that are imported; `met` is who stands in which row."""
        table = mapped.table
        for (row, place), error in sorted(sheet.unread.items()):
            if not (table.first <= row < table.last and place < len(mapped.columns)) or is_total(sheet.rows[row]):
                continue
            column = mapped.columns[place]
            if column.meaning not in _NOT_READ:
                people = met.get(row + 1, {})
                person = people.get(column.who, next(iter(people.values()), None))
                self._issues.cell_unread(row + 1, f"{letter(place)}{row + 1}", column.header, error, person)

    def finish(self) -> Roster:
        """All that was told; an ID number that stands more than once is told at each of its rows."""
        for number, places in self._by_id.items():
            if len(places) > 1:
                for person, place in places.items():
                    self._persons[person] = self._persons[person]._replace(id_status=IdStatus.UNCLEAR)
                    self._issues.id_shared(place, id_shared_by(number), person)
        return Roster(self._homes.gathered(), tuple(self._persons), self._issues.gathered())

    def _person(self, told: PersonCells) -> RosterPerson:
        (name_cell, relation_cell, sex_cell, id_cell, birth_cell, age_cell, ethnic, education, marital, occupation,
         phone_cell, presence_cell, method_cell, alias, mother, hukou) = told.cells  # fmt: skip
        row, place = told.row, len(self._persons)
        self._issues.speak_of(told.role)
        name = names.read(name_cell if isinstance(name_cell, str) else words.text_of(name_cell))
        if name.status is NameStatus.MISSING:
            self._issues.name_missing(row, place)
        told_codes = (
            self._relation[relation_cell], self._sex[sex_cell], self._ethnic[ethnic], self._education[education],
            self._marital[marital], self._occupation[occupation], self._presence[presence_cell],
        )  # fmt: skip
        if words.UNKNOWN in told_codes:
            told_codes = self._without_unknown(told_codes, told, row)
        relation, sex, ethnic_code, education_code, marital_code, occupation_code, presence = told_codes
        if relation_cell in _BLANK:
            relation = told.relation or ("02" if _is_head(told, name.name) else None)
        sex = sex or _ROLE_SEX.get(told.role)
        reading, id_status = (None, IdStatus.NOT_TOLD) if id_cell in _BLANK else _id_number(id_cell)
        birth = self._birth(birth_cell, age_cell, reading, row)
        if reading is not None:
            self._look_at_id(reading, birth, sex, row)
            sex = sex or reading.sex
        if relation is None and told.role.startswith("child"):
            relation = {"1": "20", "2": "30"}.get(sex or "")
        numbers = () if phone_cell in _BLANK else self._phones(phone_cell, row)
        other_names: tuple[str, ...] = () if alias in _BLANK else (names.normalise(words.text_of(alias)),)
        if told.more:
            numbers += tuple(self._further_phones(told))
            other_names += _further_names(told)
        return RosterPerson(
            self._sheet,
            row,
            self._homes.of_row(row, told.home, relation),
            name.name,
            name.status,
            relation,
            sex,
            birth.value,
            birth.precision,
            birth.told,
            None if reading is None else reading.number,
            id_status,
            ethnic_code,
            education_code,
            marital_code,
            occupation_code,
            numbers,
            _PRESENCES[presence] if presence else None,
            None if method_cell in _BLANK else self._method(method_cell, sex, row),
            other_names[0] if other_names else None,
            names.mother_in(name.name) if mother in _BLANK else names.normalise(words.text_of(mother)),
            None if hukou in _BLANK else words.text_of(hukou).strip(),
            "" if relation_cell in _BLANK else words.text_of(relation_cell).strip(),
            other_names[1:],
        )

    def _birth(self, cell: Cell, age: Cell, reading: IdReading | None, row: int) -> DateReading:
        """The birth date as told; from the ID number or estimated from an age where none was told or it is no date."""
        birth = dates.read(cell, self._today, relative=False)
        exact = reading.birth if reading is not None and reading.fault is None else None
        if birth.fault is DateFault.ANIMAL_ALONE:
            birth = self._by_animal(birth, age, exact)
        if birth.value is not None:
            gives_way = exact is not None and _gives_way(birth, exact)
            return DateReading(exact, Precision.DAY, birth.told) if gives_way else birth
        if birth.fault is not None:
            self._issues.birth_unreadable(row, birth, birth.told or words.text_of(cell), len(self._persons))
        if reading is not None and reading.birth is not None and reading.birth <= self._today.isoformat():
            # A number that has a fault may have it in the date.
            return DateReading(reading.birth, Precision.ESTIMATED if reading.fault else Precision.DAY, birth.told)
        if birth.fault is None and age not in _BLANK:
            by_age = dates.read(f"{words.text_of(age).strip().removesuffix('岁')}岁", self._today, relative=False)
            return by_age if by_age.fault is None else birth
        return birth

    def _by_animal(self, birth: DateReading, age: Cell, exact: str | None) -> DateReading:
        """An animal tells the year beside an age, and nothing new beside an ID number; alone it tells too little."""
        if exact is not None:
            return DateReading(None, told=birth.told)
        if age in _BLANK:
            return birth
        both = dates.read(
            f"{words.text_of(age).strip().removesuffix('岁')}岁,{birth.told}", self._today, relative=False
        )
        return birth if both.value is None else both

    def _look_at_id(self, reading: IdReading, birth: DateReading, sex: str | None, row: int) -> None:
        place = len(self._persons)
        if reading.fault is not None:
            self._issues.finding(row, Meaning.ID_NO, id_fault(reading), place)
        elif birth.value != reading.birth and _contradict(birth, reading):
            self._issues.birth_mismatch(row, birth.value or "", reading, place)
        if reading.fault is None and sex != reading.sex and sex in ("1", "2"):
            self._issues.sex_mismatch(row, place)
        if reading.fault in (None, IdFault.CHECKSUM):
            self._by_id.setdefault(reading.number, {})[place] = (self._sheet, row, self._issues.header(Meaning.ID_NO))

    def _without_unknown(self, told_codes: _Codes, told: PersonCells, row: int) -> _Codes:
        """The codes without those of unknown words, each of which is told."""
        for meaning, code in zip(_CODED, told_codes, strict=True):
            if code == words.UNKNOWN:
                word = words.text_of(told.cells[PERSON_CELLS.index(meaning)]).strip()
                self._issues.unknown_word(row, meaning, word, len(self._persons))
        relation, sex, ethnic, education, marital, occupation, presence = (
            None if code == words.UNKNOWN else code for code in told_codes
        )
        return relation, sex, ethnic, education, marital, occupation, presence

    def _method(self, cell: Cell, sex: str | None, row: int) -> str | None:
        try:
            return words.method(words.text_of(cell), sex)
        except words.Unknown:
            self._issues.unknown_method(row, len(self._persons))
            return None

    def _further_phones(self, told: PersonCells) -> Iterator[phones.PhoneReading]:
        """The numbers of other phone columns, each with whose it is where cell or header say so."""
        for column, cell in told.more:
            if column.meaning is Meaning.PHONE:
                for one in self._phones(cell, told.row, column.header):
                    yield one if one.whose or not column.whose else replace(one, whose=column.whose)

    def _phones(self, cell: Cell, row: int, column: str | None = None) -> tuple[phones.PhoneReading, ...]:
        read = phones.read(_word_or_number(cell))
        told = words.text_of(cell).strip()
        if not (read and all(one.plausible for one in read)) and told not in words.NOTHING:
            self._issues.phone_unreadable(row, told, len(self._persons), column)
        return tuple(one for one in read if one.plausible)


def _further_names(told: PersonCells) -> tuple[str, ...]:
    return tuple(names.normalise(words.text_of(cell)) for column, cell in told.more if column.meaning is Meaning.ALIAS)


def _word_or_number(cell: Cell) -> str | float:
    """The cell as it is where it is text, as nearly all are, or a number; a date in a wrong column as text."""
    return cell if isinstance(cell, str) or isinstance(cell, float | int) else str(cell)  # noqa: SIM101  text first


def _id_number(cell: Cell) -> tuple[IdReading | None, IdStatus]:
    """What the cell says as an ID number, or in words: that there is none, or none yet."""
    reading = resident_id.read(_word_or_number(cell))
    if reading.fault is None:
        return reading, IdStatus.PRESENT
    absent = resident_id.absent(reading.number)
    return (reading, IdStatus.UNCLEAR) if absent is None else (None, absent)


def _gives_way(birth: DateReading, exact: str) -> bool:
    """Whether a rough birth date is the exact one of the ID number, told roughly."""
    rough = birth.value is not None and len(birth.value) < _WHOLE_DATE and dates.agrees(birth.value, exact)
    return rough or birth.precision is Precision.ESTIMATED


def _contradict(birth: DateReading, reading: IdReading) -> bool:
    """Whether a birth date that was told cannot be the one in the ID number."""
    if birth.value is None or reading.birth is None or birth.precision is Precision.ESTIMATED:
        return False
    return not dates.agrees(birth.value, reading.birth)


def _is_head(told: PersonCells, name: str) -> bool:
    head = told.home[3]
    return bool(name) and isinstance(head, str) and head != "" and names.normalise(head) == name
