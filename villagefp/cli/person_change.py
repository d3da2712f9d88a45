"""`person change`: put right what is on file about a person, as her card or the family says it."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator

from villagefp.cli.opening import opened
from villagefp.cli.output import Output
from villagefp.cli.same import read_person
from villagefp.domain import codes
from villagefp.domain.records import IdStatus, Person
from villagefp.domain.resident_id import mask
from villagefp.errors import UserError
from villagefp.i18n import _, language
from villagefp.services import people, person_facts
from villagefp.services.pages import Mark
from villagefp.services.person_facts import Corrected, Correction, Doubtful

_NO_NUMBER = (IdStatus.NOT_YET, IdStatus.NONE, IdStatus.NOT_TOLD)
_FACTS = ("name", "id_no", "id_status", "sex", "birth_date", "birth_precision", "birth_told")


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add this word to `person`."""
    change = actions.add_parser(
        "change", parents=[common], help=_("put right a name, an ID number, a sex or a birth date")
    )
    change.add_argument("person", metavar="ID")
    change.add_argument("--name", metavar="NAME", help=_("the name used so far still finds the person"))
    number = change.add_mutually_exclusive_group()
    number.add_argument("--id-no", metavar="NUMBER", help=_("the whole ID number, as it stands on the card"))
    number.add_argument(
        "--no-id", choices=[status.value for status in _NO_NUMBER], help=_("there is no ID number, and why")
    )
    change.add_argument("--sex", metavar="CODE", help=_("1 male, 2 female, 9 not told; or the word"))
    change.add_argument(
        "--birth", metavar="DATE", help=_("such as 1974-01-05, 1974-01, 农历1974年八月十五; 不详 where nobody knows")
    )
    change.add_argument("--confirm", action="store_true", help=_("keep it although it is doubtful, with a mark"))
    change.set_defaults(run=_change)


def _change(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        person = read_person(told.person)
        try:
            done = person_facts.correct(store, person, _correction(told))
        except Doubtful as doubt:
            raise UserError(
                _("{doubt}\nNothing was changed. Where it is right all the same, call it again with --confirm.").format(
                    doubt=doubt
                )
            ) from None
        marks = people.person_page(store, person).marks
    output.tell("\n".join(_text(done, marks)), _json(person, done, marks))
    return 0


def _correction(told: argparse.Namespace) -> Correction:
    if all(value is None for value in (told.name, told.id_no, told.no_id, told.sex, told.birth)):
        raise UserError(_("Say what is to be put right: --name, --id-no or --no-id, --sex, --birth."))
    return Correction(
        name=told.name,
        sex=None if told.sex is None else codes.load("sex").code_of(told.sex) or told.sex,
        birth=told.birth,
        id_no=told.id_no,
        no_id=None if told.no_id is None else IdStatus(told.no_id),
        confirmed=told.confirm,
    )


def _text(done: Corrected, marks: tuple[Mark, ...]) -> Iterator[str]:
    if not done.changed:
        yield _("All this is on file already; nothing was changed.")
        return
    before, after = done.before[0], done.after[0]
    shown = {
        "name": _("name"),
        "id_no": _("ID number"),
        "sex": _("sex"),
        "birth_date": _("birth date"),
    }
    for fact, label in shown.items():
        old, new = _shown(before, fact), _shown(after, fact)
        if old != new or getattr(before, fact) != getattr(after, fact):
            yield _("{fact}: {old} → {new}").format(fact=label, old=old or "–", new=new or "–")
    if done.settled:
        yield _("Marks settled: {count}").format(count=len(done.settled))
    for mark in marks:
        yield mark.message


def _shown(person: Person, fact: str) -> str:
    """A value as it may be read by others: words of codes, a masked number."""
    value = getattr(person, fact)
    if fact == "id_no":
        return mask(value) if value else ""
    if fact == "sex":
        return codes.load("sex").label(value, language()) or ""
    return str(value or "")


def _json(person: bytes, done: Corrected, marks: tuple[Mark, ...]) -> dict[str, object]:
    changes = []
    if done.changed:
        before, after = done.before[0], done.after[0]
        for fact in _FACTS:
            if getattr(before, fact) != getattr(after, fact):
                told = [getattr(each, fact) for each in (before, after)]
                old, new = (mask(each) if each and fact == "id_no" else each for each in told)
                changes.append({"field": fact, "old": old, "new": new})
    return {
        "id": str(uuid.UUID(bytes=person)),
        "changes": changes,
        "marks_settled": len(done.settled),
        "marks": [{"kind": mark.kind, "message": mark.message} for mark in marks],
    }
