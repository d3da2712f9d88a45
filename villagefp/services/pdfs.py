"""From an order to a finished PDF: who is named on it is logged, and a character without a glyph is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from villagefp.domain.records import RecordId
from villagefp.errors import UserError
from villagefp.i18n import _
from villagefp.printing.jobs import Rendered, SheetJob
from villagefp.services.privacy import note_accesses

if TYPE_CHECKING:
    from villagefp.storage.store import Store

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


def note_printed(store: Store, pdf: Pdf) -> None:
    """Write into the access log that a sheet which was only looked at has now been printed."""
    if pdf.persons:
        note_accesses(store, pdf.persons, "printed")


def made(store: Store, job: SheetJob, persons: Iterable[RecordId], *, record: bool, render: Renderer | None) -> Pdf:
    """The finished sheet of a job; with `record` those who are named on it are logged as printed."""
    pdf = rendered(job, persons, render)
    if record:
        note_printed(store, pdf)
    return pdf


def rendered(job: SheetJob, persons: Iterable[RecordId], render: Renderer | None) -> Pdf:
    """The finished sheet; MissingGlyphsError where a font lacks a character and the job leaves no box for it."""
    if render is None:
        from villagefp.printing.render import render as here  # noqa: PLC0415  reportlab and the fonts take 60 MB

        render = here
    done = render(job)
    if done.missing and not job.leave_blank:
        raise MissingGlyphsError(done.missing)
    return Pdf(done.pdf, job.title, done.pages, done.missing, persons=tuple(persons))
