"""`due --on DATE`: whom a visit may be offered to on a day, and why."""

from __future__ import annotations

import argparse

from villagefp.cli.opening import AMBIENT, day, opened
from villagefp.cli.output import Output
from villagefp.i18n import _
from villagefp.services import due
from villagefp.services.due import DueLine


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("due", parents=[common], help=_("whom a visit may be offered to on a day, and why"))
    parser.add_argument("--on", type=day, default=None, metavar="DATE", help=_("the day, today without it"))
    parser.add_argument("--planned", action="store_true", help=_("with what lies further ahead or is left in peace"))
    parser.set_defaults(run=_due)


def _due(told: argparse.Namespace, output: Output) -> int:
    states = due.EVERY_STATE if told.planned else due.SHOWN
    with opened(told) as store:
        lines = due.due_on(store, told.on or AMBIENT.today(), states=states)
        coming = due.while_history_comes(store)
    text = "\n".join(map(_text, lines)) or _("Nothing is due on this day.")
    output.tell("\n".join(filter(None, (coming, text))), due.to_json(lines))
    return 0


def _text(line: DueLine) -> str:
    item = line.item
    cells = (line.household_no, line.who, due.neutral_words(), f"{item.window_from} – {item.window_to}")
    return "  ".join(cell for cell in cells if cell)
