"""`person same|different|duplicates|match-founding`: who is in the register twice, said by a person and taken back."""

from __future__ import annotations

import argparse
import uuid

from villagefp.cli.opening import opened
from villagefp.cli.output import Output
from villagefp.domain.resident_id import mask
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.services import same_person, second_founding
from villagefp.services.pages import PersonLine
from villagefp.services.same_person import Candidate
from villagefp.services.second_founding import Founding


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add these words to `person`."""
    same = actions.add_parser("same", parents=[common], help=_("two entries are one person"))
    different = actions.add_parser("different", parents=[common], help=_("two entries are two persons after all"))
    for action, run in ((same, _same), (different, _different)):
        action.add_argument("one", metavar="ID")
        action.add_argument("other", metavar="ID")
        action.add_argument("--reason", default="", metavar="TEXT")
        action.set_defaults(run=run)
    duplicates = actions.add_parser("duplicates", parents=[common], help=_("who may be in the register twice"))
    duplicates.set_defaults(run=_duplicates)
    founding = actions.add_parser(
        "match-founding", parents=[common], help=_("the same roster was imported on two laptops: match everybody")
    )
    founding.add_argument("--confirm", action="store_true", help=_("say that what is certain is the same"))
    founding.add_argument("--reason", default="", metavar="TEXT")
    founding.set_defaults(run=_match)


def read_person(text: str) -> bytes:
    """The id that a call names; UserError where it is none."""
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UserError(
            _("{value} is no person's id. `villagefp person find NAME` shows ids.").format(value=text)
        ) from None


def _same(told: argparse.Namespace, output: Output) -> int:
    one, other = read_person(told.one), read_person(told.other)
    with opened(told) as store:
        shown = str(uuid.UUID(bytes=same_person.say_same(store, one, other, told.reason)))
    output.tell(_("They are shown as one person now. Take it back with: person different"), {"same": True, "id": shown})
    return 0


def _different(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        same_person.say_different(store, read_person(told.one), read_person(told.other), told.reason)
    output.tell(_("They are two persons again, each with all that was entered."), {"same": False})
    return 0


def _duplicates(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        found = same_person.duplicates(store)
    text = "\n".join(map(_candidate_text, found)) or _("Nobody seems to be in the register twice.")
    output.tell(text, [_candidate_json(each) for each in found])
    return 0


def _match(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        found = second_founding.propose(store)
        if told.confirm:
            second_founding.confirm(store, found, told.reason)
    certain = (
        _("Said to be the same: {persons} persons, {households} households.")
        if told.confirm
        else _("Certainly the same: {persons} persons, {households} households. Nothing is written without --confirm.")
    ).format(persons=len(found.persons), households=len(found.households))
    left = [_candidate_text(each) for each in found.unsure_persons]
    left += [
        _("household {number}: {count} entries with other members").format(
            number=homes[0].household_no, count=len(homes)
        )
        for homes in found.unsure_households
    ]
    output.tell("\n".join([certain, *left]), _founding_json(found, said=told.confirm))
    return 0


def _candidate_text(found: Candidate) -> str:
    why = _("one ID number") if found.why == "id_no" else _("one name and birth date")
    return "\n".join([why, *(f"  {_person_text(line)}" for line in found.persons)])


def _person_text(line: PersonLine) -> str:
    shown = uuid.UUID(bytes=line.id)
    cells = (shown, line.household_no, line.name, line.birth_date, mask(line.id_no) if line.id_no else None)
    return "  ".join(str(cell) for cell in cells if cell)


def _candidate_json(found: Candidate) -> dict[str, object]:
    return {"why": found.why, "persons": [str(uuid.UUID(bytes=line.id)) for line in found.persons]}


def _founding_json(found: Founding, *, said: bool) -> dict[str, object]:
    return {
        "said": said,
        "persons": [[str(uuid.UUID(bytes=record)) for record in pair] for pair in found.persons],
        "households": [[str(uuid.UUID(bytes=record)) for record in pair] for pair in found.households],
        "unsure": [_candidate_json(each) for each in found.unsure_persons],
        "unsure_households": [[str(uuid.UUID(bytes=home.id)) for home in homes] for homes in found.unsure_households],
    }
