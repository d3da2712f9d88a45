"""`person list|show|find`: the register on the command line, ID numbers masked unless --reveal."""

from __future__ import annotations

import argparse
import uuid

from villagefp.cli import moves, person_change, same
from villagefp.cli.opening import opened
from villagefp.cli.output import Output
from villagefp.domain import codes
from villagefp.domain.resident_id import shown
from villagefp.errors import UserError
from villagefp.i18n import _, language
from villagefp.services import people, privacy
from villagefp.services.pages import PersonLine, PersonPage, TimelineEntry
from villagefp.storage.store import Store

_LISTS = {
    "sex": "sex",
    "relation": "relation",
    "ethnic": "ethnic",
    "education": "education_gb",
    "marital": "marital_gb",
    "residence": "presence",
}
"""The code list of each coded key of the JSON."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add the words of this module to the command line."""
    parser = commands.add_parser("person", help=_("look at the people of the register"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    everybody = actions.add_parser("list", parents=[common], help=_("everybody in the register"))
    everybody.set_defaults(run=_list)
    show = actions.add_parser("show", parents=[common], help=_("one person with timeline"))
    show.add_argument("person", metavar="ID")
    show.set_defaults(run=_show)
    find = actions.add_parser("find", parents=[common], help=_("by name, pinyin, phone, last ID digits, household"))
    find.add_argument("text", metavar="TEXT")
    find.set_defaults(run=_find)
    person_change.add_to(actions, common)
    same.add_to(actions, common)
    moves.add_to(actions, common)
    for action in (everybody, show, find):
        action.add_argument("--reveal", action="store_true", help=_("show whole ID numbers; the look is logged"))


def person_id(text: str) -> bytes:
    """The id that a call names; UserError where it is none."""
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UserError(
            _("{value} is no person's id. `villagefp person find NAME` shows ids.").format(value=text)
        ) from None


def event_id(text: str) -> bytes:
    """The id of a visit that a call names; UserError where it is none."""
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UserError(
            _("{value} is no visit's id. `villagefp person show ID --json` shows ids.").format(value=text)
        ) from None


def line_to_json(line: PersonLine, *, reveal: bool = False) -> dict[str, object]:
    """A person as scripts may rely on it (`person list`): codes, with their words beside them as `…_text`."""
    data: dict[str, object] = {
        "id": str(uuid.UUID(bytes=line.id)),
        "household_no": line.household_no,
        "group_no": line.group_no,
        "name": line.name,
        "sex": line.sex,
        "birth_date": line.birth_date,
        "birth_precision": line.birth_precision,
        "id_no": line.id_no if reveal or line.id_no is None else shown(line.id_no),
        "id_status": line.id_status,
        "relation": line.relation,
        "ethnic": line.ethnic,
        "education": line.education,
        "marital": line.marital,
        "phone": line.phone,
        "residence": line.presence,
    }
    for key, name in _LISTS.items():
        code = data[key]
        data[f"{key}_text"] = codes.load(name).label(None if code is None else str(code), language())
    return data


def _list(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        lines = people.list_people(store)
        _log_reveal(store, lines, told)
    return _tell(lines, output, told)


def _find(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        lines = people.find(store, told.text)
        _log_reveal(store, lines, told)
    return _tell(lines, output, told)


def _show(told: argparse.Namespace, output: Output) -> int:
    with opened(told) as store:
        page = people.person_page(store, person_id(told.person))
        _log_reveal(store, [page.line], told)
    output.tell(_page_text(page, reveal=told.reveal), _page_json(page, reveal=told.reveal))
    return 0


def _log_reveal(store: Store, lines: list[PersonLine], told: argparse.Namespace) -> None:
    if told.reveal:
        privacy.note_accesses(store, [line.id for line in lines], "revealed")


def _tell(lines: list[PersonLine], output: Output, told: argparse.Namespace) -> int:
    text = "\n".join(_line_text(line, reveal=told.reveal) for line in lines) or _("Nobody found. Try fewer characters.")
    output.tell(text, [line_to_json(line, reveal=told.reveal) for line in lines])
    return 0


def _line_text(line: PersonLine, *, reveal: bool) -> str:
    data = line_to_json(line, reveal=reveal)
    cells = (data["id"], line.household_no, line.name, data["sex_text"], line.birth_date, data["id_no"], line.phone)
    return "  ".join(str(cell) for cell in cells if cell)


def _page_json(page: PersonPage, *, reveal: bool) -> dict[str, object]:
    return {
        **line_to_json(page.line, reveal=reveal),
        "aliases": [{"name": alias.name, "sort": alias.sort} for alias in page.aliases],
        "phones": [
            {"number": phone.number, "whose": phone.whose, "may_mention_health": phone.may_mention_health}
            for phone in page.phones
        ],
        "marks": [{"kind": mark.kind, "message": mark.message} for mark in page.marks],
        "timeline": [_entry_json(entry) for entry in page.timeline],
    }


def _entry_json(entry: TimelineEntry) -> dict[str, object]:
    return {
        "event_id": str(uuid.UUID(bytes=entry.event.id)),
        "form": entry.event.form,
        "form_version": entry.event.form_version,
        "occurred_on": entry.event.occurred_on,
        "outcome": entry.event.outcome.value,
        "superseded": entry.superseded,
    }


def _page_text(page: PersonPage, *, reveal: bool) -> str:
    lines = [_line_text(page.line, reveal=reveal)]
    lines += [mark.message for mark in page.marks]
    lines += [_entry_text(entry) for entry in page.timeline]
    return "\n".join(lines)


def _entry_text(entry: TimelineEntry) -> str:
    outcome = codes.load("outcome").label(entry.event.outcome.value, language())
    return f"{entry.event.occurred_on}  {entry.form_title}  {outcome}"
