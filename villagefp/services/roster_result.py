"""What an import did or would do, as sentences, as JSON and as a workbook of issues."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from villagefp.domain import checks, resident_id
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import RecordId
from villagefp.domain.roster.merging import FieldChange
from villagefp.domain.roster.told import RosterIssue
from villagefp.i18n import _, ngettext
from villagefp.interop import roster_workbook

_OF_ID_NUMBER = frozenset(
    (CheckKind.ID_CHECKSUM, CheckKind.ID_DIGITS_LOST, CheckKind.ID_STRUCTURE, CheckKind.ID_DUPLICATE)
)


@dataclass(frozen=True)
class NotKept:
    """A column that is not taken over, and why."""

    column: str
    reason: str
    sheet: str = ""


@dataclass(frozen=True)
class RosterResult:
    """What an import did, or would do."""

    households: int
    persons: int
    created: int
    updated: int
    unchanged: int
    not_in_file: int
    issues: tuple[RosterIssue, ...]
    changes: tuple[FieldChange, ...]
    dropped: tuple[NotKept, ...]
    not_imported: tuple[NotKept, ...]
    about: tuple[RecordId, ...] = ()  # the persons whom issues are about


def to_json(result: RosterResult, *, reveal: bool = False) -> dict[str, Any]:
    """The result as scripts may rely on it; ID numbers are masked unless `reveal`, which the caller logs."""
    return {
        "households": result.households,
        "persons": result.persons,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "not_in_file": result.not_in_file,
        "issues": [
            {
                "sheet": issue.sheet,
                "row": issue.row,
                "column": issue.column,
                "kind": issue.kind.value,
                "message": issue.message,
            }
            for issue in result.issues
        ],
        "changes": [
            {"person_id": str(UUID(bytes=change.person)), "field": change.field, "old": change.old, "new": change.new}
            for change in (result.changes if reveal else map(_change_masked, result.changes))
        ],
        "dropped_columns": [{"column": one.column, "reason": one.reason} for one in result.dropped],
        "not_imported": [{"column": one.column, "reason": one.reason} for one in result.not_imported],
    }


def summary(result: RosterResult) -> str:
    """The result in a few sentences."""
    sentences = [
        _(
            "{households} households and {persons} persons in the file: {created} new, {updated} changed, "
            "{unchanged} as they were."
        ).format(
            households=result.households, persons=result.persons, created=result.created,
            updated=result.updated, unchanged=result.unchanged,
        )
    ]  # fmt: skip
    if result.not_in_file:
        sentences.append(
            ngettext(
                "{number} person of the register is not in this file and was left as it is.",
                "{number} persons of the register are not in this file and were left as they are.",
                result.not_in_file,
            ).format(number=result.not_in_file)
        )
    if result.issues:
        sentences.append(
            ngettext(
                "There is {number} thing to look at.", "There are {number} things to look at.", len(result.issues)
            ).format(number=len(result.issues))
        )
    sentences.extend(
        _("Column “{column}” was dropped: {reason}").format(column=one.column, reason=one.reason)
        for one in result.dropped
    )
    if result.not_imported:
        names = "、".join(one.column for one in result.not_imported)
        sentences.append(_("Not imported: {columns}.").format(columns=names))
    return "\n".join(sentences)


def kind_label(kind: str) -> str:
    """The kind of an issue in words."""
    return checks.label(CheckKind(kind))


def write_issue_report(result: RosterResult, path: Path) -> None:
    """Write the issues as a workbook to work through at the desk; ID numbers are masked, since paper is left about."""
    roster_workbook.write_issue_report(path, [_masked(issue) for issue in result.issues], kind_label)


def _masked(issue: RosterIssue) -> RosterIssue:
    of_number = issue.kind in _OF_ID_NUMBER
    return replace(issue, value=resident_id.shown(issue.value) if of_number else resident_id.quoted(issue.value))


def _change_masked(change: FieldChange) -> FieldChange:
    if change.field != "id_no":
        return change
    return replace(change, old=resident_id.shown(change.old), new=resident_id.shown(change.new))


def check_report_place(place: Path, roster: Path) -> None:
    """UserError where the report could not be written later, so that nothing is imported without it."""
    roster_workbook.check_report_place(place, roster)
