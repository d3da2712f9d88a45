"""`visit add`: keep a visit whose answers stand in a file."""

from __future__ import annotations

import argparse
import json
import uuid
from pathlib import Path
from typing import Any

from villagefp.cli.opening import day, opened
from villagefp.cli.output import Output
from villagefp.cli.people import person_id
from villagefp.domain.records import Outcome
from villagefp.errors import UserError
from villagefp.forms.views import Prompt
from villagefp.i18n import _
from villagefp.reasons import reason
from villagefp.services import households, prompts, visits

_SHAPE = '{"outcome": "done", "answers": {"question": "value"}}'


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("visit", help=_("keep visits"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    add = actions.add_parser("add", parents=[common], help=_("keep a visit whose answers stand in a JSON file"))
    who = add.add_mutually_exclusive_group(required=True)
    who.add_argument("--person", metavar="ID")
    who.add_argument("--household", metavar="NO")
    add.add_argument("--form", required=True)
    add.add_argument("--answers", type=Path, required=True, metavar="FILE.json")
    add.add_argument("--on", type=day, metavar="DATE", help=_("day of the visit; today unless told"))
    add.set_defaults(run=_add)


def _add(told: argparse.Namespace, output: Output) -> int:
    outcome, answers = _read(told.answers)
    with opened(told) as store:
        try:
            saved = visits.add_visit(
                store,
                told.form,
                answers,
                outcome=outcome,
                on=told.on or store.ambient.today(),
                person_id=None if told.person is None else person_id(told.person),
                household_id=None if told.household is None else households.by_number(store, told.household).id,
            )
        except visits.VisitRefused as refused:
            lines = [f"{violation.question}: {violation.message}" for violation in refused.violations]
            output.refuse("\n".join(lines), refused.to_json())
            return 1
    told_again = (*map(_in_words, saved.prompts), *(check.message for check in saved.checks))
    if saved.untold:
        told_again = (*told_again, prompts.ask_told())
    data = {"event_id": str(uuid.UUID(bytes=saved.event_id)), **saved.prompts_json(), **saved.checks_json()}
    output.tell("\n".join((_("The visit is kept."), *told_again)), data)
    return 0


def _in_words(prompt: Prompt) -> str:
    return (
        _("{text} ({mark})").format(text=prompt.label, mark=prompts.not_signed()) if prompt.unsigned else prompt.label
    )


def _read(file: Path) -> tuple[Outcome, dict[str, Any]]:
    """The outcome and the answers by question of a file `{"outcome": …, "answers": {…}}`."""
    try:
        told = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(
            _("{file} cannot be read: {reason}. Check the name of the file.").format(
                file=file.name, reason=reason(error)
            )
        ) from error
    except ValueError as error:
        raise UserError(
            _("{file} is no JSON from line {line} on. Write it as {shape}.").format(
                file=file.name, line=getattr(error, "lineno", 1), shape=_SHAPE
            )
        ) from error
    if not isinstance(told, dict) or not isinstance(told.get("answers", {}), dict):
        raise UserError(_("{file} has another shape. Write it as {shape}.").format(file=file.name, shape=_SHAPE))
    beside = [key for key in told if key not in {"outcome", "answers"}]
    if beside:
        raise UserError(
            _("{file} has {keys} beside outcome and answers, where nobody would read it. Write it as {shape}.").format(
                file=file.name, keys=", ".join(f"“{key}”" for key in beside), shape=_SHAPE
            )
        )
    word = str(told.get("outcome") or "")
    if not word:
        raise UserError(
            _("{file} names no outcome. Add one of: {words}.").format(file=file.name, words=", ".join(Outcome))
        )
    if word not in set(Outcome):
        raise UserError(_("{value} is no outcome. It is one of: {words}.").format(value=word, words=", ".join(Outcome)))
    return Outcome(word), told.get("answers", {})
