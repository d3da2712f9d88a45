"""`forms check|preview`: all that is wrong with a form sheet at once, and its paper form, before it is published."""

from __future__ import annotations

import argparse
from pathlib import Path

from villagefp.cli.output import Output
from villagefp.cli.sheets import write_pdf
from villagefp.forms import compile as compiling
from villagefp.i18n import _
from villagefp.services import sheets


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("forms", help=_("look after forms"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    check = actions.add_parser("check", parents=[common], help=_("check a form sheet (.xlsx, .xls, .md)"))
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)
    preview = actions.add_parser("preview", parents=[common], help=_("make the blank paper form of a form sheet"))
    preview.add_argument("file", type=Path)
    preview.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    preview.add_argument("--leave-blank", action="store_true", help=_("leave a box for characters that no font has"))
    preview.set_defaults(run=_preview)


def _check(told: argparse.Namespace, output: Output) -> int:
    if _has_problems(told.file, output):
        return 1
    output.tell(_("{file} is a sound form.").format(file=told.file.name), {"problems": []})
    return 0


def _preview(told: argparse.Namespace, output: Output) -> int:
    if _has_problems(told.file, output):
        return 1
    pdf = sheets.form_preview(compiling.compile_sheet(told.file), leave_blank=told.leave_blank)
    return write_pdf(pdf, told.out, output)


def _has_problems(file: Path, output: Output) -> bool:
    """Whether anything is wrong with the sheet; all of it is said."""
    problems = compiling.problems_of(file)
    if problems:
        data = [
            {"sheet": problem.sheet, "row": problem.row, "column": problem.column, "message": problem.message}
            for problem in problems
        ]
        output.refuse("\n".join(str(problem) for problem in problems), {"problems": data})
    return bool(problems)
