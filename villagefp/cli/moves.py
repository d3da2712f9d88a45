"""`person move|moves|stay`: a person's wish to be served in another village, for the county to decide."""

from __future__ import annotations

import argparse
import uuid

from villagefp.cli.opening import opened
from villagefp.cli.output import Output
from villagefp.cli.same import read_person
from villagefp.domain.person_records import TransferState
from villagefp.i18n import _
from villagefp.services import transfers
from villagefp.services.transfers import TransferLine, Wish


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add these words to `person`."""
    move = actions.add_parser("move", parents=[common], help=_("a person wishes to be served in another village"))
    move.add_argument("person", metavar="ID")
    move.add_argument("--to-village", required=True, metavar="CODE", help=_("the 12-digit code of the village"))
    move.add_argument(
        "--consent", required=True, choices=transfers.CONSENTS, help=_("how she agreed that her record goes along")
    )
    move.add_argument("--reason", metavar="CODE", help=_("of the list transfer_reason, where she likes to tell it"))
    move.set_defaults(run=_move)
    moves = actions.add_parser("moves", parents=[common], help=_("the moves that have not ended"))
    moves.set_defaults(run=_moves)
    stay = actions.add_parser("stay", parents=[common], help=_("take a wish to move back, until the county decides"))
    stay.add_argument("move", metavar="ID", help=_("as `person moves` shows it"))
    stay.set_defaults(run=_stay)


def _move(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        wish = Wish(told.to_village, told.consent, told.reason)
        asked = transfers.ask(store, read_person(told.person), wish)
    output.tell(
        _("Noted. The county decides after the next exchange; until then nothing changes here."),
        {"move_id": str(uuid.UUID(bytes=asked.id)), "state": asked.state.value},
    )
    return 0


def _moves(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        lines = transfers.waiting(store)
    text = "\n".join(map(_text, lines)) or _("Nobody is moving.")
    output.tell(text, [_json(line) for line in lines])
    return 0


def _stay(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        transfers.take_back(store, read_person(told.move))
    output.tell(_("Taken back: she stays."), {"state": "withdrawn"})
    return 0


def _text(line: TransferLine) -> str:
    states = {
        TransferState.ASKED: _("waits for the county"),
        TransferState.DECIDED: _("the county has agreed"),
        TransferState.ARRIVED: _("arrived"),
    }
    move = line.transfer
    shown = states.get(move.state, move.state.value)
    return f"{uuid.UUID(bytes=move.id)}  {line.who}  {move.from_village} → {move.to_village}  {shown}"


def _json(line: TransferLine) -> dict[str, object]:
    move = line.transfer
    return {
        "move_id": str(uuid.UUID(bytes=move.id)),
        "person_id": str(uuid.UUID(bytes=move.person)),
        "who": line.who,
        "from_village": move.from_village,
        "to_village": move.to_village,
        "asked_on": move.asked_on,
        "state": move.state.value,
        "agreed": move.agreed,
    }
