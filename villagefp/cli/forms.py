"""`forms check`: say all that is wrong with a form sheet at once, before it is published."""

from __future__ import annotations

import argparse
from pathlib import Path

from villagefp.cli.output import Output
from villagefp.forms import compile as compiling
from villagefp.i18n import _


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("forms", help=_("look after forms"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    check = actions.add_parser("check", parents=[common], help=_("check a form sheet (.xlsx, .xls, .md)"))
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)


def _check(told: argparse.Namespace, output: Output) -> int:
    problems = compiling.problems_of(told.file)
    if problems:
        data = [
            {"sheet": problem.sheet, "row": problem.row, "column": problem.column, "message": problem.message}
            for problem in problems
        ]
        output.refuse("\n".join(str(problem) for problem in problems), {"problems": data})
        return 1
    output.tell(_("{file} is a sound form.").format(file=told.file.name), {"problems": []})
    return 0
