"""`conflicts list|choose`: what two laptops wrote of the same, and deciding for one of them."""

from __future__ import annotations

import argparse
import uuid

from villagefp.cli.opening import opened
from villagefp.cli.output import Output
from villagefp.i18n import _
from villagefp.services import conflicts
from villagefp.services.conflicts import ChoiceLine, ConflictLine, Said


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("conflicts", help=_("what two laptops wrote of the same, and deciding for one"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    listing = actions.add_parser("list", parents=[common], help=_("what waits for a decision"))
    listing.add_argument("--reveal", action="store_true", help=_("show ID numbers whole; the look is logged"))
    listing.set_defaults(run=_list)
    choosing = actions.add_parser("choose", parents=[common], help=_("decide for one of the choices"))
    choosing.add_argument("conflict", metavar="ID", help=_("as `conflicts list` shows it"))
    choosing.add_argument("choice", type=int, metavar="N", help=_("the number of the choice"))
    choosing.add_argument("--reason", default="", metavar="TEXT")
    choosing.set_defaults(run=_choose)


def _list(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        lines = conflicts.waiting(store, reveal=told.reveal)
    text = "\n".join(map(_text, lines)) or _("Nothing waits for a decision.")
    output.tell(text, [_json(line) for line in lines])
    return 0


def _choose(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        conflicts.choose(store, told.conflict, told.choice, told.reason)
        left = conflicts.count(store)
    output.tell(_("Decided. Still waiting: {count}.").format(count=left), {"left": left})
    return 0


def _text(line: ConflictLine) -> str:
    choices = "\n".join(f"  {choice.number}  {choice.words}  {_said_text(choice)}" for choice in line.choices)
    return f"{line.id}  {line.who}  {line.what}\n{choices}"


def _said_text(choice: ChoiceLine) -> str:
    return "; ".join(f"{said.worker} {said.at:%Y-%m-%d %H:%M} ({_where(said)})" for said in choice.said)


def _where(said: Said) -> str:
    return _("this laptop") if said.here else _("laptop {device}").format(device=said.device)


def _json(line: ConflictLine) -> dict[str, object]:
    return {
        "id": line.id,
        "sort": line.sort,
        "kind": line.kind,
        "record": str(uuid.UUID(bytes=line.record)),
        "person_id": None if line.person is None else str(uuid.UUID(bytes=line.person)),
        "who": line.who,
        "what": line.what,
        "choices": [
            {
                "number": choice.number,
                "text": choice.words,
                "shown": choice.shown,
                "said": [
                    {
                        "worker": said.worker,
                        "at": said.at.isoformat(timespec="seconds"),
                        "here": said.here,
                        "device": said.device,
                        "reason": said.reason,
                    }
                    for said in choice.said
                ],
            }
            for choice in line.choices
        ],
    }
