"""Sheets on paper: what the register and a kept visit say, made into a PDF; who printed it is logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from villagefp.domain.records import Household, Person, RecordId
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage, Question
from villagefp.i18n import _, language
from villagefp.printing.jobs import FormSheet, HouseholdSheet, Identity, Mode, SheetJob
from villagefp.printing.words import household_words, not_signed_yet, paper_words
from villagefp.services import sheet_answers, sheet_tokens
from villagefp.services.households import by_number
from villagefp.services.pdfs import MissingGlyphsError, Pdf, Renderer, made, note_printed, rendered
from villagefp.services.privacy import note_accesses
from villagefp.services.sheet_tokens import Printed
from villagefp.storage import people, published, records

if TYPE_CHECKING:
    from villagefp.storage.store import Store

__all__ = [
    "MissingGlyphsError",
    "Mode",
    "Pdf",
    "Renderer",
    "form_preview",
    "form_sheet",
    "household_sheet",
    "note_printed",
]

HOUSEHOLD_FORM = "household_visit"
_ENTITLED = "village_doctor"
_WHEN_ASKED, _WHOLE, _CARRIED = "asked", "all", "carried"
"""What `print::sealed` may say of a form."""


@dataclass(frozen=True)
class ToPrint:
    """A form's sheet before it is rendered, and what the caller should know of it."""

    sheet: FormSheet
    persons: tuple[RecordId, ...]  # who is named on it
    withheld: tuple[str, ...]  # see `Pdf`
    can_ask_for_sealed: bool


def form_sheet(
    store: Store,
    form_id: str,
    *,
    person_id: RecordId | None = None,
    household_id: RecordId | None = None,
    event_id: RecordId | None = None,
    mode: Mode | None = None,
    elsewhere: bool = False,
    with_sealed: bool = False,
    leave_blank: bool = False,
    record: bool = True,
    render: Renderer | None = None,
) -> Pdf:
    """A form as its official sheet: a kept visit, identity only for work on paper, or blank.

    Without a mode: the visit where one is named, else identity only. Forms with private answers are always printed
    as for a printer elsewhere; but where the form says `print::sealed` asked, the sheet has the name, and the boxes
    of sealed answers stay empty unless `with_sealed` asks for them: by the person's own wish, and logged as a look at
    them even where `record=False` makes a sheet for looking only.
    """
    told = form_to_print(
        store,
        form_id,
        person_id=person_id,
        household_id=household_id,
        event_id=event_id,
        mode=mode,
        elsewhere=elsewhere,
        with_sealed=with_sealed,
    )
    job = SheetJob(form=told.sheet, leave_blank=leave_blank)
    pdf = made(store, job, told.persons, record=record, render=render)
    if with_sealed:
        note_accesses(store, told.persons, "revealed")
    return replace(pdf, withheld=told.withheld, can_ask_for_sealed=told.can_ask_for_sealed)


def form_to_print(
    store: Store,
    form_id: str,
    *,
    person_id: RecordId | None = None,
    household_id: RecordId | None = None,
    event_id: RecordId | None = None,
    mode: Mode | None = None,
    elsewhere: bool = False,
    with_sealed: bool = False,
) -> ToPrint:
    """The sheet of `form_sheet` before it is rendered, so that several can lie in one file; it logs nothing."""
    mode = mode or (Mode.FILLED if event_id else Mode.HALF)
    with store.read() as connection:
        filled = sheet_answers.of_form(
            store, connection, form_id, sheet_answers.About(person_id, household_id, event_id), mode
        )
        line = next(iter(people.person_lines(connection, [filled.person])), None) if filled.person else None
        household = records.get(connection, Household, filled.household) if filled.household else None
        person = records.get(connection, Person, filled.person) if filled.person else None
        decided = published.params(connection, store.ambient.today())
    if filled.package.settings.get("print::stays_home") == "yes":
        filled = filled.fit_for_home()
    on_request = filled.package.settings.get("print::sealed") == _WHEN_ASKED
    if with_sealed and store.worker.role != _ENTITLED:
        raise UserError(_("Only the village doctor may print private answers."))
    if on_request and not with_sealed:
        filled = filled.without_sealed()
    elsewhere = elsewhere or _is_nameless(filled.package)
    printed = Printed(form_id, filled.package.version, mode.value, elsewhere, filled.person, filled.household, event_id)
    anonymous = filled.package.settings.get("print::subject") == "none"
    token = "" if anonymous else sheet_tokens.token_of(store, printed)
    sheet = FormSheet(
        package=replace(filled.package, xform=""),
        words=paper_words(),
        mode=mode,
        answers=filled.without_names() if elsewhere else filled.answers,
        columns=filled.columns_without_names() if elsewhere else filled.columns,
        identity=Identity(
            name=line.name if line else filled.head_name,
            file_no=(person.file_no or "") if person else "",
            household_no=household.household_no if household else "",
            group_no=(household.group_no or "") if household else "",
        ),
        elsewhere=elsewhere,
        language=_language(filled.package),
        token=token,
        print_number=sheet_tokens.print_number(token) if token else "",
        remark=_remark(filled.package, decided),
    )
    if elsewhere:
        sheet = replace(sheet, identity=replace(sheet.identity, name=""))
    persons = (filled.person,) if filled.person and mode is not Mode.BLANK else ()
    can_ask = on_request and mode is Mode.FILLED and store.worker.role == _ENTITLED
    return ToPrint(sheet, persons, filled.withheld, can_ask)


def household_sheet(
    store: Store,
    household_no: str,
    *,
    event_id: RecordId | None = None,
    blank: bool = False,
    elsewhere: bool = False,
    leave_blank: bool = False,
    record: bool = True,
    render: Renderer | None = None,
) -> Pdf:
    """The sheet that stays in the home: of a visit (the last one where none is named), or for filling by hand."""
    household = by_number(store, household_no)
    with store.read() as connection:
        if event_id is None and not blank:
            event_id = sheet_answers.last_visit(connection, HOUSEHOLD_FORM, household.id)
        mode = Mode.BLANK if blank else Mode.FILLED if event_id else Mode.HALF
        about = sheet_answers.About(None, household.id, event_id)
        filled = sheet_answers.of_form(store, connection, HOUSEHOLD_FORM, about, mode)
        decided = published.params(connection, store.ambient.today())
    printed = Printed(HOUSEHOLD_FORM, filled.package.version, mode.value, elsewhere, None, household.id, event_id)
    texts = household_words(filled.package, _language(filled.package))
    told = filled.fit_for_home()
    token = sheet_tokens.token_of(store, printed)
    sheet = HouseholdSheet(
        words=paper_words(),
        texts=texts,
        mode=mode,
        elsewhere=elsewhere,
        village=store.village.name,
        household_no=household.household_no,
        group_no=household.group_no or "",
        head="" if elsewhere else filled.head_name,
        worker=filled.worker_name,
        worker_phone="" if elsewhere else store.worker.phone or "",
        visited_on=told.by_name("visit_on"),
        members=() if elsewhere else filled.members,
        offers=told.offers(_language(filled.package), without_names=elsewhere),
        questions=told.by_name("questions", without_names=elsewhere),
        advice=told.by_name("advice_given", without_names=elsewhere),
        next_on=told.by_name("next_on"),
        hotline=decided["hotline_county"],
        complaints=decided["hotline_complaint"],
        not_signed=told.by_name("household_signed") == sheet_answers.NOT_SIGNED,
        token=token,
        print_number=sheet_tokens.print_number(token),
    )
    named = (household.head, *(filled.met if mode is Mode.FILLED else ()))
    persons = () if elsewhere or mode is Mode.BLANK else tuple(dict.fromkeys(each for each in named if each))
    pdf = made(store, SheetJob(household=sheet, leave_blank=leave_blank), persons, record=record, render=render)
    return replace(pdf, withheld=told.withheld)


def _remark(package: FormPackage, decided: Mapping[str, str]) -> str:
    """That the table which the sheet follows is not signed; nothing once it is."""
    table = package.settings.get("print::unsigned")
    return not_signed_yet() if table and decided.get(table) != "1" else ""


def form_preview(package: FormPackage, *, leave_blank: bool = False, render: Renderer | None = None) -> Pdf:
    """The blank sheet of a form that is not in use yet, for those who write it."""
    sheet = FormSheet(
        package=replace(package, xform=""),
        words=paper_words(),
        mode=Mode.BLANK,
        elsewhere=_is_nameless(package),
        language=_language(package),
    )
    return rendered(SheetJob(form=sheet, leave_blank=leave_blank), (), render)


def _is_nameless(package: FormPackage) -> bool:
    """Whether the form is so private that its sheets name nobody, on this printer either."""
    told = package.settings.get("print::sealed")
    bears_the_name = told in {_WHEN_ASKED, _CARRIED}
    return told == _WHOLE or (not bears_the_name and any(map(_is_private_on_paper, package.questions)))


def _is_private_on_paper(question: Question) -> bool:
    """What is told of violence is sealed too, but never on paper: it alone makes no sheet a private one."""
    return question.sealed and question.paper.get("style") != "hidden"


def _language(package: FormPackage) -> str:
    """The language in use where the form speaks it, else the form's first."""
    told = language().partition("_")[0]
    return told if told in package.languages else package.languages[0]
