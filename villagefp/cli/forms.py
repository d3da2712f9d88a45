"""`forms …`: check a form sheet and look at its paper form, publish it from a day on, hand it on signed."""

from __future__ import annotations

import argparse
from pathlib import Path

from villagefp.cli.opening import day, opened
from villagefp.cli.output import Output
from villagefp.cli.packages import in_words, tell_published, write_package
from villagefp.cli.sheets import write_pdf
from villagefp.forms import compile as compiling
from villagefp.forms.problems import FormError, Problem
from villagefp.i18n import _
from villagefp.interop.sign_workbook import write_signs
from villagefp.services import packages, publications, sheets, sign_list
from villagefp.services.sign_list import SignLine


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
    publish = actions.add_parser("publish", parents=[common], help=_("sign a form sheet and ask it from a day on"))
    publish.add_argument("file", type=Path)
    publish.add_argument("--from", dest="from_on", type=day, required=True, metavar="DATE", help=_("its first day"))
    publish.set_defaults(run=_publish)
    listing = actions.add_parser("list", parents=[common], help=_("which forms there are, in which versions"))
    listing.set_defaults(run=_list)
    export = actions.add_parser("export", parents=[common], help=_("write a published form as a package"))
    export.add_argument("form")
    export.add_argument("--version", metavar="VERSION", help=_("the one published last unless told"))
    export.add_argument("--out", type=Path, required=True, metavar="FILE.vfpkg")
    export.set_defaults(run=_export)
    taking = actions.add_parser("import", parents=[common], help=_("take over a signed package of a form or programme"))
    taking.add_argument("file", type=Path, metavar="FILE.vfpkg")
    taking.set_defaults(run=_import)
    signs = actions.add_parser("signs", parents=[common], help=_("list every danger sign, for a doctor to sign"))
    signs.add_argument("--out", type=Path, metavar="FILE.xlsx", help=_("write the list as a workbook"))
    signs.set_defaults(run=_signs)


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


def _publish(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        try:
            published = packages.publish_form(store, told.file, told.from_on)
        except FormError as refused:
            return _refuse(refused.problems, output)
    tell_published(published, output)
    return 0


def _import(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        try:
            published = packages.import_file(store, told.file)
        except FormError as refused:
            return _refuse(refused.problems, output)
    tell_published(published, output)
    return 0


def _export(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        signed = packages.export_package(store, told.form, told.version)
    return write_package(signed, told.out, output)


def _list(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        found = publications.forms(store)
    output.tell("\n".join(map(in_words, found)), [one.to_json("form") for one in found])
    return 0


def _signs(told: argparse.Namespace, output: Output) -> int:
    found = sign_list.lines()
    if told.out is not None:
        write_signs(told.out, [_cells(line) for line in found])
    written = _("{count} signs are in {file}.")
    text = (
        written.format(count=len(found), file=told.out.name)
        if told.out is not None
        else "\n".join(" · ".join(filter(None, _cells(line)[1:])) for line in found)
    )
    output.tell(text, {"signs": [line.to_json() for line in found]})
    return 0


def _cells(line: SignLine) -> tuple[str, ...]:
    urgency = {"R": _("R at once"), "Y": _("Y same day"), "G": _("G soon")}
    return (
        _("Methods") if line.of_mec else _("Danger signs"),
        line.title,
        line.sign_label or line.name,
        urgency[line.urgency],
        line.condition,
        line.wording.get("zh", ""),
        line.wording.get("en", ""),
        line.source,
    )


def _has_problems(file: Path, output: Output) -> bool:
    """Whether anything is wrong with the sheet; all of it is said."""
    problems = compiling.problems_of(file)
    return bool(problems) and bool(_refuse(problems, output))


def _refuse(problems: list[Problem], output: Output) -> int:
    """Say all that is wrong with a sheet."""
    data = [
        {"sheet": problem.sheet, "row": problem.row, "column": problem.column, "message": problem.message}
        for problem in problems
    ]
    output.refuse("\n".join(str(problem) for problem in problems), {"problems": data})
    return 1
