"""Sheets on paper: what the register and a kept visit say, made into a PDF; who printed it is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from villagefp.domain.records import Household, Person, RecordId
from villagefp.errors import UserError
from villagefp.forms.package import FormPackage, Question
from villagefp.i18n import _, language
from villagefp.printing.jobs import FormSheet, HouseholdSheet, Identity, Mode, Rendered, SheetJob
from villagefp.printing.words import household_words, paper_words
from villagefp.services import sheet_answers, sheet_tokens
from villagefp.services.households import by_number
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
_WHEN_ASKED, _WHOLE = "asked", "all"
"""What `print::sealed` may say of a form."""
Renderer = Callable[[SheetJob], Rendered]
"""Makes a PDF of a job: `PdfHelper.render` in the window, this process where nothing else is given."""


@dataclass(frozen=True)
class Pdf:
    """A sheet ready to be shown, printed or kept where the worker chooses."""

    data: bytes
    title: str
    pages: int
    missing_glyphs: tuple[str, ...] = ()  # characters whose box was left for handwriting
    withheld: tuple[str, ...] = ()  # free texts left off a sheet that stays in the home, by the words before them
    persons: tuple[RecordId, ...] = ()  # who is named on it
    can_ask_for_sealed: bool = False  # it has private answers of this visit, or boxes left empty in their place


class MissingGlyphsError(UserError):
    """A sheet with a character that no font here has; ask, and print with `leave_blank` if that is wanted."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(
            _(
                "No font on this computer has {characters}. Print with an empty box in its place and write it in by "
                "hand, or add the font package for rare characters."
            ).format(characters=" ".join(f"{each} (U+{ord(each):04X})" for each in characters))
        )
        self.characters = characters


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
    mode = mode or (Mode.FILLED if event_id else Mode.HALF)
    with store.read() as connection:
        filled = sheet_answers.of_form(
            store, connection, form_id, sheet_answers.About(person_id, household_id, event_id), mode
        )
        line = next(iter(people.person_lines(connection, [filled.person])), None) if filled.person else None
        household = records.get(connection, Household, filled.household) if filled.household else None
        person = records.get(connection, Person, filled.person) if filled.person else None
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
    )
    if elsewhere:
        sheet = replace(sheet, identity=replace(sheet.identity, name=""))
    persons = (filled.person,) if filled.person and mode is not Mode.BLANK else ()
    pdf = _made(store, SheetJob(form=sheet, leave_blank=leave_blank), persons, record=record, render=render)
    if with_sealed:
        note_accesses(store, persons, "revealed")
    can_ask = on_request and mode is Mode.FILLED and store.worker.role == _ENTITLED
    return replace(pdf, withheld=filled.withheld, can_ask_for_sealed=can_ask)


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
        print_number=sheet_tokens.print_number(sheet_tokens.token_of(store, printed)),
    )
    named = (household.head, *(filled.met if mode is Mode.FILLED else ()))
    persons = () if elsewhere or mode is Mode.BLANK else tuple(dict.fromkeys(each for each in named if each))
    pdf = _made(store, SheetJob(household=sheet, leave_blank=leave_blank), persons, record=record, render=render)
    return replace(pdf, withheld=told.withheld)


def form_preview(package: FormPackage, *, leave_blank: bool = False, render: Renderer | None = None) -> Pdf:
    """The blank sheet of a form that is not in use yet, for those who write it."""
    sheet = FormSheet(
        package=replace(package, xform=""),
        words=paper_words(),
        mode=Mode.BLANK,
        elsewhere=_is_nameless(package),
        language=_language(package),
    )
    return _rendered(SheetJob(form=sheet, leave_blank=leave_blank), (), render)


def note_printed(store: Store, pdf: Pdf) -> None:
    """Write into the access log that a sheet which was only looked at has now been printed."""
    if pdf.persons:
        note_accesses(store, pdf.persons, "printed")


def _made(store: Store, job: SheetJob, persons: Iterable[RecordId], *, record: bool, render: Renderer | None) -> Pdf:
    pdf = _rendered(job, persons, render)
    if record:
        note_printed(store, pdf)
    return pdf


def _rendered(job: SheetJob, persons: Iterable[RecordId], render: Renderer | None) -> Pdf:
    if render is None:
        from villagefp.printing.render import render as here  # noqa: PLC0415  reportlab and the fonts take 60 MB

        render = here
    rendered = render(job)
    if rendered.missing and not job.leave_blank:
        raise MissingGlyphsError(rendered.missing)
    title = job.form.title if job.form else job.household.title if job.household else ""
    return Pdf(rendered.pdf, title, rendered.pages, rendered.missing, persons=tuple(persons))


def _is_nameless(package: FormPackage) -> bool:
    """Whether the form is so private that its sheets name nobody, on this printer either."""
    told = package.settings.get("print::sealed")
    return told == _WHOLE or (told != _WHEN_ASKED and any(map(_is_private_on_paper, package.questions)))


def _is_private_on_paper(question: Question) -> bool:
    """What is told of violence is sealed too, but never on paper: it alone makes no sheet a private one."""
    return question.sealed and question.paper.get("style") != "hidden"


def _language(package: FormPackage) -> str:
    """The language in use where the form speaks it, else the form's first."""
    told = language().partition("_")[0]
    return told if told in package.languages else package.languages[0]
