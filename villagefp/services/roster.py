"""Importing a roster: open the workbook, look at the columns, plan, and take it into the register in one save."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import Connection

from villagefp.domain.ambient import Ambient
from villagefp.domain.records import Alias, Household, HukouBook, Membership, Person, Phone, Record, RecordId
from villagefp.domain.roster import columns as column_rules
from villagefp.domain.roster import known as register
from villagefp.domain.roster import meanings
from villagefp.domain.roster.columns import Column, MappedTable, MappingMemory
from villagefp.domain.roster.known import Known
from villagefp.domain.roster.meanings import Meaning
from villagefp.domain.roster.planning import Planner
from villagefp.domain.roster.reader import RosterReader
from villagefp.domain.roster.recognition import recognise_all
from villagefp.domain.roster.tables import SheetCells
from villagefp.domain.roster.told import Roster
from villagefp.domain.roster.writes import Making, Writes
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.interop import roster_workbook
from villagefp.services import privacy, roster_marks, roster_memory
from villagefp.services.pausing import collector_paused
from villagefp.services.roster_result import (
    NotKept,
    RosterResult,
    check_report_place,
    kind_label,
    summary,
    to_json,
    write_issue_report,
)
from villagefp.storage import records, standing
from villagefp.storage.store import Store
from villagefp.storage.village_keys import SealedElsewhereError
from villagefp.wire.declared import BY_NAME

__all__ = [
    "ImportCancelled",
    "NotKept",
    "RosterPlan",
    "RosterPreview",
    "RosterResult",
    "check_report_place",
    "dry_run",
    "import_roster",
    "kind_label",
    "meaning_choices",
    "open_workbook",
    "plan_import",
    "remap",
    "remembered",
    "save_issue_report",
    "summary",
    "to_json",
    "write_issue_report",
]

_LOOKED_AT: tuple[type[Record], ...] = (Household, HukouBook, Person, Alias, Phone, Membership)
_PORTION = 1500
_DRAWN = 500
_NOW_ANOTHER = "the roster tells another number"


class ImportCancelled(UserError):  # noqa: N818  it is told as it stands, as any refusal
    """The user stopped an import; the store is as it was."""


@dataclass(frozen=True)
class RosterPreview:
    """A workbook as it was understood, before anything is written; `remap` sets a column right."""

    file_name: str
    sheets: tuple[SheetCells, ...]
    tables: tuple[MappedTable, ...]
    today: date
    corrected: Mapping[str, Mapping[int, Meaning]]  # what the user has set right, by header signature

    @property
    def dropped(self) -> tuple[NotKept, ...]:
        """Columns that must not be kept, each once."""
        return _once(
            NotKept(column.header, column.reason)
            for _table, column in self._columns()
            if column.meaning is Meaning.DROPPED
        )

    @property
    def not_imported(self) -> tuple[NotKept, ...]:
        """Columns that are not known or not needed, each once; the user may give them a meaning.

        Remarks are among them: what people write there may be just what must not be kept, and travels with a person.
        """
        reason = _("This column is not known, or not needed here.")
        return _once(
            NotKept(column.header or _letter(column.place), reason)
            for _table, column in self._columns()
            if column.meaning in (Meaning.NOT_IMPORTED, Meaning.NOTE) and (column.header or column.samples)
        )

    def _columns(self) -> Iterator[tuple[MappedTable, Column]]:
        return ((table, column) for table in self.tables for column in table.columns)


@dataclass(frozen=True)
class RosterPlan:
    """What an import of this preview would do to the register as it is now."""

    preview: RosterPreview
    roster: Roster
    writes: Writes
    seen: int  # the state of the register that this was planned on

    @property
    def households(self) -> int:
        """How many households the file has."""
        return len(self.roster.households)

    @property
    def persons(self) -> int:
        """How many persons the file has."""
        return len(self.roster.persons)


def remembered(store: Store) -> MappingMemory:
    """The columns that were set right in earlier imports."""
    with store.read() as connection:
        return roster_memory.read(connection)


@collector_paused()
def open_workbook(path: Path, *, remembered: MappingMemory | None, today: date) -> RosterPreview:
    """Read a workbook and recognise its columns by what they mean; refused with a sentence where that cannot be."""
    sheets = roster_workbook.read_sheets(path)
    found = tuple(recognise_all(sheets, remembered))
    if not any(Meaning.NAME in {column.meaning for column in table.columns} for table in found):
        raise UserError(
            _(
                "“{file}” has no table in which people can be recognised: a header such as 姓名, 身份证号, "
                "与户主关系 is needed. Please choose the roster, or add a header row to it."
            ).format(file=path.name)
        )
    rows = {sheet.name: sheet.rows for sheet in sheets}
    cells = (
        cell
        for mapped in found
        for row in rows[mapped.table.sheet][mapped.table.first : mapped.table.last]
        for cell in row
    )
    if all(cell in ("", None) for cell in cells):
        raise _nobody_in(path.name)
    return RosterPreview(path.name, sheets, found, today, {})


def _nobody_in(file_name: str) -> UserError:
    return UserError(
        _("“{file}” has headers and nobody under them. Please choose the roster that has been filled in.").format(
            file=file_name
        )
    )


def remap(preview: RosterPreview, corrected: Mapping[tuple[str, int], Meaning]) -> RosterPreview:
    """The preview with columns set right: (table key, column from 0) → meaning; it is remembered after the import."""
    known = dict(preview.corrected)
    changed = []
    for table in preview.tables:
        of_table = {place: meaning for (key, place), meaning in corrected.items() if key == table.table.key}
        changed.append(column_rules.remap(table, of_table) if of_table else table)
        if of_table:
            known[table.signature] = {**known.get(table.signature, {}), **of_table}
    return replace(preview, tables=tuple(changed), corrected=known)


@collector_paused()
def plan_import(store: Store, preview: RosterPreview, today: date) -> RosterPlan:
    """What importing this preview would create, update and leave; nothing is written."""
    reader = RosterReader(today)
    sheets = {sheet.name: sheet for sheet in preview.sheets}
    for table in preview.tables:
        reader.read(sheets[table.table.sheet], table)
    roster = reader.finish()
    if not roster.persons:
        raise _nobody_in(preview.file_name)
    making = Making(_ids(store.ambient), today.isoformat(), store.seal, _unsealing(store))
    with store.read() as connection:
        writes = Planner(roster, _known(connection), making).plan()
        return RosterPlan(preview, roster, writes, _state(connection))


def dry_run(plan: RosterPlan) -> RosterResult:
    """What an import of the plan would report."""
    writes = plan.writes
    return RosterResult(
        households=plan.households,
        persons=plan.persons,
        created=writes.created,
        updated=writes.updated,
        unchanged=writes.unchanged,
        not_in_file=writes.not_in_file,
        issues=writes.issues,
        changes=writes.changes,
        dropped=plan.preview.dropped,
        not_imported=plan.preview.not_imported,
        about=tuple(dict.fromkeys(writes.persons[one.person] for one in writes.issues if one.person is not None)),
    )


@collector_paused()
def import_roster(
    store: Store,
    plan: RosterPlan,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RosterResult:
    """Take the plan into the register in one save; stopped or failed, the store is as it was."""
    writes = plan.writes
    total = len(writes.new) + len(writes.changed) + len(writes.withdrawn)
    done = 0

    def went_on(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)
        if cancelled is not None and cancelled():
            raise ImportCancelled(_("The import was stopped. Nothing of it was kept."))

    with store.save() as save:
        if _state(save.connection) != plan.seen:
            raise UserError(_("The register has changed since this preview was made. Please open the workbook again."))
        went_on(0)
        if total:
            roster_memory.note_import(save.connection, store.origin)
        for portion in _portions(writes.new):
            save.add_many(portion)
            went_on(len(portion))
        for record in writes.changed:
            save.change(record)
            went_on(1)
        for phone in writes.withdrawn:
            save.withdraw(Phone, phone.id, _NOW_ANOTHER)
            went_on(1)
        roster_marks.keep(save, writes, store.ambient.new_id)
        roster_memory.keep(save.connection, plan.preview.corrected)
        roster_memory.keep_heard(save.connection, writes.heard)
    return dry_run(plan)


def save_issue_report(store: Store, result: RosterResult, path: Path) -> None:
    """Write the issues as a workbook; that data of these persons left the program is logged."""
    write_issue_report(result, path)
    with store.read() as connection:
        here = [person.id for person in records.where_in(connection, Person, "id", result.about)]
    privacy.note_accesses(store, here, "exported")


def meaning_choices() -> tuple[tuple[Meaning, str], ...]:
    """The meanings that the preview offers for a column, with their words."""
    return tuple((meaning, meanings.label(meaning)) for meaning in Meaning if meaning is not Meaning.DROPPED)


def _known(connection: Connection) -> Known:
    persons = records.where(connection, Person)
    if not persons and not records.where(connection, Household):
        return Known()
    return register.arrange(
        persons=persons,
        households=records.where(connection, Household),
        memberships=records.where(connection, Membership),
        books=records.where(connection, HukouBook),
        phones=records.where(connection, Phone),
        aliases=records.where(connection, Alias),
        before=roster_memory.told_before(connection),
    )


def _state(connection: Connection) -> int:
    """How many changes the log holds of what an import looks at; looking at a page in between does no harm."""
    return standing.count(connection, tuple(BY_NAME[kind.KIND].number for kind in _LOOKED_AT))


def _unsealing(store: Store) -> Callable[[bytes], bytes]:
    """What another laptop sealed, and this one has no key for, is like nothing that the workbook tells."""

    def unseal(sealed: bytes) -> bytes:
        try:
            return store.unseal(sealed)
        except SealedElsewhereError:
            return b""

    return unseal


def _ids(ambient: Ambient) -> Callable[[], RecordId]:
    """New ids, drawn by the thousand."""
    drawn = chain.from_iterable(iter(lambda: ambient.new_ids(_DRAWN), []))
    return drawn.__next__


def _portions(new: Sequence[Record]) -> Iterator[list[Record]]:
    rest = iter(new)
    while portion := list(islice(rest, _PORTION)):
        yield portion


def _once(told: Iterator[NotKept]) -> tuple[NotKept, ...]:
    return tuple(dict.fromkeys(told))


def _letter(place: int) -> str:
    """The column as a spreadsheet names it."""
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)
