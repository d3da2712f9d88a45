"""`import-roster`: take a workbook as villages keep them into the register."""

from __future__ import annotations

import argparse
from pathlib import Path

from villagefp.cli.opening import opened
from villagefp.cli.output import Output
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import privacy, roster
from villagefp.storage.store import Store

_ISSUES_SHOWN = 20


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("import-roster", parents=[common], help=_("import a roster workbook (.xlsx, .xls)"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen, write nothing"))
    parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help=_("write the list of issues as a workbook"))
    parser.add_argument(
        "--reveal", action="store_true", help=_("show whole ID numbers in the changes; the look is logged")
    )
    parser.set_defaults(run=_import)


def _import(told: argparse.Namespace, output: Output) -> int:
    if told.report is not None:
        roster.check_report_place(told.report, told.file)
    with opened(told) as store:
        today = store.ambient.today()
        preview = roster.open_workbook(told.file, remembered=roster.remembered(store), today=today)
        plan = roster.plan_import(store, preview, today)
        result = roster.dry_run(plan) if told.dry_run else roster.import_roster(store, plan)
        failure = None if told.report is None else _report(store, result, told.report)
        if told.reveal:
            changed = [change.person for change in result.changes if change.field == "id_no"]
            privacy.note_accesses(store, changed, "revealed")
    data = roster.to_json(result, reveal=told.reveal)
    lines = "\n".join((roster.summary(result), *_issue_lines(result)))
    output.tell(lines, data if failure is None else {**data, "report_error": failure})
    if failure is None:
        return 0
    output.warn(failure)
    return 1


def _issue_lines(result: roster.RosterResult) -> list[str]:
    """The first issues with their sheet, row and column; a long list is for the report."""
    lines = [
        _("Sheet “{sheet}”, row {row}, {column}: {message}").format(
            sheet=issue.sheet, row=issue.row, column=issue.column or "—", message=issue.message
        )
        for issue in result.issues[:_ISSUES_SHOWN]
    ]
    if len(result.issues) > _ISSUES_SHOWN:
        more = len(result.issues) - _ISSUES_SHOWN
        lines.append(_("And {number} more; --report OUT.xlsx writes them all.").format(number=more))
    return lines


def _report(store: Store, result: roster.RosterResult, place: Path) -> str | None:
    """Write the list of issues; what went wrong comes back as a sentence, since the import itself is done."""
    try:
        roster.save_issue_report(store, result, place)
    except UserError as refusal:
        return str(refusal)
    return None
