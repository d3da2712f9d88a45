"""Putting right a person's number, sex and birth date in one small sheet, since each of them checks the others."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QWidget

from villagefp.domain import dates, resident_id
from villagefp.domain.checks import CheckKind
from villagefp.domain.records import IdStatus, Person, RecordId
from villagefp.i18n import _
from villagefp.services import person_facts
from villagefp.services.pages import PersonPage
from villagefp.services.person_facts import Corrected, Correction, Doubtful
from villagefp.ui import words
from villagefp.ui.screen import Screen
from villagefp.ui.widgets import parts
from villagefp.ui.widgets.fields import ChoiceField, Field, TextField
from villagefp.ui.widgets.sheet import Sheet

Done = Callable[[Corrected], object]

_BIRTH = frozenset((CheckKind.BIRTH_UNREADABLE, CheckKind.BIRTH_MISMATCH))
MENDED = frozenset(
    (
        CheckKind.ID_CHECKSUM, CheckKind.ID_DIGITS_LOST, CheckKind.ID_STRUCTURE, CheckKind.ID_DUPLICATE,
        CheckKind.SEX_MISMATCH, *_BIRTH,
    )
)  # fmt: skip
"""Kinds of marks that this sheet puts right."""


def correct(screen: Screen, page: PersonPage, done: Done, *, about: str = "") -> None:
    """Ask for what is wrong; `about` is the kind of the mark that asked, whose field has the keyboard."""
    fields = _Fields(screen, page.person)

    def save(sheet: Sheet) -> None:
        change(screen, sheet, page.person.id, fields.told(), done, doubted=fields.ask_again)

    asked = [fields.number, _beside(fields.no_number, fields.sex), fields.birth, fields.confirmed]
    sheet = Sheet(screen, _("Correct number, sex, birth date"), asked, _("Save"), save)
    sheet.open()
    fields.begin(about).edit.setFocus()


def said(done: Corrected) -> str:
    """What was put right, for the banner."""
    before, after = done.before[0], done.after[0]
    names = {
        "name": _("name"), "id_no": _("ID number"), "id_status": _("ID number"), "sex": _("sex"),
        "birth_date": _("birth date"), "birth_precision": _("birth date"), "birth_told": _("birth date"),
    }  # fmt: skip
    changed = dict.fromkeys(words for name, words in names.items() if getattr(before, name) != getattr(after, name))
    return _("Corrected: {facts}").format(facts=_(", ").join(changed))


def change(
    screen: Screen,
    sheet: Sheet,
    person: RecordId,
    told: Correction,
    done: Done,
    *,
    doubted: Callable[[], object] = lambda: None,
) -> None:
    """Put it right on the database thread; the sheet stays with a refusal, and `doubted` is called for a doubt."""
    sheet.go.setEnabled(False)

    def saved(corrected: Corrected) -> None:
        sheet.accept()
        done(corrected)

    def failed(error: BaseException) -> None:
        sheet.refuse(error)
        if isinstance(error, Doubtful):
            doubted()

    screen.context.jobs.run(person_facts.correct, screen.context.store, person, told, done=saved, failed=failed)


class _Fields:
    """The fields of the sheet, filled with what is on file; the number is not shown whole."""

    def __init__(self, screen: Screen, person: Person) -> None:
        self._person, self._today = person, screen.context.ambient.today()
        self.number = TextField(_("ID number"), hint=_number_hint(person))
        kept = [("", _("keep the number on file"))] if person.id_no else []
        self.no_number = ChoiceField(
            _("If no number is typed"),
            [
                *kept, (IdStatus.NONE, _("has none")), (IdStatus.NOT_YET, _("no number yet")),
                (IdStatus.NOT_TOLD, _("not told")),
            ],
            chosen="" if person.id_no else person.id_status,
        )  # fmt: skip
        offered = words.offered("sex")
        unknown = [] if person.sex in dict(offered) else [("", _("not known"))]
        self.sex = ChoiceField(_("Sex"), [*unknown, *offered], chosen=person.sex or "")
        self._born = person.birth_told or person.birth_date or ""
        self.birth = TextField(_("Date of birth"), text=self._born, hint=_birth_hint())
        self.birth.line.textEdited.connect(self._read_birth)
        self.confirmed = QCheckBox(_("It is so all the same: keep it, with a mark"))
        self.confirmed.setAccessibleName(self.confirmed.text())
        self.confirmed.hide()
        for line in (self.number.line, self.birth.line):
            line.textEdited.connect(self._anew)
        for choice in (self.no_number, self.sex):
            choice.on_change(self._anew)

    def begin(self, about: str) -> Field:
        """Where the keyboard starts for a mark of this kind."""
        return self.birth if about in _BIRTH else self.sex if about == CheckKind.SEX_MISMATCH else self.number

    def told(self) -> Correction:
        """What was changed; what stands as it stood is not told."""
        status = self.no_number.value
        return Correction(
            sex=self.sex.value if self.sex.value not in ("", self._person.sex) else None,
            birth=self.birth.text if self.birth.text != self._born else None,
            id_no=self.number.text or None,
            no_id=IdStatus(status) if status and not self.number.text else None,
            confirmed=self.confirmed.isChecked(),
        )

    def ask_again(self) -> None:
        """Offer to keep what is doubtful."""
        self.confirmed.show()
        self.confirmed.setFocus()

    def _anew(self, _told: str) -> None:
        """What was confirmed is not what stands here now."""
        self.confirmed.setChecked(False)
        self.confirmed.hide()

    def _read_birth(self, text: str) -> None:
        """Say how a date is read while it is typed: a lunar day or an animal is easily mistaken."""
        reading = dates.read(text, self._today, relative=False)
        said = words.partial_date(reading.value) if reading.value and reading.value != text.strip() else ""
        self.birth.complain(_("read as {date}").format(date=said) if said else _birth_hint(), "second")


def _beside(*fields: Field) -> QWidget:
    made = QWidget()
    made.setLayout(parts.row(*fields, spacing=12))
    return made


def _number_hint(person: Person) -> str:
    if not person.id_no:
        return _("All characters as they stand on the card")
    return _("On file: {number}. Empty: it stays so.").format(number=resident_id.mask(person.id_no))


def _birth_hint() -> str:
    return _("Such as 1974-01-05, 1974-01, 农历1974年八月十五, 60岁属马")
