"""At the desk with a stack of paper: what was scanned or typed becomes the form to open, or numbered choices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from villagefp.domain.followup_days import DueItem, DueState
from villagefp.domain.records import Household, RecordId
from villagefp.errors import UserError
from villagefp.i18n import _, language
from villagefp.services import catalogue, due, due_filters, due_words, form_menu, households, sheet_tokens
from villagefp.services.due import DueLine
from villagefp.services.form_menu import FormGroup
from villagefp.services.sheet_tokens import Printed
from villagefp.storage import people, records
from villagefp.storage.households import head_names
from villagefp.storage.lines import PersonLine

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from villagefp.storage.store import Store

VISIT = "household_visit"
PERSON, HOUSEHOLD, FORMS_OF_PERSON, FORMS_OF_HOUSEHOLD = "person", "household", "forms of person", "forms of household"
_HITS = 9


@dataclass(frozen=True)
class Opening:
    """A form to open about somebody, or a kept visit to look at."""

    form_id: str
    person_id: RecordId | None = None
    household_id: RecordId | None = None
    event_id: RecordId | None = None


@dataclass(frozen=True)
class Deeper:
    """Further choices: of a person or household, or all forms about one."""

    kind: str
    id: RecordId


@dataclass(frozen=True)
class Choice:
    """One numbered line."""

    title: str
    second: str
    then: Opening | Deeper


@dataclass(frozen=True)
class Found:
    """What was meant: a form that opens at once, or choices below a heading."""

    heading: str = ""
    choices: tuple[Choice, ...] = ()
    opening: Opening | None = None


def look(store: Store, told: str, on: date) -> Found:
    """What a scanned code, a printed number, a household number or a name means; UserError where it means nothing."""
    printed = sheet_tokens.read_token(store, told) or sheet_tokens.read_print_number(store, told)
    if printed is not None:
        return _of_printed(printed)
    if told.strip().isascii() and told.strip().isdigit() and (home := _household(store, told)) is not None:
        return further(store, Deeper(HOUSEHOLD, home), on)
    return _of_name(store, told, on)


def further(store: Store, deeper: Deeper, on: date) -> Found:
    """The choices behind a choice."""
    if deeper.kind == HOUSEHOLD:
        return _of_household(store, deeper.id, on)
    if deeper.kind == PERSON:
        return _of_person(store, deeper.id, on)
    about_person = deeper.kind == FORMS_OF_PERSON
    groups = form_menu.for_person(store) if about_person else form_menu.for_household(store)
    return Found(_("Which form?"), tuple(_forms(groups, deeper.id, about_person=about_person)))


def _of_printed(printed: Printed) -> Found:
    if printed.person is None and printed.household is None and printed.event is None:
        raise UserError(_("This sheet names nobody. Type the household number or the name that is written on it."))
    return Found(opening=Opening(printed.form, printed.person, printed.household, printed.event))


def _household(store: Store, told: str) -> RecordId | None:
    try:
        return households.by_number(store, told).id
    except UserError:
        return None  # perhaps the end of a phone or ID number


def _of_name(store: Store, told: str, on: date) -> Found:
    with store.read() as connection:
        persons = people.find_persons(connection, told, _HITS) if told.strip() else []
        homes = [line for line in people.household_lines(connection, told) if line.household_no == told.strip()]
    if not persons and not homes:
        raise UserError(
            _(
                "“{told}” is no code, no household number and no name here. Type it again, or look the family up."
            ).format(told=told.strip()[:40])
        )
    if len(persons) == 1 and not homes:
        return _of_person(store, persons[0].id, on)
    of_homes = [Choice(line.head_name, line.household_no, Deeper(HOUSEHOLD, line.id)) for line in homes]
    of_persons = [Choice(line.name, line.household_no, Deeper(PERSON, line.id)) for line in persons]
    return Found(_("Who is meant?"), (*of_homes, *of_persons))


def _of_household(store: Store, household_id: RecordId, on: date) -> Found:
    with store.read() as connection:
        members = people.person_lines(connection, household_id=household_id)
        heading = _home_words(connection, household_id)
    here = [line for line in members if line.died_on is None]
    choices = [
        *_due(store, [household_id, *(line.id for line in here)], on),
        _visit(store, household_id, on),
        Choice(_("Another form about the household"), "", Deeper(FORMS_OF_HOUSEHOLD, household_id)),
        *(Choice(line.name, _("Another form about this person"), Deeper(FORMS_OF_PERSON, line.id)) for line in here),
    ]
    return Found(heading, tuple(choices))


def _of_person(store: Store, person_id: RecordId, on: date) -> Found:
    with store.read() as connection:
        line: PersonLine | None = next(iter(people.person_lines(connection, [person_id])), None)
    if line is None:
        raise UserError(_("This person is not here. The entry may have been withdrawn; search by name."))
    choices = [*_due(store, [person_id], on), Choice(_("Another form"), "", Deeper(FORMS_OF_PERSON, person_id))]
    if line.household_id is not None:
        choices.insert(-1, _visit(store, line.household_id, on))
    return Found(" · ".join(part for part in (line.household_no, line.name) if part), tuple(choices))


def _due(store: Store, subjects: list[RecordId], on: date) -> list[Choice]:
    """What is due there: by the form's title, a neutral one where it would tell of a method or a pregnancy."""
    shown = due.SHOWN | {DueState.CONTACT_CLOSED}
    found: dict[Opening, DueLine] = {}
    for line in sorted(due.due_of_all(store, subjects, on), key=lambda line: line.item.window_to):
        if line.item.state in shown:
            found.setdefault(Opening(line.item.form, line.item.person, line.item.household), line)
    return [
        Choice(
            " · ".join(part for part in (line.who, due_words_of(store, line.item, on)) if part),
            due_words.when(line.item, on),
            opening,
        )
        for opening, line in found.items()
    ]


def due_words_of(store: Store, item: DueItem, on: date) -> str:
    """What a due visit is called away from the first page: by its form where nothing about it is private."""
    if due_filters.family_of(item.programme) == due_filters.OTHER:
        return form_words(store, item.form, on)
    return catalogue.of(store).title(item.form, language(), on)


def form_words(store: Store, form_id: str, on: date) -> str:
    """What a form is called where others may look on."""
    forms = catalogue.of(store)
    version = forms.version_in_force(form_id, on)
    return forms.neutral_title(form_id, version, language()) if version else form_id


def _visit(store: Store, household_id: RecordId, on: date) -> Choice:
    return Choice(form_words(store, VISIT, on), "", Opening(VISIT, household_id=household_id))


def _forms(groups: Iterable[FormGroup], about: RecordId, *, about_person: bool) -> Iterable[Choice]:
    for group in groups:
        for form_id, title in group.forms:
            opening = Opening(form_id, person_id=about) if about_person else Opening(form_id, household_id=about)
            yield Choice(title, group.heading, opening)


def _home_words(connection: Connection, household_id: RecordId) -> str:
    home = records.get(connection, Household, household_id)
    if home is None:
        raise UserError(_("This household is not here. It may have been withdrawn; go back to the list."))
    head = head_names(connection).get(household_id, "")
    return " · ".join(part for part in (home.household_no, head) if part)
