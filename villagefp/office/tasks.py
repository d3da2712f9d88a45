"""`county tasks|look|move|conflict|erase`: what waits for the office, opened by a ticket and decided by a name."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator, Mapping

from villagefp.cli.output import Output
from villagefp.county import deciding, erasure_deciding, moves, tasks, tickets
from villagefp.county.deciding import Choice, Shown
from villagefp.county.tasks import TaskLine
from villagefp.county.tickets import Cause, Opened, Ticket
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.office.opening import looked_at, opened
from villagefp.office.record_words import field_words, kind_words, record_words, value_words
from villagefp.wire.values import Value


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add these words to `county`."""
    listing = actions.add_parser("tasks", parents=[common], help=_("what waits for the office; nobody is named"))
    listing.set_defaults(run=show)
    about = argparse.ArgumentParser(add_help=False)
    about.add_argument("record", metavar="ID", help=_("as `county tasks` shows it"))
    about.add_argument("--village", required=True, metavar="CODE", help=_("12-digit code of the village"))
    about.add_argument("--who", required=True, metavar="NAME", help=_("who looks or decides; it is written down"))
    look = actions.add_parser("look", parents=[common, about], help=_("open one record; the look is written down"))
    look.add_argument(
        "--cause",
        required=True,
        choices=[cause.value for cause in Cause],
        help="; ".join(f"{cause.value}: {tickets.in_words(cause)}" for cause in Cause),
    )
    look.add_argument("--reference", default="", metavar="TEXT", help=_("number of the person's request"))
    look.set_defaults(run=open_one)
    move = actions.add_parser("move", parents=[common, about], help=_("decide about a person's wish to move"))
    answer = move.add_mutually_exclusive_group(required=True)
    answer.add_argument("--agree", action="store_true", help=_("her record goes along"))
    answer.add_argument("--not-agree", action="store_true", help=_("nothing changes"))
    move.set_defaults(run=decide_move)
    conflict = actions.add_parser("conflict", parents=[common, about], help=_("what two laptops wrote of the same"))
    conflict.add_argument("--choose", nargs=2, metavar=("CONFLICT", "N"), help=_("decide for one of the choices"))
    conflict.add_argument("--reason", default="", metavar="TEXT")
    conflict.set_defaults(run=decide_conflict)
    erase = actions.add_parser("erase", parents=[common, about], help=_("an erasure that a laptop might not do alone"))
    answer = erase.add_mutually_exclusive_group(required=True)
    answer.add_argument("--grant", action="store_true", help=_("it is destroyed here and on all laptops, for good"))
    answer.add_argument("--refuse", action="store_true", help=_("nothing is destroyed; the laptop is told"))
    erase.set_defaults(run=decide_erasure)


def show(told: argparse.Namespace, output: Output) -> int:
    """All that waits."""
    with looked_at(told) as county:
        found = tasks.every(county)
    text = "\n".join(map(_task_text, found)) or _("Nothing waits for the office.")
    output.tell(text, [_task_json(line) for line in found])
    return 0


def open_one(told: argparse.Namespace, output: Output) -> int:
    """One record's open fields, by a ticket."""
    with looked_at(told) as county:
        village = tasks.village_of(county, told.village)
        ticket = Ticket(told.who, Cause(told.cause), village, _id(told.record), told.reference)
        if ticket.cause is Cause.RETURNED:
            found = tickets.open_returned(county, ticket)
            lines = [record_words("", each) for each in found]
        else:
            there = tickets.open_record(county, ticket)
            found, lines = (there.values,), list(_opened_text(there))
    output.tell("\n".join(lines), [_values(each) for each in found])
    return 0


def _opened_text(there: Opened) -> Iterator[str]:
    yield f"{kind_words(there.kind)}  {record_words(there.kind, there.values)}"
    if there.sealed:
        sealed = ", ".join(field_words(there.kind, name) for name in there.sealed)
        yield _("Sealed, and readable for nobody here: {fields}").format(fields=sealed)
    if there.withdrawn:
        yield _("This record was taken back.")


def decide_move(told: argparse.Namespace, output: Output) -> int:
    """Agree to a move, or not."""
    with looked_at(told) as county:
        village = tasks.village_of(county, told.village)
        decided = moves.decide_transfer(county, village, _id(told.record), agreed=told.agree, who=told.who)
    output.tell(
        moves.words(decided),
        {"agreed": decided.agreed, "to": decided.to_name, "copied": decided.copied, "sealed": decided.sealed},
    )
    return 0


def decide_erasure(told: argparse.Namespace, output: Output) -> int:
    """Do an erasure that was asked for in the village, or do not."""
    with opened(told) as office:
        village = tasks.village_of(office.county, told.village)
        name = _id(told.record)
        erasure_deciding.decide(office.county, office.keys, village, name, granted=told.grant, who=told.who)
    if told.grant:
        text = _("Erased. The village's laptops erase it with their next exchange, and no copy brings it back.")
    else:
        text = _("Refused. Nothing was destroyed here, and the laptop is told with its next exchange.")
    output.tell(text, {"granted": told.grant})
    return 0


def decide_conflict(told: argparse.Namespace, output: Output) -> int:
    """Show both values of a conflict, or decide for one."""
    with looked_at(told) as county:
        village = tasks.village_of(county, told.village)
        ticket = Ticket(told.who, Cause.CONFLICT, village, _id(told.record))
        if told.choose is None:
            found = deciding.conflicts(county, ticket)
            output.tell("\n".join(map(_conflict_text, found)), [_conflict_json(each) for each in found])
            return 0
        shown, number = told.choose
        deciding.choose(county, ticket, shown, _number(number), told.reason)
    output.tell(_("Decided. The village's laptops have it with their next exchange."), {"decided": True})
    return 0


def _id(text: str) -> bytes:
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UserError(_("{value} is no id. `county tasks` shows ids.").format(value=text)) from None


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UserError(_("{value} is no number of a choice.").format(value=text))
    return int(text)


def _task_text(line: TaskLine) -> str:
    words = {
        "conflict": _("two laptops wrote differently"),
        "id_number": _("an ID number that cannot be right"),
        "same_number": _("one ID number on several persons"),
        "two_homes": _("a member of several households at once"),
        "stock": _("a stock below nothing"),
        "transfer": _("a person wishes to move"),
        "returned": _("an entry that was returned"),
        "erasure": _("an erasure that a laptop might not do alone"),
    }
    ids = " ".join(str(uuid.UUID(bytes=record)) for record in line.records)
    return f"{line.village_name}  {words[line.sort]}  {ids}"


def _task_json(line: TaskLine) -> dict[str, object]:
    return {
        "village_name": line.village_name,
        "sort": line.sort,
        "records": [str(uuid.UUID(bytes=record)) for record in line.records],
    }


def _conflict_text(shown: Shown) -> str:
    choices = (
        f"  {number}  " + (_choice_text(shown.kind, choice) or _withdrawal(withdrawn=choice.withdrawn))
        for number, choice in enumerate(shown.choices, 1)
    )
    fields = ", ".join(field_words(shown.kind, name) for name in shown.fields)
    return "\n".join([f"{shown.id}  {kind_words(shown.kind)}  {fields}".rstrip(), *choices])


def _choice_text(kind: str, choice: Choice) -> str:
    return "  ".join(value_words(kind, name, value) for name, value in choice.values.items())


def _withdrawal(*, withdrawn: bool) -> str:
    return _("It stays taken back") if withdrawn else _("It is taken up again, as it was changed")


def _conflict_json(shown: Shown) -> dict[str, object]:
    return {
        "id": shown.id,
        "kind": shown.kind,
        "fields": list(shown.fields),
        "choices": [
            {"number": number, "values": _values(choice.values), "withdrawn": choice.withdrawn}
            for number, choice in enumerate(shown.choices, 1)
        ],
    }


def _values(values: Mapping[str, Value]) -> dict[str, object]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
