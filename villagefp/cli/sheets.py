"""`print household-sheet|form|round|order`: official sheets as PDF files, by the worker's own choice of place."""

from __future__ import annotations

import argparse
from pathlib import Path

from villagefp.cli.opening import AMBIENT, day, opened
from villagefp.cli.output import Output
from villagefp.cli.people import event_id, person_id
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.printing.jobs import Mode
from villagefp.reasons import reason
from villagefp.services import rounds, sheets, stock_order


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("print", help=_("make sheets as PDF files"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("SHEET"))
    paper = argparse.ArgumentParser(add_help=False)
    paper.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    paper.add_argument("--blank", action="store_true", help=_("for filling by hand"))
    paper.add_argument("--elsewhere", action="store_true", help=_("for a printer elsewhere: no name, ID or phone"))
    paper.add_argument("--leave-blank", action="store_true", help=_("leave a box for characters that no font has"))

    household = actions.add_parser("household-sheet", parents=[common, paper], help=_("what stays in the home"))
    household.add_argument("--household", required=True, metavar="NO")
    household.set_defaults(run=_household_sheet)

    form = actions.add_parser("form", parents=[common, paper], help=_("a record form of one person"))
    form.add_argument("form")
    form.add_argument("--person", required=True, metavar="ID")
    form.add_argument("--event", metavar="ID", help=_("the visit to print; without it, identity only"))
    form.add_argument("--with-sealed", action="store_true", help=_("with private answers, for the village doctor"))
    form.set_defaults(run=_form)

    for name, text in (
        ("round", _("the round of a day in walking order, with codes for the desk")),
        ("due-list", _("the same without codes, to look at")),
        ("bag", _("the forms of the round, identity filled in, in one file")),
    ):
        listed = actions.add_parser(name, parents=[common], help=text)
        listed.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
        listed.add_argument("--on", type=day, default=None, metavar="DATE", help=_("the day, today without it"))
        listed.add_argument("--leave-blank", action="store_true", help=_("leave a box for characters that no font has"))
        listed.set_defaults(run=_round)

    order = actions.add_parser("order", parents=[common], help=_("what supplies to order, as a sheet"))
    order.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    order.add_argument("--leave-blank", action="store_true", help=_("leave a box for characters that no font has"))
    order.set_defaults(run=_order)


def _order(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        pdf = stock_order.order_sheet(store, leave_blank=told.leave_blank)
    return write_pdf(pdf, told.out, output)


def _round(told: argparse.Namespace, output: Output) -> int:
    on = told.on or AMBIENT.today()
    with opened(told) as store:
        if told.action == "bag":
            pdf = rounds.bag(store, rounds.round_of(store, on), leave_blank=told.leave_blank)
        else:
            pdf = rounds.round_sheet(store, on, codes=told.action == "round", leave_blank=told.leave_blank)
    return write_pdf(pdf, told.out, output)


def _household_sheet(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        pdf = sheets.household_sheet(
            store,
            told.household,
            blank=told.blank,
            elsewhere=told.elsewhere,
            leave_blank=told.leave_blank,
        )
    return write_pdf(pdf, told.out, output)


def _form(told: argparse.Namespace, output: Output) -> int:
    mode = Mode.BLANK if told.blank else Mode.FILLED if told.event else Mode.HALF
    with opened(told) as store:
        pdf = sheets.form_sheet(
            store,
            told.form,
            person_id=person_id(told.person),
            event_id=None if told.event is None else event_id(told.event),
            mode=mode,
            elsewhere=told.elsewhere,
            with_sealed=told.with_sealed,
            leave_blank=told.leave_blank,
        )
    return write_pdf(pdf, told.out, output)


def write_pdf(pdf: sheets.Pdf, out: Path, output: Output) -> int:
    """Keep the sheet where the worker chose, and say so."""
    try:
        out.write_bytes(pdf.data)
    except OSError as error:
        raise UserError(
            _("{file} cannot be written: {reason}. Choose another place.").format(file=out.name, reason=reason(error))
        ) from error
    output.tell(
        _("{pages} page(s) are in {file}.").format(pages=pdf.pages, file=out), {"file": str(out), "pages": pdf.pages}
    )
    return 0
